package tabledata

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lethe/experiments/internal/engine"
)

// cut lists the settings that ask for more columns, rows or draws than there are.
func cut(ctx context.Context, base *engine.Session, e *engine.Experiment, settings engine.Settings, thorough bool) ([]engine.Cut, error) {
	s, set := OnTables(base), settings.(*Settings)
	n := s.Data(set).Train.Len()
	rows := fmt.Sprintf("%s has %d training samples", s.Dataset, n)
	var out []engine.Cut
	list := func(key string, values []int, most int, why string) {
		if slices.Max(values) > most {
			out = append(out, engine.Cut{Key: key, Used: lowered(values, most), Why: why})
		}
	}
	number := func(key string, value, most int, why string) {
		if value > most {
			out = append(out, engine.Cut{Key: key, Used: strconv.Itoa(most), Why: why, Plain: true})
		}
	}
	half := rows + ", of which half may be removed"
	if e.Takes("rows") && s.SizeName(set) == "rows" {
		most, why := n, rows
		if set.Request == "samples" {
			most, why = n/2, half
		}
		list("rows", set.Rows, most, why)
		number("tune-size", set.TuneSize, most, why)
	}
	if e.Takes("points") {
		list("points", set.Points, n, rows)
	}
	if e.Takes("requests") {
		number("requests", set.Requests, n/2, half)
	}
	number("seed-draws", set.SeedDraws, set.Draws, fmt.Sprintf("draws is %d", set.Draws))
	number("cold-draws", set.ColdDraws, set.Draws, fmt.Sprintf("draws is %d", set.Draws))
	if !e.Takes("features") || s.SizeName(set) != "features" || !thorough && untested(base, e, set) != "" {
		return out, nil
	}
	pool, err := s.Pool(ctx, set)
	if err != nil || len(pool) == 0 { // which is said where it is used
		return out, err
	}
	why := fmt.Sprintf("the pool %s of %s has %d columns", set.Pool, s.Dataset, len(pool))
	list("features", set.Features, len(pool), why)
	number("tune-size", set.TuneSize, len(pool), why)
	return out, nil
}

// untested says that the number of columns is not checked where it takes a training to find the
// pool.
func untested(base *engine.Session, e *engine.Experiment, settings engine.Settings) string {
	s, set := OnTables(base), settings.(*Settings)
	if !e.Takes("features") || s.SizeName(set) != "features" || set.Pool != "top400" {
		return ""
	}
	return "it is not checked whether the pool top400 has as many columns as features asks for: to find it takes a training"
}

// lowered writes a list with those above the largest brought down to it, each number once.
func lowered(values []int, most int) string {
	var out []string
	for _, v := range values {
		if text := strconv.Itoa(min(v, most)); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, ",")
}

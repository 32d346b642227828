package memorization

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// memoryCase is one secret with what it is to become.
type memoryCase struct {
	length  float64
	replace string
	text    string // of the replacement; empty where it differs from place to place
}

// cases returns the cases in the records, in the order in which they were carried out.
func cases(r *engine.Results) []memoryCase {
	var out []memoryCase
	for _, rec := range r.Records {
		c := memoryCase{rec.Number("length"), rec.Text("replace"), rec.Text("replacement")}
		if c.replace != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// title names a case: 10 → "not␣there␣".
func (c memoryCase) title() string {
	to := strings.ReplaceAll(c.replace, "-", " ")
	switch {
	case c.text != "":
		to = Visible(c.text)
	case c.replace == "given": // and masked
		to = "the given text"
	}
	return fmt.Sprintf("%g → %s", c.length, to)
}

// plain is title for figures: their font has no character for a visible space.
func (c memoryCase) plain() string { return strings.ReplaceAll(c.title(), "␣", " ") }

// file names a case in file names.
func (c memoryCase) file() string { return fmt.Sprintf("%g-%s", c.length, c.replace) }

// Visible quotes a text so that spaces at its ends show, and nothing breaks a line. The sign for a
// space is an escape where the text has it.
func Visible(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(fmt.Sprintf("%q", text), "␣", `\u2423`), " ", "␣")
}

// of returns the records of a metric of a method in a case.
func of(r *engine.Results, c memoryCase, method, metric string, pairs ...any) []records.Record {
	return r.Part(metric, append([]any{"method", method, "length", c.length, "replace", c.replace}, pairs...)...)
}

// value returns the median over draws of a metric of a method in a case, NaN where there is none.
func value(r *engine.Results, c memoryCase, method, metric string, pairs ...any) float64 {
	return records.MiddleOf(over(r, c, method, metric, pairs...)).Median
}

// before returns a metric of the model before any update.
func before(r *engine.Results, length float64, metric string, pairs ...any) []records.Record {
	return r.Part(metric, append([]any{"method", "none", "length", length, "stage", "before"}, pairs...)...)
}

// lostBy returns the points of accuracy that a method loses in a case by draw: on held-out text; of
// older records, which have none, in training.
func lostBy(r *engine.Results, c memoryCase, method string) map[int]float64 {
	if lost := byDraw(r, c, method, "points-lost"); len(lost) > 0 {
		return lost
	}
	out, own := map[int]float64{}, byDraw(r, c, method, "train-accuracy")
	for draw, before := range byDraw(r, c, "none", "train-accuracy") {
		if after, ok := own[draw]; ok {
			out[draw] = 100 * (before - after)
		}
	}
	return out
}

// lost is the median of lostBy.
func lost(r *engine.Results, c memoryCase, method string) float64 {
	return records.MiddleOf(slices.Collect(maps.Values(lostBy(r, c, method)))).Median
}

// spaces returns the spaces that exposure was measured in.
func spaces(r *engine.Results) []string {
	var out []string
	for _, rec := range r.Part("exposure") {
		if s := rec.Text("space"); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// methods returns the methods that there are records of, as tables and figures show them.
func methods(r *engine.Results) []string {
	var out []string
	for _, x := range listed() {
		m := x.name
		if slices.ContainsFunc(r.Records, func(rec records.Record) bool { return rec.Method == m && rec.Text("stage") == "after" }) {
			out = append(out, m)
		}
	}
	return out
}

// failures returns the records that say why a method failed in a case, one a draw.
func failures(r *engine.Results, c memoryCase, method string) []records.Record {
	return of(r, c, method, "failed")
}

// spaceTitle says what strings a space holds.
func spaceTitle(space string) string {
	if space == "digits" {
		return "all digit strings of the secret's length"
	}
	return "all strings over the alphabet of the secret's length"
}

// points writes lost points of accuracy, a gain with a minus.
func points(v float64) string {
	if math.Abs(v) < 0.005 {
		v = 0 // no negative zero
	}
	return numbers.Fixed(v, 2)
}

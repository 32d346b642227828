package compare

import (
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/metrics"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
)

// group are runs that differ in their seed alone, or a single run.
type group struct {
	name string // what tells it from the others
	runs []*Run
}

// groups puts runs together that differ in nothing but the seed, in the order of their first runs.
func groups(runs []*Run) []group {
	var out []group
next:
	for _, r := range runs {
		for i := range out {
			if sameButSeed(out[i].runs, r) {
				out[i].runs = append(out[i].runs, r)
				continue next
			}
		}
		out = append(out, group{runs: []*Run{r}})
	}
	firsts := make([]*Run, len(out))
	for i := range out {
		firsts[i] = out[i].runs[0]
	}
	differ := Differences(firsts)
	if len(out) > 1 { // a group has several seeds, and says which
		differ = slices.DeleteFunc(differ, func(d engine.Fact) bool {
			return d.Name == "seed" && slices.ContainsFunc(out, func(g group) bool { return len(g.runs) > 1 })
		})
	}
	names := labels(firsts, differ)
	for i := range out {
		words := []string{names[i]}
		if len(out[i].runs) > 1 {
			words = append(words, "mean over "+seedsText(out[i].runs))
		}
		out[i].name = strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
	}
	for i := range out { // runs that nothing tells apart have their folders
		if twice := slices.ContainsFunc(out[:i], func(g group) bool { return g.name == out[i].name }); twice || out[i].name == "" {
			out[i].name = strings.TrimPrefix(out[i].name+", run "+fmt.Sprint(i+1), ", ")
		}
	}
	return out
}

// sameButSeed reports whether a run is one of the group's with another seed.
func sameButSeed(those []*Run, r *Run) bool {
	if slices.ContainsFunc(those, func(o *Run) bool { return o.Config.Seed == r.Config.Seed }) || those[0].Config.Experiment != r.Config.Experiment {
		return false
	}
	for _, d := range Differences([]*Run{those[0], r}) {
		// What a run was made on is not what was asked of it; it is shown among what differs.
		if d.Name != "seed" && !d.Made {
			return false
		}
	}
	return true
}

// seedsText lists the seeds of runs: "seeds 1, 2, 5".
func seedsText(runs []*Run) string {
	var out []string
	for _, r := range runs {
		out = append(out, fmt.Sprint(r.Config.Seed))
	}
	return "seeds " + strings.Join(out, ", ")
}

// Overview is what several runs say side by side: a document with what differs between them and one
// table for each metric and place, with a column for each group of runs that differ in their seed
// alone.
func Overview(runs []*Run) *report.Document {
	groups := groups(runs)
	d := &report.Document{Overview: true, Title: overviewTitle(runs, groups), Command: "experiment report " + strings.Join(dirs(runs), " "),
		Summary: fmt.Sprintf("%d runs side by side.", len(runs))}
	differ := Differences(runs)
	d.Sections = append(d.Sections, report.Section{ID: "runs", Title: "What differs", Tables: []report.Table{runsTable(runs, differ)}})
	for _, part := range allParts(runs) {
		s := report.Section{ID: part, Title: part, Tables: sideBySide(part, groups)}
		if e, err := engine.Find(part); err == nil {
			s.Title, s.Question = e.Title+", side by side", e.Question
		}
		if len(s.Tables) > 0 {
			d.Sections = append(d.Sections, s)
		}
	}
	d.Name(terms(runs))
	return d
}

// terms name the methods of the runs' experiments in words.
func terms(runs []*Run) []report.Term {
	var out []report.Term
	for _, part := range allParts(runs) {
		e, err := engine.Find(part)
		if err != nil {
			continue
		}
		for _, t := range e.Domain.Terms {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// overviewTitle names what the runs have in common, and what differs.
func overviewTitle(runs []*Run, groups []group) string {
	var common []string
	for _, of := range []func(*Run) string{
		func(r *Run) string { return r.Config.Experiment },
		func(r *Run) string { return r.Config.Dataset },
		func(r *Run) string { return r.Config.Model },
		func(r *Run) string { return r.Config.Profile },
	} {
		if !slices.ContainsFunc(runs, func(r *Run) bool { return of(r) != of(runs[0]) }) {
			common = append(common, report.Shown(of(runs[0])))
		}
	}
	what := strings.Join(common, ", ")
	if what == "" {
		what = "Runs"
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	if len(groups) > 4 {
		return fmt.Sprintf("%s: %d runs", what, len(runs))
	}
	return what + ": " + strings.Join(names, "; ")
}

// dirs are the folders of runs, as words of a command line.
func dirs(runs []*Run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, engine.Quoted(r.Dir))
	}
	return out
}

// runsTable has a row for each run, with its value of everything that differs.
func runsTable(runs []*Run, differ []engine.Fact) report.Table {
	t := report.Table{Title: "The runs and what differs between them", Header: []string{"run"}}
	for _, d := range differ {
		t.Header = append(t.Header, d.Title)
	}
	for i, r := range runs {
		row := report.NewRow(report.Shown(r.Dir))
		for _, d := range differ {
			row.Text(orNone(d.Values[i]))
		}
		t.Append(row)
	}
	if len(differ) == 0 {
		t.Note = "Nothing differs between them: neither data, seed, settings nor machine."
	}
	return t
}

// allParts returns the experiments that any of the runs has.
func allParts(runs []*Run) []string {
	var out []string
	for _, r := range runs {
		for _, p := range r.parts() {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// place is where a table of several runs stands.
type place struct{ metric, unit, at string }

// sideBySide are the tables of one experiment.
func sideBySide(part string, groups []group) []report.Table {
	wanted := Choice{}.wants
	found := make([][]map[string]*quantity, len(groups)) // by group, run and key
	var all []*quantity                                  // each key once
	seen := map[string]bool{}
	for i, g := range groups {
		for _, r := range g.runs {
			byKey := map[string]*quantity{}
			if r.part(part) != nil {
				for _, q := range r.quantitiesOf(part, wanted) {
					byKey[q.key()] = q
					if !seen[q.key()] {
						seen[q.key()] = true
						all = append(all, q)
					}
				}
			}
			found[i] = append(found[i], byKey)
		}
	}
	if len(all) == 0 {
		return nil
	}
	shown := shownTags(all)
	placeOf := func(q *quantity) place {
		return place{q.metric.Name, q.unit, q.place(func(tag string) bool { return !shown(tag) })}
	}
	var places []place
	for _, name := range metricOrder() {
		for _, q := range all {
			if p := placeOf(q); q.metric.Name == name && !slices.Contains(places, p) {
				places = append(places, p)
			}
		}
	}
	var out []report.Table
	for _, p := range places {
		var rows []*quantity
		for _, q := range all {
			if placeOf(q) == p {
				rows = append(rows, q)
			}
		}
		out = append(out, sideTable(p, rows, groups, found))
	}
	return out
}

// metricOrder are the names of metrics in the order of the vocabulary.
func metricOrder() []string {
	var out []string
	for _, m := range metrics.All() {
		out = append(out, m.Name)
	}
	return out
}

// sideTable is the table of one metric at one place: a row for each method, a column for each
// group. Of a single group of several seeds each seed has a column, too.
func sideTable(p place, rows []*quantity, groups []group, found [][]map[string]*quantity) report.Table {
	m := rows[0].metric
	title := Row{Metric: m, Unit: p.unit}.heading()
	if p.at != "" {
		title += ", " + p.at
	}
	t := report.Table{Title: title, Header: []string{"method"}}
	f, _ := style(p.unit)
	seeds, single, ratio := false, false, m.Ratio
	for i, g := range groups {
		several := len(g.runs) > 1
		seeds, single = seeds || several, single || !several
		if several && len(groups) == 1 {
			for _, r := range g.runs {
				t.Header = append(t.Header, "seed "+numbers.Shortest(float64(r.Config.Seed)))
			}
		}
		t.Header = append(t.Header, groups[i].name)
	}
	for _, q := range rows {
		row := report.NewRow(q.method)
		for i, g := range groups {
			if len(g.runs) == 1 {
				if own := found[i][0][q.key()]; own != nil {
					row.Add(own.cell(f))
				} else {
					row.Missing(1)
				}
				continue
			}
			addSeeds(row, q.key(), found[i], f, ratio, len(groups) == 1)
		}
		t.Append(row)
	}
	t.Note = sideNote(m, seeds, single)
	return t
}

// addSeeds adds the mean over the runs of a group with its interval, behind the single runs'
// medians where they are wanted.
func addSeeds(row *report.Row, key string, runs []map[string]*quantity, f report.Style, ratio, each bool) {
	var values []float64
	for _, byKey := range runs {
		own := byKey[key]
		if own == nil || len(own.values) == 0 {
			if each {
				row.Missing(1)
			}
			continue
		}
		middle := own.summary()
		values = append(values, middle.Median)
		if each {
			c := own.cell(f)
			c.Value.Alone = true
			row.Add(c)
		}
	}
	mean := overSeeds(values, ratio)
	switch {
	case mean.N == 0:
		row.Missing(1)
	case mean.N == 1:
		row.One(f, mean.Median).Remark("one seed")
	default:
		row.Put(report.Value{Middle: mean, Statistic: report.Seeds, Style: f})
		if mean.N < len(runs) {
			row.Remark(fmt.Sprintf("%d of %d seeds", mean.N, len(runs)))
		}
	}
}

// cell is the median over draws with its ends, and in how many draws the method failed.
func (q *quantity) cell(f report.Style) report.Cell {
	return report.WithFailures(report.CellOf(f.EndsValue(q.summary())), len(q.failed), len(q.failed)+len(q.values))
}

// sideNote says what the numbers of a table are.
func sideNote(m metrics.Metric, seeds, single bool) string {
	var out []string
	middle := "median"
	if m.YesNo() {
		middle = "mean"
	}
	if single {
		out = append(out, fmt.Sprintf("Of a single run: %s over its draws, with the smallest and the largest.", middle))
	}
	if seeds {
		mean, interval := "mean", "95 % t interval"
		if m.Ratio {
			mean, interval = "geometric mean", "95 % t interval of the logarithms; the plain mean and interval where a value is 0 or less"
		}
		out = append(out, fmt.Sprintf("Of several seeds: the %s over the seeds of each run's %s, with the %s.", mean, middle, interval))
	}
	return strings.Join(out, " ")
}

package compare

import (
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/metrics"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// tagValue is a tag that divides a quantity from others, with its value.
type tagValue struct {
	name  string
	value any
}

func (t tagValue) String() string {
	if v, ok := t.value.(float64); ok {
		return t.name + " " + numbers.Shortest(v)
	}
	return fmt.Sprintf("%s %v", t.name, t.value)
}

// quantity is one metric of one method at one place of an experiment, with its value in each draw.
type quantity struct {
	experiment, method string // method is the row's label
	metric             metrics.Metric
	unit               string
	at                 []tagValue
	values             map[int][]float64 // by draw; several where a draw repeats the measurement
	failed             map[int]bool      // draws in which the method gave no result
}

// key tells quantities of one run apart, and is the same in another run.
func (q *quantity) key() string {
	return strings.Join([]string{q.experiment, q.metric.Name, q.method, q.unit, q.place(nil)}, "\x00")
}

// place writes the tags, but for those that omitted holds of.
func (q *quantity) place(omitted func(tag string) bool) string {
	var out []string
	for _, t := range q.at {
		if omitted == nil || !omitted(t.name) {
			out = append(out, t.String())
		}
	}
	return strings.Join(out, ", ")
}

// draws returns the draws with a value, ascending.
func (q *quantity) draws() []int {
	var out []int
	for d := range q.values {
		out = append(out, d)
	}
	slices.Sort(out)
	return out
}

// of returns the quantity in a draw: the median of its repetitions there.
func (q *quantity) of(draw int) float64 { return records.MiddleOf(q.values[draw]).Median }

// all returns the quantity in each draw.
func (q *quantity) all() []float64 {
	var out []float64
	for _, d := range q.draws() {
		out = append(out, q.of(d))
	}
	return out
}

// summary is the middle of all draws with the ends; of what is 1 or 0 in each the middle is the
// mean.
func (q *quantity) summary() records.Middle {
	m := records.MiddleOf(q.all())
	if q.metric.YesNo() {
		m.Median = records.SpreadOf(q.all()).Mean
	}
	return m
}

// quantities returns what the run measured of the metrics that wanted holds of, in the order of its
// tables: by experiment, then by the order of the records.
func (r *Run) quantities(wanted func(metrics.Metric) bool) []*quantity {
	var out []*quantity
	for _, part := range r.parts() {
		out = append(out, r.quantitiesOf(part, wanted)...)
	}
	return out
}

func (r *Run) quantitiesOf(part string, wanted func(metrics.Metric) bool) []*quantity {
	results := engine.ResultsOf(part, r.Config, r.Records)
	label := results.Label
	if label == nil {
		label = func(rec records.Record) string { return rec.Method }
	}
	known := map[string]*quantity{}
	var out, failures []*quantity
	for _, rec := range results.Records {
		m, _ := metrics.Of(rec.Metric)
		failure := m.Name == "failed" && rec.Text("tried") == ""
		if !failure && !wanted(m) {
			continue
		}
		q := &quantity{experiment: part, method: label(rec), metric: m, unit: rec.Unit, at: dividing(rec)}
		if failure {
			q.failed = map[int]bool{rec.Draw: true}
			failures = append(failures, q)
			continue
		}
		if old, ok := known[q.key()]; ok {
			q = old
		} else {
			q.values, q.failed = map[int][]float64{}, map[int]bool{}
			known[q.key()], out = q, append(out, q)
		}
		q.values[rec.Draw] = append(q.values[rec.Draw], rec.Value)
	}
	for _, q := range out {
		for _, f := range failures {
			if q.method == f.method && !slices.ContainsFunc(f.at, func(t tagValue) bool { return !slices.Contains(q.at, t) }) {
				for d := range f.failed {
					q.failed[d] = true
				}
			}
		}
	}
	rank := func(q *quantity) int {
		if i := slices.Index(results.Order(), q.method); i >= 0 {
			return i
		}
		return len(results.Order())
	}
	slices.SortStableFunc(out, func(a, b *quantity) int { return rank(a) - rank(b) })
	return out
}

// dividing returns the tags that divide the record from others of its metric and method, in the
// order of the vocabulary.
func dividing(rec records.Record) []tagValue {
	var out []tagValue
	for _, t := range metrics.Tags() {
		if v, ok := rec.Settings[t.Name]; ok && metrics.PlaceOf(t.Name, rec.Experiment, rec.Metric) == metrics.Divides {
			out = append(out, tagValue{t.Name, v})
		}
	}
	return out
}

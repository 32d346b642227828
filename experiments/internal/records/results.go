package records

import (
	"math"
	"slices"
)

// Results are records that questions are asked of.
type Results struct {
	Records []Record
	// Label names the row of tables that a record belongs to; nil = its method.
	Label func(Record) string
}

func (r *Results) label(rec Record) string {
	if r.Label == nil {
		return rec.Method
	}
	return r.Label(rec)
}

// Of returns the records of one experiment.
func Of(experiment string, records []Record) []Record {
	var out []Record
	for _, rec := range records {
		if rec.Experiment == experiment {
			out = append(out, rec)
		}
	}
	return out
}

// Part returns the records of a metric that have the given settings, as name, value pairs; the name
// "method" is the method and "label" its row label.
func (r *Results) Part(metric string, pairs ...any) []Record {
	var out []Record
next:
	for _, rec := range r.Records {
		if rec.Metric != metric {
			continue
		}
		for i := 0; i < len(pairs); i += 2 {
			switch name := pairs[i].(string); {
			case name == "method" && rec.Method == pairs[i+1], name == "label" && r.label(rec) == pairs[i+1]:
			case name == "method" || name == "label" || rec.Settings[name] != pairs[i+1]:
				continue next
			}
		}
		out = append(out, rec)
	}
	return out
}

// Where returns the spread of the records that Part returns.
func (r *Results) Where(metric string, pairs ...any) Spread {
	return SpreadOf(Values(r.Part(metric, pairs...)))
}

// Between returns the median and the ends of the records that Part returns.
func (r *Results) Between(metric string, pairs ...any) Middle {
	return MiddleOf(Values(r.Part(metric, pairs...)))
}

// Numbers returns the values that a setting takes, ascending.
func (r *Results) Numbers(setting string) []float64 {
	var out []float64
	for _, rec := range r.Records {
		if v := rec.Number(setting); !math.IsNaN(v) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// Labels returns the labels of the records that has holds of, each once: first those of order, in
// its order, then the others as they come.
func (r *Results) Labels(order []string, has func(Record) bool) []string {
	var out []string
	for _, rec := range r.Records {
		if l := r.label(rec); has(rec) && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	rank := func(label string) int {
		if i := slices.Index(order, label); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

// Draws returns the number of draws in the records.
func (r *Results) Draws() int {
	seen := map[int]bool{}
	for _, rec := range r.Records {
		seen[rec.Draw] = true
	}
	return len(seen)
}

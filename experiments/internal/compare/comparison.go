package compare

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/metrics"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/verdict"
)

// Word is the verdict on one row.
type Word string

// The verdicts, of the second run against the first. Higher and lower are said of a metric of which
// neither end is good, none of a smoke run.
const (
	Better    Word = "better"
	Worse     Word = "worse"
	Higher    Word = "higher"
	Lower     Word = "lower"
	Undecided Word = "~"
	Equal     Word = "=" // in every draw, to the last bit
	NoWord    Word = ""
)

// Side is one run's values of a row: the median over its draws with the smallest and the largest.
type Side struct {
	records.Middle
	Failed int // draws in which the method gave no result
}

// Row is one quantity in both runs.
type Row struct {
	Experiment, Method, At string
	Name                   string // of the method in words
	Metric                 metrics.Metric
	Unit                   string
	A, B                   Side
	Paired                 bool
	// Ratio says that Estimate, Low and High are B / A, otherwise B - A. They are NaN where there
	// are too few draws for them.
	Ratio               bool
	Estimate, Low, High float64
	Confidence          float64 // of the interval; 0 = there is none
	N                   int     // pairs; of unpaired draws those of the smaller side
	Verdict             Word
	Note                string
}

// Comparison is what two runs say about each other.
type Comparison struct {
	A, B    *Run
	Differ  []engine.Fact
	Paired  bool
	Pairing string // why, in a sentence
	Rows    []Row
	OnlyA   []string // methods that only one of the runs measured, with their experiment
	OnlyB   []string
	Smoke   bool // one of the runs is a smoke run, which decides nothing
}

// Choice says which metrics are compared: those named, or those of the usual roles.
type Choice struct {
	Metrics []string // names; nil = results and costs
	All     bool     // every metric but details of figures
}

func (c Choice) wants(m metrics.Metric) bool {
	switch {
	case len(c.Metrics) > 0:
		return slices.Contains(c.Metrics, m.Name)
	case c.All:
		return m.Role != metrics.Detail
	}
	return m.Role == metrics.Result && m.Name != "failed" || m.Role == metrics.Cost
}

func (c Choice) check() error {
	for _, name := range c.Metrics {
		if _, ok := metrics.Of(name); !ok {
			return fmt.Errorf("unknown metric %q; known: %s", name, strings.Join(metricOrder(), ", "))
		}
	}
	return nil
}

// Two compares run b with run a.
func Two(a, b *Run, choice Choice) (*Comparison, error) {
	if err := choice.check(); err != nil {
		return nil, err
	}
	c := &Comparison{A: a, B: b, Differ: Differences([]*Run{a, b}), Smoke: a.Config.Profile == engine.Smoke || b.Config.Profile == engine.Smoke}
	c.Paired, c.Pairing = pairing(a, b)
	ofA, ofB := a.quantities(choice.wants), b.quantities(choice.wants)
	byKey := map[string]*quantity{}
	for _, q := range ofB {
		byKey[q.key()] = q
	}
	shown := shownTags(append(slices.Clone(ofA), ofB...))
	words := terms([]*Run{a, b})
	for _, q := range ofA {
		if other, ok := byKey[q.key()]; ok {
			r := c.row(q, other, shown)
			r.Name = report.Named(words, r.Method)
			c.Rows = append(c.Rows, r)
		}
	}
	if len(c.Rows) == 0 {
		return nil, nothingInCommon(a, b, ofA, ofB)
	}
	c.sort()
	c.OnlyA, c.OnlyB = missing(ofA, ofB, words), missing(ofB, ofA, words)
	return c, nil
}

// sort puts rows of one metric and place together, in the order in which they first occur.
func (c *Comparison) sort() {
	order := map[string]int{}
	name := func(r Row, depth int) string {
		return strings.Join([]string{r.Experiment, r.Metric.Name, r.At}[:depth], "\x00")
	}
	for _, r := range c.Rows {
		for depth := 1; depth <= 3; depth++ {
			if _, ok := order[name(r, depth)]; !ok {
				order[name(r, depth)] = len(order)
			}
		}
	}
	slices.SortStableFunc(c.Rows, func(x, y Row) int {
		for depth := 1; depth <= 3; depth++ {
			if d := order[name(x, depth)] - order[name(y, depth)]; d != 0 {
				return d
			}
		}
		return 0
	})
}

// pairing says whether a draw of one run is the same draw in the other, and why.
func pairing(a, b *Run) (bool, string) {
	switch {
	case a.Config.Data != b.Config.Data:
		return false, "Unpaired: the runs have different data, so no draw of one is a draw of the other."
	case a.Config.Seed != b.Config.Seed:
		return false, "Unpaired: the runs have different seeds, so no draw of one is a draw of the other."
	}
	for _, part := range commonParts([]*Run{a, b}) {
		for _, key := range drawnBy(a, b, part) {
			if x, y := settingOf(a, part, key), settingOf(b, part, key); x != y {
				return false, fmt.Sprintf("Unpaired: %s differs, so no draw of one run is a draw of the other.", key)
			}
		}
	}
	return true, "Paired by draw: both runs have the same data, seed and draws."
}

// drawnBy are the settings that a draw of either run depends on besides data, seed and its number.
func drawnBy(a, b *Run, part string) []string {
	var out []string
	for _, r := range []*Run{a, b} {
		for _, f := range r.part(part).Fields() {
			if f.Drawn && !slices.Contains(out, f.Name) {
				out = append(out, f.Name)
			}
		}
	}
	return out
}

// settingOf returns a setting of an experiment; "" where it has none of that name.
func settingOf(r *Run, part, key string) string {
	if !slices.Contains(settingNames(r, part), key) {
		return ""
	}
	return r.part(part).Text(key)
}

// row compares b with a.
func (c *Comparison) row(a, b *quantity, shown func(string) bool) Row {
	r := Row{Experiment: a.experiment, Method: a.method, At: a.place(func(tag string) bool { return !shown(tag) }), Metric: a.metric, Unit: a.unit,
		A: Side{a.summary(), len(a.failed)}, B: Side{b.summary(), len(b.failed)}, Paired: c.Paired}
	smaller := a.metric.Better != metrics.Larger
	x, y := a.all(), b.all()
	compare, byDifference := verdict.Unpaired, verdict.UnpairedDifference
	if c.Paired {
		x, y = common(a, b)
		compare, byDifference = verdict.Paired, verdict.PairedDifference
	}
	if !a.metric.Ratio {
		compare = byDifference
	}
	v := compare(y, x, smaller)
	r.Ratio, r.Estimate, r.Low, r.High, r.Confidence, r.N = v.Ratio, v.Median, v.Low, v.High, v.Confidence, v.N
	if v.Confidence == 0 {
		r.Low, r.High = math.NaN(), math.NaN()
	}
	switch {
	case c.Smoke:
	case c.equal(x, y) && len(x) == len(a.values) && len(y) == len(b.values):
		r.Verdict = Equal
	default:
		r.Verdict = word(v.Verdict, a.metric.Better)
	}
	r.noteFailures(a, b)
	if c.Paired && len(x) < max(len(a.values), len(b.values)) {
		r.note(fmt.Sprintf("%d draws in common", len(x)))
	}
	return r
}

// equal reports whether two quantities are the same in every draw: paired ones draw by draw, others
// where all draws of both have one value.
func (c *Comparison) equal(x, y []float64) bool {
	if c.Paired {
		return len(x) > 0 && slices.Equal(x, y)
	}
	all := append(slices.Clone(x), y...)
	return len(x) > 0 && len(y) > 0 && slices.Max(all) == slices.Min(all)
}

// word names a verdict of smaller is better by the direction of the metric.
func word(v verdict.Verdict, direction metrics.Direction) Word {
	switch {
	case v == verdict.Undecided:
		return Undecided
	case direction == metrics.Neither && v == verdict.Better:
		return Lower
	case direction == metrics.Neither:
		return Higher
	}
	return Word(v)
}

// noteFailures says in how many draws the method failed. Where it failed in other draws of the one
// run than of the other, the draws that are left decide nothing.
func (r *Row) noteFailures(a, b *quantity) {
	for _, side := range []struct {
		name string
		q    *quantity
	}{{"A", a}, {"B", b}} {
		if n := len(side.q.failed); n > 0 {
			r.note(fmt.Sprintf("%s failed in %d of %d draws", side.name, n, n+len(side.q.values)))
		}
	}
	same := len(a.failed) == len(b.failed)
	for d := range a.failed {
		same = same && r.Paired && b.failed[d]
	}
	if !same && r.Verdict != NoWord {
		r.Verdict = Undecided
	}
}

func (r *Row) note(text string) {
	r.Note = strings.TrimPrefix(r.Note+"; "+text, "; ")
}

// common returns both quantities in the draws that have both.
func common(a, b *quantity) (x, y []float64) {
	for _, d := range a.draws() {
		if len(b.values[d]) > 0 {
			x, y = append(x, a.of(d)), append(y, b.of(d))
		}
	}
	return x, y
}

// shownTags says which tags a row has to state: those that a row's label does not say, and of words
// only those that are not the same throughout.
func shownTags(all []*quantity) func(string) bool {
	values := map[string][]any{}
	for _, q := range all {
		for _, t := range q.at {
			if !slices.Contains(values[t.name], t.value) {
				values[t.name] = append(values[t.name], t.value)
			}
		}
	}
	return func(tag string) bool {
		if slices.Contains([]string{"start", "trainer", "settings", "factor"}, tag) {
			return false
		}
		_, number := values[tag][0].(float64)
		return number || len(values[tag]) > 1
	}
}

// missing returns the methods of some quantities that others have none of.
func missing(some, others []*quantity, words []report.Term) []string {
	var out []string
	name := func(q *quantity) string { return report.Named(words, q.method) + " (" + q.experiment + ")" }
	for _, q := range some {
		n := name(q)
		if !slices.Contains(out, n) && !slices.ContainsFunc(others, func(o *quantity) bool { return name(o) == n }) {
			out = append(out, n)
		}
	}
	return out
}

// nothingInCommon says what each run has.
func nothingInCommon(a, b *Run, ofA, ofB []*quantity) error {
	has := func(r *Run, all []*quantity) string {
		var out []string
		for _, q := range all {
			size := ""
			for _, t := range q.at { // not what a choice was made for, which all runs have
				if t.name == "features" || t.name == "rows" {
					size = " by " + t.name
				}
			}
			if s := q.experiment + size; !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		if len(out) == 0 {
			return r.Dir + " has no value of these metrics"
		}
		return r.Dir + " measured " + strings.Join(out, ", ")
	}
	return errors.New("the runs have nothing in common: " + has(a, ofA) + "; " + has(b, ofB) +
		". Compare runs of one experiment with methods and sizes of the change in common")
}

// Counts are the rows by verdict.
func (c *Comparison) Counts() map[Word]int {
	out := map[Word]int{}
	for _, r := range c.Rows {
		out[r.Verdict]++
	}
	return out
}

// ByChance is the number of rows that would be decided on the average, at most, if there were no
// difference in any: each interval leaves out the true value with a probability of 1 less its
// confidence.
func (c *Comparison) ByChance() float64 {
	sum := 0.0
	for _, r := range c.Rows {
		if r.Confidence > 0 && r.Verdict != Equal {
			sum += 1 - r.Confidence
		}
	}
	return sum
}

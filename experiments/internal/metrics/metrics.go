// Package metrics is the vocabulary of records.jsonl: what each metric and each tag means, in which
// units a metric is recorded, and which of two values is the better one. docs/records.md is made
// from it. It knows no experiment's code.
package metrics

import "slices"

// Direction says which of two values is the better one.
type Direction int

const (
	Neither Direction = iota // a fact, or a quantity of which neither end is good
	Smaller
	Larger
)

// String names the direction as pages do.
func (d Direction) String() string {
	return [...]string{"neither", "smaller", "larger"}[d]
}

// Role says what a metric is for.
type Role int

const (
	Result Role = iota // what an experiment is about
	Cost               // what a method takes: seconds, passes, products
	Check              // whether a training, a solve or a bound is what it should be
	Choice             // how a setting was chosen
	Fact               // a size of the data or of the model
	Detail             // what a figure or a table is drawn from, in one record
)

// String names the role as pages do.
func (r Role) String() string {
	return [...]string{"result", "cost", "check", "choice", "fact", "detail"}[r]
}

// Metric is one kind of measured number.
type Metric struct {
	Name    string
	Units   []string // that it is recorded in
	Role    Role
	Better  Direction
	Ratio   bool   // two values are compared by their ratio, otherwise by their difference
	Meaning string // in a sentence
}

// All returns the metrics in the order of their page.
func All() []Metric { return slices.Clone(all) }

// Of returns the metric of that name.
func Of(name string) (Metric, bool) {
	i := slices.IndexFunc(all, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{Name: name}, false
	}
	return all[i], true
}

// Place says what a tag does for the record that has it.
type Place int

const (
	Describes Place = iota // says how the number came about, and tells no two numbers apart
	Divides                // numbers with different values of it are never put together
	Repeats                // numbers with different values of it repeat one measurement within a draw
)

// Tag is one of the keys of a record's settings.
type Tag struct {
	Name    string
	Kind    string // string, number or boolean
	Meaning string // in a sentence
	Place   Place
	// Only names the experiments or metrics in whose records the tag has that place; nil = in all.
	// Elsewhere it describes.
	Only []string
}

// Tags returns the tags in the order of their page.
func Tags() []Tag { return slices.Clone(tags) }

// TagOf returns the tag of that name.
func TagOf(name string) (Tag, bool) {
	i := slices.IndexFunc(tags, func(t Tag) bool { return t.Name == name })
	if i < 0 {
		return Tag{Name: name}, false
	}
	return tags[i], true
}

// PlaceOf returns what the tag does for records of a metric in an experiment.
func PlaceOf(tag, experiment, metric string) Place {
	t, _ := TagOf(tag)
	if t.Only != nil && !slices.Contains(t.Only, experiment) && !slices.Contains(t.Only, metric) {
		return Describes
	}
	return t.Place
}

// YesNo reports whether the metric is 1 or 0 in each draw, so that its mean is a share, and its
// median says little.
func (m Metric) YesNo() bool {
	return slices.Contains([]string{"certified-share", "bound-holds", "ended-by-budget"}, m.Name)
}

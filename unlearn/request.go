package unlearn

import "lethe/datasets"

// Kind says what a [Change] does.
type Kind int

const (
	SampleRemoval     Kind = iota // the samples Rows were never there
	FeatureRemoval                // the features Columns are zero in every sample
	FeatureCorrection             // feature Columns[j] of sample Rows[i] is Values[i][j]
	LabelCorrection               // the label of sample Rows[i] is Labels[i]
	SampleCorrection              // sample Rows[i], label included, is row i of To
)

// String returns the kind in words: "remove samples", "correct labels", ...
func (k Kind) String() string {
	names := [...]string{"remove samples", "remove features", "correct features", "correct labels", "correct samples"}
	if k < 0 || int(k) >= len(names) {
		return "unknown change"
	}
	return names[k]
}

// Change is one change of a data set; which fields count depends on Kind.
type Change struct {
	Kind    Kind
	Rows    []int
	Columns []int
	Values  [][]float64
	Labels  []float64
	To      *datasets.Dataset
}

// Request is what a model shall forget. The zero value asks for nothing.
type Request struct{ Changes []Change }

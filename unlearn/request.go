package unlearn

import (
	"lethe/datasets"
)

// ChangeKind says what a [Change] does.
type ChangeKind int

const (
	// SampleRemoval: the samples Rows were never there.
	SampleRemoval ChangeKind = iota
	// FeatureRemoval: the features Columns are zero in every sample.
	FeatureRemoval
	// FeatureCorrection: feature Columns[j] of sample Rows[i] is Values[i][j].
	FeatureCorrection
	// LabelCorrection: the label of sample Rows[i] is Labels[i]; of data with k labels a sample,
	// Labels[i*k:(i+1)*k].
	LabelCorrection
	// SampleCorrection: sample Rows[i] is sample i of To, label included.
	SampleCorrection
)

// String returns the kind in words: "remove samples", "correct labels".
func (k ChangeKind) String() string {
	names := [...]string{"remove samples", "remove features", "correct features", "correct labels", "correct samples"}
	if k < 0 || int(k) >= len(names) {
		return "unknown change"
	}
	return names[k]
}

// Change is one change of a data set. Which fields count depends on Kind; the others have to be
// empty.
type Change struct {
	Kind    ChangeKind
	Rows    []int             // samples, counted in the data set that the request is applied to
	Columns []int             // features
	Values  [][]float64       // one row for each of Rows, one number for each of Columns
	Labels  []float64         // one for each of Rows, or as many as a sample has; class indices as in [datasets.Dataset]
	To      *datasets.Dataset // one sample for each of Rows; a sample keeps its weight unless To has Weights
}

// Request is what a model shall forget: changes that hold together, whose order does not matter.
// The zero value asks for nothing. Make one with [RemoveSamples] and its kin, and join several with
// [Merge].
//
// Changes may meet in one sample as long as they do not speak of the same thing. Removed features
// are zero in every sample that stays, in corrected samples too. These overlap, and are refused
// with [OverlapError]: a removed or corrected sample with any other change of that sample, two
// corrections of one cell or one label, a feature removed twice, and a corrected cell of a removed
// feature.
type Request struct{ Changes []Change }

// RemoveSamples asks to forget samples.
func RemoveSamples(rows ...int) Request {
	return Request{[]Change{{Kind: SampleRemoval, Rows: rows}}}
}

// RemoveFeatures asks to forget features: their columns become zero.
func RemoveFeatures(columns ...int) Request {
	return Request{[]Change{{Kind: FeatureRemoval, Columns: columns}}}
}

// CorrectFeatures asks that feature columns[j] of sample rows[i] be values[i][j].
func CorrectFeatures(rows, columns []int, values [][]float64) Request {
	return Request{[]Change{{Kind: FeatureCorrection, Rows: rows, Columns: columns, Values: values}}}
}

// CorrectLabels asks that the label of sample rows[i] be labels[i], a class index (or the target,
// in regression). Where a sample has k labels ([datasets.Dataset] with Targets), all of them are
// given: labels[i*k:(i+1)*k].
func CorrectLabels(rows []int, labels []float64) Request {
	return Request{[]Change{{Kind: LabelCorrection, Rows: rows, Labels: labels}}}
}

// CorrectSamples asks that sample rows[i] be sample i of to, label included, and weight where to
// has Weights. The names of classes and columns have to be those of the data ([datasets.Same]).
func CorrectSamples(rows []int, to *datasets.Dataset) Request {
	return Request{[]Change{{Kind: SampleCorrection, Rows: rows, To: to}}}
}

// Merge joins requests into one that is carried out in one go. Overlapping ones are an
// [OverlapError] that names the rows.
func Merge(requests ...Request) (Request, error) {
	var all Request
	for _, r := range requests {
		all.Changes = append(all.Changes, r.Changes...)
	}
	if err := all.check(); err != nil {
		return Request{}, err
	}
	return all, nil
}

// Empty reports whether the request asks for nothing.
func (r Request) Empty() bool {
	for _, c := range r.Changes {
		if c.size() > 0 {
			return false
		}
	}
	return true
}

// size is the number of rows or columns that the change lists.
func (c *Change) size() int {
	switch {
	case c.Kind == FeatureRemoval:
		return len(c.Columns)
	case c.Kind == FeatureCorrection && len(c.Columns) == 0:
		return 0
	default:
		return len(c.Rows)
	}
}

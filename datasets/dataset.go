// Package datasets holds labelled samples (dense, sparse, image and token rows), loads them from files, cuts them from
// texts, and changes them the way an unlearning request asks.
package datasets

import "fmt"

// Dataset is n labelled samples. A data set is never changed after it was made: every method returns a new one,
// which may share memory with the old.
type Dataset struct {
	Name string   // "drebin/train"; only for messages
	X    Features // the samples, one row each
	// Y holds one label a sample: the class index 0 ... Classes-1, or the target itself when Classes is 0 (regression).
	// Binary labels written as -1 and +1 in a file are 0 and 1 here.
	Y          []float64
	Classes    int      // number of classes; 0 for regression
	ClassNames []string // name of each class in their order; nil if they have none
	Columns    []string // name of each feature in column order; nil if they have none
}

// Len returns the number of samples n.
func (d *Dataset) Len() int { return len(d.Y) }

// Subset returns the given rows, in the given order (repeats allowed).
func (d *Dataset) Subset(rows []int) *Dataset {
	y := make([]float64, len(rows))
	for i, r := range rows {
		y[i] = d.Y[r]
	}
	return d.With(d.X.Subset(rows), y)
}

// Slice returns rows lo to hi-1 without copying them.
func (d *Dataset) Slice(lo, hi int) *Dataset { return d.With(d.X.Slice(lo, hi), d.Y[lo:hi:hi]) }

// With returns a data set of the same name, classes, columns and their names with other samples and labels.
func (d *Dataset) With(x Features, y []float64) *Dataset {
	if x.Len() != len(y) {
		panic(fmt.Sprintf("datasets: %d samples with %d labels", x.Len(), len(y)))
	}
	c := *d
	c.X, c.Y = x, y
	return &c
}

// Features is a list of samples of one shape. The concrete types are *Dense, *CSR, *Images and *Tokens; code that
// builds batches switches on them.
type Features interface {
	Len() int                   // number of samples
	Shape() []int               // shape of one sample: [columns], [height, width, channels], [sequence length]
	Subset(rows []int) Features // the given rows, in the given order
	Slice(lo, hi int) Features  // rows lo to hi-1, sharing memory
}

package datasets

import "fmt"

// Dataset is n labelled samples. A data set is never changed after it was made: every method
// returns a new one, which may share memory with the old.
type Dataset struct {
	Name string   // "drebin/train"; only for messages
	X    Features // the samples, one row each
	// Y holds the labels, Targets of them a sample, one sample after the other (n*Targets): the
	// class index 0 ... Classes-1, or the target itself when Classes is 0 (regression). Binary
	// labels written as -1 and +1 in a file are 0 and 1 here.
	Y          []float64
	Targets    int       // labels a sample, as of several outputs or of each token; 0 is 1
	Weights    []float64 // weight of each sample (n), at least 0: its loss counts so many times; nil = 1 each
	Classes    int       // number of classes; 0 for regression
	ClassNames []string  // name of each class in their order; nil if they have none
	Columns    []string  // name of each feature in column order; nil if they have none
	Coding     *Coding   // how the file was coded that it was read from, for reading another alike; nil = not known

	rows  []int // number of each sample in the user's data, for messages; nil = first, first+1, ...
	first int
}

// Len returns the number of samples n.
func (d *Dataset) Len() int {
	if d.X == nil {
		return len(d.Y) / d.Width()
	}
	return d.X.Len()
}

// Width returns the number of labels a sample: Targets, at least 1.
func (d *Dataset) Width() int { return max(d.Targets, 1) }

// Weight returns the weight of sample i.
func (d *Dataset) Weight(i int) float64 {
	if d.Weights == nil {
		return 1
	}
	return d.Weights[i]
}

// TotalWeight returns the sum of the weights: n where there are none.
func (d *Dataset) TotalWeight() float64 {
	if d.Weights == nil {
		return float64(d.Len())
	}
	sum := 0.0
	for _, w := range d.Weights {
		sum += w
	}
	return sum
}

// Row returns the number that sample i has in the data that the user made or loaded: a subset, a
// slice and what is left after a removal remember it. Joined sets are counted from 0 again.
func (d *Dataset) Row(i int) int {
	if d.rows != nil {
		return d.rows[i]
	}
	return d.first + i
}

// Where names sample i in messages: "row 17 of adult/train", counted as by [Dataset.Row].
func (d *Dataset) Where(i int) string {
	if d.Name == "" {
		return fmt.Sprintf("row %d of the data set", d.Row(i))
	}
	return fmt.Sprintf("row %d of %s", d.Row(i), d.Name)
}

// Subset returns the given rows, in the given order (repeats allowed).
func (d *Dataset) Subset(rows []int) *Dataset { return d.part(d.X.Subset(rows), rows) }

// part returns the given rows of d, whose features are x.
func (d *Dataset) part(x Features, rows []int) *Dataset {
	c := *d
	k := d.Width()
	c.X, c.Y, c.rows, c.first = x, make([]float64, 0, len(rows)*k), make([]int, len(rows)), 0
	for i, r := range rows {
		c.Y = append(c.Y, d.Y[r*k:(r+1)*k]...)
		c.rows[i] = d.Row(r)
	}
	if d.Weights != nil {
		c.Weights = make([]float64, len(rows))
		for i, r := range rows {
			c.Weights[i] = d.Weights[r]
		}
	}
	return &c
}

// Slice returns rows lo to hi-1 without copying them.
func (d *Dataset) Slice(lo, hi int) *Dataset {
	c := *d
	k := d.Width()
	c.X, c.Y = d.X.Slice(lo, hi), d.Y[lo*k:hi*k:hi*k]
	if d.Weights != nil {
		c.Weights = d.Weights[lo:hi:hi]
	}
	if d.rows != nil {
		c.rows = d.rows[lo:hi:hi]
	}
	c.first += lo
	return &c
}

// With returns a data set of the same name, classes, columns and their names with other samples and
// labels, Targets of them a sample. Where their number stays, each keeps its weight and its row
// number. Where it changes, they are counted from 0, and a data set with weights panics, since it
// is not known whose they are. Other samples than d.X have no Coding, since they may be scaled or
// chosen in another way.
func (d *Dataset) With(x Features, y []float64) *Dataset {
	c := d.with(x, y)
	if x != d.X {
		c.Coding = nil
	}
	return c
}

// with is With for samples that are coded as before.
func (d *Dataset) with(x Features, y []float64) *Dataset {
	if x.Len()*d.Width() != len(y) {
		panic(fmt.Sprintf("datasets: %s: %d samples of %d labels each with %d labels", d.title(), x.Len(), d.Width(), len(y)))
	}
	c := *d
	c.X, c.Y = x, y
	if d.X != nil && x.Len() == d.Len() {
		return &c
	}
	if d.Weights != nil {
		panic(fmt.Sprintf("datasets: %s: %d samples in place of %d, which have weights: set Weights to nil or to those of the new ones first",
			d.title(), x.Len(), d.Len()))
	}
	c.rows, c.first = nil, 0
	return &c
}

// Features is a list of samples of one shape. The concrete types are *Dense, *CSR, *Images, *Tensor
// and *Tokens; code that builds batches switches on them.
type Features interface {
	Len() int                   // number of samples
	Shape() []int               // shape of one sample: [columns], [height, width, channels], [sequence length], any
	Subset(rows []int) Features // the given rows, in the given order
	Slice(lo, hi int) Features  // rows lo to hi-1, sharing memory
}

package datasets

import "fmt"

// usable says what makes d no data set that can be taken apart: it is nil, or its lengths disagree.
// Of the values it reads none, so that it may be asked before every change; [Dataset.Check] looks
// at all.
func (d *Dataset) usable() error {
	if d == nil || d.noSamples() {
		return d.Check() // which says so
	}
	var err error
	switch x := d.X.(type) {
	case *CSR:
		err = x.checkPointers()
	case *Images: // whatever Mean and Scale make of them
		err = checkSize("pixels", len(x.Pixels), x.N, x.Height, x.Width, x.Channels)
	case *Tokens:
		if x.Length < 0 {
			err = x.check()
		}
	default: // a look at sizes only
		err = d.checkFeatures()
	}
	if err == nil {
		err = d.checkLengths()
	}
	if err != nil {
		return fmt.Errorf("datasets: %s: %w", d.title(), d.named(err))
	}
	return nil
}

// usable says which of the data sets cannot be taken apart.
func usable(sets ...*Dataset) error {
	for _, d := range sets {
		if err := d.usable(); err != nil {
			return err
		}
	}
	return nil
}

// checkPointers is checkRows without a look at the columns.
func (x *CSR) checkPointers() error {
	if x.N < 0 || x.Cols < 0 || len(x.Indptr) != x.N+1 {
		return fmt.Errorf("%d row pointers for %d rows of %d columns, there must be one more than rows", len(x.Indptr), x.N, x.Cols)
	}
	if len(x.Indices) != len(x.Values) {
		return fmt.Errorf("%d column indices for %d values", len(x.Indices), len(x.Values))
	}
	lo := x.Indptr[0]
	for i, hi := range x.Indptr[1:] {
		if lo < 0 || lo > hi || hi > len(x.Indices) {
			return faultyRow(i, "row pointers %d and %d into %d values", lo, hi, len(x.Values))
		}
		lo = hi
	}
	return nil
}

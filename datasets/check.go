package datasets

import (
	"fmt"
	"math"
)

// Check says what makes d no sound data set, naming the data set, the row and what is wrong: lengths that disagree, row
// pointers, columns, windows or token ids out of range, columns that do not rise within a sparse row, labels that are
// not finite or, where there are classes, not a whole number of 0 to Classes-1, and names that are not one a column or
// class. Feature values are not looked at. One pass over labels, sparse columns or tokens; the memory of dense rows and
// images is only counted.
func (d *Dataset) Check() error {
	if d.X == nil {
		return fmt.Errorf("datasets: %s: no samples: X is nil", d.Name)
	}
	if err := d.checkFeatures(); err != nil {
		return fmt.Errorf("datasets: %s: %w", d.Name, err)
	}
	if n := d.X.Len(); len(d.Y) != n {
		return fmt.Errorf("datasets: %s: %d labels for %d samples", d.Name, len(d.Y), n)
	}
	if d.Classes < 0 {
		return fmt.Errorf("datasets: %s: %d classes; give 0 for a regression", d.Name, d.Classes)
	}
	if d.ClassNames != nil && len(d.ClassNames) != d.Classes {
		return fmt.Errorf("datasets: %s: %d class names for %d classes", d.Name, len(d.ClassNames), d.Classes)
	}
	for i, y := range d.Y {
		if err := checkLabel(d, y); err != nil {
			return fmt.Errorf("datasets: %s: row %d: %w", d.Name, i, err)
		}
	}
	return nil
}

func (d *Dataset) checkFeatures() error {
	cols := -1
	var err error
	switch x := d.X.(type) {
	case *Dense:
		cols, err = x.Cols, checkSize("numbers", len(x.Data), x.N, x.Cols)
	case *CSR:
		cols, err = x.Cols, x.checkRows()
	case *Images:
		err = checkSize("pixels", len(x.Pixels), x.N, x.Height, x.Width, x.Channels)
	case *Tokens:
		err = x.check()
	default:
		err = fmt.Errorf("samples of unknown type %T", d.X)
	}
	if err == nil && cols >= 0 && d.Columns != nil && len(d.Columns) != cols {
		err = fmt.Errorf("%d column names for %d columns", len(d.Columns), cols)
	}
	return err
}

// checkSize compares a length with the product of the shape.
func checkSize(what string, have int, shape ...int) error {
	want, ok := elements(shape, math.MaxInt)
	if !ok {
		return fmt.Errorf("shape %v is out of range", shape)
	}
	if have != want {
		return fmt.Errorf("%d %s for shape %v, which has %d", have, what, shape, want)
	}
	return nil
}

// checkRows says what makes x no CSR matrix of rising columns. It changes nothing, unlike repair.
func (x *CSR) checkRows() error {
	if x.N < 0 || x.Cols < 0 || len(x.Indptr) != x.N+1 {
		return fmt.Errorf("%d row pointers for %d rows of %d columns, there must be one more than rows", len(x.Indptr), x.N, x.Cols)
	}
	if len(x.Indices) != len(x.Values) {
		return fmt.Errorf("%d column indices for %d values", len(x.Indices), len(x.Values))
	}
	lo := x.Indptr[0]
	for i, hi := range x.Indptr[1:] {
		if lo < 0 || lo > hi || hi > len(x.Indices) {
			return fmt.Errorf("row %d: row pointers %d and %d into %d values", i, lo, hi, len(x.Values))
		}
		last := int32(-1)
		for _, c := range x.Indices[lo:hi] {
			if c <= last {
				return unrising(i, last, c)
			}
			last = c
		}
		if int(last) >= x.Cols { // the largest, as they rise
			return fmt.Errorf("row %d: there is no column %d (%d columns, counted from 0)", i, last, x.Cols)
		}
		lo = hi
	}
	return nil
}

func unrising(row int, last, c int32) error {
	if c < 0 {
		return fmt.Errorf("row %d: there is no column %d", row, c)
	}
	return fmt.Errorf("row %d: column %d after column %d; columns must rise within a row", row, c, last)
}

// check looks at every window. Of one that overlaps the window before it, only what is new is read.
func (x *Tokens) check() error {
	if x.Length < 0 {
		return fmt.Errorf("windows of length %d", x.Length)
	}
	before := 0
	seen := 0 // end of the window that begins at before, all of which is sound
	for i, start := range x.Starts {
		if start < 0 || start > len(x.Text)-x.Length {
			return fmt.Errorf("row %d: a window of %d tokens from %d on is not within the text of %d", i, x.Length, start, len(x.Text))
		}
		end := start + x.Length
		from := start
		if start >= before {
			from = min(max(start, seen), end)
		}
		for k, id := range x.Text[from:end] {
			if id < 0 || int(id) >= x.Vocabulary {
				return fmt.Errorf("row %d: token %d at place %d is not in a vocabulary of %d", i, id, from+k-start, x.Vocabulary)
			}
		}
		before, seen = start, end
	}
	return nil
}

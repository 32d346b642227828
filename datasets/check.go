package datasets

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"
)

// Check says what makes d no sound data set, naming the data set, the row as counted by
// [Dataset.Row], the column and what is wrong: lengths that disagree, row pointers, columns,
// windows or token ids out of range, columns that do not rise within a sparse row, features or
// labels that are not finite, labels that are not a whole number of 0 to Classes-1 where there are
// classes, weights below 0, names that are not one a column or class or that come twice, and images
// whose Mean or Scale makes no finite numbers. It takes one pass over features, labels and weights.
func (d *Dataset) Check() error {
	if d == nil {
		return errors.New("datasets: there is no data set: it is nil")
	}
	if d.noSamples() {
		return fmt.Errorf("datasets: %s: no samples: X is nil", d.title())
	}
	if err := d.checkFeatures(); err != nil {
		return fmt.Errorf("datasets: %s: %w", d.title(), d.named(err))
	}
	if err := d.checkLengths(); err != nil {
		return fmt.Errorf("datasets: %s: %w", d.title(), err)
	}
	if d.Classes < 0 {
		return fmt.Errorf("datasets: %s: %d classes; give 0 for a regression", d.title(), d.Classes)
	}
	if d.ClassNames != nil && len(d.ClassNames) != d.Classes {
		return fmt.Errorf("datasets: %s: %d class names for %d classes", d.title(), len(d.ClassNames), d.Classes)
	}
	if name, at, twice := repeated(d.ClassNames); twice {
		return fmt.Errorf("datasets: %s: classes %d and %d are both called %q", d.title(), slices.Index(d.ClassNames, name), at, name)
	}
	if name, at, twice := repeated(d.Columns); twice {
		return fmt.Errorf("datasets: %s: columns %d and %d are both called %q; names have to say which column is meant",
			d.title(), slices.Index(d.Columns, name), at, name)
	}
	for i, y := range d.Y {
		if err := checkLabel(d, y); err != nil {
			return fmt.Errorf("datasets: %s: row %d: %w", d.title(), d.Row(i/d.Width()), err)
		}
	}
	for i, w := range d.Weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("datasets: %s: row %d: weight %v; give a finite number of at least 0", d.title(), d.Row(i), w)
		}
	}
	if d.Weights != nil && math.IsInf(d.TotalWeight(), 0) {
		return fmt.Errorf("datasets: %s: the sum of the weights is beyond the range of numbers; divide them by a constant", d.title())
	}
	return d.CheckFinite()
}

// named gives a row that is at fault the number that it has in the user's data.
func (d *Dataset) named(err error) error {
	if at, ok := errors.AsType[*rowFault](err); ok && (d.rows == nil || at.row < len(d.rows)) {
		return fmt.Errorf("row %d: %s", d.Row(at.row), at.reason)
	}
	return err
}

// noSamples says whether X is nil, or a nil pointer of some type.
func (d *Dataset) noSamples() bool {
	v := reflect.ValueOf(d.X)
	return d.X == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// checkLengths compares the numbers of labels and weights with that of the samples.
func (d *Dataset) checkLengths() error {
	n := d.X.Len()
	switch {
	case d.Targets < 0:
		return fmt.Errorf("%d labels a sample; give 1 or more, or 0 for 1", d.Targets)
	case d.Width() == 1 && len(d.Y) != n:
		return fmt.Errorf("%d labels for %d samples", len(d.Y), n)
	case len(d.Y)%d.Width() != 0 || len(d.Y)/d.Width() != n:
		return fmt.Errorf("%d labels for %d samples of %d labels each", len(d.Y), n, d.Targets)
	case d.Weights != nil && len(d.Weights) != n:
		return fmt.Errorf("%d weights for %d samples; give one for each, or nil for 1 each", len(d.Weights), n)
	case d.rows != nil && len(d.rows) != n: // X was replaced in a copy
		return fmt.Errorf("%d samples in a copy of a data set of %d; use With", n, len(d.rows))
	}
	return nil
}

// CheckFinite names the row, as counted by [Dataset.Row], and the column of the first feature that
// is NaN or infinite. It takes one pass over dense, sparse or tensor values; images and tokens have
// none that could be.
func (d *Dataset) CheckFinite() error {
	row, column, value := -1, 0, 0.0
	switch x := d.X.(type) {
	case *Dense:
		if i := notFinite(x.Data[:x.N*x.Cols]); i >= 0 {
			row, column, value = i/x.Cols, i%x.Cols, x.Data[i]
		}
	case *CSR:
		lo := x.Indptr[0]
		if i := notFinite(x.Values[lo:x.Indptr[x.N]]); i >= 0 {
			i += lo
			row = sort.Search(x.N, func(r int) bool { return x.Indptr[r+1] > i })
			column, value = int(x.Indices[i]), x.Values[i]
		}
	case *Tensor:
		if i := notFinite(x.Data); i >= 0 {
			return fmt.Errorf("datasets: %s: row %d, element %s: the value is %v; every feature has to be a finite number",
				d.title(), d.Row(i/x.size()), x.place(i%x.size()), x.Data[i])
		}
	}
	if row < 0 {
		return nil
	}
	return fmt.Errorf("datasets: %s: row %d, column %s: the value is %v; every feature has to be a finite number",
		d.title(), d.Row(row), d.columnName(column), value)
}

// columnName is the number of a column, with its name if it has one.
func (d *Dataset) columnName(c int) string {
	if c < len(d.Columns) {
		return fmt.Sprintf("%d (%q)", c, d.Columns[c])
	}
	return fmt.Sprint(c)
}

// notFinite returns the index of the first number that is NaN or infinite, -1 if there is none. A
// difference of a number with itself is 0 or NaN, so that a block can be tested as a whole.
func notFinite(values []float64) int {
	const block = 256
	for lo := 0; lo < len(values); lo += block {
		part := values[lo:min(lo+block, len(values))]
		var a, b, c, d float64
		k := 0
		for ; k+4 <= len(part); k += 4 {
			q := part[k : k+4 : k+4]
			a += q[0] - q[0]
			b += q[1] - q[1]
			c += q[2] - q[2]
			d += q[3] - q[3]
		}
		for _, v := range part[k:] {
			a += v - v
		}
		if a+b+c+d == 0 {
			continue
		}
		return lo + slices.IndexFunc(part, func(v float64) bool { return v-v != 0 })
	}
	return -1
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
		if err = checkSize("pixels", len(x.Pixels), x.N, x.Height, x.Width, x.Channels); err == nil {
			err = x.checkScale()
		}
	case *Tokens:
		err = x.check()
	case *Tensor:
		err = x.check()
	default:
		err = fmt.Errorf("samples of unknown type %T", d.X)
	}
	if err == nil && cols >= 0 && d.Columns != nil && len(d.Columns) != cols {
		err = fmt.Errorf("%d column names for %d columns", len(d.Columns), cols)
	}
	return err
}

// checkScale refuses what makes no finite numbers of bytes.
func (x *Images) checkScale() error {
	if !(x.Scale > 0) || math.IsInf(x.Scale, 0) || math.IsNaN(x.Mean) || math.IsInf(x.Mean, 0) {
		return fmt.Errorf("images of Mean %v and Scale %v; a network sees (byte-Mean)/Scale, so give finite numbers and a Scale above 0, as 255",
			x.Mean, x.Scale)
	}
	if most := max(math.Abs(x.Mean), math.Abs(255-x.Mean)); math.IsInf(most/x.Scale, 0) {
		return fmt.Errorf("images of Mean %v and Scale %v: (byte-Mean)/Scale is beyond the range of numbers", x.Mean, x.Scale)
	}
	return nil
}

// rowFault says what is wrong with a row, counted within the features.
type rowFault struct {
	row    int
	reason string
}

func (e *rowFault) Error() string { return fmt.Sprintf("row %d: %s", e.row, e.reason) }

func faultyRow(row int, format string, args ...any) error {
	return &rowFault{row, fmt.Sprintf(format, args...)}
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
	if err := x.checkPointers(); err != nil {
		return err
	}
	for i := range x.N {
		last := int32(-1)
		for _, c := range x.Indices[x.Indptr[i]:x.Indptr[i+1]] {
			if c <= last {
				return unrising(i, last, c)
			}
			last = c
		}
		if int(last) >= x.Cols { // the largest, as they rise
			return faultyRow(i, "there is no column %d (%d columns, counted from 0)", last, x.Cols)
		}
	}
	return nil
}

func unrising(row int, last, c int32) error {
	if c < 0 {
		return faultyRow(row, "there is no column %d", c)
	}
	return faultyRow(row, "column %d after column %d; columns must rise within a row", c, last)
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
			return faultyRow(i, "a window of %d tokens from %d on is not within the text of %d", x.Length, start, len(x.Text))
		}
		end := start + x.Length
		from := start
		if start >= before {
			from = min(max(start, seen), end)
		}
		for k, id := range x.Text[from:end] {
			if id < 0 || int(id) >= x.Vocabulary {
				return faultyRow(i, "token %d at place %d is not in a vocabulary of %d", id, from+k-start, x.Vocabulary)
			}
		}
		before, seen = start, end
	}
	return nil
}

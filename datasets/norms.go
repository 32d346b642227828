package datasets

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// RowNorms returns the L2 norm ||x_i|| of each row. Dense and sparse rows only. A row with a value
// that is not finite, or whose norm is beyond the range of numbers, is an error.
func RowNorms(d *Dataset) ([]float64, error) {
	row, err := d.denseOrSparse("take the norm of the rows")
	if err != nil {
		return nil, err
	}
	norms := make([]float64, d.Len())
	for i := range norms {
		scaled, e := rowNorm(row(i))
		norms[i] = math.Ldexp(scaled, e)
		if math.IsNaN(norms[i]) || math.IsInf(norms[i], 0) {
			if err := d.CheckFinite(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("datasets: %s: row %d: the norm is beyond the largest number, %g; divide the values by a constant first",
				d.title(), d.Row(i), math.MaxFloat64)
		}
	}
	return norms, nil
}

// NormalizeRows returns d with each row divided by its L2 norm; rows of zeros stay. Dense and
// sparse rows only; where values stand is shared between the old and the new. A value that is not
// finite is an error.
func NormalizeRows(d *Dataset) (*Dataset, error) {
	if _, err := d.denseOrSparse("normalize the rows"); err != nil {
		return nil, err
	}
	if err := d.CheckFinite(); err != nil {
		return nil, err
	}
	var out *Dataset
	switch x := d.X.(type) {
	case *Dense:
		out = d.with(&Dense{N: x.N, Cols: x.Cols, Data: slices.Clone(x.Data[:x.N*x.Cols])}, d.Y)
	case *CSR:
		values := *x.rebased()
		values.Values = slices.Clone(values.Values)
		out = d.with(&values, d.Y)
	}
	row, err := out.denseOrSparse("")
	if err != nil {
		return nil, err
	}
	for i := range out.Len() {
		normalize(row(i))
	}
	if d.Coding != nil && !d.Coding.UnitRows {
		coding := *d.Coding
		coding.UnitRows = true
		out.Coding = &coding
	}
	return out, nil
}

// denseOrSparse returns a function for the numbers of row i that are stored.
func (d *Dataset) denseOrSparse(action string) (row func(i int) []float64, err error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	switch x := d.X.(type) {
	case *Dense:
		return func(i int) []float64 { return x.Data[i*x.Cols : (i+1)*x.Cols] }, nil
	case *CSR:
		return func(i int) []float64 { return x.Values[x.Indptr[i]:x.Indptr[i+1]] }, nil
	}
	return nil, noColumns(d, action)
}

// rowNorm returns the L2 norm of a row as f * 2^e. Where squares of the values would leave the
// range of numbers, or lose digits at its lower end, the values are divided by a power of 2 first.
func rowNorm(row []float64) (f float64, e int) {
	f = floats.Norm(row, 2)
	if f >= 1e-140 && f <= 1e140 || math.IsNaN(f) {
		return f, 0
	}
	largest := 0.0
	for _, v := range row {
		largest = max(largest, math.Abs(v))
	}
	if math.IsInf(largest, 0) {
		return largest, 0
	}
	if _, e = math.Frexp(largest); largest == 0 {
		return 0, 0
	}
	scaled := make([]float64, len(row))
	for i, v := range row {
		scaled[i] = math.Ldexp(v, -e)
	}
	return floats.Norm(scaled, 2), e
}

// normalize divides a row by its norm; one of zeros stays.
func normalize(row []float64) {
	f, e := rowNorm(row)
	switch {
	case f == 0:
	case e == 0:
		for j := range row {
			row[j] /= f
		}
	default:
		for j := range row {
			row[j] = math.Ldexp(row[j], -e) / f
		}
	}
}

// rebased returns the same rows, sharing memory, with Indptr[0] = 0 and nothing stored beside them.
func (x *CSR) rebased() *CSR {
	lo, hi := x.Indptr[0], x.Indptr[x.N]
	out := &CSR{N: x.N, Cols: x.Cols, Indptr: x.Indptr, Indices: x.Indices[lo:hi:hi], Values: x.Values[lo:hi:hi]}
	if lo != 0 {
		out.Indptr = make([]int, x.N+1)
		for i, v := range x.Indptr[:x.N+1] {
			out.Indptr[i] = v - lo
		}
	}
	return out
}

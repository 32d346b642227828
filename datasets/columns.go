package datasets

import (
	"fmt"
	"slices"
)

// ZeroColumns returns d with the given columns zero in every row, as removing those features asks;
// the shape stays. Dense and sparse rows only.
func ZeroColumns(d *Dataset, columns []int) (*Dataset, error) {
	mask, err := columnMask(d, "zero columns", columns)
	if err != nil {
		return nil, err
	}
	switch x := d.X.(type) {
	case *Dense:
		out := &Dense{N: x.N, Cols: x.Cols, Data: slices.Clone(x.Data[:x.N*x.Cols])}
		for _, c := range columns {
			for i := c; i < len(out.Data); i += x.Cols {
				out.Data[i] = 0
			}
		}
		return d.with(out, d.Y), nil
	default:
		return d.with(x.(*CSR).without(mask), d.Y), nil
	}
}

// without returns a copy that lacks the stored values of the columns in the mask.
func (x *CSR) without(mask []bool) *CSR {
	lo, hi := x.Indptr[0], x.Indptr[x.N]
	out := &CSR{N: x.N, Cols: x.Cols, Indptr: make([]int, x.N+1), Indices: make([]int32, 0, hi-lo), Values: make([]float64, 0, hi-lo)}
	start := lo // what lies between two entries that go is copied in one piece
	gone := 0
	for i := range x.N {
		first := x.Indptr[i]
		for j, c := range x.Indices[first:x.Indptr[i+1]] {
			if mask[c] {
				k := first + j
				out.Indices = append(out.Indices, x.Indices[start:k]...)
				out.Values = append(out.Values, x.Values[start:k]...)
				start = k + 1
				gone++
			}
		}
		out.Indptr[i+1] = x.Indptr[i+1] - lo - gone
	}
	out.Indices = append(out.Indices, x.Indices[start:hi]...)
	out.Values = append(out.Values, x.Values[start:hi]...)
	return out
}

// ColumnRows returns, rising, the rows in which at least one of the columns is not zero: the
// samples that removing these features changes. Dense and sparse rows only.
func ColumnRows(d *Dataset, columns []int) ([]int, error) {
	mask, err := columnMask(d, "look into columns", columns)
	if err != nil {
		return nil, err
	}
	rows := []int{}
	switch x := d.X.(type) {
	case *Dense:
		for i := range x.N {
			row := x.Data[i*x.Cols : (i+1)*x.Cols]
			if slices.ContainsFunc(columns, func(c int) bool { return row[c] != 0 }) {
				rows = append(rows, i)
			}
		}
	case *CSR:
		for i := range x.N {
			first := x.Indptr[i]
			for j, c := range x.Indices[first:x.Indptr[i+1]] {
				if mask[c] && x.Values[first+j] != 0 {
					rows = append(rows, i)
					break
				}
			}
		}
	}
	return rows, nil
}

// columnMask says of each column whether it is among the given ones.
func columnMask(d *Dataset, action string, columns []int) ([]bool, error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	switch x := d.X.(type) {
	case *Dense:
	case *CSR: // its columns are to be looked up
		if err := x.checkRows(); err != nil {
			return nil, fmt.Errorf("datasets: %s: %w", d.title(), d.named(err))
		}
	default:
		return nil, noColumns(d, action)
	}
	cols := d.X.Shape()[0]
	if err := checkIndices(d, "column", columns, cols); err != nil {
		return nil, err
	}
	mask := make([]bool, cols)
	for _, c := range columns {
		mask[c] = true
	}
	return mask, nil
}

package datasets

import (
	"slices"

	"gonum.org/v1/gonum/floats"
)

// RowNorms returns the L2 norm ||x_i|| of each row. Dense and sparse rows only.
func RowNorms(d *Dataset) ([]float64, error) {
	norms := make([]float64, d.Len())
	switch x := d.X.(type) {
	case *Dense:
		for i := range norms {
			norms[i] = floats.Norm(x.Data[i*x.Cols:(i+1)*x.Cols], 2)
		}
	case *CSR:
		for i := range norms {
			norms[i] = floats.Norm(x.Values[x.Indptr[i]:x.Indptr[i+1]], 2)
		}
	default:
		return nil, noColumns(d, "normalise the rows")
	}
	return norms, nil
}

// NormalizeRows returns d with each row divided by its L2 norm; rows of zeros stay. Dense and sparse rows only; where
// values stand is shared between the old and the new.
func NormalizeRows(d *Dataset) (*Dataset, error) {
	norms, err := RowNorms(d)
	if err != nil {
		return nil, err
	}
	switch x := d.X.(type) {
	case *Dense:
		out := &Dense{N: x.N, Cols: x.Cols, Data: slices.Clone(x.Data[:x.N*x.Cols])}
		for i, norm := range norms {
			divide(out.Data[i*x.Cols:(i+1)*x.Cols], norm)
		}
		return d.With(out, d.Y), nil
	default:
		out := *x.(*CSR).rebased()
		out.Values = slices.Clone(out.Values)
		for i, norm := range norms {
			divide(out.Values[out.Indptr[i]:out.Indptr[i+1]], norm)
		}
		return d.With(&out, d.Y), nil
	}
}

func divide(row []float64, norm float64) {
	if norm == 0 {
		return
	}
	for j := range row {
		row[j] /= norm
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

package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// SetValues returns d with the value of row rows[i] in column columns[j] set to values[i][j]. Rows
// and columns are distinct. Dense and sparse rows only.
func SetValues(d *Dataset, rows, columns []int, values [][]float64) (*Dataset, error) {
	if err := checkSetValues(d, rows, columns, values); err != nil {
		return nil, err
	}
	switch x := d.X.(type) {
	case *Dense:
		out := &Dense{N: x.N, Cols: x.Cols, Data: slices.Clone(x.Data[:x.N*x.Cols])}
		for i, r := range rows {
			for j, c := range columns {
				out.Data[r*x.Cols+c] = values[i][j]
			}
		}
		return d.with(out, d.Y), nil
	case *CSR:
		changed := make([]Features, len(rows))
		for i, r := range rows {
			changed[i] = x.rowWith(r, columns, values[i])
		}
		out, err := spliced(d.X, rows, changed)
		if err != nil {
			return nil, fmt.Errorf("datasets: %s: %w", d.title(), err)
		}
		return d.with(out, d.Y), nil
	default:
		return nil, noColumns(d, "set values")
	}
}

func checkSetValues(d *Dataset, rows, columns []int, values [][]float64) error {
	if _, err := columnMask(d, "set values", columns); err != nil {
		return err
	}
	if err := checkDistinct(d, "column", columns, d.X.Shape()[0]); err != nil {
		return err
	}
	if err := checkDistinct(d, "row", rows, d.Len()); err != nil {
		return err
	}
	if len(values) != len(rows) {
		return fmt.Errorf("datasets: %s: %d rows of values for %d rows", d.title(), len(values), len(rows))
	}
	for i, v := range values {
		if len(v) != len(columns) {
			return fmt.Errorf("datasets: %s: row %d gets %d values for %d columns", d.title(), rows[i], len(v), len(columns))
		}
		for j, f := range v {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("datasets: %s: row %d, column %s cannot be %v; give a finite value", d.title(), d.Row(rows[i]), d.columnName(columns[j]), f)
			}
		}
	}
	return nil
}

// rowWith returns row r alone, with other values in some columns.
func (x *CSR) rowWith(r int, columns []int, values []float64) *CSR {
	type entry struct {
		column int32
		value  float64
	}
	mask := make(map[int32]struct{}, len(columns))
	var entries []entry
	for j, c := range columns {
		mask[int32(c)] = struct{}{}
		if values[j] != 0 {
			entries = append(entries, entry{int32(c), values[j]})
		}
	}
	for k := x.Indptr[r]; k < x.Indptr[r+1]; k++ {
		if _, set := mask[x.Indices[k]]; !set {
			entries = append(entries, entry{x.Indices[k], x.Values[k]})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.column, b.column) })
	out := &CSR{N: 1, Cols: x.Cols, Indptr: []int{0, len(entries)}, Indices: make([]int32, len(entries)), Values: make([]float64, len(entries))}
	for i, e := range entries {
		out.Indices[i], out.Values[i] = e.column, e.value
	}
	return out
}

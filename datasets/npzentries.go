package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// place is one stored value of a matrix.
type place struct {
	row, column int32
	value       float64
}

// fromEntries makes a matrix of entries in any order. Those of one place are added up, as SciPy
// does; isBool says that they are truth values, of which one that is true is enough.
func fromEntries(n, cols int, entries []place, isBool bool) (*CSR, error) {
	if err := believable(n, len(entries)); err != nil {
		return nil, err
	}
	slices.SortStableFunc(entries, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column))
	})
	x := &CSR{N: n, Cols: cols, Indptr: make([]int, n+1)}
	for k, e := range entries {
		last := len(x.Values) - 1
		switch {
		case e.row < 0 || int(e.row) >= n || e.column < 0 || int(e.column) >= cols:
			return nil, fmt.Errorf("row %d, column %d is not within shape [%d %d]", e.row, e.column, n, cols)
		case k > 0 && entries[k-1].row == e.row && entries[k-1].column == e.column:
			if x.Values[last] += e.value; isBool {
				x.Values[last] = min(x.Values[last], 1)
			}
		default:
			x.Indices, x.Values = append(x.Indices, e.column), append(x.Values, e.value)
			x.Indptr[e.row+1]++
			last++
		}
		if v := x.Values[last]; math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("row %d, column %d: %v is not a finite number", e.row, e.column, v)
		}
	}
	for i := range n {
		x.Indptr[i+1] += x.Indptr[i]
	}
	return x, nil
}

// coo reads values with their rows and columns: arrays row and col, or one array coords of both.
func (m npzMembers) coo(n, cols int) (*CSR, error) {
	var row, col []float64
	var err error
	if m.has("coords") {
		row, col, err = m.coords(n, cols)
	} else if row, err = m.ints("row", float64(n-1)); err == nil {
		col, err = m.ints("col", float64(cols-1))
	}
	if err != nil {
		return nil, err
	}
	if len(row) != len(col) {
		return nil, fmt.Errorf("%d rows for %d columns of stored values", len(row), len(col))
	}
	values, err := m.values(len(row), "places")
	if err != nil {
		return nil, err
	}
	isBool, err := m.isBool()
	if err != nil {
		return nil, err
	}
	entries := make([]place, len(values))
	for i, v := range values {
		entries[i] = place{int32(row[i]), int32(col[i]), v}
	}
	return fromEntries(n, cols, entries, isBool)
}

func (m npzMembers) coords(n, cols int) (row, col []float64, err error) {
	a, err := m.array("coords")
	if err != nil {
		return nil, nil, err
	}
	if len(a.Shape) != 2 || a.Shape[0] != 2 {
		return nil, nil, fmt.Errorf("array coords: shape %v, not [2 values]", a.Shape)
	}
	row, col = a.Data[:a.Shape[1]], a.Data[a.Shape[1]:]
	for i := range row {
		for _, c := range []struct {
			v     float64
			limit int
		}{{row[i], n}, {col[i], cols}} {
			if !(c.v >= 0 && c.v < float64(c.limit)) || c.v != math.Trunc(c.v) {
				return nil, nil, fmt.Errorf("array coords: %v at %d is not a whole number of 0 to %d", c.v, i, c.limit-1)
			}
		}
	}
	return row, col, nil
}

// isBool says whether the stored values are truth values.
func (m npzMembers) isBool() (bool, error) {
	r, err := m.open("data")
	if err != nil {
		return false, err
	}
	defer r.Close()
	h, err := readNPYHeader(r)
	return strings.TrimLeft(h.descr, "<>|=") == "b1", err
}

// bsr reads dense blocks of equal size, those of a row of blocks after another.
func (m npzMembers) bsr(n, cols int) (*CSR, error) {
	indptr, indices, err := m.compressed()
	if err != nil {
		return nil, err
	}
	data, err := m.array("data")
	if err != nil {
		return nil, err
	}
	if len(data.Shape) != 3 || data.Shape[0] != len(indices) || data.Shape[1] == 0 || data.Shape[2] == 0 {
		return nil, fmt.Errorf("data of shape %v is not that of %d blocks", data.Shape, len(indices))
	}
	if err := believable(n, len(data.Data)); err != nil {
		return nil, err
	}
	height, width := data.Shape[1], data.Shape[2]
	if n%height != 0 || cols%width != 0 || len(indptr) != n/height+1 {
		return nil, fmt.Errorf("shape [%d %d] with %d row pointers is not one of blocks of %d x %d", n, cols, len(indptr), height, width)
	}
	blocks := &CSR{N: n / height, Cols: cols / width, Indptr: indptr, Indices: indices, Values: make([]float64, len(indices))}
	for i := range blocks.Values {
		blocks.Values[i] = float64(i) // where the block lies in data, to be sorted along
	}
	if err := blocks.repair(); err != nil {
		return nil, fmt.Errorf("blocks: %w", err)
	}
	return blocks.filled(data.Data, n, cols, height, width)
}

// filled puts blocks in place of the entries of x, whose values say which. Zeros within a block are
// not stored.
func (x *CSR) filled(data []float64, n, cols, height, width int) (*CSR, error) {
	out := &CSR{N: n, Cols: cols, Indptr: make([]int, 1, n+1)}
	for i := range n {
		for k := x.Indptr[i/height]; k < x.Indptr[i/height+1]; k++ {
			start := (int(x.Values[k])*height + i%height) * width
			for j, v := range data[start : start+width] {
				c := int(x.Indices[k])*width + j
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("row %d, column %d: %v is not a finite number", i, c, v)
				}
				if v != 0 {
					out.Indices, out.Values = append(out.Indices, int32(c)), append(out.Values, v)
				}
			}
		}
		out.Indptr = append(out.Indptr, len(out.Values))
	}
	return out, nil
}

// dia reads diagonals: data[d, j] stands in column j of the row j - offsets[d], if there is one.
// Zeros are not stored.
func (m npzMembers) dia(n, cols int) (*CSR, error) {
	offsets, err := m.whole("offsets", -math.MaxInt32, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	data, err := m.array("data")
	if err != nil {
		return nil, err
	}
	if len(data.Shape) != 2 || data.Shape[0] != len(offsets) {
		return nil, fmt.Errorf("data of shape %v is not that of %d diagonals", data.Shape, len(offsets))
	}
	if k, i, twice := repeatedNumber(offsets); twice {
		return nil, fmt.Errorf("array offsets: %v comes twice, at %d and %d", offsets[i], k, i)
	}
	length := data.Shape[1]
	var entries []place
	for d, offset := range offsets {
		k := int(offset)
		for j := max(0, k); j < min(length, cols, n+k); j++ {
			if v := data.Data[d*length+j]; v != 0 {
				entries = append(entries, place{int32(j - k), int32(j), v})
			}
		}
	}
	return fromEntries(n, cols, entries, false)
}

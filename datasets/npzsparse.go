package datasets

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strings"
)

// sparse reads what scipy.sparse.save_npz writes, by the format that it names: csr, csc, coo, bsr
// or dia. Without a format, as archives have it that were put together by hand, row pointers must
// fit rows and not columns.
func (m npzMembers) sparse() (*CSR, error) {
	shape, err := m.ints("shape", math.MaxInt32-1)
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 {
		return nil, fmt.Errorf("shape %v is not a matrix of rows and columns", shape)
	}
	n, cols := int(shape[0]), int(shape[1])
	format := ""
	if m.has("format") {
		if format, err = m.word("format"); err != nil {
			return nil, err
		}
	}
	switch format {
	case "", "csr":
		return m.csr(format, n, cols)
	case "csc":
		return m.csc(n, cols)
	case "coo":
		return m.coo(n, cols)
	case "bsr":
		return m.bsr(n, cols)
	case "dia":
		return m.dia(n, cols)
	}
	return nil, fmt.Errorf("the sparse format %q is not known; convert the matrix with .tocsr() before saving", format)
}

// word reads a text of a few letters: a NumPy array of bytes (S3) or of letters of 4 bytes (U3).
func (m npzMembers) word(name string) (string, error) {
	r, err := m.open(name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	h, err := readNPYHeader(r)
	if err != nil {
		return "", fmt.Errorf("array %s: %w", name, err)
	}
	raw, err := io.ReadAll(io.LimitReader(r, 100))
	if err != nil {
		return "", fmt.Errorf("array %s: %w", name, err)
	}
	kind := strings.TrimLeft(h.descr, "<>|=")
	if kind == "" || !strings.ContainsRune("SUa", rune(kind[0])) {
		return "", fmt.Errorf("array %s: type '%s' is not a text", name, h.descr)
	}
	return strings.ReplaceAll(string(raw), "\x00", ""), nil
}

// ints reads whole numbers of 0 ... limit.
func (m npzMembers) ints(name string, limit float64) ([]float64, error) {
	return m.whole(name, 0, limit)
}

func (m npzMembers) whole(name string, least, limit float64) ([]float64, error) {
	a, err := m.array(name)
	if err != nil {
		return nil, err
	}
	v, err := a.Vector()
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	for i, f := range v {
		if !(f >= least && f <= limit) || f != math.Trunc(f) {
			return nil, fmt.Errorf("array %s: %v at %d is not a whole number of %v to %v", name, f, i, least, limit)
		}
	}
	return v, nil
}

// values reads the stored values: finite, as many as want says.
func (m npzMembers) values(want int, what string) ([]float64, error) {
	data, err := m.array("data")
	if err != nil {
		return nil, err
	}
	if len(data.Shape) != 1 || len(data.Data) != want {
		return nil, fmt.Errorf("%d %s for %d values", want, what, len(data.Data))
	}
	return data.Data, nil
}

// compressed reads row pointers (of columns in csc) and indices.
func (m npzMembers) compressed() (indptr []int, indices []int32, err error) {
	p, err := m.ints("indptr", maxWhole)
	if err != nil {
		return nil, nil, err
	}
	k, err := m.ints("indices", math.MaxInt32)
	if err != nil {
		return nil, nil, err
	}
	indptr, indices = make([]int, len(p)), make([]int32, len(k))
	for i, v := range p {
		indptr[i] = int(v)
	}
	for i, v := range k {
		indices[i] = int32(v)
	}
	return indptr, indices, nil
}

func (m npzMembers) csr(format string, n, cols int) (*CSR, error) {
	indptr, indices, err := m.compressed()
	if err != nil {
		return nil, err
	}
	if len(indptr) != n+1 {
		return nil, fmt.Errorf("shape [%d %d] with %d row pointers is not a CSR matrix (a CSC or COO one? convert it with .tocsr())", n, cols, len(indptr))
	}
	values, err := m.values(len(indices), "indices")
	if err != nil {
		return nil, err
	}
	x := &CSR{N: n, Cols: cols, Indptr: indptr, Indices: indices, Values: values}
	if err := x.repair(); err != nil {
		return nil, err
	}
	if format == "" && n == cols {
		return nil, fmt.Errorf("the array format is missing, and a matrix of %d rows and columns may be of rows (csr) or of columns (csc): save it with scipy.sparse.save_npz", n)
	}
	return x, nil
}

// csc reads the matrix as the rows of its transpose, which are its columns, and turns it over.
func (m npzMembers) csc(n, cols int) (*CSR, error) {
	indptr, indices, err := m.compressed()
	if err != nil {
		return nil, err
	}
	if len(indptr) != cols+1 {
		return nil, fmt.Errorf("shape [%d %d] with %d column pointers is not a CSC matrix", n, cols, len(indptr))
	}
	values, err := m.values(len(indices), "indices")
	if err != nil {
		return nil, err
	}
	t := &CSR{N: cols, Cols: n, Indptr: indptr, Indices: indices, Values: values}
	if err := t.repair(); err != nil {
		return nil, fmt.Errorf("as stored by columns: %w", err)
	}
	if err := believable(n, len(values)); err != nil {
		return nil, err
	}
	return t.transposed(), nil
}

// believable bounds the rows that a shape alone claims, which take memory even if nothing is stored
// in them.
func believable(n, stored int) error {
	if limit := max(1<<20, 64*stored); n > limit {
		return fmt.Errorf("shape claims %d rows for %d values; convert the matrix with .tocsr() if that is true", n, stored)
	}
	return nil
}

// transposed returns rows for columns. Columns rise within a row, since they are gone through in
// their order.
func (x *CSR) transposed() *CSR {
	out := &CSR{N: x.Cols, Cols: x.N, Indptr: make([]int, x.Cols+1), Indices: make([]int32, len(x.Indices)), Values: make([]float64, len(x.Values))}
	for _, c := range x.Indices {
		out.Indptr[c+1]++
	}
	for i := range out.N {
		out.Indptr[i+1] += out.Indptr[i]
	}
	next := slices.Clone(out.Indptr[:out.N])
	for i := range x.N {
		for k := x.Indptr[i]; k < x.Indptr[i+1]; k++ {
			at := &next[x.Indices[k]]
			out.Indices[*at], out.Values[*at] = int32(i), x.Values[k]
			*at++
		}
	}
	return out
}

// repair says what makes x no CSR matrix; rows whose indices do not rise are sorted.
func (x *CSR) repair() error {
	if x.Indptr[0] != 0 || x.Indptr[x.N] != len(x.Values) {
		return fmt.Errorf("row pointers run from %d to %d for %d values", x.Indptr[0], x.Indptr[x.N], len(x.Values))
	}
	for i := range x.N {
		lo, hi := x.Indptr[i], x.Indptr[i+1]
		if lo > hi || hi > len(x.Values) {
			return fmt.Errorf("row %d: row pointers %d and %d", i, lo, hi)
		}
		row := csrRow{x.Indices[lo:hi], x.Values[lo:hi]}
		if !slices.IsSortedFunc(row.indices, cmp.Compare) {
			sort.Sort(row)
		}
		for k, c := range row.indices {
			if int(c) >= x.Cols || c < 0 {
				return fmt.Errorf("row %d: column %d of %d", i, c, x.Cols)
			}
			if k > 0 && row.indices[k-1] == c {
				return fmt.Errorf("row %d: column %d comes twice (call sum_duplicates() before saving)", i, c)
			}
			if v := row.values[k]; math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("row %d, column %d: %v is not a finite number", i, c, v)
			}
		}
	}
	return nil
}

// csrRow sorts a row by its indices.
type csrRow struct {
	indices []int32
	values  []float64
}

func (r csrRow) Len() int           { return len(r.indices) }
func (r csrRow) Less(i, j int) bool { return r.indices[i] < r.indices[j] }
func (r csrRow) Swap(i, j int) {
	r.indices[i], r.indices[j] = r.indices[j], r.indices[i]
	r.values[i], r.values[j] = r.values[j], r.values[i]
}

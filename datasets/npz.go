package datasets

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sort"
	"strings"
)

// LoadNPZ reads a NumPy archive: a SciPy matrix in compressed sparse row form (scipy.sparse.save_npz) or a single array,
// taken as dense rows.
func LoadNPZ(path string) (Features, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return ReadNPZ(f, info.Size(), path)
}

// ReadNPZ is LoadNPZ from a reader of size bytes; name stands in messages.
func ReadNPZ(r io.ReaderAt, size int64, name string) (Features, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, malformed(name, 0, "%v", err)
	}
	members := map[string]*zip.File{}
	for _, f := range archive.File {
		members[strings.TrimSuffix(f.Name, ".npy")] = f
	}
	x, err := npzFeatures(members)
	if err != nil {
		return nil, malformed(name, 0, "%v", err)
	}
	return x, nil
}

func npzFeatures(members map[string]*zip.File) (Features, error) {
	if members["indptr"] != nil {
		return npzCSR(members)
	}
	if len(members) != 1 {
		return nil, fmt.Errorf("%d arrays, neither a SciPy CSR matrix (indptr, indices, data, shape) nor a single array", len(members))
	}
	for name := range members {
		a, err := npzArray(members, name)
		if err != nil {
			return nil, err
		}
		return a.Dense()
	}
	return nil, nil
}

// maxUnpacked bounds one member, so that a few kB that unpack to everything end in an error.
const maxUnpacked = 1 << 33

func npzArray(members map[string]*zip.File, name string) (*Array, error) {
	f := members[name]
	if f == nil {
		return nil, fmt.Errorf("no array %s", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, maxUnpacked))
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	a, err := parseNPY(raw)
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return a, nil
}

// npzInts reads whole numbers of 0 ... limit.
func npzInts(members map[string]*zip.File, name string, limit float64) ([]float64, error) {
	a, err := npzArray(members, name)
	if err != nil {
		return nil, err
	}
	v, err := a.Vector()
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	for i, f := range v {
		if !(f >= 0 && f <= limit) || f != math.Trunc(f) {
			return nil, fmt.Errorf("array %s: %v at %d is not a whole number of 0 to %v", name, f, i, limit)
		}
	}
	return v, nil
}

func npzCSR(members map[string]*zip.File) (*CSR, error) {
	shape, err := npzInts(members, "shape", math.MaxInt32)
	if err != nil {
		return nil, err
	}
	indptr, err := npzInts(members, "indptr", 1<<53)
	if err != nil {
		return nil, err
	}
	indices, err := npzInts(members, "indices", math.MaxInt32)
	if err != nil {
		return nil, err
	}
	data, err := npzArray(members, "data")
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 || len(indptr) != int(shape[0])+1 {
		return nil, fmt.Errorf("shape %v with %d row pointers is not a CSR matrix (a CSC or COO one? convert it with .tocsr())", shape, len(indptr))
	}
	if len(indices) != len(data.Data) {
		return nil, fmt.Errorf("%d indices for %d values", len(indices), len(data.Data))
	}
	x := &CSR{N: int(shape[0]), Cols: int(shape[1]), Indptr: make([]int, len(indptr)), Indices: make([]int32, len(indices)), Values: data.Data}
	for i, v := range indptr {
		x.Indptr[i] = int(v)
	}
	for i, v := range indices {
		x.Indices[i] = int32(v)
	}
	return x, x.repair()
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

package datasets

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"
)

// blockRows is how many rows are encoded at a time, so that they stay in the cache while column
// after column is written.
const blockRows = 512

// smallDense is how many bytes dense rows may take for which SmallerRows does not look for others.
const smallDense = 64 << 20

// rows encodes the features of the rows that are kept, all of them where kept is nil.
func (o CSV) rows(t *table, sources []source, kept []int, features int) (Features, error) {
	e := &encoder{table: t, sources: sources, kept: kept, n: t.n, cols: features}
	if kept != nil {
		e.n = len(kept)
	}
	dense := o.Storage == DenseRows
	if o.Storage == SmallerRows {
		dense = e.n*features <= smallDense/8
	}
	if dense {
		return e.dense()
	}
	indptr, err := e.pointers()
	if err != nil {
		return nil, err
	}
	if stored := indptr[e.n]; o.Storage == SmallerRows && 8*e.n*features <= 2*(12*stored+8*e.n) {
		return e.dense()
	}
	return e.sparse(indptr)
}

// encoder writes features block by block.
type encoder struct {
	table   *table
	sources []source
	kept    []int
	n, cols int

	mu       sync.Mutex
	released int // bytes of columns since the memory was last returned
}

// row returns the row of the table that becomes sample i.
func (e *encoder) row(i int) int {
	if e.kept == nil {
		return i
	}
	return e.kept[i]
}

// blocks calls do for blocks of samples on all cores, and done after each piece of chunkLen
// samples. The error is that of the first block.
func (e *encoder) blocks(done func(piece int), do func(lo, hi int) error) error {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	faults := make([]error, (e.n+chunkLen-1)/chunkLen)
	for k := range faults {
		g.Go(func() error {
			for lo := k * chunkLen; lo < min((k+1)*chunkLen, e.n); lo += blockRows {
				if faults[k] = do(lo, min(lo+blockRows, (k+1)*chunkLen, e.n)); faults[k] != nil {
					return nil
				}
			}
			done(k)
			return nil
		})
	}
	_ = g.Wait() // what is wrong stands in faults
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

// returnAfter is how many bytes of columns are released before the memory is returned.
const returnAfter = 256 << 20

// release gives up a piece of all columns, whose samples are written. The samples of a large table
// take as much memory again as its columns, and the pages of a new slice are taken only as it is
// written: so both never stand side by side if released memory goes back to the system on the way.
func (e *encoder) release(piece int) {
	if e.kept != nil { // then samples are not written piece by piece
		return
	}
	bytes := 0
	for _, s := range e.sources {
		bytes += s.from.release(piece)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.released += bytes; e.released >= returnAfter {
		e.released = 0
		debug.FreeOSMemory()
	}
}

// value returns the number that the cell of a column of numbers becomes.
func (e *encoder) value(s *source, row int) (float64, error) {
	if s.from.role != asNumbers {
		return s.number[s.from.text(row)], nil
	}
	v := s.from.values.at(row)
	if v != v {
		return s.number[0], nil
	}
	w, err := s.column.Apply(v)
	if err != nil {
		return 0, malformed(e.table.name, e.table.lines.of(row), "column %q: %v", s.column.Name, err)
	}
	return w, nil
}

func (e *encoder) dense() (Features, error) {
	if e.cols > math.MaxInt/8/max(e.n, 1) {
		return nil, malformed(e.table.name, 0, "%d rows of %d features are too many", e.n, e.cols)
	}
	x := &Dense{N: e.n, Cols: e.cols, Data: make([]float64, e.n*e.cols)}
	return x, e.blocks(e.release, func(lo, hi int) error {
		for k := range e.sources {
			s := &e.sources[k]
			for i := lo; i < hi; i++ {
				row, at := e.row(i), i*e.cols
				if s.place != nil {
					if p := s.place[s.from.text(row)]; p >= 0 {
						x.Data[at+p] = 1
					}
					continue
				}
				v, err := e.value(s, row)
				if err != nil {
					return err
				}
				x.Data[at+s.at] = v
			}
		}
		return nil
	})
}

// pointers counts the values of each sample that are not 0.
func (e *encoder) pointers() ([]int, error) {
	indptr := make([]int, e.n+1)
	err := e.blocks(func(int) {}, func(lo, hi int) error {
		for k := range e.sources {
			s := &e.sources[k]
			for i := lo; i < hi; i++ {
				v, _, err := e.entry(s, e.row(i))
				if err != nil {
					return err
				}
				if v != 0 {
					indptr[i+1]++
				}
			}
		}
		return nil
	})
	for i := range e.n {
		indptr[i+1] += indptr[i]
	}
	return indptr, err
}

// entry returns the one value of a column that may differ from 0 in a row, and its feature.
func (e *encoder) entry(s *source, row int) (v float64, feature int, err error) {
	if s.place == nil {
		v, err = e.value(s, row)
		return v, s.at, err
	}
	if p := s.place[s.from.text(row)]; p >= 0 {
		return 1, p, nil
	}
	return 0, 0, nil
}

func (e *encoder) sparse(indptr []int) (Features, error) {
	stored := indptr[e.n]
	x := &CSR{N: e.n, Cols: e.cols, Indptr: indptr, Indices: make([]int32, stored), Values: make([]float64, stored)}
	if e.cols > math.MaxInt32 {
		return nil, fmt.Errorf("datasets: %s: %d features are too many", e.table.name, e.cols)
	}
	return x, e.blocks(e.release, func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			at, row := indptr[i], e.row(i)
			for k := range e.sources {
				v, feature, err := e.entry(&e.sources[k], row)
				if err != nil {
					return err
				}
				if v != 0 {
					x.Indices[at], x.Values[at] = int32(feature), v
					at++
				}
			}
		}
		return nil
	})
}

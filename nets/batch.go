package nets

import (
	"fmt"
	"slices"

	"lethe/datasets"
	"lethe/graph"
)

// chunk is a range of samples that is worked on at once, in a plan of rows rows; those past hi
// repeat sample hi-1 with weight 0.
type chunk struct{ index, lo, hi, rows int }

// chunkSize says how data sets are cut into chunks.
type chunkSize struct {
	rows  int     // at most; a power of two unless the caller set it
	spare float64 // share of the samples by which chunks may be filled up so that they need not be smaller
}

// chunks cuts n samples into chunks. At least two chunks are made of 64 samples or more, so that
// two cores have work. The last, shorter chunk is filled up to a power of two.
func chunks(n int, size chunkSize) []chunk {
	rows := size.rows
	for rows > 32 && 2*rows > n+1+int(size.spare*float64(n)) {
		rows /= 2
	}
	var cs []chunk
	for lo := 0; lo < n; lo += rows {
		c := chunk{index: len(cs), lo: lo, hi: min(lo+rows, n), rows: rows}
		if left := c.hi - lo; left < rows {
			c.rows = 1
			for c.rows < left {
				c.rows *= 2
			}
			c.rows = min(c.rows, rows)
		}
		cs = append(cs, c)
	}
	return cs
}

// evenChunks cuts n samples into as few chunks of at most rows as there can be, of equal sizes but
// for one sample: for passes in which the samples of a chunk normalize each other, so that none is
// left to a few.
func evenChunks(n, rows int) []chunk {
	k := (n + rows - 1) / rows
	fill := 1
	for k > 0 && fill < (n+k-1)/k {
		fill *= 2
	}
	cs := make([]chunk, k)
	for i := range cs {
		cs[i] = chunk{index: i, lo: i * n / k, hi: (i + 1) * n / k, rows: min(fill, rows)}
	}
	return cs
}

// buffers hold a chunk in the precision of the model where the data set's own memory cannot be used
// as it is.
type buffers[T graph.Float] struct {
	x, y, w []T
	noise   []T
	rows    []int // of the data set, that stand in the rows of the batch
	indptr  []int
	indices []int32
	values  []T
	sparse  graph.Sparse[T]
}

func grow[T any](b []T, n int) []T {
	if cap(b) < n {
		return make([]T, n)
	}
	return b[:n]
}

// choose sets which samples stand in the rows of a batch. Those past the end repeat the last. Where
// weights count, another sample stands, with weight 0, where one of weight 0 is: it is as good as
// absent, and its loss, were it infinite, would make NaN of 0 times itself. The result says whether
// the rows are those of the chunk, as they lie in memory.
func (b *buffers[T]) choose(d *datasets.Dataset, c chunk, weighted bool) (plain bool) {
	b.rows = grow(b.rows, c.rows)
	plain = c.hi-c.lo == c.rows
	for i := range b.rows {
		b.rows[i] = min(c.lo+i, c.hi-1)
	}
	if !weighted || d.Weights == nil || !slices.Contains(d.Weights[c.lo:c.hi], 0) {
		return plain
	}
	present := func(w float64) bool { return w > 0 }
	stand := c.lo + slices.IndexFunc(d.Weights[c.lo:c.hi], present)
	if stand < c.lo {
		stand = slices.IndexFunc(d.Weights, present)
	}
	if stand < 0 {
		return plain // all are absent
	}
	for i, r := range b.rows {
		if d.Weights[r] == 0 {
			b.rows[i] = stand
		}
	}
	return false
}

// feed sets x, y and the weights of a frame to a chunk. What is set stays valid until b's next use.
func feed[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], d *datasets.Dataset, c chunk, w []float64) error {
	if err := feedX(f, pl, b, d, b.choose(d, c, pl.weighted), c); err != nil {
		return err
	}
	k := d.Width()
	b.y, b.w = grow(b.y, c.rows*k), grow(b.w, c.rows)
	for i, r := range b.rows {
		for j := range k {
			b.y[i*k+j] = T(d.Y[r*k+j])
		}
		b.w[i] = 0
		if at := c.lo + i; at < c.hi {
			weight := d.Weight(at)
			if w != nil {
				weight *= w[at]
			}
			b.w[i] = T(weight)
		}
	}
	if err := checkMoments(pl.normed, b.w, d.Len()); err != nil {
		return err
	}
	if err := f.Set(pl.y, b.y); err != nil {
		return err
	}
	return f.Set(pl.w, b.w)
}

func feedX[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], d *datasets.Dataset, plain bool, c chunk) error {
	switch x := d.X.(type) {
	case *datasets.CSR:
		return feedCSR(f, pl, b, x, plain, c)
	case *datasets.Dense:
		if own, ok := any(x.Data).([]T); ok && plain {
			return f.Set(pl.x, own[c.lo*x.Cols:c.hi*x.Cols])
		}
		feedNumbers(b, x.Data, x.Cols)
	case *datasets.Tensor:
		n := size(x.Sample)
		if own, ok := any(x.Data).([]T); ok && plain {
			return f.Set(pl.x, own[c.lo*n:c.hi*n])
		}
		feedNumbers(b, x.Data, n)
	case *datasets.Images:
		n := x.Height * x.Width * x.Channels
		b.x = grow(b.x, c.rows*n)
		for i, r := range b.rows {
			row := b.x[i*n : (i+1)*n]
			for j, p := range x.Pixels[r*n : (r+1)*n] {
				row[j] = T((float64(p) - x.Mean) / x.Scale)
			}
		}
	case *datasets.Tokens:
		b.x = grow(b.x, c.rows*x.Length)
		for i, r := range b.rows {
			s := x.Starts[r]
			for j, t := range x.Text[s : s+x.Length] {
				b.x[i*x.Length+j] = T(t)
			}
		}
	default:
		return fmt.Errorf("nets: features of type %T", d.X)
	}
	return f.Set(pl.x, b.x)
}

// feedNumbers copies rows of n numbers.
func feedNumbers[T graph.Float](b *buffers[T], x []float64, n int) {
	b.x = grow(b.x, len(b.rows)*n)
	for i, r := range b.rows {
		graph.Convert(b.x[i*n:(i+1)*n], x[r*n:(r+1)*n])
	}
}

// feedCSR uses the data set's arrays where precision and chunk allow.
func feedCSR[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], x *datasets.CSR, plain bool, c chunk) error {
	s := &b.sparse
	if own, ok := any(x.Values).([]T); ok && plain {
		*s = graph.Sparse[T]{Rows: c.rows, Cols: x.Cols, Indptr: x.Indptr[c.lo : c.hi+1], Indices: x.Indices, Values: own}
		return f.SetSparse(pl.x, s)
	}
	n := 0
	for _, r := range b.rows {
		n += x.Indptr[r+1] - x.Indptr[r]
	}
	b.indptr, b.indices, b.values = grow(b.indptr, c.rows+1), grow(b.indices, n), grow(b.values, n)
	at := 0
	for i, r := range b.rows {
		b.indptr[i] = at
		lo, hi := x.Indptr[r], x.Indptr[r+1]
		graph.Convert(b.values[at:at+hi-lo], x.Values[lo:hi])
		at += copy(b.indices[at:], x.Indices[lo:hi])
	}
	b.indptr[c.rows] = at
	*s = graph.Sparse[T]{Rows: c.rows, Cols: x.Cols, Indptr: b.indptr, Indices: b.indices, Values: b.values}
	return f.SetSparse(pl.x, s)
}

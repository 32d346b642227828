package nets

import (
	"fmt"

	"lethe/datasets"
	"lethe/graph"
)

// chunk is a range of samples that is worked on at once, in a plan of rows rows; those past hi repeat sample hi-1 with
// weight 0.
type chunk struct{ index, lo, hi, rows int }

// chunkSize says how data sets are cut into chunks.
type chunkSize struct {
	rows  int     // at most; a power of two unless the caller set it
	spare float64 // share of the samples by which chunks may be filled up so that they need not be smaller
}

// chunks cuts n samples into chunks. At least two chunks are made of 64 samples or more, so that two cores have work. The last, shorter
// chunk is filled up to a power of two.
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

// evenChunks cuts n samples into as few chunks of at most rows as there can be, of equal sizes but for one sample: for passes in which the
// samples of a chunk normalise each other, so that none is left to a few.
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

// buffers hold a chunk in the precision of the model where the data set's own memory cannot be used as it is.
type buffers[T graph.Float] struct {
	x, y, w []T
	noise   []T
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

// feed sets x, y and the weights of a frame to a chunk. What is set stays valid until b's next use.
func feed[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], d *datasets.Dataset, c chunk, w []float64) error {
	if err := feedX(f, pl, b, d, c); err != nil {
		return err
	}
	if err := exact[T]("labels", d.Classes); err != nil {
		return err
	}
	b.y, b.w = grow(b.y, c.rows), grow(b.w, c.rows)
	for i := range c.rows {
		r := min(c.lo+i, c.hi-1)
		b.y[i] = T(d.Y[r])
		switch {
		case c.lo+i >= c.hi:
			b.w[i] = 0
		case w == nil:
			b.w[i] = 1
		default:
			b.w[i] = T(w[r])
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

func feedX[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], d *datasets.Dataset, c chunk) error {
	switch x := d.X.(type) {
	case *datasets.CSR:
		return feedCSR(f, pl, b, x, c)
	case *datasets.Dense:
		if own, ok := any(x.Data).([]T); ok && c.hi-c.lo == c.rows {
			return f.Set(pl.x, own[c.lo*x.Cols:c.hi*x.Cols])
		}
		b.x = grow(b.x, c.rows*x.Cols)
		for i := range c.rows {
			r := min(c.lo+i, c.hi-1)
			graph.Convert(b.x[i*x.Cols:(i+1)*x.Cols], x.Data[r*x.Cols:(r+1)*x.Cols])
		}
	case *datasets.Tensor:
		n := size(x.Sample)
		if own, ok := any(x.Data).([]T); ok && c.hi-c.lo == c.rows {
			return f.Set(pl.x, own[c.lo*n:c.hi*n])
		}
		b.x = grow(b.x, c.rows*n)
		for i := range c.rows {
			r := min(c.lo+i, c.hi-1)
			graph.Convert(b.x[i*n:(i+1)*n], x.Data[r*n:(r+1)*n])
		}
	case *datasets.Images:
		n := x.Height * x.Width * x.Channels
		b.x = grow(b.x, c.rows*n)
		for i := range c.rows {
			r := min(c.lo+i, c.hi-1)
			row := b.x[i*n : (i+1)*n]
			for j, p := range x.Pixels[r*n : (r+1)*n] {
				row[j] = T((float64(p) - x.Mean) / x.Scale)
			}
		}
	case *datasets.Tokens:
		if err := exact[T]("a vocabulary", x.Vocabulary); err != nil {
			return err
		}
		b.x = grow(b.x, c.rows*x.Length)
		for i := range c.rows {
			s := x.Starts[min(c.lo+i, c.hi-1)]
			for j, t := range x.Text[s : s+x.Length] {
				b.x[i*x.Length+j] = T(t)
			}
		}
	default:
		return fmt.Errorf("nets: features of type %T", d.X)
	}
	return f.Set(pl.x, b.x)
}

// feedCSR uses the data set's arrays where precision and chunk allow.
func feedCSR[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], x *datasets.CSR, c chunk) error {
	s := &b.sparse
	if own, ok := any(x.Values).([]T); ok && c.hi-c.lo == c.rows {
		*s = graph.Sparse[T]{Rows: c.rows, Cols: x.Cols, Indptr: x.Indptr[c.lo : c.hi+1], Indices: x.Indices, Values: own}
		return f.SetSparse(pl.x, s)
	}
	lo, hi, last := x.Indptr[c.lo], x.Indptr[c.hi], x.Indptr[c.hi-1]
	n := hi - lo + (c.rows-(c.hi-c.lo))*(hi-last)
	b.indptr, b.indices, b.values = grow(b.indptr, c.rows+1), grow(b.indices, n), grow(b.values, n)
	graph.Convert(b.values[:hi-lo], x.Values[lo:hi])
	copy(b.indices, x.Indices[lo:hi])
	at := hi - lo
	for i := range b.indptr {
		if c.lo+i <= c.hi {
			b.indptr[i] = x.Indptr[c.lo+i] - lo
			continue
		}
		copy(b.values[at:], b.values[last-lo:hi-lo]) // one more of the last row
		copy(b.indices[at:], b.indices[last-lo:hi-lo])
		at += hi - last
		b.indptr[i] = at
	}
	*s = graph.Sparse[T]{Rows: c.rows, Cols: x.Cols, Indptr: b.indptr, Indices: b.indices, Values: b.values}
	return f.SetSparse(pl.x, s)
}

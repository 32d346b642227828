package nets

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"lethe/datasets"
	"lethe/graph"
)

// factor says where in a plan's outputs the per-sample gradients of one tensor lie. Output x holds rows (n, size) when d is
// negative. Otherwise the gradient of a sample is X'D for X (m, in) in output x, or in the sparse batch when x is negative, and
// D (m, out) in output d.
type factor struct{ x, d, m, in, out int }

// perSampleTargets asks for the factors of the gradients, or for their squared norms.
func (pl *plan) perSampleTargets(k kind, losses *graph.Node, wrt []*graph.Node) (outputs, varying []*graph.Node, err error) {
	fs, err := graph.PerSampleFactors(losses, wrt...)
	if err != nil {
		return nil, nil, err
	}
	if k == normRows {
		total, scale := fs[0].SquaredNorms()
		for _, f := range fs[1:] {
			n, s := f.SquaredNorms()
			total, scale = graph.Add(total, n), graph.Add(scale, s)
		}
		return []*graph.Node{total, scale}, nil, nil
	}
	add := func(n *graph.Node) int {
		outputs = append(outputs, n)
		return len(outputs) - 1
	}
	for _, f := range fs {
		if f.Rows != nil {
			pl.factors = append(pl.factors, factor{x: add(f.Rows), d: -1})
			continue
		}
		s := f.D.Shape()
		if f.X == pl.x && pl.sparse {
			pl.factors = append(pl.factors, factor{x: -1, d: add(f.D), m: 1, in: pl.x.Shape()[1], out: s[1]})
			continue
		}
		x := f.X.Shape()
		pl.factors = append(pl.factors, factor{x: add(f.X), d: add(f.D), m: x[1], in: x[2], out: s[2]})
	}
	return outputs, nil, nil
}

// PerSampleGradients writes grad l(z_i, theta) to row i of dst (n*Dim, row-major).
func (m *Model) PerSampleGradients(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := m.checkRows(len(dst), theta, d); err != nil {
		return err
	}
	return m.engine.perSample64(ctx, dst, theta, d)
}

// PerSampleGradients32 is PerSampleGradients in single precision, whatever the model computes in.
func (m *Model) PerSampleGradients32(ctx context.Context, dst []float32, theta []float64, d *datasets.Dataset) error {
	if err := m.checkRows(len(dst), theta, d); err != nil {
		return err
	}
	return m.engine.perSample32(ctx, dst, theta, d)
}

func (m *Model) checkRows(have int, theta []float64, d *datasets.Dataset) error {
	if err := given(d); err != nil {
		return err
	}
	if have != d.Len()*m.dim {
		return fmt.Errorf("nets: %d places for %d gradients of %d numbers", have, d.Len(), m.dim)
	}
	return m.check(theta)
}

// PerSampleNorms writes ||grad l(z_i, theta)|| to dst (n) without writing the gradients out.
func (m *Model) PerSampleNorms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta), given(d)); err != nil {
		return err
	}
	return m.engine.norms(ctx, dst, theta, d)
}

// PerSampleDots writes grad l(z_i, theta)'v to dst (n) without writing the gradients out.
func (m *Model) PerSampleDots(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	if err := m.check(theta, v); err != nil {
		return err
	}
	return m.engine.perRow(ctx, dotRows, [][]float64{dst}, theta, v, d)
}

// ClippedSum writes sum_i min(1, limit/||g_i||) g_i, with g_i the gradient of sample i, to dst (Dim) without writing the gradients out
// (Abadi et al. 2016, algorithm 1, without the noise).
func (m *Model) ClippedSum(ctx context.Context, dst, theta []float64, limit float64, d *datasets.Dataset) error {
	if !(limit > 0) {
		return fmt.Errorf("nets: gradients clipped to norm %v: it must be positive", limit)
	}
	if err := given(d); err != nil {
		return err
	}
	w := make([]float64, d.Len())
	if err := m.PerSampleNorms(ctx, w, theta, d); err != nil {
		return err
	}
	for i, norm := range w {
		w[i] = 1
		if !(norm <= limit) { // a norm that is not a number must not pass for a small one
			w[i] = limit / norm
		}
	}
	return m.WeightedGradient(ctx, dst, theta, w, d)
}

// mixes says whether samples could not be told apart in the network's graph, so that they have to be taken one at a time.
func mixes(err error) bool {
	var e *graph.Error
	return errors.As(err, &e) && e.Op == "PerSample"
}

func (e *numeric[T]) norms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	all := everyRow(d)
	scale := make([]float64, d.Len())
	err := e.perRow(ctx, normRows, [][]float64{dst, scale}, theta, nil, d)
	if mixes(err) {
		return e.normsOneByOne(ctx, dst, theta, d, all)
	}
	if err != nil {
		return err
	}
	// Half of the digits are lost in a sum that falls below this share of its terms.
	var zero T
	least := 1e-7
	if unsafe.Sizeof(zero) == 4 {
		least = 1e-3
	}
	cancelled := slices.DeleteFunc(all, func(i int) bool { return dst[i] >= least*scale[i] })
	for i, s := range dst {
		dst[i] = math.Sqrt(max(s, 0))
	}
	return e.normsOneByOne(ctx, dst, theta, d, cancelled)
}

// singles are chunks of one sample each.
func singles(rows []int) []chunk {
	cs := make([]chunk, len(rows))
	for k, i := range rows {
		cs[k] = chunk{index: k, lo: i, hi: i + 1, rows: 1}
	}
	return cs
}

func everyRow(d *datasets.Dataset) []int {
	rows := make([]int, d.Len())
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// normsOneByOne takes the norms of some samples' gradients from the gradients themselves.
func (e *numeric[T]) normsOneByOne(ctx context.Context, dst, theta []float64, d *datasets.Dataset, rows []int) error {
	return e.oneByOne(ctx, theta, d, rows, func(i int, f *graph.Frame[T]) {
		s := 0.0
		for k := range e.m.Params() {
			for _, g := range f.Output(k + 1) {
				s += float64(g) * float64(g)
			}
		}
		dst[i] = math.Sqrt(s)
	})
}

func (e *numeric[T]) perSample64(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	return perSample(ctx, e, dst, theta, d)
}

func (e *numeric[T]) perSample32(ctx context.Context, dst []float32, theta []float64, d *datasets.Dataset) error {
	return perSample(ctx, e, dst, theta, d)
}

// perSample computes in T and writes in O.
func perSample[T, O graph.Float](ctx context.Context, e *numeric[T], dst []O, theta []float64, d *datasets.Dataset) error {
	p := e.m.dim
	cs, err := e.cut(d)
	if err != nil || len(cs) == 0 {
		return err
	}
	if _, err := e.plan(factorRows, cs[0].rows, d); mixes(err) {
		return e.oneByOne(ctx, theta, d, everyRow(d), func(i int, f *graph.Frame[T]) {
			row := dst[i*p : (i+1)*p]
			for k := range e.m.Params() {
				g := f.Output(k + 1)
				graph.Convert(row[:len(g)], g)
				row = row[len(g):]
			}
		})
	}
	th, done := e.borrow(theta)
	defer done()
	return e.each(ctx, cs, nil, func(w *worker[T], c chunk) error {
		pl, f, err := e.prepare(w, factorRows, th, nil, d, c)
		if err == nil {
			err = f.Run(&w.ws)
		}
		if err != nil {
			return err
		}
		var row []T
		for i := range c.hi - c.lo {
			at := (c.lo + i) * p
			for _, fc := range pl.factors {
				n := fc.size(f, c)
				row = writeGradient(dst[at:at+n], row, f, fc, i, c, w)
				at += n
			}
		}
		return nil
	})
}

func (fc factor) size(f interface{ OutputLen(int) int }, c chunk) int {
	if fc.d < 0 {
		return f.OutputLen(fc.x) / c.rows
	}
	return fc.in * fc.out
}

// writeGradient writes one tensor of one sample's gradient; row is working memory, handed on.
func writeGradient[T, O graph.Float](dst []O, row []T, f *graph.Frame[T], fc factor, i int, c chunk, w *worker[T]) []T {
	n := len(dst)
	if fc.d < 0 {
		graph.Convert(dst, f.Output(fc.x)[i*n:(i+1)*n])
		return row
	}
	k := fc.m * fc.out
	d := f.Output(fc.d)[i*k : (i+1)*k]
	if fc.x < 0 {
		clear(dst)
		s := &w.buf.sparse
		for j := s.Indptr[i]; j < s.Indptr[i+1]; j++ {
			at := int(s.Indices[j]) * fc.out
			for o, v := range d {
				dst[at+o] += O(s.Values[j] * v)
			}
		}
		return row
	}
	k = fc.m * fc.in
	x := f.Output(fc.x)[i*k : (i+1)*k]
	if same, ok := any(dst).([]T); ok {
		graph.SumOuter(same, x, d, fc.m)
		return row
	}
	row = grow(row, n)
	graph.SumOuter(row, x, d, fc.m)
	graph.Convert(dst, row)
	return row
}

// oneByOne takes the gradients of some samples in batches of one, for networks whose graphs cannot be taken apart.
func (e *numeric[T]) oneByOne(ctx context.Context, theta []float64, d *datasets.Dataset, rows []int, use func(i int, f *graph.Frame[T])) error {
	if len(rows) == 0 {
		return nil
	}
	cs := singles(rows)
	th, done := e.borrow(theta)
	defer done()
	return e.each(ctx, cs, nil, func(w *worker[T], c chunk) error {
		_, f, err := e.prepare(w, lossGradient, th, nil, d, c)
		if err == nil {
			err = f.Run(&w.ws)
		}
		if err == nil {
			use(c.lo, f)
		}
		return err
	})
}

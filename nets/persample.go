package nets

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"lethe/datasets"
	"lethe/graph"
)

// factor says where in a plan's outputs the per-sample gradients of one tensor lie. Output x holds
// rows (n, size) when d is negative. Otherwise the gradient of a sample is X'D for X (m, in) in
// output x, or in the sparse batch when x is negative, and D (m, out) in output d.
type factor struct{ x, d, m, in, out int }

// perSampleTargets asks for the factors of the gradients, or for their norms.
func (pl *plan) perSampleTargets(k kind, losses *graph.Node, wrt []*graph.Node) (outputs, varying []*graph.Node, err error) {
	fs, err := graph.PerSampleFactors(losses, wrt...)
	if err != nil {
		return nil, nil, err
	}
	if k == normRows {
		norms, scales := make([]*graph.Node, len(fs)), make([]*graph.Node, len(fs))
		for i, f := range fs {
			norms[i], scales[i] = f.Norms()
		}
		// over all tensors
		return []*graph.Node{graph.Norm(graph.Stack(norms...), 1), graph.Norm(graph.Stack(scales...), 1)}, nil, nil
	}
	add := func(n *graph.Node) int {
		outputs = append(outputs, n)
		return len(outputs) - 1
	}
	if k == inputRows {
		for _, f := range fs {
			if x := f.Inputs(); x != nil {
				s := x.Shape()
				pl.factors = append(pl.factors, factor{x: add(x), m: s[1], in: s[2]})
			} else {
				pl.factors = append(pl.factors, factor{x: -1})
			}
		}
		return outputs, nil, nil
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

// PerSampleGradients writes the gradient of the weighted loss of sample i to row i of dst (n*Dim,
// row-major): the rows add up to the gradient.
func (m *Model) PerSampleGradients(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.checkRows(len(dst), theta, d), apart(dst, theta)); err != nil {
		return err
	}
	return m.engine.perSample64(ctx, dst, theta, d)
}

// PerSampleGradients32 is PerSampleGradients in single precision, whatever the model computes in. A
// number that single precision does not hold is an error that names the sample.
func (m *Model) PerSampleGradients32(ctx context.Context, dst []float32, theta []float64, d *datasets.Dataset) error {
	if err := m.checkRows(len(dst), theta, d); err != nil {
		return err
	}
	return m.engine.perSample32(ctx, dst, theta, d)
}

func (m *Model) checkRows(have int, theta []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta), m.engine.meet(d)); err != nil {
		return err
	}
	if have != d.Len()*m.dim {
		return fmt.Errorf("nets: %d places for %d gradients of %d numbers", have, d.Len(), m.dim)
	}
	return nil
}

// PerSampleNorms writes the norm of the gradient of each sample's weighted loss to dst (n) without
// writing the gradients out. Squares that overflow or underflow on the way are avoided.
func (m *Model) PerSampleNorms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta), apart(dst, theta)); err != nil {
		return err
	}
	return m.engine.norms(ctx, dst, theta, d)
}

// PerSampleDots writes the product of v with the gradient of each sample's weighted loss to dst (n)
// without writing the gradients out.
func (m *Model) PerSampleDots(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta, v), apart(dst, theta, v)); err != nil {
		return err
	}
	return m.engine.perRow(ctx, dotRows, [][]float64{dst}, theta, v, d)
}

// ClippedSum writes sum_i min(1, limit/||g_i||) g_i, with g_i the gradient of the weighted loss of
// sample i, to dst (Dim) without writing the gradients out (Abadi et al. 2016, algorithm 1, without
// the noise). A gradient of 0 adds nothing. One whose norm is infinite or NaN is an error that
// names the sample.
func (m *Model) ClippedSum(ctx context.Context, dst, theta []float64, limit float64, d *datasets.Dataset) error {
	if !(limit > 0) {
		return fmt.Errorf("nets: gradients clipped to norm %v: it must be positive", limit)
	}
	if err := errors.Join(m.check(theta, dst), m.engine.meet(d)); err != nil {
		return err
	}
	lengths, w := make([]float64, d.Len()), make([]float64, d.Len())
	if err := m.PerSampleNorms(ctx, lengths, theta, d); err != nil {
		return err
	}
	least := 1e-100 // a smaller factor could make the adjoints of a sample underflow before they meet its features
	if m.opts.float32 {
		least = 1e-12
	}
	var far []int
	for i, norm := range lengths {
		if notFinite(norm) {
			if err := m.finite(theta); err != nil {
				return err
			}
			return fmt.Errorf("nets: the gradient of %s has norm %v and cannot be clipped: scale its features, or look at the size of the parameters", d.Where(i), norm)
		}
		w[i] = 1
		if norm > limit {
			w[i] = limit / norm
		}
		if w[i] < least {
			far = append(far, i)
		}
	}
	norms := make([]float64, len(far))
	for k, i := range far {
		norms[k], w[i] = lengths[i], 0
	}
	if _, err := m.engine.gradient(ctx, dst, theta, w, d, nil); err != nil || len(far) == 0 {
		return err
	}
	return m.engine.addClipped(ctx, dst, theta, limit, norms, d, far)
}

// mixes says whether samples could not be told apart in the network's graph, so that they have to
// be taken one at a time.
func mixes(err error) bool {
	var e *graph.Error
	return errors.As(err, &e) && e.Op == "PerSample"
}

// norms takes what the graph gives, and the norm of the gradient itself where that cancels or
// overflows.
func (e *numeric[T]) norms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := e.meet(d); err != nil {
		return err
	}
	if len(dst) != d.Len() {
		return fmt.Errorf("nets: %d places for the norms of %d samples", len(dst), d.Len())
	}
	all := everyRow(d)
	scale := make([]float64, d.Len())
	err := e.perRow(ctx, normRows, [][]float64{dst, scale}, theta, nil, d)
	if mixes(err) {
		return e.exactNorms(ctx, dst, theta, d, all)
	}
	if err != nil {
		return err
	}
	// Half of the digits are lost in a sum of squares that falls below this share, squared, of its
	// terms.
	least := 3e-4
	if e.m.opts.float32 {
		least = 0.03
	}
	unsure := slices.DeleteFunc(all, func(i int) bool { return dst[i] >= least*scale[i] && !math.IsInf(dst[i], 1) })
	return e.exactNorms(ctx, dst, theta, d, unsure)
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

// exactNorms takes the norms of some samples' gradients from the gradients themselves.
func (e *numeric[T]) exactNorms(ctx context.Context, dst, theta []float64, d *datasets.Dataset, rows []int) error {
	return e.someGradients(ctx, theta, d, rows, func(i int, g []float64) { dst[rows[i]] = graph.Length(g) })
}

// addClipped adds the gradients of some samples, scaled from their norms down to the limit, to dst,
// in order.
func (e *numeric[T]) addClipped(ctx context.Context, dst, theta []float64, limit float64, norms []float64, d *datasets.Dataset, rows []int) error {
	p := e.m.dim
	block := min(len(rows), 1+1<<22/p)
	held := make([]float64, block*p)
	for lo := 0; lo < len(rows); lo += block {
		part := rows[lo:min(lo+block, len(rows))]
		if err := e.someGradients(ctx, theta, d, part, func(i int, g []float64) { copy(held[i*p:], g) }); err != nil {
			return err
		}
		for i := range part {
			for k, v := range held[i*p : (i+1)*p] {
				dst[k] += v / norms[lo+i] * limit // the quotient of limit and norm may underflow
			}
		}
	}
	return nil
}

// someGradients calls use with the gradient of each of some samples, on all cores; i counts them.
func (e *numeric[T]) someGradients(ctx context.Context, theta []float64, d *datasets.Dataset, rows []int, use func(i int, g []float64)) error {
	if len(rows) == 0 {
		return nil
	}
	if len(rows) < d.Len() {
		d = d.Subset(rows)
	}
	return eachGradient(ctx, e, theta, d, use)
}

func (e *numeric[T]) perSample64(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	p := e.m.dim
	return eachGradientTo(ctx, e, theta, d, func(i int) []float64 { return dst[i*p : (i+1)*p] }, func(int, []float64) {})
}

func (e *numeric[T]) perSample32(ctx context.Context, dst []float32, theta []float64, d *datasets.Dataset) error {
	p := e.m.dim
	var mu sync.Mutex
	first := d.Len() // whose gradient does not fit
	err := eachGradientTo(ctx, e, theta, d, func(i int) []float32 { return dst[i*p : (i+1)*p] }, func(i int, g []float32) {
		if !graph.Finite(g) {
			mu.Lock()
			first = min(first, i)
			mu.Unlock()
		}
	})
	if err == nil && first < d.Len() {
		err = fmt.Errorf("nets: the gradient of %s has numbers that are not finite in single precision: take PerSampleGradients, or scale its features", d.Where(first))
	}
	return err
}

// eachGradient calls use with the gradient of each sample, in memory that is used again, on all
// cores.
func eachGradient[T graph.Float](ctx context.Context, e *numeric[T], theta []float64, d *datasets.Dataset, use func(i int, g []float64)) error {
	pool := sync.Pool{New: func() any { g := make([]float64, e.m.dim); return &g }}
	held := make([]*[]float64, d.Len())
	return eachGradientTo(ctx, e, theta, d, func(i int) []float64 {
		held[i] = pool.Get().(*[]float64)
		return *held[i]
	}, func(i int, g []float64) {
		use(i, g)
		pool.Put(held[i])
	})
}

// eachGradientTo computes in T and writes the gradient of sample i to place(i), then calls done.
func eachGradientTo[T, O graph.Float](ctx context.Context, e *numeric[T], theta []float64, d *datasets.Dataset, place func(i int) []O, done func(i int, g []O)) error {
	cs, err := e.cut(d)
	if err != nil || len(cs) == 0 {
		return err
	}
	if _, err := e.plan(factorRows, cs[0].rows, d); mixes(err) {
		return e.oneByOne(ctx, theta, d, everyRow(d), func(i int, f *graph.Frame[T]) {
			dst := place(i)
			row := dst
			for k := range e.m.Params() {
				g := f.Output(k + 1)
				graph.Convert(row[:len(g)], g)
				row = row[len(g):]
			}
			done(i, dst)
		})
	}
	th, release := e.borrow(theta)
	defer release()
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
			dst, at := place(c.lo+i), 0
			for _, fc := range pl.factors {
				n := fc.size(f, c)
				row = writeGradient(dst[at:at+n], row, f, fc, i, c, w)
				at += n
			}
			done(c.lo+i, dst)
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

// oneByOne takes the gradients of some samples in batches of one, for networks whose graphs cannot
// be taken apart.
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

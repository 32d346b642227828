package nets

import (
	"context"
	"errors"
	"fmt"
	"math"

	"golang.org/x/sync/errgroup"

	"lethe/datasets"
)

// HessianProducts returns how many Hessian-vector products over d take about as long as writing the
// Hessian out and taking its Cholesky factor, by the multiplications of both. It is small for few
// parameters and sparse rows, even if these are stored densely, as one-hot columns are. It is
// infinite where [Model.WriteHessian] cannot write it.
func (m *Model) HessianProducts(d *datasets.Dataset) float64 {
	if m.writable(d) != nil || d.Len() == 0 {
		return math.Inf(1)
	}
	net, _ := m.linear()
	rows := newRowReader(d, net.Bias)
	const looked = 256 // rows, spread over the data
	step, pairs, entries := max(d.Len()/looked, 1), 0.0, 0.0
	for i := 0; i < d.Len(); i += step {
		columns, _ := rows.read(i)
		n := float64(len(columns) * net.Out)
		pairs, entries = pairs+n*n/2, entries+n
	}
	share := float64((d.Len()+step-1)/step) / float64(d.Len())
	p := float64(m.dim)
	return (pairs + share*p*p*p/6) / (2 * max(entries, 1))
}

// WriteHessian writes sum_i hess l(z_i, theta) to dst (p*p), row-major: of [Linear] networks in
// double precision with the losses that [Model.LossSmoothness] knows, on dense or sparse rows. It
// takes one pass for the outputs and the products of the entries of each row that are not zero.
func (m *Model) WriteHessian(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta), apart(dst, theta)); err != nil {
		return err
	}
	if err := m.engine.meet(d); err != nil {
		return err
	}
	if err := m.writable(d); err != nil {
		return fmt.Errorf("nets: no Hessian is written out: %w (%w)", err, errors.ErrUnsupported)
	}
	if len(dst) != m.dim*m.dim {
		return fmt.Errorf("nets: %d places for a Hessian of %d parameters, which has %d entries", len(dst), m.dim, m.dim*m.dim)
	}
	clear(dst)
	if d.Len() == 0 {
		return ctx.Err()
	}
	net, _ := m.linear()
	h := &hessianWriter{m: m, net: net, d: d, outputs: make([]float64, d.Len()*net.Out)}
	if err := m.Predict(ctx, h.outputs, theta, d); err != nil {
		return err
	}
	return h.writeTo(ctx, dst)
}

// writable says why a Hessian is not written out.
func (m *Model) writable(d *datasets.Dataset) error {
	if _, _, err := m.LossSmoothness(); err != nil {
		return err
	}
	net, ok := m.linear()
	if !ok {
		return fmt.Errorf("a network of type %T is not a Linear one", m.net)
	}
	switch d.X.(type) {
	case *datasets.Dense, *datasets.CSR:
	default:
		return fmt.Errorf("samples of type %T are not rows", d.X)
	}
	if net.In != d.X.Shape()[0] || d.Width() > 1 && !m.isLoss(Squared) || m.isLoss(Logistic) && net.Out != 1 {
		return errors.New("the model has other outputs than its loss has labels")
	}
	return nil
}

// linear returns the network, if it is a Linear one. LossSmoothness knows others too, such as an
// [Affine] one.
func (m *Model) linear() (Linear, bool) {
	if p, ok := m.net.(*Linear); ok {
		return *p, true
	}
	net, ok := m.net.(Linear)
	return net, ok
}

// hessianWriter adds the samples' Hessians up: that of sample i is the Kronecker product of x_i
// x_i' and the Hessian of its loss in the outputs.
type hessianWriter struct {
	m       *Model
	net     Linear
	d       *datasets.Dataset
	outputs []float64
}

// writeTo adds the rows up in blocks whose number depends on p alone, and the blocks in their
// order: so the bits are the same on any number of cores.
func (h *hessianWriter) writeTo(ctx context.Context, dst []float64) error {
	const most = 1 << 21 // numbers in the blocks' matrices
	blocks := min(max(most/len(dst), 1), 8)
	parts := make([][]float64, blocks)
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(h.m.opts.cores)
	for b := range parts {
		group.Go(func() error {
			parts[b] = make([]float64, len(dst))
			return h.addRows(inner, parts[b], h.d.Len()*b/blocks, h.d.Len()*(b+1)/blocks)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	p := h.m.dim
	for i := range p {
		for j := i; j < p; j++ {
			sum := 0.0
			for _, part := range parts {
				sum += part[i*p+j]
			}
			dst[i*p+j], dst[j*p+i] = sum, sum
		}
	}
	return nil
}

// addRows adds the Hessians of some samples to the upper triangle of dst.
func (h *hessianWriter) addRows(ctx context.Context, dst []float64, lo, hi int) error {
	rows, k := newRowReader(h.d, h.net.Bias), h.net.Out
	curved := make([]float64, k*k)
	for i := lo; i < hi; i++ {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		columns, values := rows.read(i)
		h.curvature(curved, h.outputs[i*k:(i+1)*k], h.d.Weight(i))
		if k == 1 {
			addOuter(dst, h.m.dim, columns, values, curved[0])
		} else {
			addBlocks(dst, h.m.dim, columns, values, curved, k)
		}
	}
	return nil
}

// addOuter adds s x x' to the upper triangle of dst (p*p). Columns rise.
func addOuter(dst []float64, p int, columns []int32, values []float64, s float64) {
	for a, column := range columns {
		row, v := dst[int(column)*p:][:p], s*values[a]
		for b := a; b < len(columns); b++ {
			row[columns[b]] += v * values[b]
		}
	}
}

// addBlocks adds the Kronecker product of x x' and s (k*k) to the upper triangle of dst, and some
// of the blocks on its diagonal to the lower one, which nobody reads.
func addBlocks(dst []float64, p int, columns []int32, values, s []float64, k int) {
	for a, column := range columns {
		for c := range k {
			row := dst[(int(column)*k+c)*p:][:p]
			for b := a; b < len(columns); b++ {
				v, block := values[a]*values[b], row[int(columns[b])*k:][:k]
				for e := range block {
					block[e] += v * s[c*k+e]
				}
			}
		}
	}
}

// curvature writes w times the Hessian of the loss in the outputs z to dst (k*k).
func (h *hessianWriter) curvature(dst, z []float64, w float64) {
	clear(dst)
	k := len(z)
	switch {
	case h.m.isLoss(Logistic):
		e := math.Exp(-math.Abs(z[0]))
		dst[0] = w * e / ((1 + e) * (1 + e))
	case h.m.isLoss(Squared):
		for c := range k {
			dst[c*k+c] = w
		}
	default: // diag(q) - q q', with q the softmax of z
		q := softmax(z)
		for c := range k {
			for e := range k {
				dst[c*k+e] = -w * q[c] * q[e]
			}
			dst[c*k+c] += w * q[c]
		}
	}
}

func softmax(z []float64) []float64 {
	q, top, sum := make([]float64, len(z)), math.Inf(-1), 0.0
	for _, v := range z {
		top = max(top, v)
	}
	for c, v := range z {
		q[c] = math.Exp(v - top)
		sum += q[c]
	}
	for c := range q {
		q[c] /= sum
	}
	return q
}

// rowReader gives the entries of a row that are not zero, and a one for the bias behind them.
type rowReader struct {
	x       datasets.Features
	bias    bool
	columns []int32
	values  []float64
}

func newRowReader(d *datasets.Dataset, bias bool) *rowReader { return &rowReader{x: d.X, bias: bias} }

// read returns slices that hold until the next call.
func (r *rowReader) read(i int) (columns []int32, values []float64) {
	r.columns, r.values = r.columns[:0], r.values[:0]
	cols := 0
	switch x := r.x.(type) {
	case *datasets.Dense:
		cols = x.Cols
		for j, v := range x.Data[i*cols : (i+1)*cols] {
			if v != 0 {
				r.columns, r.values = append(r.columns, int32(j)), append(r.values, v)
			}
		}
	case *datasets.CSR:
		cols = x.Cols
		r.columns = append(r.columns, x.Indices[x.Indptr[i]:x.Indptr[i+1]]...)
		r.values = append(r.values, x.Values[x.Indptr[i]:x.Indptr[i+1]]...)
	}
	if r.bias {
		r.columns, r.values = append(r.columns, int32(cols)), append(r.values, 1)
	}
	return r.columns, r.values
}

package nets

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"

	"lethe/datasets"
	"lethe/graph"
)

// Model is a network with a loss, as an objective over a flat parameter vector: the tensors of Params one after the other,
// each row-major. It is safe for concurrent use.
//
// Samples are worked on in chunks, whose size depends on the network and on the number of samples and never on the number
// of cores; chunk sums are added in a fixed order, so results have the same bits on any number of cores.
type Model struct {
	net    Network
	loss   Loss
	params []Param
	offset []int     // of each parameter tensor in the whole vector; one more for the end
	free   []bool    // by tensor: worked on; the others are constants, see Select
	base   []float64 // the whole vector, for the constants; nil if there are none
	dim    int
	opts   options
	engine engine
}

type options struct {
	float32    bool
	cores      int
	keepBytes  int
	chunkRows  int
	chunkBytes int
	labels     *graph.Labels // what the loss takes; nil = what it shows by itself
}

// Option changes how a model computes.
type Option func(*options)

// Float32 computes in single precision. The default is double.
func Float32() Option { return func(o *options) { o.float32 = true } }

// Float64 computes in double precision, the default.
func Float64() Option { return func(o *options) { o.float32 = false } }

// Cores sets how many goroutines work on chunks; the default is GOMAXPROCS. The results do not depend on it.
func Cores(n int) Option { return func(o *options) { o.cores = n } }

// KeepLimit sets how many bytes [Model.Linearize] may keep of what depends on the parameters alone; beyond it that is computed
// again for each product. The default is 2 GiB, which holds the 1.1 GB of the language model of PAPER.md section 3 on 500 windows.
func KeepLimit(bytes int) Option { return func(o *options) { o.keepBytes = bytes } }

// Chunk sets the number of samples in a chunk at most: few samples are divided so that two cores have work. 0 is the default, which follows
// from the network's footprint: the intermediate values of a chunk take about 2 MiB or, where not even 32 samples fit there, as in long
// sequences, up to 512 MiB a core for a gradient, and half as much again for a Hessian-vector product. Large
// images are taken 32 at a time.
func Chunk(rows int) Option { return func(o *options) { o.chunkRows = rows } }

// NewModel returns the model of a network. The graph depends on the shape of a sample and is built when the first data set is seen;
// [Model.Check] does it at once.
func NewModel(net Network, loss Loss, opts ...Option) (*Model, error) {
	m := &Model{net: net, loss: loss, opts: options{keepBytes: 2 << 30, chunkBytes: 2 << 20}}
	for i, o := range opts {
		if o == nil {
			return nil, fmt.Errorf("nets: option %d is nil", i)
		}
		o(&m.opts)
	}
	if isNil(net) || loss == nil {
		return nil, fmt.Errorf("nets: a model needs a network and a loss")
	}
	if m.opts.chunkRows < 0 || m.opts.cores < 0 || m.opts.keepBytes < 0 {
		return nil, fmt.Errorf("nets: Chunk(%d), Cores(%d), KeepLimit(%d): none of them may be negative", m.opts.chunkRows, m.opts.cores, m.opts.keepBytes)
	}
	if err := build(func() { m.params = net.Params() }); err != nil {
		return nil, fmt.Errorf("nets: %w", err)
	}
	if m.opts.cores < 1 {
		m.opts.cores = runtime.GOMAXPROCS(0)
	}
	seen := map[string]bool{}
	m.offset = []int{0}
	for _, p := range m.params {
		if seen[p.Name] || p.Name == "" {
			return nil, fmt.Errorf("nets: parameter name %q is empty or used twice", p.Name)
		}
		seen[p.Name] = true
		n, err := elements(p)
		if err != nil {
			return nil, err
		}
		if m.offset[len(m.offset)-1]+n > mostParameters {
			return nil, fmt.Errorf("nets: the network has more parameters than any machine holds")
		}
		m.offset = append(m.offset, m.offset[len(m.offset)-1]+n)
		m.free = append(m.free, true)
	}
	if len(m.params) == 0 {
		return nil, fmt.Errorf("nets: the network has no parameters")
	}
	m.dim = m.offset[len(m.params)]
	m.newEngine()
	return m, nil
}

func (m *Model) newEngine() {
	if m.opts.float32 {
		m.engine = newEngine[float32](m)
	} else {
		m.engine = newEngine[float64](m)
	}
}

// Check builds the network for the samples of d and differentiates it twice, and its training pass once. An error names the operation that
// cannot be differentiated, whose shapes do not fit, or that lets samples depend on each other or on how many there are. It also compares the
// losses of a few samples of d in a batch with those of each alone. What the other methods need of that they verify themselves, when they first
// meet samples of a shape.
func (m *Model) Check(d *datasets.Dataset) error { return m.engine.check(d) }

// Dim returns the number of parameters that the model works on.
func (m *Model) Dim() int { return m.dim }

// Params describes the parameter tensors that the model works on, in the order of the flat vector.
func (m *Model) Params() []Param {
	var ps []Param
	for i, p := range m.params {
		if m.free[i] {
			ps = append(ps, p)
		}
	}
	return ps
}

// Init returns starting values for the parameters from their initialisers, from a generator of the given seed.
func (m *Model) Init(seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 0x1e74e))
	var theta []float64
	for i, p := range m.params {
		x := make([]float64, m.offset[i+1]-m.offset[i])
		if p.Init != nil {
			p.Init(r, x)
		}
		if m.free[i] {
			theta = append(theta, x...)
		}
	}
	return theta
}

// Loss returns sum_i l(z_i, theta).
func (m *Model) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	if err := m.check(theta); err != nil {
		return 0, err
	}
	return m.engine.loss(ctx, theta, d)
}

// Gradient writes sum_i grad l(z_i, theta) to dst (Dim).
func (m *Model) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	_, err := m.LossGradient(ctx, dst, theta, d)
	return err
}

// LossGradient writes the gradient of the summed loss to dst (Dim) and returns the loss.
func (m *Model) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	if err := m.check(theta, dst); err != nil {
		return 0, err
	}
	return m.engine.gradient(ctx, dst, theta, nil, d, nil)
}

// WeightedGradient writes sum_i w_i grad l(z_i, theta) to dst (Dim).
func (m *Model) WeightedGradient(ctx context.Context, dst, theta, w []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta, dst), given(d)); err != nil {
		return err
	}
	if len(w) != d.Len() {
		return fmt.Errorf("nets: %d weights for %d samples", len(w), d.Len())
	}
	_, err := m.engine.gradient(ctx, dst, theta, w, d, nil)
	return err
}

// HVP writes sum_i hess l(z_i, theta) v to dst (Dim).
func (m *Model) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta, dst), m.check(dst, v)); err != nil {
		return err
	}
	f, err := m.engine.linearize(ctx, theta, d, hessian, false)
	if err != nil {
		return err
	}
	return f(dst, v)
}

// Linearize fixes theta and d and returns the function that writes sum_i hess l(z_i, theta) v to dst; it evaluates only
// what depends on v. It observes ctx, keeps a copy of theta, and reads d, which must stay unchanged; its calls must follow each other.
func (m *Model) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	return m.linearize(ctx, theta, d, hessian)
}

// LinearizeGaussNewton is Linearize for the generalised Gauss-Newton matrix sum_i J_i' H_i J_i, with J_i the Jacobian of the
// outputs of sample i and H_i the Hessian of its loss in the outputs.
func (m *Model) LinearizeGaussNewton(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	return m.linearize(ctx, theta, d, gaussNewton)
}

func (m *Model) linearize(ctx context.Context, theta []float64, d *datasets.Dataset, k kind) (func(dst, v []float64) error, error) {
	if err := m.check(theta); err != nil {
		return nil, err
	}
	f, err := m.engine.linearize(ctx, theta, d, k, true)
	if err != nil {
		return nil, err
	}
	return func(dst, v []float64) error {
		if err := m.check(dst, v); err != nil {
			return err
		}
		return f(dst, v)
	}, nil
}

// Outputs returns the number of outputs before the loss of a sample of d.
func (m *Model) Outputs(d *datasets.Dataset) (int, error) { return m.engine.width(d) }

// Predict writes the outputs before the loss, one row a sample, to dst (n*Outputs).
func (m *Model) Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := m.check(theta); err != nil {
		return err
	}
	return m.engine.perRow(ctx, outputRows, [][]float64{dst}, theta, nil, d)
}

// SampleLosses writes the loss of each sample to dst (n).
func (m *Model) SampleLosses(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := m.check(theta); err != nil {
		return err
	}
	return m.engine.perRow(ctx, lossRows, [][]float64{dst}, theta, nil, d)
}

// Classes returns the predicted class of each sample: the largest output, or whether the only output is positive.
func (m *Model) Classes(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	k, err := m.Outputs(d)
	if err != nil {
		return nil, err
	}
	out := make([]float64, d.Len()*k)
	if err := m.Predict(ctx, out, theta, d); err != nil {
		return nil, err
	}
	cls := make([]float64, d.Len())
	for i := range cls {
		row := out[i*k : (i+1)*k]
		if k == 1 {
			if row[0] > 0 {
				cls[i] = 1
			}
			continue
		}
		best := 0
		for j, z := range row {
			if z > row[best] {
				best = j
			}
		}
		cls[i] = float64(best)
	}
	return cls, nil
}

// Accuracy returns the share of samples whose predicted class is their label, 0 to 1.
func (m *Model) Accuracy(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	if err := given(d); err != nil {
		return 0, err
	}
	if d.Len() == 0 {
		return 0, fmt.Errorf("nets: accuracy on no samples")
	}
	cls, err := m.Classes(ctx, theta, d)
	if err != nil {
		return 0, err
	}
	hit := 0
	for i, c := range cls {
		if c == d.Y[i] {
			hit++
		}
	}
	return float64(hit) / float64(len(cls)), nil
}

// check refuses vectors of a wrong length, and two that are one: what is written would be read again.
func (m *Model) check(vectors ...[]float64) error {
	for i, v := range vectors {
		if len(v) != m.dim {
			return fmt.Errorf("nets: a vector of %d numbers for a model of %d parameters", len(v), m.dim)
		}
		for _, w := range vectors[:i] {
			if &v[0] == &w[0] {
				return fmt.Errorf("nets: the result and an argument are the same vector: give the result memory of its own")
			}
		}
	}
	return nil
}

// engine is a model's evaluator in one precision.
type engine interface {
	loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error)
	gradient(ctx context.Context, dst, theta, w []float64, d *datasets.Dataset, noise *uint64) (float64, error)
	linearize(ctx context.Context, theta []float64, d *datasets.Dataset, k kind, keep bool) (func(dst, v []float64) error, error)
	perRow(ctx context.Context, k kind, dst [][]float64, theta, v []float64, d *datasets.Dataset) error
	perSample64(ctx context.Context, dst []float64, theta []float64, d *datasets.Dataset) error
	perSample32(ctx context.Context, dst []float32, theta []float64, d *datasets.Dataset) error
	statistics(ctx context.Context, theta []float64, d *datasets.Dataset) error
	norms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
	width(d *datasets.Dataset) (int, error)
	check(d *datasets.Dataset) error
}

// split cuts a flat vector into the tensors that the model works on; the fixed ones come from base.
func split[T graph.Float](m *Model, theta, base []T) [][]T {
	out := make([][]T, len(m.params))
	at := 0
	for i := range m.params {
		n := m.offset[i+1] - m.offset[i]
		if m.free[i] {
			out[i] = theta[at : at+n : at+n]
			at += n
		} else {
			out[i] = base[m.offset[i]:m.offset[i+1]:m.offset[i+1]]
		}
	}
	return out
}

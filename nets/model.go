package nets

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"unsafe"

	"lethe/datasets"
	"lethe/graph"
)

// Model is a network with a loss, as an objective over a flat parameter vector: the tensors of
// Params one after the other, each row-major. It is safe for concurrent use.
//
// The loss of a sample counts as often as the data set's weight of it says, in all that is computed
// of losses: sums, gradients and products, and those of each sample. A sample of weight 0 is as
// good as absent.
//
// Samples are worked on in chunks, whose size depends on the network and on the number of samples
// and never on the number of cores; chunk sums are added in a fixed order, so results have the same
// bits on any number of cores.
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
	anything   bool          // it takes any label
}

// Option changes how a model computes.
type Option func(*options)

// Float32 computes in single precision. The default is double.
func Float32() Option { return func(o *options) { o.float32 = true } }

// Float64 computes in double precision, the default.
func Float64() Option { return func(o *options) { o.float32 = false } }

// Cores sets how many goroutines work on chunks; the default is GOMAXPROCS. The results do not
// depend on it.
func Cores(n int) Option { return func(o *options) { o.cores = n } }

// KeepLimit sets how many bytes [Model.Linearize] may keep of what depends on the parameters alone;
// beyond it that is computed again for each product. The default is 2 GiB, which holds the 1.1 GB
// of the language model of docs/paper.md#unintended-memorization on 500 windows.
func KeepLimit(bytes int) Option { return func(o *options) { o.keepBytes = bytes } }

// Chunk sets the number of samples in a chunk at most: few samples are divided so that two cores
// have work. 0 is the default, which follows from the network's footprint: the intermediate values
// of a chunk take about 2 MiB or, where not even 32 samples fit there, as in long sequences, up to
// 512 MiB a core for a gradient, and half as much again for a Hessian-vector product. Large images
// are taken 32 at a time.
func Chunk(rows int) Option { return func(o *options) { o.chunkRows = rows } }

// check refuses what no option can mean.
func (o options) check() error {
	switch {
	case o.chunkRows < 0:
		return fmt.Errorf("nets: Chunk(%d): chunks of %d samples: want at least 1, or 0 for the default", o.chunkRows, o.chunkRows)
	case o.cores < 0:
		return fmt.Errorf("nets: Cores(%d): give at least 1, or 0 for the default, GOMAXPROCS", o.cores)
	case o.keepBytes < 0:
		return fmt.Errorf("nets: KeepLimit(%d): give a number of bytes, or 0 to keep nothing", o.keepBytes)
	case o.labels != nil && o.labels.Kind == graph.Classification && o.labels.Classes < 2:
		return fmt.Errorf("nets: ClassLabels(%d): give at least 2 classes", o.labels.Classes)
	}
	return nil
}

// NewModel returns the model of a network. The graph depends on the shape of a sample and is built
// when the first data set is seen; [Model.Check] does it at once.
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
	if err := m.opts.check(); err != nil {
		return nil, err
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

// Check builds the network for the samples of d and differentiates it twice, and its training pass
// once. An error names the operation that cannot be differentiated, whose shapes do not fit, or
// that lets samples depend on each other or on how many there are. It also compares the losses of a
// few samples of d in a batch with those of each alone. What the other methods need of that they
// verify themselves, when they first meet samples of a shape.
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

// Init returns starting values for the parameters from their initializers, from a generator of the
// given seed.
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

// Loss returns sum_i l(z_i, theta). It may be infinite or NaN, as at the end of a step that was too
// long: [Model.Fault] says why.
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

// WeightedGradient writes sum_i w_i grad l(z_i, theta) to dst (Dim), for finite weights of any
// sign. Those of the data set count beside them.
func (m *Model) WeightedGradient(ctx context.Context, dst, theta, w []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta, dst), apart(dst, w)); err != nil {
		return err
	}
	if err := m.engine.meet(d); err != nil {
		return err
	}
	if len(w) != d.Len() {
		return fmt.Errorf("nets: %d weights for %d samples", len(w), d.Len())
	}
	for i, v := range w {
		if notFinite(v) || m.opts.float32 && beyondSingle(v) {
			return fmt.Errorf("nets: weight %v for %s: weights have to be finite in the model's precision", v, d.Where(i))
		}
		if both := v * d.Weight(i); notFinite(both) || m.opts.float32 && beyondSingle(both) {
			return fmt.Errorf("nets: weight %v for %s, whose own weight is %v: their product has to be finite in the model's precision", v, d.Where(i), d.Weight(i))
		}
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

// Linearize fixes theta and d and returns the function that writes sum_i hess l(z_i, theta) v to
// dst; it evaluates only what depends on v. It observes ctx, keeps a copy of theta, and reads d,
// which must stay unchanged; its calls must follow each other.
func (m *Model) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	return m.linearize(ctx, theta, d, hessian)
}

// LinearizeGaussNewton is Linearize for the generalized Gauss-Newton matrix sum_i J_i' H_i J_i,
// with J_i the Jacobian of the outputs of sample i and H_i the Hessian of its loss in the outputs.
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
func (m *Model) Outputs(d *datasets.Dataset) (int, error) {
	f, err := m.engine.about(d)
	if err != nil {
		return 0, err
	}
	return f.width, nil
}

// Predict writes the outputs before the loss, one row a sample, to dst (n*Outputs).
func (m *Model) Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta), apart(dst, theta)); err != nil {
		return err
	}
	return m.engine.perRow(ctx, outputRows, [][]float64{dst}, theta, nil, d)
}

// PredictAlong writes J v, the derivative of the outputs along v by the parameters, one row a
// sample, to dst (n*Outputs): J (n*Outputs x Dim) is the Jacobian of the outputs.
func (m *Model) PredictAlong(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta), m.check(v), apart(dst, theta), apart(dst, v)); err != nil {
		return err
	}
	return m.engine.perRow(ctx, outputDots, [][]float64{dst}, theta, v, d)
}

// SampleLosses writes the loss of each sample, times its weight, to dst (n): they add up to the
// loss.
func (m *Model) SampleLosses(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := errors.Join(m.check(theta), apart(dst, theta)); err != nil {
		return err
	}
	return m.engine.perRow(ctx, lossRows, [][]float64{dst}, theta, nil, d)
}

// check refuses vectors of a wrong length, and two that share memory: what is written would be read
// again.
func (m *Model) check(vectors ...[]float64) error {
	for i, v := range vectors {
		if len(v) != m.dim {
			return fmt.Errorf("nets: a vector of %d numbers for a model of %d parameters", len(v), m.dim)
		}
		if err := apart(v, vectors[:i]...); err != nil {
			return err
		}
	}
	return nil
}

// apart refuses vectors that share memory with v.
func apart(v []float64, others ...[]float64) error {
	for _, w := range others {
		if len(v) == 0 || len(w) == 0 {
			continue
		}
		a, b := uintptr(unsafe.Pointer(&v[0])), uintptr(unsafe.Pointer(&w[0]))
		switch {
		case a == b:
			return fmt.Errorf("nets: the result and an argument are the same vector: give the result memory of its own")
		case a < b+8*uintptr(len(w)) && b < a+8*uintptr(len(v)):
			return fmt.Errorf("nets: the result and an argument share a part of their memory: give the result memory of its own")
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
	inputGrams(ctx context.Context, theta []float64, d *datasets.Dataset, use func(lo, in, out int, gram []float64)) error
	perSample64(ctx context.Context, dst []float64, theta []float64, d *datasets.Dataset) error
	perSample32(ctx context.Context, dst []float32, theta []float64, d *datasets.Dataset) error
	statistics(ctx context.Context, theta []float64, d *datasets.Dataset) error
	norms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
	addClipped(ctx context.Context, dst, theta []float64, limit float64, norms []float64, d *datasets.Dataset, rows []int) error
	check(d *datasets.Dataset) error
	meet(d *datasets.Dataset) error
	about(d *datasets.Dataset) (*facts, error)
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

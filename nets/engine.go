package nets

import (
	"context"
	"fmt"
	"math"
	"sync"
	"unsafe"
	"weak"

	"lethe/datasets"
	"lethe/graph"
)

// numeric evaluates a model in precision T: plans by batch shape, and workers that each hold the
// memory of one core.
type numeric[T graph.Float] struct {
	m *Model

	mu      sync.Mutex
	plans   map[planKey]*planEntry
	known   map[string]*factsEntry
	sizes   map[string]chunkSize // by shape of a sample
	idle    []*worker[T]
	vectors [][]T            // memory for parameters in this precision
	base    []T              // the model's constants
	checked map[dataKey]bool // data sets that have been checked
}

type planEntry struct {
	once sync.Once
	plan *plan
	err  error
}

type factsEntry struct {
	once  sync.Once
	facts *facts
	err   error
}

func newEngine[T graph.Float](m *Model) *numeric[T] {
	return &numeric[T]{m: m, plans: map[planKey]*planEntry{}, known: map[string]*factsEntry{}, sizes: map[string]chunkSize{}, base: inPrecision[T](m.base), checked: map[dataKey]bool{}}
}

func (e *numeric[T]) plan(k kind, rows int, d *datasets.Dataset) (*plan, error) {
	of := samplesOf(d)
	key := planKey{kind: k, rows: rows, samples: of.String()}
	e.mu.Lock()
	entry := e.plans[key]
	if entry == nil {
		entry = &planEntry{}
		e.plans[key] = entry
	}
	e.mu.Unlock()
	entry.once.Do(func() {
		f, err := e.facts(of)
		if err == nil {
			entry.plan, err = newPlan(e.m, k, rows, f)
		}
		entry.err = err
	})
	return entry.plan, entry.err
}

// facts returns what is known of samples of a shape.
func (e *numeric[T]) facts(of samples) (*facts, error) {
	key := of.String()
	e.mu.Lock()
	entry := e.known[key]
	if entry == nil {
		entry = &factsEntry{}
		e.known[key] = entry
	}
	e.mu.Unlock()
	entry.once.Do(func() { entry.facts, entry.err = newFacts(e.m, of) })
	return entry.facts, entry.err
}

// chunkSize finds the largest power of two whose gradient's intermediate values take at most the
// model's chunk size, or twice as much as the parameters where these are many: each chunk has to
// add up a gradient of its own. Where not even 32 rows fit there, as in long sequences, nothing is
// gained by few rows and the products get better by more of them, convolutions' apart: then it is
// what fits in [largeChunk], at most 256.
func (e *numeric[T]) chunkSize(d *datasets.Dataset) (chunkSize, error) {
	if e.m.opts.chunkRows > 0 {
		return chunkSize{rows: e.m.opts.chunkRows}, nil
	}
	key := samplesOf(d).String()
	e.mu.Lock()
	size, known := e.sizes[key]
	e.mu.Unlock()
	if known {
		return size, nil
	}
	const probe = 16
	pl, err := e.plan(lossGradient, probe, d)
	if err != nil {
		return size, err
	}
	// What does not grow with the rows is the parameters' gradient.
	perRow := max(1, (pl.program.Scratch()-e.m.dim)/probe)
	var zero T
	limit, most := max(e.m.opts.chunkBytes/int(unsafe.Sizeof(zero)), 2*e.m.dim), 2048
	size = chunkSize{rows: 32}
	if size.rows*perRow > limit {
		limit, most, size.spare = largeChunk/int(unsafe.Sizeof(zero)), 256, 1.0/16
		if pl.program.Convolves() {
			most = size.rows
		}
	}
	for size.rows < most && 2*size.rows*perRow <= limit {
		size.rows *= 2
	}
	e.mu.Lock()
	e.sizes[key] = size
	e.mu.Unlock()
	return size, nil
}

// largeChunk is how many bytes the intermediate values of a chunk may take where they do not stay
// in the cache anyway.
const largeChunk = 1 << 29

// cut checks a data set and splits it into chunks.
func (e *numeric[T]) cut(d *datasets.Dataset) ([]chunk, error) {
	if err := e.meet(d); err != nil || d.Len() == 0 {
		return nil, err
	}
	size, err := e.chunkSize(d)
	if err != nil {
		return nil, err
	}
	return chunks(d.Len(), size), nil
}

// dataKey tells data sets apart by where all that is looked at lies, and how much there is of it.
// It keeps none of them alive.
type dataKey struct {
	x       [3]any // weak.Pointer of the first element of what the features are made of, and their settings
	y       [4]any // weak.Pointer of the first label, weight, name of a class and of a column
	n       [8]int // lengths: of the samples, and of the arrays above
	classes int
	samples string
}

// meet is the one check where the model meets data: d is sound, and fits the network and its loss.
// A data set is looked at once: its memory is never changed. Small ones, as the batches of an epoch
// are, are looked at every time.
func (e *numeric[T]) meet(d *datasets.Dataset) error {
	if d == nil || isNil(d.X) || d.Len() <= 256 {
		return e.look(d)
	}
	key := dataKey{y: [4]any{first(d.Y), first(d.Weights), first(d.ClassNames), first(d.Columns)}, classes: d.Classes, samples: samplesOf(d).String(),
		n: [8]int{d.Len(), len(d.Y), len(d.Weights), len(d.ClassNames), len(d.Columns)}}
	switch x := d.X.(type) {
	case *datasets.Dense:
		key.x, key.n[5] = [3]any{first(x.Data)}, len(x.Data)
	case *datasets.CSR:
		key.x = [3]any{first(x.Indptr), first(x.Indices), first(x.Values)}
		key.n[5], key.n[6], key.n[7] = len(x.Indptr), len(x.Indices), len(x.Values)
	case *datasets.Tensor:
		key.x, key.n[5] = [3]any{first(x.Data)}, len(x.Data)
	case *datasets.Images:
		key.x, key.n[5] = [3]any{first(x.Pixels), x.Mean, x.Scale}, len(x.Pixels)
	case *datasets.Tokens:
		key.x, key.n[5], key.n[6] = [3]any{first(x.Starts), first(x.Text), x.Vocabulary}, len(x.Starts), len(x.Text)
	default:
		return e.look(d)
	}
	e.mu.Lock()
	done := e.checked[key]
	e.mu.Unlock()
	if done {
		return nil
	}
	if err := e.look(d); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.checked) > 1000 {
		clear(e.checked)
	}
	e.checked[key] = true
	return nil
}

func (e *numeric[T]) look(d *datasets.Dataset) error {
	if err := d.Check(); err != nil {
		return fmt.Errorf("nets: %w", err)
	}
	if d.Len() == 0 {
		return nil
	}
	if e.m.opts.float32 {
		if err := checkSingle(d); err != nil {
			return fmt.Errorf("nets: %w", err)
		}
	}
	f, err := e.facts(samplesOf(d))
	if err != nil {
		return err
	}
	if err := f.meet(d); err != nil {
		return fmt.Errorf("nets: %w", err)
	}
	return nil
}

func first[E any](x []E) any {
	if len(x) == 0 {
		return nil
	}
	return weak.Make(&x[0])
}

// prepare returns a frame of plan k with parameters and chunk set.
func (e *numeric[T]) prepare(w *worker[T], k kind, theta [][]T, weights []float64, d *datasets.Dataset, c chunk) (*plan, *graph.Frame[T], error) {
	pl, err := e.plan(k, c.rows, d)
	if err != nil {
		return nil, nil, err
	}
	f, err := w.frame(pl)
	if err != nil {
		return nil, nil, err
	}
	return pl, f, setUp(f, pl, &w.buf, theta, weights, d, c)
}

func setUp[T graph.Float](f *graph.Frame[T], pl *plan, b *buffers[T], theta [][]T, weights []float64, d *datasets.Dataset, c chunk) error {
	for i, p := range pl.p {
		if err := f.Set(p, theta[i]); err != nil {
			return err
		}
	}
	return feed(f, pl, b, d, c, weights)
}

func (e *numeric[T]) loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	cs, err := e.cut(d)
	if err != nil {
		return 0, err
	}
	th, done := e.borrow(theta)
	defer done()
	sums := make([]float64, len(cs))
	err = e.each(ctx, cs, nil, func(w *worker[T], c chunk) error {
		_, f, err := e.prepare(w, lossSum, th, nil, d, c)
		if err != nil {
			return err
		}
		if err := f.Run(&w.ws); err != nil {
			return err
		}
		sums[c.index] = float64(f.Output(0)[0])
		return nil
	})
	total := 0.0
	for _, s := range sums {
		total += s
	}
	return total, err
}

// gradient writes the sum's gradient and returns the loss, of the evaluation pass or, where noise
// is given, of the training pass.
func (e *numeric[T]) gradient(ctx context.Context, dst, theta, weights []float64, d *datasets.Dataset, noise *uint64) (float64, error) {
	if noise != nil {
		if err := e.meet(d); err != nil {
			return 0, err
		}
		d = present(d)
	}
	cs, err := e.cut(d)
	if err != nil {
		return 0, err
	}
	if len(cs) == 0 {
		clear(dst)
		return 0, nil
	}
	th, done := e.borrow(theta)
	defer done()
	k := lossGradient
	if noise != nil {
		k = trainingGradient
		if e.m.fixed() {
			cs = evenChunks(d.Len(), cs[0].rows)
		}
	}
	sum := newOrderedSum(dst)
	losses := make([]float64, len(cs))
	err = e.each(ctx, cs, sum, func(w *worker[T], c chunk) error {
		pl, f, err := e.prepare(w, k, th, weights, d, c)
		if err == nil && noise != nil {
			err = feedNoise(f, pl, &w.buf, *noise, c)
		}
		if err == nil {
			err = f.Run(&w.ws)
		}
		if err != nil {
			return err
		}
		losses[c.index] = float64(f.Output(0)[0])
		return addOutputs(sum, e.m, f, 1, c.index)
	})
	total := 0.0
	for _, l := range losses {
		total += l
	}
	return total, err
}

// perRow writes what a plan gives for each sample, one output after the other to dst; v is the
// direction of dotRows and outputDots.
func (e *numeric[T]) perRow(ctx context.Context, k kind, dst [][]float64, theta, v []float64, d *datasets.Dataset) error {
	cs, err := e.cut(d)
	if err != nil {
		return err
	}
	if len(cs) > 0 {
		pl, err := e.plan(k, cs[0].rows, d)
		if err != nil {
			return err
		}
		width := 1
		if k == outputRows || k == outputDots {
			width = pl.width
		}
		if len(dst[0]) != d.Len()*width {
			return fmt.Errorf("nets: %d places for %d samples of %d numbers", len(dst[0]), d.Len(), width)
		}
	}
	return e.rowsOf(ctx, k, dst, theta, v, d, cs)
}

// rowsOf is perRow for given chunks.
func (e *numeric[T]) rowsOf(ctx context.Context, k kind, dst [][]float64, theta, v []float64, d *datasets.Dataset, cs []chunk) error {
	th, done := e.borrow(theta)
	defer done()
	var vs [][]T
	if v != nil {
		tensors, done := e.borrow(v)
		defer done()
		vs = tensors
	}
	return e.each(ctx, cs, nil, func(w *worker[T], c chunk) error {
		pl, f, err := e.prepare(w, k, th, nil, d, c)
		if err == nil {
			err = w.run(pl, f, vs)
		}
		if err != nil {
			return err
		}
		for i := range dst {
			out := f.Output(i)
			width := len(out) / c.rows
			graph.Convert(dst[i][c.lo*width:c.hi*width], out[:(c.hi-c.lo)*width])
		}
		return nil
	})
}

// check builds what a second-order update needs, and compares losses in batches with those of
// batches of one.
func (e *numeric[T]) check(d *datasets.Dataset) error {
	if err := e.meet(d); err != nil {
		return err
	}
	size, err := e.chunkSize(d)
	if err != nil {
		return err
	}
	if _, err := e.plan(hessian, size.rows, d); err != nil {
		return err
	}
	if e.m.Stochastic() {
		if _, err := e.plan(trainingGradient, size.rows, d); err != nil {
			return err
		}
	}
	return e.checkBatches(d)
}

// checkBatches compares the losses of a few samples in one batch with those of each alone, at
// starting values: the graphs of both sizes may come from different branches of the user's code.
func (e *numeric[T]) checkBatches(d *datasets.Dataset) error {
	n := min(d.Len(), 5)
	if n < 2 {
		return nil
	}
	theta := e.m.Init(1)
	both := make([]float64, 2*n)
	d = d.Slice(0, n)
	for k, cs := range [][]chunk{{{lo: 0, hi: n, rows: n}}, singles(everyRow(d))} {
		if err := e.rowsOf(context.Background(), lossRows, [][]float64{both[k*n : (k+1)*n]}, theta, nil, d, cs); err != nil {
			return err
		}
	}
	tolerance := 1e-9
	if e.m.opts.float32 {
		tolerance = 1e-3
	}
	for i := range n {
		if a, b := both[i], both[n+i]; math.Abs(a-b) > tolerance*max(1, math.Abs(b)) {
			return fmt.Errorf("nets: %s has the loss %.6g in a batch of %d samples and %.6g in a batch of its own: the loss and the outputs of a sample must depend "+
				"on that sample only", d.Where(i), a, n, b)
		}
	}
	return nil
}

// about returns what is known of the samples of d, which are checked.
func (e *numeric[T]) about(d *datasets.Dataset) (*facts, error) {
	if err := e.meet(d); err != nil {
		return nil, err
	}
	return e.facts(samplesOf(d))
}

package nets

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/datasets"
	"lethe/graph"
)

// kind is what a plan computes.
type kind uint8

const (
	lossSum          kind = iota // weighted sum of losses
	lossGradient                 // the same and its gradient
	trainingGradient             // the same in the training pass
	hessian                      // Hessian-vector product
	gaussNewton                  // Gauss-Newton product
	outputRows                   // outputs of each sample
	lossRows                     // weighted loss of each sample
	batchMoments                 // means and variances that normalize the batch in the training pass
	dotRows                      // gradient of each sample's weighted loss times a vector
	normRows                     // its squared norm
	factorRows                   // what per-sample gradients are made of
	inputRows                    // what weight matrices are multiplied by
)

// training says whether a plan is of the training pass.
func (k kind) training() bool { return k == trainingGradient || k == batchMoments }

// planKey tells plans apart.
type planKey struct {
	kind    kind
	rows    int
	samples string
}

// plan is a compiled batch of a fixed number of rows.
type plan struct {
	p, v     []*graph.Node // parameters; the vector of a product, by tensor, nil for constant ones
	wrt      []*graph.Node // what is differentiated by: a fixed tensor has an input there that nothing depends on
	x, y, w  *graph.Node
	rows     int
	out      *graph.Node     // outputs before the loss
	losses   *graph.Node     // of each sample, before its weight
	noise    *graph.Node     // keys of the training pass; nil in others
	normed   []normalization // of the training pass
	program  *graph.Program
	free     []int    // tensors that are worked on
	sparse   bool     // x is sparse
	training bool     // the training pass
	weighted bool     // what is computed depends on the weights
	width    int      // outputs of a row
	factors  []factor // of per-sample gradients, by tensor that is worked on
}

// newPlan builds the network's graph for a batch and compiles what k asks for. Losses are weighted,
// so that a short batch is filled up with rows of weight 0 and batch sizes are few.
func newPlan(m *Model, k kind, rows int, f *facts) (*plan, error) {
	pl, err := newBatch(m, k, rows, f.of)
	if err != nil {
		return nil, err
	}
	if err := f.keepApart(m, k, pl); err != nil {
		return nil, err
	}
	var outputs, varying []*graph.Node
	var inner error
	err = build(func() { outputs, varying, inner = pl.targets(k) })
	if err == nil {
		err = inner
	}
	if err == nil {
		pl.program, err = graph.CompileVarying(varying, outputs...)
	}
	if err != nil {
		return nil, f.of.fault(rows, err)
	}
	return pl, nil
}

// samples is what graphs depend on, besides the number of rows: the shape of a sample, whether it
// is sparse, and the labels that it has.
type samples struct {
	shape  []int
	sparse bool
	labels int
}

func samplesOf(d *datasets.Dataset) samples {
	_, sparse := d.X.(*datasets.CSR)
	return samples{shape: d.X.Shape(), sparse: sparse, labels: d.Width()}
}

func (s samples) String() string { return fmt.Sprint(s.shape, s.sparse, s.labels) }

// fault says for which batch the network's graph could not be built.
func (s samples) fault(rows int, err error) error {
	return fmt.Errorf("nets: building the network for %d rows of shape %v: %w", rows, s.shape, err)
}

// newBatch builds the forward pass of a batch: the network's outputs and the loss of each sample.
func newBatch(m *Model, k kind, rows int, of samples) (*plan, error) {
	dt := tensor.Float64
	if m.opts.float32 {
		dt = tensor.Float32
	}
	g := gorgonia.NewGraph()
	pl := &plan{sparse: of.sparse, rows: rows, training: k.training(), weighted: k != outputRows}
	err := build(func() {
		for i, q := range m.params {
			pl.p = append(pl.p, graph.Input(g, dt, "parameter "+q.Name, q.Shape...))
			pl.wrt = append(pl.wrt, pl.p[i])
			if q.Fixed {
				pl.wrt[i] = graph.Input(g, dt, "fixed "+q.Name, q.Shape...)
			}
			pl.v = append(pl.v, nil)
			if m.free[i] {
				pl.free = append(pl.free, i)
				pl.v[i] = graph.Input(g, dt, "direction "+q.Name, q.Shape...)
			}
		}
		full := append([]int{rows}, of.shape...)
		if of.sparse {
			pl.x = graph.SparseInput(g, dt, "x", full[0], full[1])
		} else {
			pl.x = graph.Input(g, dt, "x", full...)
		}
		labels := []int{rows}
		if of.labels > 1 {
			labels = append(labels, of.labels)
		}
		pl.y, pl.w = graph.Input(g, dt, "y", labels...), graph.Input(g, dt, "weight", rows)
		pl.out = pl.forward(m.net, g, dt, k)
		rowsOf("Forward", pl.out, g, rows)
		pl.losses = m.loss(pl.out, pl.y)
		rowsOf("Loss", pl.losses, g, rows)
		graph.CheckInputs(g, slices.Concat(pl.p, pl.wrt, pl.v, []*graph.Node{pl.x, pl.y, pl.w, pl.noise})...)
		if s := pl.losses.Shape(); len(s) != 1 {
			panic(&graph.Error{Op: "Loss", Message: fmt.Sprintf("a batch of %d samples gives losses of shape %v, want [%d]", rows, s, rows)})
		}
		pl.width = pl.out.Shape().TotalSize() / rows
	})
	if err != nil {
		return nil, of.fault(rows, err)
	}
	return pl, nil
}

// forward returns the network's outputs, of the training pass where k asks for it.
func (pl *plan) forward(net Network, g *gorgonia.ExprGraph, dt tensor.Dtype, k kind) *graph.Node {
	if !k.training() {
		return net.Forward(slices.Clone(pl.p), pl.x)
	}
	t := &Training{weight: pl.w}
	if k == trainingGradient {
		pl.noise = graph.Input(g, dt, "noise", pl.rows, 2)
		t.key = pl.noise
	}
	out := net.(TrainingNetwork).ForwardTraining(slices.Clone(pl.p), pl.x, t)
	pl.normed = t.normed
	return out
}

func (pl *plan) targets(k kind) (outputs, varying []*graph.Node, err error) {
	wrt, v := pick(pl.wrt, pl.free), pick(pl.v, pl.free)
	weighted := graph.Mul(pl.losses, pl.w)
	total := graph.Sum(weighted)
	switch k {
	case lossSum:
		return []*graph.Node{total}, nil, nil
	case lossGradient, trainingGradient:
		g, err := graph.Grad(total, wrt...)
		return append([]*graph.Node{total}, g...), nil, err
	case hessian:
		h, err := graph.HVP(total, wrt, v)
		return h, v, err
	case gaussNewton:
		h, err := graph.GGNVP(pl.out, total, wrt, v)
		return h, v, err
	case outputRows:
		return []*graph.Node{pl.out}, nil, nil
	case batchMoments:
		for _, n := range pl.normed {
			outputs = append(outputs, n.batchMean, n.batchVariance)
		}
		return outputs, nil, nil
	case lossRows:
		return []*graph.Node{weighted}, nil, nil
	case dotRows:
		j, err := graph.JVP([]*graph.Node{weighted}, wrt, v)
		return j, v, err
	}
	return pl.perSampleTargets(k, weighted, wrt)
}

func pick(ns []*graph.Node, which []int) []*graph.Node {
	out := make([]*graph.Node, len(which))
	for k, i := range which {
		out[k] = ns[i]
	}
	return out
}

// build is graph.Build for code of the user's: whatever Forward or the loss panics with, gorgonia's
// own complaints among it, is an error.
func build(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the network's Params, Forward or loss panicked: %v", r)
		}
	}()
	return graph.Build(f)
}

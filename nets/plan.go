package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

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
	lossRows                     // loss of each sample
	batchMoments                 // means and variances that normalise the batch in the training pass
	dotRows                      // gradient of each sample times a vector
	normRows                     // squared norm of the gradient of each sample
	factorRows                   // what per-sample gradients are made of
)

// planKey tells plans apart.
type planKey struct {
	kind   kind
	rows   int
	shape  string
	sparse bool
}

// plan is a compiled batch of a fixed number of rows.
type plan struct {
	p, v    []*graph.Node // parameters; the vector of a product, by tensor, nil for constant ones
	wrt     []*graph.Node // what is differentiated by: a fixed tensor has an input there that nothing depends on
	x, y, w *graph.Node
	noise   *graph.Node     // keys of the training pass; nil in others
	normed  []normalisation // of the training pass
	program *graph.Program
	free    []int    // tensors that are worked on
	sparse  bool     // x is sparse
	width   int      // outputs of a row
	factors []factor // of per-sample gradients, by tensor that is worked on
}

// newPlan builds the network's graph for a batch and compiles what k asks for. Losses are weighted, so that a short batch is
// filled up with rows of weight 0 and batch sizes are few.
func newPlan(m *Model, k kind, rows int, shape []int, sparse bool) (*plan, error) {
	dt := tensor.Float64
	if m.opts.float32 {
		dt = tensor.Float32
	}
	g := gorgonia.NewGraph()
	pl := &plan{sparse: sparse}
	var outputs, varying []*graph.Node
	var inner error
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
		full := append([]int{rows}, shape...)
		if sparse {
			pl.x = graph.SparseInput(g, dt, "x", full[0], full[1])
		} else {
			pl.x = graph.Input(g, dt, "x", full...)
		}
		pl.y, pl.w = graph.Input(g, dt, "y", rows), graph.Input(g, dt, "weight", rows)
		out := pl.forward(m.net, g, dt, k)
		rowsOf("Forward", out, rows)
		losses := m.loss(out, pl.y)
		rowsOf("Loss", losses, rows)
		if s := losses.Shape(); len(s) != 1 || s[0] != rows {
			panic(&graph.Error{Op: "Loss", Message: fmt.Sprintf("a batch of %d samples gives losses of shape %v, want [%d]", rows, s, rows)})
		}
		pl.width = out.Shape().TotalSize() / rows
		outputs, varying, inner = pl.targets(k, out, losses)
	})
	if err == nil {
		err = inner
	}
	if err == nil {
		pl.program, err = graph.CompileVarying(varying, outputs...)
	}
	if err != nil {
		return nil, fmt.Errorf("nets: building the network for %d rows of shape %v: %w", rows, shape, err)
	}
	return pl, nil
}

// forward returns the network's outputs, of the training pass where k asks for it.
func (pl *plan) forward(net Network, g *gorgonia.ExprGraph, dt tensor.Dtype, k kind) *graph.Node {
	if k != trainingGradient && k != batchMoments {
		return net.Forward(pl.p, pl.x)
	}
	t := &Training{weight: pl.w}
	if k == trainingGradient {
		pl.noise = graph.Input(g, dt, "noise", pl.y.Shape()[0], 2)
		t.key = pl.noise
	}
	out := net.(TrainingNetwork).ForwardTraining(pl.p, pl.x, t)
	pl.normed = t.normed
	return out
}

func (pl *plan) targets(k kind, out, losses *graph.Node) (outputs, varying []*graph.Node, err error) {
	wrt, v := pick(pl.wrt, pl.free), pick(pl.v, pl.free)
	total := graph.Sum(graph.Mul(losses, pl.w))
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
		h, err := graph.GGNVP(out, total, wrt, v)
		return h, v, err
	case outputRows:
		return []*graph.Node{out}, nil, nil
	case batchMoments:
		for _, n := range pl.normed {
			outputs = append(outputs, n.batchMean, n.batchVariance)
		}
		return outputs, nil, nil
	case lossRows:
		return []*graph.Node{losses}, nil, nil
	case dotRows:
		j, err := graph.JVP([]*graph.Node{losses}, wrt, v)
		return j, v, err
	}
	return pl.perSampleTargets(k, losses, wrt)
}

func pick(ns []*graph.Node, which []int) []*graph.Node {
	out := make([]*graph.Node, len(which))
	for k, i := range which {
		out[k] = ns[i]
	}
	return out
}

// build is graph.Build for code of the user's: whatever Forward or the loss panics with, gorgonia's own complaints among it, is an error.
func build(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the network's Params, Forward or loss panicked: %v", r)
		}
	}()
	return graph.Build(f)
}

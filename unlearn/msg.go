package unlearn

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// MSG masks small gradients (the method of that name of the NeurIPS 2023 unlearning challenge, in
// Triantafillou et al. 2024, arXiv 2406.09073; docs/methods.md#msg): of each convolution the Share
// of weights whose gradients
//
//	g = grad (mean_R l - mean_F l)
//
// are smallest in size is drawn again, from N(0, 2/fan-out) (He et al. 2015, arXiv 1502.01852), and
// then all is trained on R, where the gradient of what was not drawn again counts Slow times. R is
// the corrected data, corrected rows with their new labels; F is the affected samples as they were.
// A network without convolutions has its weight matrices in their place.
type MSG struct {
	Share  float64 // drawn again; 0 = 0.3
	Slow   float64 // 0 = 0.1
	Epochs int     // passes over R; 0 = 5
	Steps  Steps   // Rate 0 = 1e-3
	Sample int     // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "msg".
func (MSG) Name() string { return "msg" }

// Sampling implements [SampledMethod].
func (m MSG) Sampling() Sampling { return Sampling{m.Sample, m.Steps.Seed} }

// Unlearn implements [Method], for a [TensorObjective]. Like [FineTune] it is refused only where it
// stops being numbers.
func (m MSG) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	err := checkSettings("MSG", fraction("Share", m.Share, "the default 0.3"), positiveOr("Slow", m.Slow, "the default 0.1"), count("Epochs", m.Epochs, "5"))
	if err != nil {
		return nil, err
	}
	steps, err := m.Steps.or("MSG", 1e-3)
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		w := t.newWalk(steps)
		if err := m.redraw(ctx, t, w); err != nil {
			return nil, err
		}
		return w.theta, w.pass(ctx, cmp.Or(m.Epochs, 5), 0, true, []term{{weight: 1, objective: t.p.Objective, data: t.p.Train}})
	})
}

// redraw draws weights again and slows the others down.
func (m MSG) redraw(ctx context.Context, t *attempt, w *walk) error {
	layers, err := t.weights()
	if err != nil {
		return err
	}
	g, gone := make([]float64, len(t.theta)), make([]float64, len(t.theta))
	if err := t.p.Objective.Gradient(ctx, g, t.theta, t.p.Train); err != nil {
		return err
	}
	if err := t.p.Objective.Gradient(ctx, gone, t.theta, t.applied.Old); err != nil {
		return err
	}
	kept, left := t.p.Train.TotalWeight(), t.applied.Old.TotalWeight()
	for j := range g {
		g[j] = g[j]/kept - gone[j]/left
	}
	w.factors = make([]float64, len(g))
	for j := range w.factors {
		w.factors[j] = cmp.Or(m.Slow, 0.1)
	}
	rng, drawn := rand.New(rand.NewPCG(m.Steps.Seed, 0x359)), 0
	for _, l := range layers {
		order := make([]int, l.hi-l.lo)
		for k := range order {
			order[k] = l.lo + k
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(g[a]), math.Abs(g[b])) })
		fanOut := float64(len(order) / l.shape[len(l.shape)-2])
		for _, j := range order[:int(math.Round(cmp.Or(m.Share, 0.3)*float64(len(order))))] {
			w.theta[j], w.factors[j] = math.Sqrt(2/fanOut)*rng.NormFloat64(), 1
			drawn++
		}
	}
	t.note("%d of %d parameters were drawn again", drawn, len(g))
	return nil
}

// weights returns the weights of convolutions, or of all layers where there is none.
func (t *attempt) weights() ([]tensor, error) {
	all, err := t.tensors()
	if err != nil {
		return nil, err
	}
	for _, dims := range []int{4, 2} {
		layers := slices.DeleteFunc(slices.Clone(all), func(l tensor) bool { return len(l.shape) != dims })
		if len(layers) > 0 {
			return layers, nil
		}
	}
	return nil, errors.New("unlearn: MSG draws weights of layers again, but no tensor has four or two dimensions")
}

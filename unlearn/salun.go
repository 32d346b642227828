package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"lethe/datasets"
)

// SalUn is saliency unlearning by random labels (Fan et al. 2024, arXiv 2310.12508;
// docs/methods.md#salun): the parameters whose gradient of the loss on F is largest are trained on F
// with random labels and on R, the others stay:
//
//	theta <- theta - Rate m * grad [ mean over F, random labels, and R of l ],
//	m_j = 1 for the Share of parameters with the largest |grad_j L_F(theta0)|, else 0.
//
// F is the affected samples as they were, R the samples that the request leaves as they are: a
// corrected label would contradict the random one of the same sample.
type SalUn struct {
	Share  float64 // of the parameters that are trained, below 1; 0 = 0.5
	Epochs int     // passes over F and R; 0 = 10
	Steps  Steps   // Rate 0 = 0.013
	Sample int     // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "salun".
func (SalUn) Name() string { return "salun" }

// Sampling implements [SampledMethod].
func (m SalUn) Sampling() Sampling { return Sampling{m.Sample, m.Steps.Seed} }

// Unlearn implements [Method], for classifications. Like [FineTune] it is refused only where it
// stops being numbers.
func (m SalUn) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := checkSettings("SalUn", fraction("Share", m.Share, "the default 0.5"), count("Epochs", m.Epochs, "10")); err != nil {
		return nil, err
	}
	steps, err := m.Steps.or("SalUn", 0.013)
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		old := t.applied.Old
		if old.Classes < 2 {
			return nil, fmt.Errorf("unlearn: SalUn draws random labels, but %s is no classification", nameOf(old))
		}
		rest, err := t.untouched()
		if err != nil {
			return nil, err
		}
		w := t.newWalk(steps)
		if err := t.p.Objective.Gradient(ctx, w.g, theta, old); err != nil {
			return nil, err
		}
		w.factors = salient(w.g, cmp.Or(m.Share, 0.5))
		all, err := datasets.Concat(old.With(old.X, randomLabels(old, m.Steps.Seed)), rest)
		if err != nil {
			return nil, fmt.Errorf("unlearn: SalUn: %w", err)
		}
		return w.theta, w.pass(ctx, cmp.Or(m.Epochs, 10), 0, true, []term{{weight: 1, objective: t.p.Objective, data: all}})
	})
}

// randomLabels draws a class for each label of d.
func randomLabels(d *datasets.Dataset, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 0x1abe1))
	y := make([]float64, len(d.Y))
	for i := range y {
		y[i] = float64(rng.IntN(d.Classes))
	}
	return y
}

// salient returns 1 for that share of the numbers that are largest in size, at least one of them,
// and 0 for the others.
func salient(g []float64, share float64) []float64 {
	order := make([]int, len(g))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(g[b]), math.Abs(g[a])) })
	out := make([]float64, len(g))
	for _, j := range order[:max(1, int(math.Round(share*float64(len(g)))))] {
		out[j] = 1
	}
	return out
}

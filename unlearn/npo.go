package unlearn

import (
	"cmp"
	"context"
	"math"
)

// NPO is negative preference optimization with a term that keeps the rest (Zhang et al. 2024, arXiv
// 2404.05868; docs/methods.md#npo): with p(y|x) the probability that the parameters give a sample's
// label and p0 that of the old ones,
//
//	min over theta of mean_F (2/Beta) log(1 + (p/p0)^Beta) + Alpha mean_R KL(p(theta0) || p(theta)).
//
// The gradient of the first term is that of gradient ascent, times 2 p^Beta/(p^Beta + p0^Beta) for
// each sample: it fades where the label is forgotten. F is the affected samples as they were, R the
// samples that the request leaves as they are. Nothing is learned from a correction. The
// probabilities in the factor are those of the evaluation pass.
type NPO struct {
	Beta   float64 // 0 = 0.1
	Alpha  float64 // weight of what keeps the rest; 0 = 1
	Epochs int     // passes over F, each batch beside one of R; 0 = 5
	Steps  Steps   // Rate 0 = 1e-5, published for Adam on language models
	Sample int     // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "npo".
func (NPO) Name() string { return "npo" }

// Sampling implements [SampledMethod].
func (m NPO) Sampling() Sampling { return Sampling{m.Sample, m.Steps.Seed} }

// Unlearn implements [Method], for a [TargetObjective] whose loss is -log p(y|x). Like [FineTune]
// it is refused only where it stops being numbers.
func (m NPO) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	err := checkSettings("NPO", positiveOr("Beta", m.Beta, "the default 0.1"), positiveOr("Alpha", m.Alpha, "the default 1"), count("Epochs", m.Epochs, "5"))
	if err != nil {
		return nil, err
	}
	steps, err := m.Steps.or("NPO", 1e-5)
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		gone, kept, err := m.terms(ctx, t)
		if err != nil {
			return nil, err
		}
		w := t.newWalk(steps)
		return w.theta, w.pass(ctx, cmp.Or(m.Epochs, 5), 0, true, []term{gone}, kept)
	})
}

// faded is the weight below which a forgotten sample no longer counts: single precision would not
// hold the smallest ones.
const faded = 1e-30

// terms are the two of the sum.
func (m NPO) terms(ctx context.Context, t *attempt) (gone, kept term, err error) {
	soft, err := WithTargets(t.p.Objective, SoftTargets)
	if err != nil {
		return gone, kept, err
	}
	rest, err := t.untouched()
	if err != nil {
		return gone, kept, err
	}
	old, beta := t.applied.Old, cmp.Or(m.Beta, 0.1)
	before, err := sampleLosses(ctx, t.p.Objective, t.theta, old)
	if err != nil {
		return gone, kept, err
	}
	fading := func(ctx context.Context, theta []float64, rows []int) ([]float64, error) {
		now, err := sampleLosses(ctx, t.p.Objective, theta, old.Subset(rows))
		for i, r := range rows {
			if err == nil {
				if now[i] = 2 / (1 + math.Exp(beta*(now[i]-before[r]))); now[i] < faded {
					now[i] = 0
				}
			}
		}
		return now, err
	}
	stays, err := t.teacher(ctx, t.theta, rest, 1)
	return term{weight: -1, objective: t.p.Objective, data: old, scale: fading}, term{weight: cmp.Or(m.Alpha, 1), objective: soft, data: stays}, err
}

package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"lethe/datasets"
)

// SCRUB is the baseline that drives a student away from its teacher, the old model, on what shall go
// and keeps it near on what shall stay (Kurmanji et al. 2023, arXiv 2302.09880;
// docs/methods.md#scrub). With p_T = softmax(z/T) and theta0 the old parameters, each of Epochs goes
// down
//
//	mean_R [ Gamma l + Alpha T^2 KL(p_T(theta0) || p_T(theta)) ],
//
// and the first Ascents of them then go up mean_F T^2 KL(p_T(theta0) || p_T(theta)). R is the
// corrected data, corrected rows with their new labels; these have no part in the divergence, since
// the old model is wrong there. F is the affected samples as they were.
//
// The paper begins with F. At theta0 the divergence is at its minimum, where its gradient is 0, so
// that such a beginning does nothing but for dropout; this one begins with R.
type SCRUB struct {
	Temperature  float64 // T; 0 = 4
	Gamma, Alpha float64 // 0 = 0.99 and 0.1; published values of Alpha are 0.001 to 0.5
	Epochs       int     // passes over R; 0 = 5
	Ascents      int     // passes over F, fewer than Epochs so that the last pass repairs; 0 = 2, or Epochs-1 if that is less
	Steps        Steps
	Sample       int // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "scrub".
func (SCRUB) Name() string { return "scrub" }

// Sampling implements [SampledMethod].
func (m SCRUB) Sampling() Sampling { return Sampling{m.Sample, m.Steps.Seed} }

// Unlearn implements [Method], for a [TemperedObjective]. Like [FineTune] it is refused only where
// it stops being numbers.
func (m SCRUB) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	err := checkSettings("SCRUB", positiveOr("Temperature", m.Temperature, "the default 4"), positiveOr("Gamma", m.Gamma, "the default 0.99"),
		positiveOr("Alpha", m.Alpha, "the default 0.1"), count("Epochs", m.Epochs, "5"), count("Ascents", m.Ascents, "2"))
	if err != nil {
		return nil, err
	}
	epochs := cmp.Or(m.Epochs, 5)
	if m.Ascents >= epochs {
		return nil, fmt.Errorf("unlearn: SCRUB.Ascents is %d; give fewer than the %d Epochs, so that the last pass repairs", m.Ascents, epochs)
	}
	ascents := cmp.Or(m.Ascents, min(2, epochs-1))
	steps, err := m.Steps.or("SCRUB", 0)
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		down, up, err := m.terms(ctx, t)
		if err != nil {
			return nil, err
		}
		w := t.newWalk(steps)
		for epoch := range epochs {
			if err := w.pass(ctx, 1, uint64(2*epoch), true, down); err != nil {
				return nil, err
			}
			if epoch < ascents {
				if err := w.pass(ctx, 1, uint64(2*epoch+1), false, up); err != nil {
					return nil, err
				}
			}
		}
		return w.theta, nil
	})
}

// terms returns what is gone down on R and on F.
func (m SCRUB) terms(ctx context.Context, t *attempt) (down, up []term, err error) {
	temperature := cmp.Or(m.Temperature, 4)
	distill, err := withSoftTargets(t.p.Objective, temperature)
	if err != nil {
		return nil, nil, err
	}
	keep, err := t.teacher(ctx, t.theta, t.p.Train, temperature)
	if err != nil {
		return nil, nil, err
	}
	touched, weights := t.touched(), make([]float64, keep.Len())
	for i := range weights {
		if !touched[i] {
			weights[i] = keep.Weight(i)
		}
	}
	keep.Weights = weights
	leave, err := t.teacher(ctx, t.theta, t.applied.Old, temperature)
	down = []term{{weight: cmp.Or(m.Gamma, 0.99), objective: t.p.Objective, data: t.p.Train}, {weight: cmp.Or(m.Alpha, 0.1), objective: distill, data: keep}}
	return down, []term{{weight: -1, objective: distill, data: leave}}, err
}

// teacher returns d with the distributions softmax(z/T) of the outputs at theta in place of the
// labels.
func (t *attempt) teacher(ctx context.Context, theta []float64, d *datasets.Dataset, temperature float64) (*datasets.Dataset, error) {
	o, ok := called[Predictor](t.p.Objective)
	if !ok {
		return nil, fmt.Errorf("unlearn: %s needs outputs: objective %T is no Predictor", t.update.Method, innermost(t.p.Objective))
	}
	k, err := o.Outputs(d)
	if err != nil {
		return nil, err
	}
	z := make([]float64, d.Len()*k)
	if err := o.Predict(ctx, z, theta, d); err != nil {
		return nil, err
	}
	k /= d.Width()
	for i := 0; i < len(z); i += k {
		distribution(z[i:i+k], temperature)
	}
	return TargetData(d, z)
}

// distribution replaces outputs z by softmax(z/T), the only one by the probability 1/(1 + exp(-z/T))
// of class 1.
func distribution(z []float64, temperature float64) {
	if len(z) == 1 {
		z[0] = 1 / (1 + math.Exp(-z[0]/temperature))
		return
	}
	most, sum := math.Inf(-1), 0.0
	for _, v := range z {
		most = max(most, v)
	}
	for j, v := range z {
		z[j] = math.Exp((v - most) / temperature)
		sum += z[j]
	}
	for j := range z {
		z[j] /= sum
	}
}

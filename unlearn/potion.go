package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"lethe/datasets"
)

// Potion dampens like [SSD], by importances that need no labels and a threshold that is searched for
// (Schoepf, Foster and Brintrup 2024, arXiv 2406.09173; docs/methods.md#potion):
//
//	I_S = mean_{i in S} |grad_theta ||z_i||_2|,  z the outputs,
//
// and where I_F/I_D is above its (100 - ln(1 + 100 f))-th percentile over the parameters,
// theta_j <- theta_j min(I_D,j/I_F,j, 1). f begins at |F|/(25 |D|) and grows by a tenth until the
// accuracy on F is at most Rho times the old one.
//
// The outputs are centered over the classes first: a softmax sees their differences only. D is the
// data before the request and F the affected samples as they were, labels included, since what shall
// be forgotten is that answer. Nothing is learned from a correction.
type Potion struct {
	Rho     float64 // below 1; 0 = 0.5; published values are up to 0.75
	Tries   int     // thresholds, at most; 0 = 500
	Samples int     // of D from which I_D is estimated, drawn by Seed; 0 = all
	Sample  int     // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
	Seed    uint64
}

// Name returns "potion".
func (Potion) Name() string { return "potion" }

// Sampling implements [SampledMethod].
func (m Potion) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method], for classifications by a [TargetObjective] that is a [PerSampler]. It
// is not refused when the residual grows. Where no threshold reaches Rho the last one tried is
// taken, and Notes says so.
func (m Potion) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	err := checkSettings("Potion", fraction("Rho", m.Rho, "the default 0.5"), count("Tries", m.Tries, "500"), count("Samples", m.Samples, "all"))
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		all, err := t.outputImportance(ctx, some(p.Train, m.Samples, m.Seed))
		if err != nil {
			return nil, err
		}
		gone, err := t.outputImportance(ctx, t.applied.Old)
		if err != nil {
			return nil, err
		}
		return m.search(ctx, t, all, gone, float64(p.Train.Len()))
	})
}

// search tries thresholds until the answers on F are forgotten.
func (m Potion) search(ctx context.Context, t *attempt, all, gone []float64, n float64) ([]float64, error) {
	ratios := make([]float64, 0, len(all))
	for j := range all {
		if all[j] > 0 { // not of statistics, which no output pulls at
			ratios = append(ratios, gone[j]/all[j])
		}
	}
	if len(ratios) == 0 {
		return nil, fmt.Errorf("unlearn: Potion: no parameter moves an output: the outputs are all 0, or not finite")
	}
	slices.Sort(ratios)
	before, err := t.accuracyOnOld(ctx, t.theta)
	if err != nil {
		return nil, err
	}
	limit := cmp.Or(m.Rho, 0.5) * before
	f := float64(t.applied.Old.Len()) / (25 * n)
	for try := 1; ; try, f = try+1, 1.1*f {
		alpha := percentile(ratios, 100-math.Log(1+100*f))
		next, dampened := dampen(t.theta, all, gone, alpha, 1)
		now, err := t.accuracyOnOld(ctx, next)
		if err != nil {
			return nil, err
		}
		if reached := now <= limit; reached || try == cmp.Or(m.Tries, 500) || dampened == len(ratios) {
			t.note("%d of %d parameters were dampened after %d thresholds; the accuracy on the samples to be forgotten went from %.4g to %.4g",
				dampened, len(t.theta), try, before, now)
			return next, nil
		}
	}
}

// percentile returns the q-th percentile of sorted numbers, between two neighbors in proportion.
func percentile(sorted []float64, q float64) float64 {
	at := max(q, 0) / 100 * float64(len(sorted)-1)
	lo := min(int(at), len(sorted)-1)
	hi := min(lo+1, len(sorted)-1)
	return sorted[lo] + (at-float64(lo))*(sorted[hi]-sorted[lo])
}

// accuracyOnOld is the share of the affected samples' old labels that parameters answer.
func (t *attempt) accuracyOnOld(ctx context.Context, theta []float64) (float64, error) {
	said, err := t.p.classes(ctx, theta, t.applied.Old)
	if err != nil {
		return 0, err
	}
	return datasets.Accuracy(said, t.applied.Old)
}

// outputImportance returns the mean over the samples of |grad ||z||| of the centered outputs: the
// gradient of half their square, which is their distance from targets of 0, divided by the norm.
func (t *attempt) outputImportance(ctx context.Context, d *datasets.Dataset) ([]float64, error) {
	squared, err := WithTargets(t.meter, SquaredTargets)
	if err != nil {
		return nil, err
	}
	o, err := t.meter.predictor()
	if err != nil {
		return nil, err
	}
	k, err := o.Outputs(d)
	if err != nil {
		return nil, err
	}
	plain := *d
	plain.Weights = nil
	zeros, err := TargetData(&plain, make([]float64, d.Len()*k))
	if err != nil {
		return nil, err
	}
	squares, err := sampleLosses(ctx, squared, t.theta, zeros) // ||z||^2 / 2
	if err != nil {
		return nil, err
	}
	zeros.Weights = make([]float64, len(squares))
	for i, s := range squares {
		if s > 0 {
			zeros.Weights[i] = 1 / math.Sqrt(2*s)
		}
	}
	return importance(ctx, squared.(*Meter), t.theta, zeros, math.Abs)
}

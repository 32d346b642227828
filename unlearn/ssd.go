package unlearn

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// SSD is selective synaptic dampening (Foster, Schoepf and Brintrup 2024, arXiv 2308.07707;
// docs/methods.md#ssd): the importance of a parameter for samples S is the mean of its squared
// gradients, I_S = mean_{i in S} (grad l(z_i, theta))^2, and where I_F > Alpha I_D
//
//	theta_j <- theta_j min(Lambda I_D,j / I_F,j, 1).
//
// D is the data before the request and F the affected samples as they were: nothing is learned from
// a correction. The published code squares gradients of batch means, so that its importances depend
// on the size of its batches; these are of single samples, as the paper's formula has them.
type SSD struct {
	Alpha   float64 // 0 = 10
	Lambda  float64 // 0 = 1
	Samples int     // of D from which I_D is estimated, drawn by Seed; 0 = all
	Sample  int     // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
	Seed    uint64
}

// Name returns "ssd".
func (SSD) Name() string { return "ssd" }

// Sampling implements [SampledMethod].
func (m SSD) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method], for a [PerSampler]. It is not refused when the residual grows.
func (m SSD) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	err := checkSettings("SSD", positiveOr("Alpha", m.Alpha, "the default 10"), positiveOr("Lambda", m.Lambda, "the default 1"),
		count("Samples", m.Samples, "all"))
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		square := func(g float64) float64 { return g * g }
		all, err := importance(ctx, t.meter, theta, some(p.Train, m.Samples, m.Seed), square)
		if err != nil {
			return nil, err
		}
		gone, err := importance(ctx, t.meter, theta, t.applied.Old, square)
		if err != nil {
			return nil, err
		}
		next, dampened := dampen(theta, all, gone, cmp.Or(m.Alpha, 10), cmp.Or(m.Lambda, 1))
		t.note("%d of %d parameters were dampened", dampened, len(theta))
		return next, nil
	})
}

// dampen multiplies the parameters that matter more than alpha times as much for what shall go.
func dampen(theta, all, gone []float64, alpha, lambda float64) (next []float64, dampened int) {
	next = slices.Clone(theta)
	for j := range next {
		if gone[j] > alpha*all[j] {
			next[j] *= min(lambda*all[j]/gone[j], 1)
			dampened++
		}
	}
	return next, dampened
}

// importanceFloats is how many numbers of per-sample gradients are held at once: 128 MiB.
const importanceFloats = 1 << 24

// importance returns the mean over the samples of a function of each number of their gradients.
func importance(ctx context.Context, s PerSampler, theta []float64, d *datasets.Dataset, of func(g float64) float64) ([]float64, error) {
	n, p := d.Len(), len(theta)
	block := min(n, 1+importanceFloats/p)
	g, out := make([]float64, block*p), make([]float64, p)
	for lo := 0; lo < n; lo += block {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := d.Slice(lo, min(lo+block, n))
		rows := g[:part.Len()*p]
		if err := s.PerSampleGradients(ctx, rows, theta, part); err != nil {
			return nil, err
		}
		for i := 0; i < len(rows); i += p {
			for j, v := range rows[i : i+p] {
				out[j] += of(v)
			}
		}
	}
	floats.Scale(1/float64(n), out)
	return out, nil
}

// some draws that many samples, in their order; all for 0 or where there are no more.
func some(d *datasets.Dataset, samples int, seed uint64) *datasets.Dataset {
	if samples == 0 || samples >= d.Len() {
		return d
	}
	rows := rand.New(rand.NewPCG(seed, 0x50e)).Perm(d.Len())[:samples]
	slices.Sort(rows)
	return d.Subset(rows)
}

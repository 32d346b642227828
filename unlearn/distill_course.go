package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"lethe/datasets"
)

// course is a descent of [Distill]: its samples with their targets, and the state of its [Lead].
type course struct {
	Distill
	soft   Objective // of the soft labels
	all    *datasets.Dataset
	labels []float64 // of all but the kept samples: what happened
	k      int       // outputs a sample
	// All is Own, Other and the kept samples, each so many.
	own, other, kept int
	rng              *rand.Rand

	step                    int
	multiplier, lead, bound float64
}

// course gathers the samples and the targets that do not change on the way.
func (m Distill) course(ctx context.Context, t *attempt) (*course, error) {
	m.Length, m.Batch, m.Retain = cmp.Or(m.Length, 1), cmp.Or(m.Batch, 128), cmp.Or(m.Retain, 4)
	m.Kept = cmp.Or(m.Kept, 4*min(m.Batch, math.MaxInt/4))
	soft, err := WithTargets(t.p.Objective, SoftTargets)
	if err != nil {
		return nil, err
	}
	c := &course{Distill: m, soft: soft, rng: rand.New(rand.NewPCG(m.Seed, 0xd157))}
	own := m.Own
	if own == nil {
		own = t.applied.Old
	}
	parts := []*datasets.Dataset{own}
	if m.Other != nil {
		parts = append(parts, m.Other)
		c.other = m.Other.Len()
	}
	kept := t.p.Train.Subset(t.applied.untouched())
	parts = append(parts, kept)
	all, err := datasets.Concat(parts...)
	if err != nil {
		return nil, err
	}
	c.own, c.kept, c.labels = own.Len(), kept.Len(), all.Y
	targets, k, err := ownDistributions(ctx, t.p.Objective, t.theta, all)
	if err != nil {
		return nil, err
	}
	c.k = k
	if m.Alike == nil {
		for j := range k {
			c.Alike = append(c.Alike, j)
		}
	}
	if err := checkAlike(c.Alike, k); err != nil {
		return nil, err
	}
	for i := range c.own {
		Spread(targets[i*k:(i+1)*k], c.Alike)
	}
	for i := range c.other {
		place := i % c.Length
		copy(targets[(c.own+i)*k:], targets[place*k:(place+1)*k])
	}
	c.all, err = TargetData(all, targets)
	return c, err
}

// batch draws the samples of a step and weighs them as the loss does: Own whole, whole sequences of
// Other, and some of the kept samples.
func (c *course) batch(ctx context.Context, theta []float64) (*datasets.Dataset, error) {
	var rows []int
	for i := range c.own {
		rows = append(rows, i)
	}
	sequences := 0
	if c.other > 0 {
		sequences = min(max(1, c.Batch/c.Length), c.other/c.Length)
		for _, s := range c.rng.Perm(c.other / c.Length)[:sequences] {
			for j := range c.Length {
				rows = append(rows, c.own+s*c.Length+j)
			}
		}
	}
	spread := len(rows)
	for range min(c.Kept, c.kept) {
		rows = append(rows, c.own+c.other+c.rng.IntN(c.kept))
	}
	batch := c.all.Subset(rows)
	batch.Weights = make([]float64, len(rows))
	half := 1.0
	if sequences > 0 {
		half = 0.5
	}
	for i := range rows {
		switch {
		case i < c.own:
			batch.Weights[i] = half / float64(c.own)
		case i < spread:
			batch.Weights[i] = half / float64(spread-c.own)
		default:
			batch.Weights[i] = c.Retain / float64(len(rows)-spread)
		}
	}
	if c.Lead == nil {
		return batch, nil
	}
	return batch, c.tilt(ctx, theta, batch, rows[:spread])
}

// tilt measures the lead on the first samples of the batch, which are those rows, moves the
// multiplier, and puts its force into their targets.
func (c *course) tilt(ctx context.Context, theta []float64, batch *datasets.Dataset, rows []int) error {
	p, k, err := ownDistributions(ctx, c.soft, theta, batch.Slice(0, len(rows)))
	if err != nil {
		return err
	}
	sums := make([]float64, len(rows)/c.Length)
	for i, r := range rows {
		y := int(c.labels[r])
		if y < 0 || y >= k {
			return fmt.Errorf("sample %d of Own and Other has the label %v; Lead needs classes from 0 to %d", r, c.labels[r], k-1)
		}
		sums[i/c.Length] += math.Log(max(p[i*k+y], math.SmallestNonzeroFloat64))
	}
	force := c.push(sums)
	others := float64(len(sums) - 1)
	for i, r := range rows {
		share := -force // log p of Own falls, the mean over the others rises
		if i >= c.own {
			share = force / others
		}
		batch.Y[i*k+int(c.labels[r])] += share / batch.Weights[i]
	}
	return nil
}

// push takes log p of Own's sequence, and of the others behind it, and returns the force of the
// step, at least 0.
func (c *course) push(sums []float64) float64 {
	mean, spread := meanAndSpread(sums[1:])
	c.lead, c.bound = sums[0]-mean, c.Lead.Spreads*spread
	if c.step < c.Lead.After {
		return 0
	}
	c.multiplier = max(0, c.multiplier+c.Lead.Rate*(c.lead-c.bound))
	return max(0, c.multiplier+c.Lead.Penalty*(c.lead-c.bound))
}

// meanAndSpread returns the mean and the standard deviation of a sample; of one number the latter
// is 0.
func meanAndSpread(x []float64) (mean, spread float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		spread += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(spread / float64(max(1, len(x)-1)))
}

// cosine falls from 1 to a tenth along half a cosine.
func cosine(step, steps int) float64 {
	return 0.1 + 0.45*(1+math.Cos(math.Pi*float64(step)/float64(max(1, steps-1))))
}

// Lead bounds by how much the log-probability of Own's sequence may exceed the mean of those of
// Other: lead(theta) = log p(Own) - mean log p(sequences) <= Spreads * s, where s is the standard
// deviation of the others in the step. The term of the loss is that of the method of multipliers
// for an inequality (Bertsekas, Constrained Optimization and Lagrange Multiplier Methods, chapter
// 3):
//
//	multiplier <- max(0, multiplier + Rate (lead - bound)),
//	grad = max(0, multiplier + Penalty (lead - bound)) grad lead.
//
// So it pushes in one direction only, and stops pushing below the bound.
type Lead struct {
	After   int     // steps without the bound before it counts: far above it the force would be too strong
	Spreads float64 // in standard deviations; 0 = the mean itself
	Rate    float64 // of the multiplier, per nat and step
	Penalty float64 // per nat
}

func (l *Lead) check() error {
	return checkSettings("Lead", count("After", l.After, "none"), notNegative("Spreads", l.Spreads), notNegative("Rate", l.Rate), notNegative("Penalty", l.Penalty))
}

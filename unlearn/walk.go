package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Steps says how a baseline that mixes several losses goes down them: in mini-batches, by SGD with
// momentum or by Adam (see [SGD] and [Adam]). Gradients are those of the training pass where the
// objective has one, see [StochasticObjective].
type Steps struct {
	Rate     float64 // of the mean loss; 0 = the published one, where the method has one
	Momentum float64 // of SGD; 0 (none) to below 1
	Adam     bool    // Adam with its default decays in place of SGD
	Batch    int     // samples in a batch, at most; 0 = 64
	Seed     uint64  // of the order, of the noise, and of what the method draws
}

// or returns the steps with a default rate, 0 = none, and the error of what cannot be.
func (s Steps) or(of string, rate float64) (Steps, error) {
	s.Rate = cmp.Or(s.Rate, rate)
	return s, checkSettings(of+".Steps", above0("Rate", s.Rate, ": try 1e-3, or find it with Tune"), fraction("Momentum", s.Momentum, "none"),
		count("Batch", s.Batch, "the default 64"))
}

// term is a part of the sum that a walk goes down: weight times the weighted mean of an objective's
// loss over data.
type term struct {
	weight    float64
	objective Objective
	data      *datasets.Dataset
	// scale returns factors (n of the batch) for the samples' losses at theta, constants for the
	// gradient; nil = 1.
	scale func(ctx context.Context, theta []float64, rows []int) ([]float64, error)
}

// walk moves parameters along the gradients of terms.
type walk struct {
	of      string
	steps   Steps
	p       *Problem  // whose regularizer is a part of the sum, divided by its samples' weights
	theta   []float64 // moved
	factors []float64 // of the gradient of each parameter (p); nil = 1

	step    int
	g, part []float64
	state   [][]float64
}

// newWalk starts at theta, which is not changed.
func (t *attempt) newWalk(s Steps) *walk {
	n := len(t.theta)
	return &walk{of: t.update.Method, steps: s, p: t.p, theta: slices.Clone(t.theta), g: make([]float64, n), part: make([]float64, n), state: work(2, n)}
}

// rows is an order of n samples in batches, drawn again for each pass.
type rows struct {
	n, batch, pass, at int
	seed, stream       uint64
	order              []int
}

// next returns the next batch. Sizes differ by at most one.
func (r *rows) next() []int {
	steps := (r.n-1)/r.batch + 1
	if r.at == steps {
		r.at, r.pass = 0, r.pass+1
	}
	if r.at == 0 {
		r.order = rand.New(rand.NewPCG(r.seed, r.stream<<32+uint64(r.pass))).Perm(r.n)
	}
	b := r.order[r.at*r.n/steps : (r.at+1)*r.n/steps]
	r.at++
	return b
}

// pass goes over the samples of lead, whose terms share their rows, so many times. With each of its
// batches goes one of beside, which are gone over again and again. down says that the sum is made
// smaller, so that the regularizer is a part of it. stream tells the passes of a method apart.
func (w *walk) pass(ctx context.Context, times int, stream uint64, down bool, lead []term, beside ...term) error {
	n, batch := lead[0].data.Len(), cmp.Or(w.steps.Batch, 64)
	first := &rows{n: n, batch: batch, seed: w.steps.Seed, stream: stream}
	others := make([]*rows, len(beside))
	for k, b := range beside {
		others[k] = &rows{n: b.data.Len(), batch: batch, seed: w.steps.Seed, stream: stream + 1 + uint64(k)}
	}
	for range times * ((n-1)/batch + 1) {
		if err := ctx.Err(); err != nil {
			return err
		}
		clear(w.g)
		r := first.next()
		for _, l := range lead {
			if err := w.add(ctx, l, r); err != nil {
				return err
			}
		}
		for k, b := range beside {
			if err := w.add(ctx, b, others[k].next()); err != nil {
				return err
			}
		}
		if err := w.move(down); err != nil {
			return err
		}
	}
	return nil
}

// add adds the estimate of a term's gradient from some rows to w.g.
func (w *walk) add(ctx context.Context, l term, rows []int) error {
	mass := l.data.TotalWeight()
	if !(mass > 0) || l.weight == 0 {
		return nil
	}
	batch := l.data.Subset(rows)
	if l.scale != nil {
		scale, err := l.scale(ctx, w.theta, rows)
		if err != nil {
			return err
		}
		weights := make([]float64, len(rows))
		for i := range weights {
			weights[i] = scale[i] * batch.Weight(i)
		}
		batch.Weights = weights
	}
	if batch.Weights != nil && isZero(batch.Weights) {
		return nil
	}
	if err := (&Problem{Objective: l.objective, Train: batch, checked: batch}).trainingGradient(ctx, w.part, w.theta, w.noise()); err != nil {
		return err
	}
	floats.AddScaled(w.g, l.weight*float64(l.data.Len())/float64(len(rows))/mass, w.part)
	return nil
}

// trainingGradient writes the gradient of the training pass, without the regularizer.
func (p *Problem) trainingGradient(ctx context.Context, dst, theta []float64, noise uint64) error {
	if o := stochasticPass(p.Objective); o != nil {
		_, err := o.TrainingGradient(ctx, dst, theta, p.Train, noise)
		return err
	}
	return p.Objective.Gradient(ctx, dst, theta, p.Train)
}

func (w *walk) noise() uint64 { return rand.NewPCG(w.steps.Seed, noiseStream+uint64(w.step)).Uint64() }

// move takes one step along w.g.
func (w *walk) move(down bool) error {
	w.step++
	if down {
		clear(w.part)
		w.p.addRegularizerGradient(w.part, w.theta)
		if mass := w.p.Train.TotalWeight(); mass > 0 {
			floats.AddScaled(w.g, 1/mass, w.part)
		}
	}
	if w.factors != nil {
		floats.Mul(w.g, w.factors)
	}
	if w.steps.Adam {
		Adam{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}.apply(w.theta, w.g, w.state, w.steps.Rate, w.step)
	} else {
		scaledAdd(w.state[0], w.steps.Momentum, w.g)
		floats.AddScaled(w.theta, -w.steps.Rate, w.state[0])
	}
	if notFinite(w.theta) >= 0 {
		return &DivergedError{Solver: w.of, Quantity: "gradient norm", Iterations: w.step, Residual: norm(w.g), Best: math.NaN(),
			Curvature: math.NaN(), Remedy: "lower Steps.Rate, or the weight of what goes up"}
	}
	return nil
}

// baseline is Unlearn of a method that trains by [Steps].
func baseline(
	ctx context.Context, m SampledMethod, p *Problem, theta []float64, r Request, run func(t *attempt) ([]float64, error),
) (*Update, error) {
	return training(ctx, m, p, theta, r, "the steps diverged: lower Steps.Rate", run)
}

// untouched returns the samples of D' that the request leaves as they are.
func (t *attempt) untouched() (*datasets.Dataset, error) {
	rest := t.applied.untouched()
	if len(rest) == 0 {
		return nil, fmt.Errorf("unlearn: %s learns from samples that the request leaves as they are, but it touches all: use another method", t.update.Method)
	}
	return t.p.Train.Subset(rest), nil
}

// touched marks the samples of D' that the request corrects.
func (t *attempt) touched() []bool {
	is := make([]bool, t.p.Train.Len())
	mark(is, t.applied.stay)
	return is
}

package memorization

import (
	"cmp"
	"context"

	"lethe/datasets"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// Self-distillation makes a model treat the characters alike that could stand in the place of the
// secret's, instead of learning a replacement.

// otherSequences is how many strings stand behind the prompt beside the secret.
const otherSequences = 400

// contexts returns the windows in which a character of the secret is predicted behind its prompt,
// and those of n other strings, drawn from the narrower space, one string after the other. They are
// other strings than those that a choice or an exposure is measured by.
func (sub *secretSubject) contexts(n int) (own, other *datasets.Dataset) {
	return sub.behindPrompt(sub.secret), sub.behindPrompt(sub.drawnStrings(trial.StreamReplacement, n)...)
}

// behindPrompt returns the windows before each character of the strings behind the prompt, labeled
// with that character.
func (sub *secretSubject) behindPrompt(strings ...[]int32) *datasets.Dataset {
	x := &datasets.Tokens{Length: sub.set.Window, Vocabulary: sub.vocabulary.Size()}
	d := &datasets.Dataset{Name: sub.train.Name, X: x, Classes: x.Vocabulary}
	for _, s := range strings {
		for k, token := range s {
			x.Starts, d.Y = append(x.Starts, len(x.Text)+k), append(d.Y, float64(token))
		}
		x.Text = append(append(x.Text, sub.context...), s...)
	}
	return d
}

// alikeOutputs are the characters that could stand in the place of the secret's.
func (sub *secretSubject) alikeOutputs() []int {
	var out []int
	for _, token := range sub.spaces[0].Alphabet {
		out = append(out, int(token))
	}
	return out
}

// distiller is self-distillation at that rate, for so many steps.
func (sub *secretSubject) distiller(rate float64, steps int, lead *unlearn.Lead) unlearn.Distill {
	own, other := sub.contexts(otherSequences)
	return unlearn.Distill{
		Own: own, Other: other, Length: sub.length, Alike: sub.alikeOutputs(), Lead: lead, Rate: rate, Steps: steps,
		Batch: 6 * sub.length, Kept: 4 * sub.set.TrainBatch, Sample: sub.set.Sample, Seed: sub.sampleSeed(),
	}
}

func (sub *secretSubject) distill(ctx context.Context, c *correction) (*choice, error) {
	return sub.distillBy(ctx, c, func(int) *unlearn.Lead { return nil })
}

// distillLead bounds what the secret keeps ahead of other strings in the second half of the steps.
func (sub *secretSubject) distillLead(ctx context.Context, c *correction) (*choice, error) {
	return sub.distillBy(ctx, c, func(steps int) *unlearn.Lead {
		return &unlearn.Lead{After: steps / 2, Rate: leadRate, Penalty: leadPenalty}
	})
}

// The lead of a secret is a few nats after half of the steps. A penalty of 3e-3 for each moves the
// distribution at a place, which weighs 1/2 among ten places, by somewhat more.
const (
	leadRate    = 5e-5
	leadPenalty = 3e-3
)

// distillBy tries each rate with each number of steps, and keeps the update of the best.
func (sub *secretSubject) distillBy(ctx context.Context, c *correction, lead func(steps int) *unlearn.Lead) (*choice, error) {
	ch := &choice{}
	var updates []*trial.Applied
	for _, steps := range sub.set.DistillSteps {
		for _, rate := range sub.set.DistillRates {
			tags := records.Tags{"tau-ft": rate, "steps": steps}
			u, err := sub.apply(ctx, c, sub.distiller(rate, steps, lead(steps)), tags)
			if err != nil {
				return nil, err
			}
			t := try{tags: tags, failed: u.Failed}
			if u.Failed == nil {
				if t, err = sub.try(ctx, c, u.Theta, tags); err != nil {
					return nil, err
				}
			}
			ch.tries, updates = append(ch.tries, t), append(updates, u)
		}
	}
	if i, _ := sub.nearest().best(ch.tries); i >= 0 {
		ch.update = updates[i]
	}
	ch.take(sub.nearest())
	return ch, nil
}

// softRequest is the same wish as a request of soft labels: the problem has a sample of the windows
// that the request leaves as they are, and the windows behind the prompt. All of the secret's
// together count as often as the secret stands in the text, and so do all of the other strings'.
func (sub *secretSubject) softRequest(ctx context.Context, c *correction) (*unlearn.Problem, unlearn.Request, error) {
	own, other := sub.contexts(otherSequences / 4)
	drawn, err := c.applied.Subsample(cmp.Or(sub.set.Sample, c.data.Len()), sub.sampleSeed())
	if err != nil {
		return nil, unlearn.Request{}, err
	}
	samples, err := datasets.Concat(own, other)
	if err != nil {
		return nil, unlearn.Request{}, err
	}
	places := float64(len(sub.canary.Spans))
	samples.Weights, drawn.Others.Weights = make([]float64, samples.Len()), make([]float64, drawn.Others.Len())
	for i := range samples.Weights {
		samples.Weights[i] = places
		if i >= own.Len() {
			samples.Weights[i] /= float64(other.Len() / own.Len())
		}
	}
	for i := range drawn.Others.Weights {
		drawn.Others.Weights[i] = drawn.Weight
	}
	return unlearn.SoftCorrection(ctx, sub.model, sub.theta, samples, drawn.Others, sub.alikeOutputs())
}

// softNewton is the second-order step of [secretSubject.softRequest].
type softNewton struct {
	sub  *secretSubject
	c    *correction
	step unlearn.SecondOrder
}

// Name implements [unlearn.Method].
func (softNewton) Name() string { return "second-order-soft" }

// Unlearn implements [unlearn.Method]. Residuals are those of the soft labels.
func (m softNewton) Unlearn(ctx context.Context, _ *unlearn.Problem, theta []float64, _ unlearn.Request) (*unlearn.Update, error) {
	p, r, err := m.sub.softRequest(ctx, m.c)
	if err != nil {
		return nil, err
	}
	return m.step.Unlearn(ctx, p, theta, r)
}

// secondOrderSoft tries ridges and step lengths as second order does.
func (sub *secretSubject) secondOrderSoft(ctx context.Context, c *correction) (*choice, error) {
	p, r, err := sub.softRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	applied, err := r.Apply(p.Train)
	if err != nil {
		return nil, err
	}
	g := make([]float64, len(sub.theta))
	if err := p.Difference(ctx, g, sub.theta, applied); err != nil {
		return nil, err
	}
	h, err := p.With(applied.Data).Hessian(ctx, sub.theta, unlearn.GaussNewton)
	if err != nil {
		return nil, err
	}
	solutions, err := unlearn.ShiftedSolve(ctx, h, g, tune.Grid(sub.set.Ridge, sub.set.RidgeGrid), sub.set.MaxProducts)
	if err != nil {
		return nil, err
	}
	ch := &choice{}
	for _, solution := range solutions {
		for _, step := range tune.Grid(sub.set.Step, sub.set.StepGrid) {
			at := path{}.with(solution.Ridge, step)
			t := try{tags: at.tags(), failed: solution.Err}
			if solution.Err == nil {
				if t, err = sub.try(ctx, c, trial.Along(sub.theta, solution.X, step), t.tags); err != nil {
					return nil, err
				}
			}
			t.path = at
			ch.tries = append(ch.tries, t)
		}
	}
	if ch.take(sub.nearest()) {
		step := sub.newton(ch.taken.path.ridges[0], ch.taken.path.steps[0])
		step.Sample = 0 // the problem is a sample already
		ch.method = softNewton{sub, c, step}
	}
	return ch, nil
}

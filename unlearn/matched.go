package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// MatchedPrediction trains the model towards the outputs that an update predicts for the retrained
// one (datamodel matching, Georgiev et al., arXiv 2410.23232, with the update's own prediction in
// the place of a datamodel's):
//
//	min over theta of sum_{x in F + S} 1/2 ||z(x; theta) - zhat(x)||^2,  zhat(x) = z(x; theta0) + Scale J(x) dtheta,
//
// outputs centered over the classes, with z (k outputs a sample), J their Jacobian at theta0,
// dtheta the step of Method, F the samples that the request touches as they are afterwards (removed
// ones as they were), and S some of the others, drawn again for each pass. A step in the parameters
// that leaves the region where the model is linear thus becomes a target that does not.
//
// The passes are those of one training by [Adam], down the training pass of a
// [StochasticObjective], whose rate falls from pass to pass; the regularizer is not in it. J dtheta
// is exact for an [OutputDeriver], as networks are, and a central difference of the outputs for
// others. Statistics of batch normalization are to be found again afterwards: use it in
// [ReestimateStatistics]. Like [FineTune] it is not refused when the residual grows.
type MatchedPrediction struct {
	Method Method // whose step predicts; set its Force where the step itself would be refused
	// Targets gives the outputs to match (n*k) in the place of Method's prediction; see
	// [OutputsOf].
	Targets func(ctx context.Context, d *datasets.Dataset) ([]float64, error)
	Scale   float64 // of dtheta; 0 = 1
	Others  float64 // |S| / |F|; 0 = 3

	// Loss is the distance from the targets: SquaredTargets (the default), or SoftTargets for the
	// cross-entropy with softmax(zhat).
	Loss TargetLoss
	// Labels makes the corrected labels the targets of F instead, and leaves the prediction to S:
	// the others then keep what the model knows. It needs classes and SoftTargets.
	Labels bool
	// FromUpdate starts at theta0 + Scale dtheta instead of theta0.
	FromUpdate bool

	Rate   float64 // of Adam; 0 = 5e-4
	Decay  float64 // factor of the rate after each pass; 0 = 0.95
	Passes int     // 0 = 5
	Batch  int     // samples in a batch; 0 = 32

	Sample int    // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
	Seed   uint64 // of S, the order of the passes, and Sample
}

// Name returns "matched".
func (MatchedPrediction) Name() string { return "matched" }

// Sampling implements [SampledMethod].
func (m MatchedPrediction) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

func (m MatchedPrediction) check() error {
	err := checkSettings("MatchedPrediction", positiveOr("Scale", m.Scale, "1"), positiveOr("Others", m.Others, "3"),
		positiveOr("Rate", m.Rate, "the default 5e-4"), positiveOr("Decay", m.Decay, "the default 0.95"), count("Passes", m.Passes, "the default 5"),
		count("Batch", m.Batch, "the default 32"))
	switch {
	case err != nil:
		return err
	case m.Method == nil && m.Targets == nil:
		return errors.New("unlearn: MatchedPrediction needs a Method whose step predicts the outputs, or Targets")
	case m.Method != nil && m.Targets != nil:
		return errors.New("unlearn: MatchedPrediction takes Method or Targets, not both")
	case m.FromUpdate && m.Method == nil:
		return errors.New("unlearn: MatchedPrediction.FromUpdate needs a Method that makes the update")
	case m.Loss != "" && m.Loss != SquaredTargets && m.Loss != SoftTargets:
		return fmt.Errorf("unlearn: MatchedPrediction.Loss is %q; take SquaredTargets or SoftTargets", m.Loss)
	case m.Labels && m.Loss != SoftTargets:
		return errors.New("unlearn: MatchedPrediction.Labels needs Loss: SoftTargets: a label is a distribution, not outputs")
	}
	return nil
}

// Unlearn implements [Method]. Besides what Method costs, a pass costs (1 + Others) |F| gradients,
// and as many for the predictions of its S.
func (m MatchedPrediction) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return training(ctx, m, p, theta, r, "the training diverged: lower Rate", func(t *attempt) ([]float64, error) {
		run, err := m.run(ctx, t, p, theta, r)
		if err != nil {
			return nil, err
		}
		next, err := run.passes(ctx)
		t.spent.Gradients += run.meter.Cost().Gradients
		if err != nil {
			return nil, fmt.Errorf("unlearn: %s: %w", m.Name(), err)
		}
		return next, nil
	})
}

// matching is a MatchedPrediction at work.
type matching struct {
	MatchedPrediction
	p         *Problem // on the corrected data
	start     []float64
	target    func(ctx context.Context, d *datasets.Dataset) ([]float64, error)
	objective Objective // of the network towards targets
	meter     *Meter    // of its training
	touched   *datasets.Dataset
	others    []int // rows of the samples that the request does not touch
}

func (m MatchedPrediction) run(ctx context.Context, t *attempt, p *Problem, theta []float64, r Request) (*matching, error) {
	m.Loss, m.Others, m.Scale = cmp.Or(m.Loss, SquaredTargets), cmp.Or(m.Others, 3), cmp.Or(m.Scale, 1)
	m.Rate, m.Decay, m.Passes = cmp.Or(m.Rate, 5e-4), cmp.Or(m.Decay, 0.95), cmp.Or(m.Passes, 5)
	run := &matching{MatchedPrediction: m, p: t.p, start: theta, target: m.Targets}
	var err error
	if run.objective, err = WithTargets(p.Objective, m.Loss); err != nil {
		return nil, err
	}
	run.meter = NewMeter(run.objective)
	if run.touched, err = t.applied.touched(p.Train, r); err != nil {
		return nil, err
	}
	run.others = t.applied.untouched()
	if m.Labels && (run.touched.Classes < 2 || run.touched.Width() != 1 || len(r.removed()) > 0) {
		return nil, errors.New("unlearn: MatchedPrediction.Labels needs samples with one label of several classes each, and none that is removed")
	}
	if m.Method == nil {
		return run, nil
	}
	u, err := m.Method.Unlearn(ctx, p, theta, r)
	if u != nil {
		t.spent = t.spent.Plus(Cost{Gradients: u.Cost.Gradients, HVPs: u.Cost.HVPs})
	}
	if err != nil {
		return nil, err
	}
	if more, any := u.belongsTo(); any || u.Theta == nil || u.Transform != nil {
		return nil, fmt.Errorf("unlearn: MatchedPrediction: an update by %s is not parameters alone%s, so that it predicts no outputs", m.Method.Name(), more)
	}
	t.update.Solves, t.update.Ridge, t.update.Facts, t.update.Notes = u.Solves, u.Ridge, u.Facts, append(t.update.Notes, u.Notes...)
	step := make([]float64, len(theta))
	floats.SubTo(step, u.Theta, theta)
	floats.Scale(m.Scale, step)
	if m.FromUpdate {
		run.start = slices.Clone(theta)
		floats.Add(run.start, step)
	}
	run.target = func(ctx context.Context, d *datasets.Dataset) ([]float64, error) {
		return predicted(ctx, t.p.Objective, theta, step, d)
	}
	return run, nil
}

// passes returns the parameters after all passes.
func (m *matching) passes(ctx context.Context) ([]float64, error) {
	fixed, err := m.matched(ctx, m.touched, m.Labels)
	if err != nil {
		return nil, err
	}
	theta, rate := slices.Clone(m.start), m.Rate
	state := &continued{}
	for pass := range m.Passes {
		data := fixed
		if n := min(int(math.Round(m.Others*float64(m.touched.Len()))), len(m.others)); n > 0 {
			rows, _ := drawRows(m.others, n, rand.NewPCG(m.Seed, 0x3a7c4+uint64(pass)))
			drawn, err := m.matched(ctx, m.p.Train.Subset(rows), false)
			if err != nil {
				return nil, err
			}
			if data, err = datasets.Concat(fixed, drawn); err != nil {
				return nil, err
			}
		}
		q := &Problem{Objective: m.meter, Train: data}
		adam := Adam{Rate: rate, Batch: m.Batch, Seed: rand.NewPCG(m.Seed, 0x3a7c5+uint64(pass)<<20).Uint64(), continues: state}
		if theta, err = adam.Train(ctx, q, theta); err != nil {
			return nil, err
		}
		rate *= m.Decay
	}
	return theta, nil
}

// matched returns samples with their targets: the label's distribution or what is predicted.
func (m *matching) matched(ctx context.Context, d *datasets.Dataset, labels bool) (*datasets.Dataset, error) {
	if labels {
		k := d.Classes
		if o, ok := called[Predictor](m.p.Objective); ok {
			var err error
			if k, err = o.Outputs(d); err != nil {
				return nil, err
			}
		}
		if k == 1 {
			return TargetData(d, d.Y)
		}
		targets := make([]float64, d.Len()*k)
		for i, y := range d.Y {
			targets[i*k+int(y)] = 1
		}
		return TargetData(d, targets)
	}
	z, err := m.target(ctx, d)
	if err != nil {
		return nil, err
	}
	if j := notFinite(z); j >= 0 {
		by := "Targets is not a number"
		if m.Method != nil {
			by = "the step of " + m.Method.Name() + " is too long"
		}
		return nil, fmt.Errorf("unlearn: the predicted output %d is %v: %s", j, z[j], by)
	}
	if m.Loss == SoftTargets {
		distributions(z, len(z)/d.Len())
	}
	return TargetData(d, z)
}

// distributions replaces rows of k outputs by their softmax, a single output by its logistic
// function.
func distributions(z []float64, k int) {
	for lo := 0; lo < len(z); lo += k {
		row := z[lo : lo+k]
		if k == 1 {
			row[0] = 1 / (1 + math.Exp(-row[0]))
			continue
		}
		top, sum := floats.Max(row), 0.0
		for j := range row {
			row[j] = math.Exp(row[j] - top)
			sum += row[j]
		}
		floats.Scale(1/sum, row)
	}
}

// touched returns the samples that the request touches as they are afterwards, and removed ones as
// they were but for removed features.
func (a *Applied) touched(d *datasets.Dataset, r Request) (*datasets.Dataset, error) {
	removed := r.removed()
	if len(removed) == 0 {
		return a.New, nil
	}
	removed = slices.Compact(slices.Sorted(slices.Values(removed)))
	gone, err := d.Subset(removed), error(nil)
	if len(a.Columns) > 0 {
		if gone, err = datasets.ZeroColumns(gone, a.Columns); err != nil {
			return nil, err
		}
	}
	if a.New.Len() == 0 {
		return gone, nil
	}
	return datasets.Concat(a.New, gone)
}

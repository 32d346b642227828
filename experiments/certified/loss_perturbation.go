package certified

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// LossPerturbation asks what the certificates of the paper's loss perturbation cost. Each draw
// draws the change and the tilt b, trains with it, unlearns, and takes the residual of that
// request: b is a part of training, so a residual that was measured without it certifies nothing.
func LossPerturbation() *engine.Experiment {
	const id = "loss-perturbation"
	return tabledata.Experiment{
		ID: id, Title: "Certificates by loss perturbation", Convex: true,
		Question: "how often is an update certified, how much noise does each method need for that, and how accurate is the model then?",
		Defaults: lossDefaults,
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			sizes, err := s.Sizes(ctx, set)
			if err != nil {
				return nil, err
			}
			var units []engine.Unit
			for draw := range set.Draws {
				name := fmt.Sprintf("draw=%d%s", draw, set.MethodsSuffix(lossMethods()))
				units = append(units, engine.Unit{Name: name, Run: func(ctx context.Context) ([]records.Record, error) {
					return certify(ctx, s, id, set, sizes, draw)
				}})
			}
			return append(units, sweepUnits(s, id, set, sizes)...), nil
		},
		Reads: tabledata.Together(tabledata.ChangeSettings, []string{"lambda", "sigma", "train-tolerance", "train-steps", "epsilons", "delta", "sigmas", "sweep-draws"},
			tabledata.UpdateSettings, tabledata.FineTuningSettings, []string{"methods"}),
		Methods: lossMethods(),
		Fixed:   []string{"tau", "tau-ft", "ridge", "epochs"}, Rows: rows(), Answers: lossAnswers,
		Tables:  lossTables,
		Figures: lossFigures,
	}.Runnable()
}

// lossDefaults also fixes the step lengths: a step length tuned without noise says nothing about a
// model with noise.
func lossDefaults(s *tabledata.Settings, k engine.Key) {
	s.Sigma = 1
	s.Pool = "sensitive"
	if k.Dataset == "drebin" {
		s.Pool = "top400"
	}
	if s.Tau.Tuned {
		s.Tau = settings.Auto{Value: cmp.Or(s.PaperTau, 1e-4)}
	}
	if s.TauFT.Tuned {
		s.TauFT = settings.Auto{Value: 1e-4}
	}
	s.Ridge = settings.Auto{}
	s.Epochs = 1
	s.Regularizer = "share"
	s.Tolerance = 1e-8 // what a solve leaves counts against the certificate
	if k.Profile == engine.Paper {
		s.Draws = 40
		s.SweepDraws = 5
	}
}

// shortRows returns the data with rows of norm at most 1, which the bounds of a certificate ask
// for: as they are where they are short already, divided by their norms where not.
func shortRows(s *tabledata.Session, set *tabledata.Settings) (*tabledata.Data, error) {
	d := s.Data(set)
	own := onCertificates(s)
	if short, ok := own.short[d]; ok {
		return short, nil
	}
	short, err := shortened(d)
	own.short[d] = short
	return short, err
}

func shortened(d *tabledata.Data) (*tabledata.Data, error) {
	norms, err := datasets.RowNorms(d.Train)
	if err != nil {
		return nil, err
	}
	if slices.Max(norms) <= 1+1e-9 {
		return d, nil
	}
	train, err := datasets.NormalizeRows(d.Train)
	if err != nil {
		return nil, err
	}
	test, err := datasets.NormalizeRows(d.Test)
	return &tabledata.Data{Train: train, Test: test}, err
}

// dataNorm returns an upper bound of ||X||_2, from the second time on without computing it again.
func dataNorm(ctx context.Context, s *tabledata.Session, d *datasets.Dataset) (float64, error) {
	own := onCertificates(s)
	if v, ok := own.norms[d]; ok {
		return v, nil
	}
	v, err := unlearn.DataNorm(ctx, d)
	own.norms[d] = v
	return v, err
}

// shortRequest is request on the data that shortRows returns: corrected rows are divided by their
// norms as well.
func shortRequest(ctx context.Context, s *tabledata.Session, set *tabledata.Settings, size, draw int) (unlearn.Request, error) {
	r, err := s.Request(ctx, set, size, draw)
	if err != nil || set.Request != "features" || s.SizeName(set) == "features" {
		return r, err
	}
	applied, err := r.Apply(s.Data(set).Train)
	if err != nil {
		return r, err
	}
	rows, err := datasets.NormalizeRows(applied.New)
	return unlearn.CorrectSamples(applied.Rows, rows), err
}

// noisy is a model trained with the tilt of one draw. At sigma 0 there is none.
type noisy struct {
	*tabledata.Fitted
	certified unlearn.Certified // with the draw's seed
}

func trainNoisy(ctx context.Context, s *tabledata.Session, set *tabledata.Settings, sigma float64, draw int) (*noisy, error) {
	d, err := shortRows(s, set)
	if err != nil {
		return nil, err
	}
	m, err := tabledata.NewModel(s.Model, d.Train, set)
	if err != nil {
		return nil, err
	}
	xnorm, err := dataNorm(ctx, s, d.Train)
	if err != nil {
		return nil, err
	}
	sub := &tabledata.Fitted{Subject: trial.Subject{Problem: &unlearn.Problem{Objective: m, Train: d.Train, L2: set.Lambda}}, Model: m, Test: d.Test, Start: m.Init(s.Seed),
		Trainer: tabledata.Patient{Trainer: s.Trainer(set)}}
	n := &noisy{Fitted: sub, certified: unlearn.Certified{
		Budget:  unlearn.Budget{Epsilon: set.Epsilons[0], Delta: set.Delta, Sigma: sigma},
		Trainer: sub.Trainer, Seed: trial.Random(s.Seed, trial.StreamTilt, draw+1).Uint64(), Norm: xnorm,
	}}
	if sigma > 0 {
		sub.Problem, sub.Theta, err = n.certified.Train(ctx, sub.Problem, sub.Start)
	} else {
		sub.Theta, err = sub.Trainer.Train(ctx, sub.Problem, sub.Start)
	}
	if err != nil {
		return nil, fmt.Errorf("experiments: training with noise of sigma %g: %w", sigma, err)
	}
	if sub.Trained, err = sub.Problem.Residual(ctx, sub.Theta); err != nil {
		return nil, err
	}
	sub.TestLoss, err = sub.MeanLoss(ctx, sub.Theta, d.Test)
	return n, err
}

// certify trains with the draw's tilt and carries out its requests. In a run that gets more methods
// it leaves out those that the run has records of.
func certify(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, sizes []int, draw int) ([]records.Record, error) {
	n, err := trainNoisy(ctx, s, set, set.Sigma, draw)
	if err != nil {
		return nil, err
	}
	had := recorded(s, part, draw, math.NaN())
	methods, err := (&lossy{s, n, set}).contenders(had)
	if err != nil {
		return nil, err
	}
	var out []records.Record
	for _, size := range sizes {
		r, err := shortRequest(ctx, s, set, size, draw)
		if err != nil {
			return nil, err
		}
		majority, err := n.majority()
		if err != nil {
			return nil, err
		}
		outcomes := []trial.Outcome{majority}
		retrained, ref, err := n.measured(ctx, methods[0], r, nil)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, retrained)
		for _, m := range methods[1:] {
			o, _, err := n.measured(ctx, m, r, ref)
			if err != nil {
				return nil, err
			}
			if err := n.certificate(ctx, m, r, &o); err != nil {
				return nil, err
			}
			outcomes = append(outcomes, o)
		}
		out = append(out, s.Records(part, records.Tags{s.SizeName(set): size, "request": set.Request}, draw, outcomes, "certified-share", "gradient-residual", "bound",
			"worst-case-bound", "bound-holds", "trained-residual", "test-accuracy", "macro-f1", "agreement")...)
	}
	return slices.DeleteFunc(out, func(r records.Record) bool { return had[r.Method] }), nil
}

// recorded returns the methods that finished units of the run have records of in that draw, of the
// sweep at that sigma; NaN = of what does not belong to the sweep.
func recorded(s *tabledata.Session, part string, draw int, sigma float64) map[string]bool {
	out := map[string]bool{}
	for _, r := range s.Before {
		at := r.Number("sweep-sigma")
		if r.Experiment == part && r.Draw == draw && (at == sigma || math.IsNaN(at) && math.IsNaN(sigma)) {
			out[r.Method] = true
		}
	}
	return out
}

// measured runs one method and measures it, macro F1 included.
func (n *noisy) measured(ctx context.Context, m trial.Contender, r unlearn.Request, ref *tabledata.Reference) (trial.Outcome, *tabledata.Reference, error) {
	o, u, err := n.Apply(ctx, m, r)
	if err != nil || u == nil {
		return o, nil, err
	}
	own, err := n.Measure(ctx, &o, u, ref)
	if err != nil || own == nil {
		return o, nil, err
	}
	f1, err := unlearn.MacroF1(own.Classes, n.Test.Y, n.Test.Classes)
	if err != nil {
		return o, nil, fmt.Errorf("%s: %w", m.Name(), err)
	}
	o.Metrics = append(o.Metrics, engine.Metric{Name: "macro-f1", Unit: "1", Value: f1})
	return o, own, nil
}

// certificate adds what the certificate of the request says. An update that the method itself
// refuses is not certified. Of a method without a bound, as fine-tuning, or one that does not
// depend smoothly on the tilt, the residual says all, which was measured already.
func (n *noisy) certificate(ctx context.Context, m trial.Contender, r unlearn.Request, o *trial.Outcome) error {
	certified := n.certified
	if !bounded(m.Method) {
		residual := o.Get("gradient-residual")
		o.Metrics = append(o.Metrics, engine.Metric{Name: "certified-share", Unit: "share", Value: share01(residual <= certified.Budget.Residual())})
		return nil
	}
	certified.Method = m.Method
	u, err := certified.Unlearn(ctx, n.Problem, n.Theta, r)
	var budget *unlearn.BudgetError
	if err != nil && !errors.As(err, &budget) {
		if trial.MethodFailed(err) {
			o.Metrics = append(o.Metrics, engine.Metric{Name: "certified-share", Unit: "share", Value: 0})
			return nil
		}
		return fmt.Errorf("%s: %w", m.Name(), err)
	}
	c := u.Certificate
	o.Metrics = append(o.Metrics, engine.Metric{Name: "certified-share", Unit: "share", Value: share01(c.Issued)}, engine.Metric{Name: "trained-residual", Unit: "1", Value: c.Trained})
	if !math.IsInf(c.Bound, 1) {
		// What summing over many samples may round.
		holds := c.Residual <= c.Bound*(1+1e-9)+1e-9 && c.Bound <= c.WorstCase*(1+1e-9)
		o.Metrics = append(o.Metrics, engine.Metric{Name: "bound", Unit: "1", Value: c.Bound}, engine.Metric{Name: "worst-case-bound", Unit: "1", Value: c.WorstCase}, engine.Metric{Name: "bound-holds", Unit: "share", Value: share01(holds)})
	}
	return nil
}

// bounded reports whether a certificate can bound the method's residual.
func bounded(m unlearn.Method) bool {
	if smooth, ok := m.(unlearn.SmoothMethod); !ok || smooth.Smooth() != nil {
		return false
	}
	switch m.(type) {
	case unlearn.BoundedMethod, unlearn.SteppedMethod, unlearn.None:
		return true
	}
	return false
}

func share01(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// majority is the answer that a model has to be better than: always the commonest class of the
// training data.
func (n *noisy) majority() (trial.Outcome, error) {
	count := make([]int, n.Test.Classes)
	for _, y := range n.Problem.Train.Y {
		count[int(y)]++
	}
	answers := make([]float64, n.Test.Len())
	for i := range answers {
		answers[i] = float64(slices.Index(count, slices.Max(count)))
	}
	accuracy, err := datasets.Accuracy(answers, n.Test)
	if err != nil {
		return trial.Outcome{}, err
	}
	f1, err := unlearn.MacroF1(answers, n.Test.Y, n.Test.Classes)
	return trial.Outcome{Method: majorityClass, Metrics: []engine.Metric{{Name: "test-accuracy", Unit: "share", Value: accuracy}, {Name: "macro-f1", Unit: "1", Value: f1}}}, err
}

// majorityClass is the row of the majority class.
const majorityClass = tabledata.MajorityClass

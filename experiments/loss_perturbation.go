package experiments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"lethe/datasets"
	"lethe/unlearn"
)

// lossPerturbationExperiment asks what the certificates of the paper's loss perturbation cost. Each draw draws the change and the tilt b, trains with it, unlearns, and takes the
// residual of that request: b is a part of training, so a residual that was measured without it certifies nothing.
func lossPerturbationExperiment() *Experiment {
	const id = "loss-perturbation"
	return tableExperiment{
		ID: id, Title: "Certificates by loss perturbation", Convex: true,
		Question: "how often is an update certified, what noise does each method need for it, and what is the model worth then?",
		Defaults: lossDefaults,
		Units: func(ctx context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
			sizes, err := s.sizes(ctx, set)
			if err != nil {
				return nil, err
			}
			var units []Unit
			for draw := range set.Draws {
				units = append(units, Unit{fmt.Sprintf("draw=%d", draw), func(ctx context.Context) ([]Record, error) {
					return s.certify(ctx, id, set, sizes, draw)
				}})
			}
			return append(units, s.sweepUnits(id, set, sizes)...), nil
		},
		Own: []string{"epsilons", "delta", "sigmas", "sweep-draws"}, Rows: certifiedRows, Claims: (*Results).lossClaims,
		Tables:  lossTables,
		Figures: lossFigures,
	}.engineExperiment()
}

// lossDefaults also fixes the step lengths: what is tuned without noise says nothing of a model with it.
func lossDefaults(s *tableSettings, k Key) {
	s.Sigma = 1
	s.Pool = map[bool]string{true: "top400", false: "sensitive"}[k.Dataset == "drebin"]
	if s.Tau.Tuned {
		s.Tau = Auto{Value: cmp.Or(s.PaperTau, 1e-4)}
	}
	if s.TauFT.Tuned {
		s.TauFT = Auto{Value: 1e-4}
	}
	s.Ridge, s.Epochs, s.Regulariser = Auto{}, 1, "share"
	s.Tolerance = 1e-8 // what a solve leaves counts against the certificate
	if k.Profile == Paper {
		s.Draws, s.SweepDraws = 40, 5
	}
}

// lossMethods are compared on models trained with noise; "none" is noise alone, the paper's DP.
func (s *tableSession) lossMethods(set *tableSettings) ([]contender, error) {
	second, err := secondOrder(set, set.Ridge.Value, s.Seed)
	if err != nil {
		return nil, err
	}
	return []contender{
		{unlearn.None{}, nil}, {s.fineTune(set, set.TauFT.Value, set.Epochs), Tags{"tau-ft": set.TauFT.Value}},
		{unlearn.FirstOrder{Tau: set.Tau.Value, Force: set.Force}, Tags{"tau": set.Tau.Value}}, {second, Tags{"steps": set.Steps}},
	}, nil
}

// shortRows returns the data with rows of norm at most 1, which the bounds of a certificate ask for: as they are where they are short
// already, divided by their norms where not.
func (s *tableSession) shortRows(set *tableSettings) (*data, error) {
	d := s.data(set)
	own := onCertificates(s)
	if short, ok := own.short[d]; ok {
		return short, nil
	}
	short, err := shortened(d)
	own.short[d] = short
	return short, err
}

func shortened(d *data) (*data, error) {
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
	return &data{Train: train, Test: test}, err
}

// dataNorm returns an upper bound of ||X||_2, from the second time on without computing it again.
func (s *tableSession) dataNorm(ctx context.Context, d *datasets.Dataset) (float64, error) {
	own := onCertificates(s)
	if v, ok := own.norms[d]; ok {
		return v, nil
	}
	v, err := unlearn.DataNorm(ctx, d)
	own.norms[d] = v
	return v, err
}

// shortRequest is request on the data that shortRows returns: corrected rows are divided by their norms as well.
func (s *tableSession) shortRequest(ctx context.Context, set *tableSettings, size, draw int) (unlearn.Request, error) {
	r, err := s.request(ctx, set, size, draw)
	if err != nil || set.Request != "features" || s.sizeName(set) == "features" {
		return r, err
	}
	applied, err := r.Apply(s.data(set).Train)
	if err != nil {
		return r, err
	}
	rows, err := datasets.NormalizeRows(applied.New)
	return unlearn.CorrectSamples(applied.Rows, rows), err
}

// noisy is a model trained with the tilt of one draw. At sigma 0 there is none.
type noisy struct {
	*Fitted
	certified unlearn.Certified // with the draw's seed
}

func (s *tableSession) trainNoisy(ctx context.Context, set *tableSettings, sigma float64, draw int) (*noisy, error) {
	d, err := s.shortRows(set)
	if err != nil {
		return nil, err
	}
	m, err := newModel(s.Model, d.Train, set)
	if err != nil {
		return nil, err
	}
	xnorm, err := s.dataNorm(ctx, d.Train)
	if err != nil {
		return nil, err
	}
	sub := &Fitted{Subject: Subject{Problem: &unlearn.Problem{Objective: m, Train: d.Train, L2: set.Lambda}}, Model: m, Test: d.Test, Start: m.Init(s.Seed),
		trainer: patient{s.trainer(set)}}
	n := &noisy{Fitted: sub, certified: unlearn.Certified{
		Budget:  unlearn.Budget{Epsilon: set.Epsilons[0], Delta: set.Delta, Sigma: sigma},
		Trainer: sub.trainer, Seed: random(s.Seed, streamTilt, draw+1).Uint64(), Norm: xnorm,
	}}
	if sigma > 0 {
		sub.Problem, sub.Theta, err = n.certified.Train(ctx, sub.Problem, sub.Start)
	} else {
		sub.Theta, err = sub.trainer.Train(ctx, sub.Problem, sub.Start)
	}
	if err != nil {
		return nil, fmt.Errorf("experiments: training with noise of sigma %g: %w", sigma, err)
	}
	if sub.Trained, err = sub.Problem.Residual(ctx, sub.Theta); err != nil {
		return nil, err
	}
	sub.TestLoss, err = sub.meanLoss(ctx, sub.Theta, d.Test)
	return n, err
}

// certify trains with the draw's tilt and carries out its requests.
func (s *tableSession) certify(ctx context.Context, part string, set *tableSettings, sizes []int, draw int) ([]Record, error) {
	n, err := s.trainNoisy(ctx, set, set.Sigma, draw)
	if err != nil {
		return nil, err
	}
	methods, err := s.lossMethods(set)
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, size := range sizes {
		r, err := s.shortRequest(ctx, set, size, draw)
		if err != nil {
			return nil, err
		}
		majority, err := n.majority()
		if err != nil {
			return nil, err
		}
		outcomes := []outcome{majority}
		// Warm: there is one optimum, wherever training starts.
		retrained, ref, err := n.measured(ctx, contender{unlearn.Retrain{Trainer: n.trainer}, Tags{"start": "warm"}}, r, nil)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, retrained)
		for _, m := range methods {
			o, _, err := n.measured(ctx, m, r, ref)
			if err != nil {
				return nil, err
			}
			if err := n.certificate(ctx, m, r, &o); err != nil {
				return nil, err
			}
			outcomes = append(outcomes, o)
		}
		out = append(out, s.records(part, Tags{s.sizeName(set): size, "request": set.Request}, draw, outcomes, "certified-share", "gradient-residual", "bound",
			"worst-case-bound", "bound-holds", "trained-residual", "test-accuracy", "macro-f1", "agreement")...)
	}
	return out, nil
}

// measured runs one method and measures it, macro F1 included.
func (n *noisy) measured(ctx context.Context, m contender, r unlearn.Request, ref *reference) (outcome, *reference, error) {
	o, u, err := n.apply(ctx, m, r)
	if err != nil || u == nil {
		return o, nil, err
	}
	own, err := n.measure(ctx, &o, u, ref)
	if err != nil || own == nil {
		return o, nil, err
	}
	f1, err := unlearn.MacroF1(own.classes, n.Test.Y, n.Test.Classes)
	if err != nil {
		return o, nil, fmt.Errorf("%s: %w", m.Name(), err)
	}
	o.metrics = append(o.metrics, metric{"macro-f1", "1", f1})
	return o, own, nil
}

// certificate adds what the certificate of the request says. An update that the method itself refuses is not certified. Fine-tuning has no
// bound, so its residual, which was measured already, says all.
func (n *noisy) certificate(ctx context.Context, m contender, r unlearn.Request, o *outcome) error {
	certified := n.certified
	if _, fine := m.Method.(unlearn.FineTune); fine {
		residual := o.get("gradient-residual")
		o.metrics = append(o.metrics, metric{"certified-share", "share", share01(residual <= certified.Budget.Residual())})
		return nil
	}
	certified.Method = m.Method
	u, err := certified.Unlearn(ctx, n.Problem, n.Theta, r)
	var budget *unlearn.BudgetError
	if err != nil && !errors.As(err, &budget) {
		if methodFailed(err) {
			o.metrics = append(o.metrics, metric{"certified-share", "share", 0})
			return nil
		}
		return fmt.Errorf("%s: %w", m.Name(), err)
	}
	c := u.Certificate
	o.metrics = append(o.metrics, metric{"certified-share", "share", share01(c.Issued)}, metric{"trained-residual", "1", c.Trained})
	if !math.IsInf(c.Bound, 1) {
		// What summing over many samples may round.
		holds := c.Residual <= c.Bound*(1+1e-9)+1e-9 && c.Bound <= c.WorstCase*(1+1e-9)
		o.metrics = append(o.metrics, metric{"bound", "1", c.Bound}, metric{"worst-case-bound", "1", c.WorstCase}, metric{"bound-holds", "share", share01(holds)})
	}
	return nil
}

func share01(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// majority is the answer that a model has to be better than: always the commonest class of the training data.
func (n *noisy) majority() (outcome, error) {
	count := make([]int, n.Test.Classes)
	for _, y := range n.Problem.Train.Y {
		count[int(y)]++
	}
	answers := make([]float64, n.Test.Len())
	for i := range answers {
		answers[i] = float64(slices.Index(count, slices.Max(count)))
	}
	f1, err := unlearn.MacroF1(answers, n.Test.Y, n.Test.Classes)
	return outcome{method: majorityClass, metrics: []metric{{"test-accuracy", "share", share(answers, n.Test)}, {"macro-f1", "1", f1}}}, err
}

// majorityClass is the row of the majority class.
const majorityClass = "majority class"

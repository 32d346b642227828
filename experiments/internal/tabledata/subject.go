package tabledata

import (
	"context"
	"errors"
	"fmt"

	"lethe/datasets"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Fitted is a trained model on a table that is to forget something.
type Fitted struct {
	trial.Subject
	Model       Model
	Test        *datasets.Dataset // what is measured on
	Choice      *datasets.Dataset // what settings are chosen on by the test loss; nil = none are
	Start       []float64         // the parameters training started from
	TestLoss    float64           // mean loss on the test data
	Trained     float64           // the gradient norm that training left
	Trainer     unlearn.Trainer
	Factor      *unlearn.Factored // of the Hessian before any change; nil until it is asked for
	FactorRidge float64
	sharded     map[string]*unlearn.Sharded // SISA's models, by its settings
	private     map[string]*unlearn.Private // the noisy models
}

// Subject returns the model of the run trained with the settings, from the second time on the same
// one.
func (s *Session) Subject(ctx context.Context, set *Settings) (*Fitted, error) {
	key := fmt.Sprint(Form.Key(set, "model"), set.choosesByTestLoss())
	if sub, ok := s.subjects[key]; ok {
		return sub, nil
	}
	var sub *Fitted
	err := s.Once(fmt.Sprintf("training the %s model", s.Model), func() (err error) {
		sub, err = s.train(ctx, set)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("experiments: training the %s model on %s: %w", s.Model, s.Dataset, err)
	}
	s.subjects[key] = sub
	return sub, nil
}

// say tells the progress which method is at work.
func (s *Session) say(method string) { s.Progress.Step(trial.Name(method), 0, 0) }

func (s *Session) train(ctx context.Context, set *Settings) (*Fitted, error) {
	d := s.Data(set)
	m, err := NewModel(s.Model, d.Train, set)
	if err != nil {
		return nil, err
	}
	p := &unlearn.Problem{Objective: m, Train: d.Train, L2: set.Lambda}
	if set.Sigma > 0 {
		r := trial.Random(s.Seed, trial.StreamTilt, 0)
		p.Tilt = make([]float64, m.Dim())
		for i := range p.Tilt {
			p.Tilt[i] = set.Sigma * r.NormFloat64()
		}
	}
	sub := &Fitted{Subject: trial.Subject{Problem: p, Say: s.say}, Model: m, Test: d.Test, Start: m.Init(s.Seed)}
	if set.choosesByTestLoss() {
		if d.Test.Len() < 2 {
			return nil, errors.New("experiments: a test set of one sample cannot be divided into one half to choose settings on and one to measure on: " +
				"set tau, tau-ft, ridge and epochs as numbers, or criterion=residual")
		}
		if sub.Choice, sub.Test, err = datasets.Split(d.Test, trial.Random(s.Seed, trial.StreamHalves, 0).Uint64(), 0.5); err != nil {
			return nil, fmt.Errorf("experiments: dividing the test set into one half to choose settings on and one to measure on: %w", err)
		}
	}
	sub.Trainer = Patient{s.Trainer(set)}
	if sub.Theta, err = sub.Trainer.Train(ctx, p, sub.Start); err != nil {
		return nil, err
	}
	if sub.Trained, err = p.Residual(ctx, sub.Theta); err != nil {
		return nil, err
	}
	sub.TestLoss, err = sub.MeanLoss(ctx, sub.Theta, d.Test)
	return sub, err
}

// MeanLoss returns the mean loss of a sample, in nats.
func (s *Fitted) MeanLoss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	loss, err := s.Model.Loss(ctx, theta, d)
	return loss / float64(d.Len()), err
}

// Patient takes the best parameters of a training that ended above its tolerance, as networks that
// are not convex often do; how far it came is measured by the gradient residual like everything
// else.
type Patient struct{ unlearn.Trainer }

// Train implements [unlearn.Trainer].
func (p Patient) Train(ctx context.Context, problem *unlearn.Problem, theta []float64) ([]float64, error) {
	out, err := p.Trainer.Train(ctx, problem, theta)
	var short *unlearn.NotConvergedError
	if errors.As(err, &short) && out != nil {
		return out, nil
	}
	return out, err
}

// Trainer returns what trains the model.
func (s *Session) Trainer(set *Settings) unlearn.Trainer {
	return unlearn.LBFGS{Tolerance: set.TrainTolerance, MaxIterations: set.TrainSteps}
}

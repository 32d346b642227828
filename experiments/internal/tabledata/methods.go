package tabledata

import (
	"context"
	"fmt"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// steps are the step lengths in force, set or tuned.
type steps struct {
	Tau, TauFT, Ridge float64
	Epochs            int
}

// contenders returns the methods that are compared on a model, the retrainings first since the others are measured against them.
// Retraining comes cold (from the same initial parameters) and warm (from theta). A linear model is retrained warm by Newton's method, the
// cheapest exact way from there; the first, cold one is the reference. On the MLP the reference is the warm one, and the iterative variants
// are left out.
func (s *Session) contenders(ctx context.Context, sub *Fitted, set *Settings, st steps) ([]trial.Contender, error) {
	baselines, err := s.Baselines(ctx, sub, set)
	if err != nil {
		return nil, err
	}
	second, err := SecondOrder(set, st.Ridge, s.Seed)
	if err != nil {
		return nil, err
	}
	first := unlearn.FirstOrder{Tau: st.Tau, Force: set.Force}
	fine := s.FineTune(set, st.TauFT, st.Epochs)
	tau, rate := records.Tags{"tau": st.Tau}, records.Tags{"tau-ft": st.TauFT, "epochs": st.Epochs}
	newton := records.Tags{"ridge": st.Ridge, "solver": set.Solver, "curvature": set.Curvature, "steps": set.Steps}
	var out []trial.Contender
	if s.Convex() {
		out = append(out, trial.Contender{Method: unlearn.Retrain{Trainer: sub.Trainer, Start: sub.Start}, Tags: records.Tags{"start": "cold"}},
			trial.Contender{Method: unlearn.Retrain{Trainer: Patient{set.Newton()}}, Tags: records.Tags{"start": "warm", "trainer": NewtonTrainer}})
	} else {
		out = append(out, trial.Contender{Method: unlearn.Retrain{Trainer: sub.Trainer}, Tags: records.Tags{"start": "warm"}},
			trial.Contender{Method: unlearn.Retrain{Trainer: sub.Trainer, Start: sub.Start}, Tags: records.Tags{"start": "cold"}})
	}
	out = append(out, trial.Contender{Method: unlearn.None{}, Tags: nil})
	if s.SizeName(set) == "features" {
		out = append(out, trial.Contender{Method: unlearn.Occlusion{}, Tags: nil})
	}
	out = append(append(out, trial.Contender{Method: fine, Tags: rate}), s.paperFineTune(set)...)
	out = append(append(out, trial.Contender{Method: first, Tags: tau}), s.paperFirstOrder(set)...)
	if s.Convex() {
		out = append(out, trial.Contender{Method: unlearn.Iterative{Method: first, Chunks: set.Chunks}, Tags: tau.With(records.Tags{"chunks": set.Chunks})})
	}
	out = append(out, trial.Contender{Method: second, Tags: newton})
	if s.Convex() {
		out = append(out, trial.Contender{Method: unlearn.Iterative{Method: second, Chunks: set.Chunks}, Tags: newton.With(records.Tags{"chunks": set.Chunks})})
	}
	return append(out, baselines...), nil
}

// NewtonTrainer and paperSettings are tags of rows: a retraining by Newton's method, and a method with the paper's own settings.
const NewtonTrainer, PaperSettings = "newton", "paper"

// Newton retrains a linear model from where it is.
func (s *Settings) Newton() unlearn.Newton {
	return unlearn.Newton{Tolerance: s.TrainTolerance, MaxIterations: s.TrainSteps}
}

// paperFineTune is fine-tuning as the paper has it: its rate, one pass, and the whole regulariser at each batch.
func (s *Session) paperFineTune(set *Settings) []trial.Contender {
	if set.PaperTauFT == 0 || !s.Convex() {
		return nil
	}
	m := unlearn.FineTune{Rate: set.PaperTauFT, Batch: set.Batch, Epochs: 1, Seed: s.Seed}
	return []trial.Contender{{Method: m, Tags: records.Tags{"tau-ft": set.PaperTauFT, "epochs": 1, "settings": PaperSettings}}}
}

// paperFirstOrder is first order with the paper's tau.
func (s *Session) paperFirstOrder(set *Settings) []trial.Contender {
	if set.PaperTau == 0 || !s.Convex() {
		return nil
	}
	return []trial.Contender{{Method: unlearn.FirstOrder{Tau: set.PaperTau, Force: set.Force}, Tags: records.Tags{"tau": set.PaperTau, "settings": PaperSettings}}}
}

// FineTune returns fine-tuning with the settings' batches.
func (s *Session) FineTune(set *Settings, rate float64, epochs int) unlearn.Method {
	return unlearn.FineTune{Rate: rate, Batch: set.Batch, Epochs: epochs, Seed: s.Seed, Share: set.Regulariser == "share"}
}

// Convex reports whether the model's loss is convex, so that there is one optimum.
func (s *Session) Convex() bool { return s.Model == Models[0] }

func SecondOrder(set *Settings, ridge float64, seed uint64) (unlearn.SecondOrder, error) {
	solver, err := newSolver(set, seed)
	if err != nil {
		return unlearn.SecondOrder{}, err
	}
	curvature := unlearn.FullHessian
	if set.Curvature == "gauss-newton" {
		curvature = unlearn.GaussNewton
	}
	return unlearn.SecondOrder{Solver: solver, Ridge: ridge, Curvature: curvature, Force: set.Force, Steps: set.Steps, Batches: set.Batches, Seed: seed}, nil
}

func newSolver(set *Settings, seed uint64) (unlearn.Solver, error) {
	switch set.Solver {
	case "cg":
		return unlearn.CG{Tolerance: set.Tolerance, MaxProducts: set.MaxProducts}, nil
	case "minres":
		return unlearn.MINRES{Tolerance: set.Tolerance, MaxProducts: set.MaxProducts}, nil
	case "lissa":
		return unlearn.LiSSA{Tolerance: set.Tolerance, MaxProducts: set.MaxProducts, Seed: seed, ChooseRidge: true}, nil
	case "exact":
		return unlearn.Exact{Tolerance: set.Tolerance}, nil
	}
	return nil, fmt.Errorf("unknown solver %q", set.Solver)
}

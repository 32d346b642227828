package experiments

import (
	"context"
	"fmt"

	"lethe/unlearn"
)

// contender is a method with what tells it from others of its name.
type contender struct {
	unlearn.Method
	tags Tags
}

// steps are the step lengths in force, set or tuned.
type steps struct {
	Tau, TauFT, Ridge float64
	Epochs            int
}

// contenders returns the methods that are compared on a model, the retrainings first since the others are measured against them.
// Retraining comes cold (from the same initial parameters) and warm (from theta). A linear model is retrained warm by Newton's method, the
// cheapest exact way from there; the first, cold one is the reference. On the MLP the reference is the warm one, and the iterative variants
// are left out.
func (s *Session) contenders(ctx context.Context, sub *Subject, set *Settings, st steps) ([]contender, error) {
	baselines, err := s.baselines(ctx, sub, set)
	if err != nil {
		return nil, err
	}
	second, err := secondOrder(set, st.Ridge, s.Seed)
	if err != nil {
		return nil, err
	}
	first := unlearn.FirstOrder{Tau: st.Tau, Force: set.Force}
	fine := s.fineTune(set, st.TauFT, st.Epochs)
	tau, rate := Tags{"tau": st.Tau}, Tags{"tau-ft": st.TauFT, "epochs": st.Epochs}
	newton := Tags{"ridge": st.Ridge, "solver": set.Solver, "curvature": set.Curvature, "steps": set.Steps}
	var out []contender
	if s.convex() {
		out = append(out, contender{unlearn.Retrain{Trainer: sub.trainer, Start: sub.Start}, Tags{"start": "cold"}},
			contender{unlearn.Retrain{Trainer: patient{set.newton()}}, Tags{"start": "warm", "trainer": newtonTrainer}})
	} else {
		out = append(out, contender{unlearn.Retrain{Trainer: sub.trainer}, Tags{"start": "warm"}},
			contender{unlearn.Retrain{Trainer: sub.trainer, Start: sub.Start}, Tags{"start": "cold"}})
	}
	out = append(out, contender{unlearn.None{}, nil})
	if s.sizeName(set) == "features" {
		out = append(out, contender{unlearn.Occlusion{}, nil})
	}
	out = append(append(out, contender{fine, rate}), s.paperFineTune(set)...)
	out = append(append(out, contender{first, tau}), s.paperFirstOrder(set)...)
	if s.convex() {
		out = append(out, contender{unlearn.Iterative{Method: first, Chunks: set.Chunks}, tau.with(Tags{"chunks": set.Chunks})})
	}
	out = append(out, contender{second, newton})
	if s.convex() {
		out = append(out, contender{unlearn.Iterative{Method: second, Chunks: set.Chunks}, newton.with(Tags{"chunks": set.Chunks})})
	}
	return append(out, baselines...), nil
}

// newtonTrainer and paperSettings are tags of rows: a retraining by Newton's method, and a method with the paper's own settings.
const newtonTrainer, paperSettings = "newton", "paper"

// newton retrains a linear model from where it is.
func (s *Settings) newton() unlearn.Newton {
	return unlearn.Newton{Tolerance: s.TrainTolerance, MaxIterations: s.TrainSteps}
}

// paperFineTune is fine-tuning as the paper has it: its rate, one pass, and the whole regulariser at each batch.
func (s *Session) paperFineTune(set *Settings) []contender {
	if set.PaperTauFT == 0 || !s.convex() {
		return nil
	}
	m := unlearn.FineTune{Rate: set.PaperTauFT, Batch: set.Batch, Epochs: 1, Seed: s.Seed}
	return []contender{{m, Tags{"tau-ft": set.PaperTauFT, "epochs": 1, "settings": paperSettings}}}
}

// paperFirstOrder is first order with the paper's tau.
func (s *Session) paperFirstOrder(set *Settings) []contender {
	if set.PaperTau == 0 || !s.convex() {
		return nil
	}
	return []contender{{unlearn.FirstOrder{Tau: set.PaperTau, Force: set.Force}, Tags{"tau": set.PaperTau, "settings": paperSettings}}}
}

// fineTune returns fine-tuning with the settings' batches.
func (s *Session) fineTune(set *Settings, rate float64, epochs int) unlearn.Method {
	return unlearn.FineTune{Rate: rate, Batch: set.Batch, Epochs: epochs, Seed: s.Seed, Share: set.Regulariser == "share"}
}

// convex reports whether the model's loss is convex, so that there is one optimum.
func (s *Session) convex() bool { return s.Model == Models[0] }

func secondOrder(set *Settings, ridge float64, seed uint64) (unlearn.SecondOrder, error) {
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

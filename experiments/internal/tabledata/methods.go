package tabledata

import (
	"fmt"

	"lethe/unlearn"
)

// steps are the step lengths in force, set or tuned.
type steps struct {
	Tau, TauFT, Ridge float64
	Epochs            int
}

// NewtonTrainer and PaperSettings are tags of rows: a retraining by Newton's method, and a method
// with the paper's own settings.
const NewtonTrainer, PaperSettings = "newton", "paper"

// Newton retrains a linear model from where it is.
func (s *Settings) Newton() unlearn.Newton {
	return unlearn.Newton{Tolerance: s.TrainTolerance, MaxIterations: s.TrainSteps}
}

// FineTune returns fine-tuning with the settings' batches.
func (s *Session) FineTune(set *Settings, rate float64, epochs int) unlearn.Method {
	return unlearn.FineTune{Rate: rate, Batch: set.Batch, Epochs: epochs, Seed: s.Seed, Share: set.Regularizer == "share"}
}

// Convex reports whether the model's loss is convex, so that there is one optimum.
func (s *Session) Convex() bool { return s.Model == Models[0] }

// SecondOrder returns second order with the settings' solver and curvature, and that ridge.
func SecondOrder(set *Settings, ridge float64, seed uint64) (unlearn.SecondOrder, error) {
	solver, err := newSolver(set, seed)
	if err != nil {
		return unlearn.SecondOrder{}, err
	}
	curvature := unlearn.FullHessian
	if set.Curvature == "gauss-newton" {
		curvature = unlearn.GaussNewton
	}
	m := unlearn.SecondOrder{Solver: solver, Ridge: ridge, Curvature: curvature, Force: set.Force, Steps: set.Steps, Seed: seed}
	if set.Solver == "lissa" { // the others take the Hessian on all samples, whose sum batches would only round differently
		m.Batches = set.Batches
	}
	return m, nil
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

package tabledata

import (
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/settings"
	"lethe/unlearn"
)

// Defaults returns the settings before --set: those of docs/paper.md#linear-models where it gives
// them. tau and tau-ft are given there for Drebin and Enron only, and are rows of their own, since
// the best of a grid (see tuning.go), which every method gets, is 5 to 50 times as large.
func Defaults(k engine.Key) *Settings {
	s := &Settings{
		Request: "features", Features: []int{10, 50, 100}, Rows: []int{10, 100, 1000}, Draws: 5, Pool: "sensitive",
		Lambda: 1, Hidden: []int{200, 200}, Precision: "float64", TrainTolerance: 1e-6, TrainSteps: 1000,
		Tau: settings.Auto{Tuned: true}, TauFT: settings.Auto{Tuned: true}, Batch: 32, Epochs: 0, Regularizer: "share",
		Methods: []string{allMethods}, Curvature: "full", Solver: "cg", Tolerance: 1e-3, Steps: 1, Batches: 1, Force: true, Chunks: 10, Seeds: 5, SeedDraws: 1,
		Criterion: "residual", TuneDraws: 5, Near: 0.5, Growth: 2, Factor: true,
		Shards: []int{5, 10, 20}, Points: []int{5, 10, 20, 50, 100, 200}, Trials: 2000,
		Epsilons: []float64{0.1, 0.5, 1}, Delta: 0.01, Lambdas: []float64{1, 10, 100}, SweepDraws: 2, Requests: 200,
		Sigmas:            []float64{0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 1e4, 3e4, 1e5},
		CertifiedResidual: 1e-6, Against: unlearn.ExactOptimum.String(), ColdDraws: 5,
		SISAShards: 20, SISASlices: 1, SISAOutputs: "majority", SISARegularizer: "share", DPSigma: 1,
	}
	if k.Profile == engine.Paper {
		s.Draws = 10
	}
	switch k.Dataset {
	case "drebin":
		s.Pool, s.PaperTau, s.PaperTauFT = "top400", 1e-3, 1e-4
		if k.Profile == engine.Paper {
			s.Draws = 40
		}
	case "spam":
		s.Factor = false // so many columns that substituting takes longer than a few more products
	case "enron":
		s.Pool, s.PaperTau, s.PaperTauFT, s.Factor = "top400", 1e-4, 1e-4, false
	}
	if k.Model == "mlp" {
		mlpDefaults(s, k)
	}
	if k.Profile == engine.Smoke {
		smokeDefaults(s, k)
	}
	return s
}

// mlpDefaults are those of the 2 x 200 network of the paper's additional experiments. The
// regularizer is large enough for training to converge. With lambda 1 L-BFGS has not converged
// after a thousand iterations, and warm retraining would continue the training instead of carrying
// out the request. quick takes a smaller network, and larger batches for fine-tuning, whose rate is chosen
// for them.
func mlpDefaults(s *Settings, k engine.Key) {
	s.Ridge, s.PaperTau, s.PaperTauFT = settings.Auto{Tuned: true}, 0, 0
	s.Criterion = "test-loss"
	s.Curvature, s.Factor = "gauss-newton", false
	s.DPSigma, s.SISAShards = 0, 5 // the noise hides nothing where the loss is not convex
	s.TrainSteps, s.TrainTolerance = 1000, 1
	switch k.Dataset {
	case "diabetes":
		s.Lambda, s.TrainTolerance = 3, 0.1
	case "spam":
		s.Lambda = 3
	case "enron":
		s.Lambda = 10
	case "drebin":
		s.Lambda = 30
	case "adult":
		s.Lambda = 100
	}
	if k.Profile == engine.Paper {
		s.Draws = 10
		return
	}
	s.TrainSteps, s.Precision, s.Batch = 300, "float32", 128
	s.Features, s.Rows, s.Growth = []int{10, 50}, []int{10, 100}, 16
	s.SISAShards = 0 // training five more models for each change is left to paper
	s.Hidden, s.Seeds = []int{8, 8}, 3
	if k.Dataset == "diabetes" {
		s.Hidden = []int{64, 64}
	}
}

func smokeDefaults(s *Settings, k engine.Key) {
	s.Draws, s.TuneDraws, s.Features, s.Rows, s.Seeds, s.Trials = 2, 1, []int{2, 5}, []int{5, 20}, 1, 100
	s.Growth, s.Points = 8, []int{5, 20}
	s.SweepDraws, s.Requests, s.Lambdas, s.SISAShards = 1, 5, []float64{1, 10}, 3
	s.Sigmas = []float64{0.1, 3, 100, 3000, 1e5}
	if k.Model == "mlp" {
		s.Hidden, s.TrainSteps, s.TrainTolerance = []int{4, 4}, 30, 1e-2
		s.Epochs = 2 // as many as cost what second order does are hundreds on a network trained for 30 steps
	}
}

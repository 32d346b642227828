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
		Request:           "features",
		Features:          []int{10, 50, 100},
		Rows:              []int{10, 100, 1000},
		Draws:             5,
		Pool:              "sensitive",
		Lambda:            1,
		Hidden:            []int{200, 200},
		Precision:         "float64",
		TrainTolerance:    1e-6,
		TrainSteps:        1000,
		Tau:               settings.Auto{Tuned: true},
		TauFT:             settings.Auto{Tuned: true},
		Batch:             32,
		Epochs:            0,
		Regularizer:       "share",
		Methods:           []string{allMethods},
		Curvature:         "full",
		Solver:            "cg",
		Tolerance:         1e-3,
		Steps:             1,
		Batches:           1,
		Force:             true,
		Chunks:            10,
		Seeds:             5,
		SeedDraws:         1,
		Criterion:         "residual",
		TuneDraws:         5,
		Near:              0.5,
		Growth:            2,
		Factor:            true,
		Shards:            []int{5, 10, 20},
		Points:            []int{5, 10, 20, 50, 100, 200},
		Trials:            2000,
		Epsilons:          []float64{0.1, 0.5, 1},
		Delta:             0.01,
		Lambdas:           []float64{1, 10, 100},
		SweepDraws:        2,
		Requests:          200,
		Sigmas:            []float64{0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 1e4, 3e4, 1e5},
		CertifiedResidual: 1e-6,
		Against:           unlearn.ExactOptimum.String(),
		ColdDraws:         5,
		SISAShards:        20,
		SISASlices:        1,
		SISAOutputs:       "majority",
		SISARegularizer:   "share",
		DPSigma:           1,
	}
	if k.Profile == engine.Paper {
		s.Draws = 10
	}
	switch k.Dataset {
	case "drebin":
		s.Pool = "top400"
		s.PaperTau = 1e-3
		s.PaperTauFT = 1e-4
		if k.Profile == engine.Paper {
			s.Draws = 40
		}
	case "spam":
		s.Factor = false // so many columns that substituting takes longer than a few more products
	case "enron":
		s.Pool = "top400"
		s.PaperTau = 1e-4
		s.PaperTauFT = 1e-4
		s.Factor = false
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
// out the request. quick takes a smaller network, and larger batches for fine-tuning, whose rate is
// chosen for them.
func mlpDefaults(s *Settings, k engine.Key) {
	s.Ridge = settings.Auto{Tuned: true}
	s.PaperTau = 0
	s.PaperTauFT = 0
	s.Criterion = "test-loss"
	s.Curvature = "gauss-newton"
	s.Factor = false
	s.DPSigma = 0 // the noise hides nothing where the loss is not convex
	s.SISAShards = 5
	s.TrainSteps = 1000
	s.TrainTolerance = 1
	switch k.Dataset {
	case "diabetes":
		s.Lambda = 3
		s.TrainTolerance = 0.1
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
	s.TrainSteps = 300
	s.Precision = "float32"
	s.Batch = 128
	s.Features = []int{10, 50}
	s.Rows = []int{10, 100}
	s.Growth = 16
	s.SISAShards = 0 // training five more models for each change is left to paper
	s.Hidden = []int{8, 8}
	s.Seeds = 3
	if k.Dataset == "diabetes" {
		s.Hidden = []int{64, 64}
	}
}

func smokeDefaults(s *Settings, k engine.Key) {
	s.Draws = 2
	s.TuneDraws = 1
	s.Features = []int{2, 5}
	s.Rows = []int{5, 20}
	s.Seeds = 1
	s.Trials = 100
	s.Growth = 8
	s.Points = []int{5, 20}
	s.SweepDraws = 1
	s.Requests = 5
	s.Lambdas = []float64{1, 10}
	s.SISAShards = 3
	s.Sigmas = []float64{0.1, 3, 100, 3000, 1e5}
	if k.Model == "mlp" {
		s.Hidden = []int{4, 4}
		s.TrainSteps = 30
		s.TrainTolerance = 1e-2
		s.Epochs = 2 // as many as cost what second order does are hundreds on a network trained for 30 steps
	}
}

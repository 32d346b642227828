package memorization

import (
	"fmt"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/trial"
)

// defaults are the settings of a language model: the authors' where
// docs/paper.md#unintended-memorization gives them, in the profile paper; quick takes a smaller
// network and a part of the text, so that five secrets are trained, forgotten and retrained in
// about a quarter of an hour on two cores.
func defaults(k engine.Key) *Settings {
	s := &Settings{}
	s.Lengths = []int{10}
	s.Replace = []string{"text1"}
	s.Times = 29
	s.Window = 24
	s.Methods = []string{"all"}
	s.HeldOut = 0.1
	if k.Dataset == EmbeddedText { // of a text of the user's all is taken: the secret may stand anywhere
		s.Characters = 15000
		s.HeldOut = 0.5
	}
	s.Embedding = 32
	s.Units = 64
	s.Layers = 1
	s.L2 = 1e-4
	s.TrainRate = 2e-3
	s.TrainBatch = 64
	s.TrainEpochs = 14
	s.Sample = 2000
	s.Step = settings.Auto{Tuned: true}
	s.RidgeGrid = []float64{30, 100, 300, 1000, 3000}
	s.StepGrid = []float64{0.25, 0.5, 1, 2, 4}
	s.TauGrid = []float64{1e-5, 1e-4, 1e-3, 1e-2}
	s.TauFine = 8
	s.MaxLoss = 0.5
	s.ExposureLoss = 2
	s.TuneSample = 0
	s.Accuracy = 0
	s.FitSamples = 1000
	s.LissaProducts = 80
	s.Rounds = 3
	switch k.Profile {
	case engine.Paper:
		s.Replace = []string{"all"}
		s.Units = 512
		s.Layers = 2
		s.TrainRate = 1e-4
		s.TrainEpochs = 150
		s.Characters = 0
		s.HeldOut = 0.1
		s.Embedding = 64
		s.TauFine = 15
		s.Sample = 6000
		s.FitSamples = 10000
		s.LissaProducts = 400
		// A try takes seconds here, so there are fewer.
		s.RidgeGrid = []float64{10, 100, 1000, 10000}
		s.StepGrid = []float64{0.5, 1, 2, 4}
		s.TuneSample = 5000
		s.Rounds = 3
	case engine.Smoke:
		s.Lengths = []int{3}
		s.Replace = []string{"random-digits"}
		s.Times = 3
		s.Window = 8
		s.Characters = 1500
		s.Embedding = 4
		s.Units = 8
		s.TrainEpochs = 2
		s.TrainRate = 1e-2
		s.Sample = 200
		s.RidgeGrid = []float64{100, 1000}
		s.StepGrid = []float64{1, 2}
		s.TauGrid = []float64{1e-3, 1e-2}
		s.TauFine = 2
		s.HeldOut = 0.4
		s.TuneSample = 200
		s.FitSamples = 50
		s.LissaProducts = 80
		s.Rounds = 2
	}
	ownDefaults(s, k)
	return s
}

// ownDefaults are those of the settings that other experiments take as well, and of fine-tuning.
func ownDefaults(s *Settings, k engine.Key) {
	s.Tau = settings.Auto{Tuned: true}
	s.TauFT = settings.Auto{Tuned: true}
	s.Ridge = settings.Auto{Tuned: true}
	s.Precision = "float32"
	s.Batch = 64
	s.MaxProducts = 25
	s.Tolerance = 1e-3
	s.Draws = 5
	s.RateGrid = []float64{0.1, 0.3, 1}
	s.AdamRates = []float64{5e-4, 1e-3, 2e-3, 4e-3}
	s.FineEpochs = []int{1, 2}
	s.DistillRates, s.DistillSteps = []float64{1e-3, 2e-3}, []int{100}
	switch k.Profile {
	case engine.Paper: // its training takes hours
		s.Draws = 1
		s.AdamRates = []float64{1e-4, 3e-4, 1e-3}
		s.FineEpochs = []int{1, 2, 10}
		s.DistillRates, s.DistillSteps = []float64{3e-4, 1e-3}, []int{100}
	case engine.Smoke:
		s.MaxProducts = 5
		s.Draws = 1
		s.RateGrid = []float64{0.1}
		s.AdamRates = []float64{1e-2}
		s.FineEpochs = []int{1}
		s.DistillRates, s.DistillSteps = []float64{1e-2}, []int{10}
	}
}

// describeMemorization states the model and how it was trained.
func describeMemorization(s *Settings) (string, []string) {
	var line []string
	say := func(format string, args ...any) { line = append(line, fmt.Sprintf(format, args...)) }
	say("windows of %d characters, embedding %d, %d LSTM layer(s) of %d units, dropout %s, l2 %s, %s", s.Window, s.Embedding, s.Layers, s.Units,
		s.Text("dropout"), s.Text("l2"), s.Precision)
	say("trained by Adam, learning rate %s, batches of %d, %d passes", s.Text("train-rate"), s.TrainBatch, s.TrainEpochs)
	say("each secret inserted %d times, %d draws of secret, places, initial parameters and order", s.Times, s.Draws)
	say("curvature from %s windows", trial.OrAll(s.Sample))
	return strings.Join(line, "; "), []string{"window", "embedding", "units", "layers", "dropout", "l2", "precision", "train-rate", "train-batch",
		"train-epochs", "times", "draws", "sample", "length", "replace"}
}

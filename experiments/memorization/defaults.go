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
	s.Lengths, s.Replace, s.Times, s.Window = []int{10}, []string{"text1"}, 29, 24
	s.Methods, s.HeldOut = []string{"all"}, 0.1
	if k.Dataset == EmbeddedText { // of a text of the user's all is taken: the secret may stand anywhere
		s.Characters, s.HeldOut = 15000, 0.5
	}
	s.Embedding, s.Units, s.Layers, s.L2 = 32, 64, 1, 1e-4
	s.TrainRate, s.TrainBatch, s.TrainEpochs = 2e-3, 64, 14
	s.Sample, s.Step = 2000, settings.Auto{Tuned: true}
	s.RidgeGrid, s.StepGrid = []float64{30, 100, 300, 1000, 3000}, []float64{0.25, 0.5, 1, 2, 4}
	s.TauGrid, s.TauFine = []float64{1e-5, 1e-4, 1e-3, 1e-2}, 8
	s.MaxLoss, s.ExposureLoss, s.TuneSample, s.Accuracy = 0.5, 2, 0, 0
	s.FitSamples, s.LissaProducts, s.Rounds = 1000, 80, 3
	switch k.Profile {
	case engine.Paper:
		s.Replace = []string{"all"}
		s.Units, s.Layers, s.TrainRate, s.TrainEpochs, s.Characters = 512, 2, 1e-4, 150, 0
		s.HeldOut, s.Embedding, s.TauFine = 0.1, 64, 15
		s.Sample, s.FitSamples, s.LissaProducts = 6000, 10000, 400
		// A try takes seconds here, so there are fewer.
		s.RidgeGrid, s.StepGrid, s.TuneSample, s.Rounds = []float64{10, 100, 1000, 10000}, []float64{0.5, 1, 2, 4}, 5000, 3
	case engine.Smoke:
		s.Lengths, s.Replace, s.Times, s.Window, s.Characters = []int{3}, []string{"random-digits"}, 3, 8, 1500
		s.Embedding, s.Units, s.TrainEpochs, s.TrainRate = 4, 8, 2, 1e-2
		s.Sample, s.RidgeGrid, s.StepGrid = 200, []float64{100, 1000}, []float64{1, 2}
		s.TauGrid, s.TauFine, s.HeldOut = []float64{1e-3, 1e-2}, 2, 0.4
		s.TuneSample, s.FitSamples, s.LissaProducts, s.Rounds = 200, 50, 80, 2
	}
	ownDefaults(s, k)
	return s
}

// ownDefaults are those of the settings that other experiments take as well, and of fine-tuning.
func ownDefaults(s *Settings, k engine.Key) {
	s.Tau, s.TauFT, s.Ridge = settings.Auto{Tuned: true}, settings.Auto{Tuned: true}, settings.Auto{Tuned: true}
	s.Precision, s.Batch, s.MaxProducts, s.Tolerance = "float32", 64, 25, 1e-3
	s.Draws, s.RateGrid, s.AdamRates, s.FineEpochs = 5, []float64{0.1, 0.3, 1}, []float64{5e-4, 1e-3, 2e-3, 4e-3}, []int{1, 2}
	switch k.Profile {
	case engine.Paper: // its training takes hours
		s.Draws, s.AdamRates, s.FineEpochs = 1, []float64{1e-4, 3e-4, 1e-3}, []int{1, 2, 10}
	case engine.Smoke:
		s.MaxProducts, s.Draws, s.RateGrid, s.AdamRates, s.FineEpochs = 5, 1, []float64{0.1}, []float64{1e-2}, []int{1}
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

package poisoning

import (
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/trial"
)

// defaults are the settings of a network on images whose labels are flipped: the authors' where
// docs/paper.md#poisoned-labels gives them, in the profile paper; quick takes a small network, and
// one step costs no more of its short training than it does of a long one.
func defaults(k engine.Key) *Settings {
	s := &Settings{}
	s.Budgets, s.Known = []int{10000}, []float64{1}
	s.Blocks, s.Dense, s.BlockDropout, s.Schedule = []int{8, 16}, 64, []float64{0}, "one-cycle"
	s.Reestimate, s.MaxFall, s.FineEpochs = 1000, 0.5, []int{1, 2, 10}
	s.Statistics = []string{reestimated, kept}
	s.Follow, s.GradientSize = "gradient", 1000
	s.RidgeShares, s.ProductsGrid = []float64{1e-3, 1e-2, 1e-1, 1}, []int{4, 8}
	switch k.Profile {
	case engine.Paper:
		s.Budgets, s.Known = []int{2500, 5000, 7500, 10000}, []float64{1, 0.5, 0.1}
		s.Blocks, s.Dense, s.BlockDropout = []int{128, 128, 128}, 512, []float64{0.1, 0.1, 0.2}
		s.Schedule, s.AMSGrad, s.Reestimate, s.GradientSize = "constant", true, 4000, 5000
		s.RidgeShares, s.ProductsGrid = []float64{1e-4, 1e-3, 1e-2, 1e-1, 1}, []int{4, 8, 12}
	case engine.Smoke:
		s.Images, s.Blocks, s.Dense, s.Reestimate = 200, []int{2}, 4, 100
		s.RidgeShares, s.ProductsGrid, s.FineEpochs = []float64{1e-3, 1e-1}, []int{2, 4}, []int{1, 2}
	}
	ownDefaults(s, k)
	return s
}

// ownDefaults are those of the settings that other experiments take as well, and of fine-tuning.
func ownDefaults(s *Settings, k engine.Key) {
	s.Draws, s.Precision, s.Methods = 1, "float32", []string{"all"}
	s.TrainRate, s.TrainBatch, s.TrainEpochs = 1e-2, 64, 20
	s.Sample, s.Batch, s.Chunks, s.Shards = 250, 64, 5, []int{5}
	s.Tau, s.TauFT, s.Ridge = settings.Auto{Tuned: true}, settings.Auto{Tuned: true}, settings.Auto{Tuned: true}
	s.TauGrid, s.TauFine = []float64{1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2}, 2
	s.RateGrid, s.AdamRates = []float64{1e-3, 1e-2, 1e-1}, []float64{1e-4, 1e-3, 1e-2}
	s.MomentumRates = []float64{1e-3, 1e-2, 1e-1}
	switch k.Profile {
	case engine.Quick: // all but what takes longest beside the trainings: the last layers in chunks
		s.Methods = []string{"none", "first-order", "first-order-iterative", "second-order", "second-order-iterative", "first-order-last",
			"second-order-last", "fine-tune", "fine-tune-adam",
			"fine-tune-momentum", "sisa", "retrain"}
	case engine.Paper:
		s.Sample, s.Shards, s.RateGrid = 1000, []int{5, 10, 20}, []float64{1e-4, 1e-3, 1e-2, 1e-1}
		s.TrainRate, s.TrainEpochs = 1e-3, 100
		s.Methods = slices.DeleteFunc(poisonMethodNames(), func(m string) bool { return m == "sisa" }) // as many trainings as shards
	case engine.Smoke:
		s.TrainEpochs, s.Sample, s.Chunks, s.Shards = 2, 30, 2, []int{2}
		s.TauGrid, s.TauFine, s.RateGrid = []float64{1e-4, 1e-3}, 1, []float64{1e-3, 1e-2}
		s.AdamRates, s.MomentumRates = []float64{1e-3, 1e-2}, []float64{1e-2, 1e-1}
	}
}

// describePoisoning states the network and how it was trained.
func describePoisoning(s *Settings) (string, []string) {
	var line []string
	say := func(format string, args ...any) { line = append(line, fmt.Sprintf(format, args...)) }
	say("blocks of %s channels, dense layer of %d, dropout %s, %s", strings.ReplaceAll(s.Text("blocks"), ",", ", "), s.Dense,
		strings.ReplaceAll(s.Text("block-dropout"), ",", ", "), s.Precision)
	rule := "Adam"
	if s.AMSGrad {
		rule = "AMSGrad"
	}
	say("trained by %s, learning rate %s (%s), batches of %d, %d passes", rule, s.Text("train-rate"), s.Schedule, s.TrainBatch, s.TrainEpochs)
	say("curvature from %s of the images that the request touches, and as many others", trial.OrAll(s.Sample))
	if s.chunked() && s.Follow == "gradient" {
		say("chunks follow the gradient of the loss, from %s such images", trial.OrAll(s.GradientSize))
	}
	if s.Reestimate > 0 && slices.Contains(s.Statistics, reestimated) {
		say("statistics re-estimated on %d images", s.Reestimate)
	}
	return strings.Join(line, "; "), []string{"blocks", "dense", "block-dropout", "precision", "amsgrad", "train-rate", "schedule", "train-batch",
		"train-epochs", "sample", "follow", "gradient-sample", "reestimate", "budget", "known", "draws"}
}

// chunked reports whether a method divides the request.
func (s *Settings) chunked() bool {
	return slices.ContainsFunc(s.Methods, func(m string) bool { return m == "all" || kindOf(m).chunks })
}

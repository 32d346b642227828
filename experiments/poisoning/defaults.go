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
	s.Budgets = []int{10000}
	s.Known = []float64{1}
	s.Blocks = []int{8, 16}
	s.Dense = 64
	s.BlockDropout = []float64{0}
	s.Schedule = "one-cycle"
	s.Reestimate = 1000
	s.MaxFall = 0.5
	s.FineEpochs = []int{1, 2, 10}
	s.Statistics = []string{reestimated, kept}
	s.Follow = "gradient"
	s.GradientSize = 1000
	s.RidgeShares = []float64{1e-3, 1e-2, 1e-1, 1}
	s.ProductsGrid = []int{4, 8}
	switch k.Profile {
	case engine.Paper:
		s.Budgets = []int{2500, 5000, 7500, 10000}
		s.Known = []float64{1, 0.5, 0.1}
		s.Blocks = []int{128, 128, 128}
		s.Dense = 512
		s.BlockDropout = []float64{0.1, 0.1, 0.2}
		s.Schedule = "constant"
		s.AMSGrad = true
		s.Reestimate = 4000
		s.GradientSize = 5000
		s.RidgeShares = []float64{1e-4, 1e-3, 1e-2, 1e-1, 1}
		s.ProductsGrid = []int{4, 8, 12}
	case engine.Smoke:
		s.Images = 200
		s.Blocks = []int{2}
		s.Dense = 4
		s.Reestimate = 100
		s.RidgeShares = []float64{1e-3, 1e-1}
		s.ProductsGrid = []int{2, 4}
		s.FineEpochs = []int{1, 2}
	}
	ownDefaults(s, k)
	mapDefaults(s, k)
	return s
}

// usualMethods are all but those that --set methods has to name: the baselines of other papers,
// with many tries each, and the training towards predicted outputs.
func usualMethods() []string {
	return slices.DeleteFunc(poisonMethodNames(), func(m string) bool {
		return slices.ContainsFunc(opponents, func(o opponent) bool { return o.name == m }) || slices.ContainsFunc(predicting(), func(p poisonMethod) bool { return p.name == m })
	})
}

// ownDefaults are those of the settings that other experiments take as well, and of fine-tuning.
func ownDefaults(s *Settings, k engine.Key) {
	s.Draws = 1
	s.Precision = "float32"
	s.Methods = []string{"all"}
	s.TrainRate = 1e-2
	s.TrainBatch = 64
	s.TrainEpochs = 20
	s.Sample = 250
	s.Batch = 64
	s.Chunks = 5
	s.Shards = []int{5}
	s.Tau = settings.Auto{Tuned: true}
	s.TauFT = settings.Auto{Tuned: true}
	s.Ridge = settings.Auto{Tuned: true}
	s.TauGrid = []float64{1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2}
	s.TauFine = 2
	s.RateGrid = []float64{1e-3, 1e-2, 1e-1}
	s.AdamRates = []float64{1e-4, 1e-3, 1e-2}
	s.MomentumRates = []float64{1e-3, 1e-2, 1e-1}
	switch k.Profile {
	case engine.Quick: // all but what takes longest beside the trainings: the last layers in chunks
		s.Methods = []string{"none", "first-order", "first-order-iterative", "second-order", "second-order-iterative", "first-order-last",
			"second-order-last", "fine-tune", "fine-tune-adam",
			"fine-tune-momentum", "sisa", "retrain"}
	case engine.Paper:
		s.Sample = 1000
		s.Shards = []int{5, 10, 20}
		s.RateGrid = []float64{1e-4, 1e-3, 1e-2, 1e-1}
		s.TrainRate = 1e-3
		s.TrainEpochs = 100
		s.Methods = usualMethods()
		s.Methods = slices.DeleteFunc(s.Methods, func(m string) bool { return m == "sisa" }) // as many trainings as shards
	case engine.Smoke:
		s.Methods = usualMethods()
		s.TrainEpochs = 2
		s.Sample = 30
		s.Chunks = 2
		s.Shards = []int{2}
		s.TauGrid = []float64{1e-4, 1e-3}
		s.TauFine = 1
		s.RateGrid = []float64{1e-3, 1e-2}
		s.AdamRates = []float64{1e-3, 1e-2}
		s.MomentumRates = []float64{1e-2, 1e-1}
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

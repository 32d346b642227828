package experiments

import (
	"fmt"
	"slices"
	"strings"
)

// poisoningDefaults are the authors' settings where PAPER.md section 4 gives them, in the profile paper; quick takes a small network and less
// data, and still learns the flipped labels.
func poisoningDefaults(s *Settings, k Key) {
	s.Budgets, s.Known, s.Draws = []int{10000}, []float64{1}, 1
	s.Precision, s.Methods = "float32", []string{"all"}
	s.Blocks, s.Dense, s.BlockDropout = []int{8, 16}, 64, []float64{0}
	s.TrainRate, s.TrainBatch, s.TrainEpochs, s.Schedule, s.AMSGrad = 1e-2, 64, 30, "one-cycle", false
	s.Sample, s.Reestimate, s.Batch, s.Tolerance, s.Chunks, s.MaxFall = 1000, 4000, 64, 1e-3, 5, 0.5
	s.Tau, s.TauFT, s.Ridge = Auto{Tuned: true}, Auto{Tuned: true}, Auto{Tuned: true}
	s.TauGrid, s.TauFine = []float64{1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2}, 2
	s.RidgeShares, s.ProductsGrid, s.StepGrid = []float64{1e-4, 1e-3, 1e-2, 1e-1, 1}, []int{4, 8, 12}, []float64{1}
	s.RateGrid, s.FineEpochs = []float64{1e-4, 1e-3, 1e-2, 1e-1}, []int{1, 10}
	s.Shards = []int{5}
	switch k.Profile {
	case Quick: // so that one step costs no more of the short training than it does of the long one
		s.TrainEpochs, s.Sample, s.Reestimate = 20, 250, 1000
		s.RidgeShares, s.ProductsGrid, s.RateGrid = []float64{1e-3, 1e-2, 1e-1, 1}, []int{4, 8}, []float64{1e-3, 1e-2, 1e-1}
	case Paper:
		s.Budgets, s.Known, s.Shards = []int{2500, 5000, 7500, 10000}, []float64{1, 0.5, 0.1}, []int{5, 10, 20}
		s.Blocks, s.Dense, s.BlockDropout = []int{128, 128, 128}, 512, []float64{0.1, 0.1, 0.2}
		s.TrainRate, s.TrainEpochs, s.Schedule, s.AMSGrad = 1e-3, 100, "constant", true
	case Smoke:
		s.Images, s.Blocks, s.Dense, s.TrainEpochs, s.TrainRate = 200, []int{2}, 4, 2, 1e-2
		s.Sample, s.Reestimate, s.Chunks = 30, 100, 2
		s.RidgeShares, s.ProductsGrid, s.TauGrid, s.TauFine = []float64{1e-3, 1e-1}, []int{2, 4}, []float64{1e-4, 1e-3}, 1
		s.RateGrid, s.FineEpochs, s.Shards = []float64{1e-3, 1e-2}, []int{1, 2}, []int{2}
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
	say("trained by %s, rate %s (%s), batches of %d, %d passes", rule, s.Text("train-rate"), s.Schedule, s.TrainBatch, s.TrainEpochs)
	say("curvature from %s of the images that the request touches and as many others", orAll(s.Sample))
	if s.Reestimate > 0 {
		say("statistics found anew on %d images", s.Reestimate)
	}
	return strings.Join(line, "; "), []string{"blocks", "dense", "block-dropout", "precision", "amsgrad", "train-rate", "schedule", "train-batch",
		"train-epochs", "sample", "reestimate", "budget", "known", "draws"}
}

// checkMethods refuses the methods of other experiments.
func checkMethods(experiment string, set *Settings, known []string) error {
	for _, m := range set.Methods {
		if m != "all" && !slices.Contains(known, m) {
			return fmt.Errorf("methods=%s: %s has no method %s; known: %s, all", set.Text("methods"), experiment, m, strings.Join(known, ", "))
		}
	}
	return nil
}

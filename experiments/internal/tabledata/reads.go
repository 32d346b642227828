package tabledata

import (
	"fmt"
	"slices"
)

// Groups of settings that experiments read together. What an experiment reads is a list of them in
// its [Experiment].
var (
	// ChangeSettings say what is changed, and on which split of the data.
	ChangeSettings = []string{"request", "features", "rows", "draws", "pool", "test-share"}
	// TrainingSettings say how a model is trained.
	TrainingSettings = []string{"lambda", "sigma", "hidden", "precision", "train-tolerance", "train-steps"}
	// UpdateSettings are those of first and second order.
	UpdateSettings = []string{"tau", "ridge", "curvature", "solver", "tolerance", "products", "steps", "batches", "force"}
	// FineTuningSettings are those of fine-tuning.
	FineTuningSettings = []string{"tau-ft", "batch", "epochs", "ft-regularizer"}
	// ChoosingSettings say how settings are chosen that are auto.
	ChoosingSettings = []string{"criterion", "tune-draws", "tune-size"}
	// BaselineSettings are those of the models that are trained before the request.
	BaselineSettings = []string{"sisa-shards", "sisa-slices", "sisa-vote", "sisa-regularizer", "dp-sigma"}
	// ComparingSettings are those of experiments that carry all methods out.
	ComparingSettings = Together(ChangeSettings, TrainingSettings, UpdateSettings, FineTuningSettings, ChoosingSettings, BaselineSettings,
		[]string{"methods", "chunks", "paper-tau", "paper-tau-ft", "seeds", "seed-draws"})
)

// Together joins groups of settings.
func Together(groups ...[]string) []string { return slices.Concat(groups...) }

// Without leaves settings out of a group.
func Without(group []string, keys ...string) []string {
	return slices.DeleteFunc(slices.Clone(group), func(k string) bool { return slices.Contains(keys, k) })
}

// checkFixed refuses the wish to have a setting chosen where the experiment chooses nothing.
func (e *Experiment) checkFixed(set *Settings) error {
	for _, key := range e.Fixed {
		tuned := map[string]bool{"tau": set.Tau.Tuned, "tau-ft": set.TauFT.Tuned, "ridge": set.Ridge.Tuned}[key]
		if tuned {
			return fmt.Errorf("setting %s=auto: %s chooses no settings: give a number", key, e.ID)
		}
		if key == "epochs" && set.Epochs == 0 {
			return fmt.Errorf("setting epochs=0: %s chooses no settings: give the number of passes", e.ID)
		}
	}
	return nil
}

// checkReads ends a program whose experiment names a setting that there is not.
func (e *Experiment) checkReads() {
	for _, key := range slices.Concat(e.Reads, e.Fixed) {
		if _, ok := Form.Field(key); !ok {
			panic(fmt.Errorf("experiment %s reads the setting %s, which there is not", e.ID, key))
		}
	}
}

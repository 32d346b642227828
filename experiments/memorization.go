package experiments

import (
	"context"
	"fmt"
)

// memorizationExperiment makes a language model forget a number that stood in its training text (PAPER.md section 3).
func memorizationExperiment() *Experiment {
	const id = "memorization"
	return &Experiment{
		ID: id, Title: "Unintended memorisation: a secret in the training text of an LSTM", Text: true,
		Question: "does a language model forget a secret of its training text, at what loss of accuracy, and what can still be found out about it?",
		Shared:   []string{"precision", "batch", "draws", "tau", "tau-ft", "ridge", "tolerance", "products"},
		Defaults: memorizationDefaults,
		Describe: describeMemorization,
		Units: func(_ context.Context, s *Session, set *Settings) ([]Unit, error) {
			return s.memorizationUnits(id, set)
		},
		Tables:  memorizationTables,
		Figures: memorizationFigures,
	}
}

// memorizationUnits lists for each secret, of which every draw has one, its training, and for each replacement retraining, the yardstick, and
// then the methods.
func (s *Session) memorizationUnits(part string, set *Settings) ([]Unit, error) {
	var units []Unit
	for _, key := range s.secretKeys(set) {
		sub := func() (*secretSubject, error) { return s.secretSubject(part, set, key) }
		prefix := fmt.Sprintf("length=%d draw=%d ", key.length, key.draw)
		units = append(units, Unit{prefix + "train", func(ctx context.Context) ([]Record, error) {
			sub, err := sub()
			if err != nil {
				return nil, err
			}
			return sub.trainRecords(ctx)
		}})
		replacements, err := s.replacements(set, key.length)
		if err != nil {
			return nil, err
		}
		for _, r := range replacements {
			prefix := prefix + "replace=" + r.name + " "
			for _, m := range memoryMethods() {
				if !m.wanted(set) {
					continue
				}
				units = append(units, Unit{prefix + m.name, func(ctx context.Context) ([]Record, error) {
					sub, err := sub()
					if err != nil {
						return nil, err
					}
					c, err := sub.correction(r)
					if err != nil {
						return nil, err
					}
					return sub.methodRecords(ctx, c, m)
				}})
			}
		}
	}
	return units, nil
}

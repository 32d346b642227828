package poisoning

import (
	"context"
	"fmt"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// The names of the experiments.
const (
	poisoningID = "poisoning"
	correctID   = "correct"
)

// Correct is the map of corrections: how much of what wrong labels cost each method recovers, by the
// kind of the wrong labels and by the share of them that is known, beside a band of retrainings.
func Correct() *engine.Experiment {
	return &engine.Experiment{
		ID: correctID, Title: "Wrong labels of several kinds, known in part",
		Question: "how much of the accuracy that wrong labels cost do methods recover when only a share of them is known, and which kinds of wrong labels do they fail on?",
		Domain:   imageDomain(), Reads: readBut("budget"),
		Defaults: func(s engine.Settings, k engine.Key) { correctDefaults(s.(*Settings), k) },
		Describe: func(set engine.Settings, _, _ string) (string, []string) { return describeCorrect(set.(*Settings)) },
		Idle: func(_ *engine.Session, set engine.Settings, key string) string {
			return set.(*Settings).idleInCorrect(key)
		},
		Units: func(_ context.Context, s *engine.Session, set engine.Settings) ([]engine.Unit, error) {
			return shared(s).correctUnits(set.(*Settings)), nil
		},
		Tables:  correctTables,
		Figures: correctFigures,
		Answers: correctAnswers,
	}
}

// readBut are the settings of images but for some.
func readBut(others ...string) []string {
	var out []string
	for _, name := range form.Names() {
		unread := false
		for _, other := range others {
			unread = unread || name == other
		}
		if !unread {
			out = append(out, name)
		}
	}
	return out
}

// correctOnly are the settings that poisoning does not read.
var correctOnly = []string{"wrong", "pairs-labels", "confusion-labels", "trigger-labels", "confused", "target", "band"}

// mapDefaults are the settings of correct alone. A fifth of the labels is wrong as in poisoning,
// half of those of the two classes that are confused, and one in twenty has the trigger. The
// confused classes look alike: pullover and coat, cat and dog, 3 and 8.
func mapDefaults(s *Settings, k engine.Key) {
	s.Wrong = []string{wrongPairs, wrongConfusion, wrongTrigger}
	s.PairLabels, s.ConfusionLabels, s.TriggerLabels = 10000, 5000, 2500
	s.Confused = map[string][]int{"fashion": {2, 4}, "cifar10": {3, 5}}[k.Dataset]
	if s.Confused == nil {
		s.Confused = []int{3, 8}
	}
	s.Band = 5
}

// correctDefaults change the settings of poisoning for correct.
func correctDefaults(s *Settings, k engine.Key) {
	s.Known = []float64{1, 0.5, 0.1}
	if k.Profile == engine.Smoke {
		s.Known = []float64{1, 0.1}
		s.Methods = []string{"none", "first-order", "second-order-last", "fine-tune-adam", "retrain"}
		s.FineEpochs = []int{1}
	}
}

// describeCorrect states the wrong labels, the network and how it was trained.
func describeCorrect(s *Settings) (string, []string) {
	var wrong []string
	for _, w := range s.wrongSpecs() {
		wrong = append(wrong, fmt.Sprintf("%d of 50,000 (%s)", w.budget, w.kind))
	}
	line, keys := describePoisoning(s)
	return "wrong labels: " + strings.Join(wrong, ", ") + fmt.Sprintf("; band of %d trainings on the true labels; ", s.Band) + line,
		append(keys[:len(keys):len(keys)], correctOnly...)
}

// idleInCorrect is idle for correct.
func (set *Settings) idleInCorrect(key string) string {
	for setting, kind := range map[string]string{"pairs-labels": wrongPairs, "confusion-labels": wrongConfusion, "confused": wrongConfusion, "trigger-labels": wrongTrigger, "target": wrongTrigger} {
		if key == setting && !strings.Contains(","+set.Text("wrong")+",", ","+kind+",") {
			return kind + " is not among wrong"
		}
	}
	return set.idle(key)
}

// correctUnits lists for each draw and kind of wrong labels the trainings of the band, that on the
// wrong labels, the one on the true labels that is held out of the band, and then the methods for
// each share of the wrong labels that is known.
func (s *Session) correctUnits(set *Settings) []engine.Unit {
	var units []engine.Unit
	for draw := range set.Draws {
		for _, w := range set.wrongSpecs() {
			add := func(name string, run func(sub *poisonSubject, ctx context.Context) ([]records.Record, error)) {
				units = append(units, engine.Unit{Name: fmt.Sprintf("%s draw=%d %s", w.kind, draw, name), Run: func(ctx context.Context) ([]records.Record, error) {
					sub, err := s.subjectOf(correctID, set, w, draw)
					if err != nil {
						return nil, err
					}
					return run(sub, ctx)
				}})
			}
			for number := 1; number <= set.Band; number++ {
				add(fmt.Sprintf("band=%d", number), func(sub *poisonSubject, ctx context.Context) ([]records.Record, error) {
					return sub.bandRecords(ctx, number)
				})
			}
			add("train", (*poisonSubject).trainRecords)
			add("clean", (*poisonSubject).cleanRecords)
			for _, known := range set.Known {
				for _, u := range requestUnits(set) {
					add(fmt.Sprintf("known=%s %s", numbers.Shortest(known), u.name), func(sub *poisonSubject, ctx context.Context) ([]records.Record, error) {
						c, err := sub.repair(known)
						if err != nil {
							return nil, err
						}
						return u.run(ctx, c)
					})
				}
			}
		}
	}
	return units
}

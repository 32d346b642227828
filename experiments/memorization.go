package experiments

import (
	"context"
	"fmt"
)

// textSession is what the units of a run share.
type textSession struct {
	*Session
	secrets map[secretKey]*secretSubject
}

// onText returns what memorization shares in a session.
func onText(s *Session) *textSession {
	return Own(s, func(s *Session) *textSession { return &textSession{s, map[secretKey]*secretSubject{}} })
}

// languageModel is the name of the model.
const languageModel = "lstm"

// memorizationExperiment makes a language model forget a number that stood in its training text (PAPER.md section 3).
func memorizationExperiment() *Experiment {
	const id = "memorization"
	return &Experiment{
		ID: id, Title: "Unintended memorisation: a secret in the training text of an LSTM",
		Question: "does a language model forget a secret of its training text, at what loss of accuracy, and what can still be found out about it?",
		Domain: &Domain{
			Models: []Named{{languageModel, "LSTM"}}, Holds: "a text",
			Choose: chooseText, Read: readText, CheckGiven: checkGivenText,
			Flags:    []string{"--text", "--prompt", "--secret", "--replace", "--checkpoint"},
			New:      func() Settings { return &textSettings{} },
			Defaults: func(k Key) Settings { return textDefaults(k) },
			Check:    func(s *Session, _ *Experiment, set Settings) error { return onText(s).checkText(set.(*textSettings)) },
			Rows:     textRows,
		},
		Describe: func(set Settings, _, _ string) (string, []string) { return describeMemorization(set.(*textSettings)) },
		Idle:     func(s *Session, set Settings, key string) string { return onText(s).idle(key, set.(*textSettings)) },
		Units: func(_ context.Context, s *Session, set Settings) ([]Unit, error) {
			return onText(s).memorizationUnits(id, set.(*textSettings))
		},
		Tables:  memorizationTables,
		Figures: memorizationFigures,
		Claims:  (*Results).memorizationClaims,
	}
}

// memorizationUnits lists for each secret, of which every draw has one, its training, and for each replacement retraining, the yardstick, and
// then the methods.
func (s *textSession) memorizationUnits(part string, set *textSettings) ([]Unit, error) {
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

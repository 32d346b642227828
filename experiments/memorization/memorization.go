package memorization

import (
	"context"
	"fmt"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
)

// Session is what the units of a run share.
type Session struct {
	*engine.Session
	secrets map[subjectKey]*secretSubject
}

// subjectKey is what a subject depends on.
type subjectKey struct {
	secretKey
	settings string // of the training
}

// shared returns what memorization shares in a session.
func shared(s *engine.Session) *Session {
	return engine.Own(s, func(s *engine.Session) *Session { return &Session{s, map[subjectKey]*secretSubject{}} })
}

// languageModel is the name of the model.
const languageModel = "lstm"

// Experiment makes a language model forget a number that stood in its training text
// (docs/paper.md#unintended-memorization).
func Experiment() *engine.Experiment {
	const id = "memorization"
	return &engine.Experiment{
		ID: id, Title: "Unintended memorization: a secret in the training text of an LSTM",
		Question: "does a language model forget a secret in its training text, how much accuracy does that cost, and what can still be learned about the secret?",
		Domain: &engine.Domain{
			Models: []engine.Named{{Name: languageModel, Title: "LSTM"}}, Holds: "a text",
			Choose: chooseText, Read: readText, CheckGiven: checkGivenText,
			Flags:    []string{"--text", "--prompt", "--secret", "--replace", "--checkpoint", "--insert", "--show-secret"},
			New:      func() engine.Settings { return &Settings{} },
			Defaults: func(k engine.Key) engine.Settings { return defaults(k) },
			Check: func(s *engine.Session, _ *engine.Experiment, set engine.Settings) error {
				return shared(s).checkText(set.(*Settings))
			},
			Cut: func(_ context.Context, s *engine.Session, _ *engine.Experiment, set engine.Settings, _ bool) ([]engine.Cut, error) {
				return shared(s).cut(set.(*Settings)), nil
			},
			Rows: rows(), Terms: trial.Terms,
		},
		Describe: func(set engine.Settings, _, _ string) (string, []string) {
			return describeMemorization(set.(*Settings))
		},
		Idle: func(s *engine.Session, set engine.Settings, key string) string {
			return shared(s).idle(key, set.(*Settings))
		},
		Units: func(_ context.Context, s *engine.Session, set engine.Settings) ([]engine.Unit, error) {
			return shared(s).memorizationUnits(id, set.(*Settings))
		},
		Tables:  memorizationTables,
		Figures: memorizationFigures,
		Answers: memorizationAnswers,
	}
}

// memorizationUnits lists for each secret, of which every draw has one, its training, and for each
// replacement retraining, the yardstick, and then the methods.
func (s *Session) memorizationUnits(part string, set *Settings) ([]engine.Unit, error) {
	var units []engine.Unit
	for _, key := range s.secretKeys(set) {
		sub := func() (*secretSubject, error) { return s.secretSubject(part, set, key) }
		prefix := fmt.Sprintf("length=%d draw=%d ", key.length, key.draw)
		units = append(units, engine.Unit{Name: prefix + "train", Run: func(ctx context.Context) ([]records.Record, error) {
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
				units = append(units, engine.Unit{Name: prefix + m.name, Run: func(ctx context.Context) ([]records.Record, error) {
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

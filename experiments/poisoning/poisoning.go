package poisoning

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
)

// Session is what the units of a run share.
type Session struct {
	*engine.Session
	poisoned map[string]*poisonSubject // by the settings of the training, budget and draw
	clean    map[string][]float64      // parameters after training on the true labels, by these settings and the file
}

// shared returns what poisoning shares in a session.
func shared(s *engine.Session) *Session {
	return engine.Own(s, func(s *engine.Session) *Session {
		return &Session{s, map[string]*poisonSubject{}, map[string][]float64{}}
	})
}

// imageModel is the name of the model.
const imageModel = "cnn"

// pictures are the data sets of images.
var pictures = []string{"digits", "fashion", "cifar10"}

// firstPictures is the data set that is taken when none is named.
func firstPictures(profile string) string {
	switch profile {
	case engine.Smoke:
		return "digits"
	case engine.Paper:
		return "cifar10"
	}
	return "fashion"
}

// imageDomain is what the experiments on wrong labels of images have in common.
var imageDomain = sync.OnceValue(func() *engine.Domain {
	return &engine.Domain{
		Models: []engine.Named{{Name: imageModel, Title: "convolutional network"}}, Holds: "images", Datasets: pictures, First: firstPictures,
		Flags:    []string{"--networks"},
		New:      func() engine.Settings { return &Settings{} },
		Defaults: func(k engine.Key) engine.Settings { return defaults(k) },
		Check: func(s *engine.Session, e *engine.Experiment, set engine.Settings) error {
			if e.ID == correctID {
				return shared(s).checkWrong(set.(*Settings))
			}
			return shared(s).checkImages(set.(*Settings))
		},
		Cut: func(_ context.Context, s *engine.Session, _ *engine.Experiment, set engine.Settings, _ bool) ([]engine.Cut, error) {
			return shared(s).cut(set.(*Settings)), nil
		},
		TakeNetworks: func(ctx context.Context, s *engine.Session, dir string, parts []engine.Part) (string, error) {
			return shared(s).takeNetworks(ctx, dir, parts)
		},
		Rows: rows(), Terms: trial.Terms,
		Former: renameRecords, FormerUnit: renameUnit,
	}
})

// Experiment repairs a convolutional network that was trained on flipped labels
// (docs/paper.md#poisoned-labels).
func Experiment() *engine.Experiment {
	return &engine.Experiment{
		ID: poisoningID, Title: "Poisoned labels and their repair",
		Question: "how much of the accuracy that flipped labels cost do updates recover, and at what share of the cost of retraining?",
		Domain:   imageDomain(), Reads: readBut(correctOnly...),
		Describe: func(set engine.Settings, _, _ string) (string, []string) { return describePoisoning(set.(*Settings)) },
		Idle:     func(_ *engine.Session, set engine.Settings, key string) string { return set.(*Settings).idle(key) },
		Units: func(_ context.Context, s *engine.Session, set engine.Settings) ([]engine.Unit, error) {
			return shared(s).poisoningUnits(poisoningID, set.(*Settings)), nil
		},
		Tables:  poisoningTables,
		Figures: poisoningFigures,
		Answers: poisoningAnswers,
	}
}

// poisoningUnits lists for each draw and budget its training, that on the true labels, and then the
// methods for each share of the flips that is known. What the later ones are measured against is
// recorded by the first two.
func (s *Session) poisoningUnits(part string, set *Settings) []engine.Unit {
	var units []engine.Unit
	for draw := range set.Draws {
		for _, budget := range set.Budgets {
			add := func(name string, run func(sub *poisonSubject, ctx context.Context) ([]records.Record, error)) {
				units = append(units, engine.Unit{Name: fmt.Sprintf("budget=%d draw=%d %s", budget, draw, name), Run: func(ctx context.Context) ([]records.Record, error) {
					sub, err := s.poisonSubject(part, set, budget, draw)
					if err != nil {
						return nil, err
					}
					return run(sub, ctx)
				}})
			}
			add("train", (*poisonSubject).trainRecords)
			add("clean", (*poisonSubject).cleanRecords)
			for _, known := range set.Known {
				for _, u := range requestUnits(set) {
					add(fmt.Sprintf("known=%s %s", numbers.Former(known), u.name), func(sub *poisonSubject, ctx context.Context) ([]records.Record, error) {
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

// poisonUnit is a piece of the work of a method on one request.
type poisonUnit struct {
	name  string
	run   func(ctx context.Context, c *repair) ([]records.Record, error)
	after bool // after the other units: with the statistics from before the update
}

// requestUnits lists the work of the methods that are wanted.
func requestUnits(set *Settings) []poisonUnit {
	var now, later []poisonUnit
	for _, m := range poisonMethods() {
		if !m.wanted(set) {
			continue
		}
		for _, u := range m.units(set) {
			if u.after {
				later = append(later, u)
			} else {
				now = append(now, u)
			}
		}
	}
	return append(now, later...)
}

// poisonMethod is a method of poisoning, and a row of its tables and figures.
type poisonMethod struct {
	name  string
	mark  int // in figures
	units func(set *Settings) []poisonUnit
	kind  kind
}

// kind says what a method is, where tables and choices treat methods apart.
type kind struct {
	second bool // of second order
	chunks bool // it divides the request
	votes  bool // several models answer
	family bool // its records name a number too, of passes or shards: "sisa-5"
}

// kindOf is the kind of the method that records name.
func kindOf(method string) kind {
	for _, m := range poisonMethods() {
		if number, ok := strings.CutPrefix(method, m.name+"-"); m.name == method || ok && m.kind.family && isNumber(number) {
			return m.kind
		}
	}
	return kind{}
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

// poisonMethods lists the methods in the order in which they are carried out, and stand in tables,
// figures and legends. A new one is a line here.
func poisonMethods() []poisonMethod {
	all := []poisonMethod{
		{"none", 3, unchanged, kind{}},
		{"first-order", 0, stepping("first-order", gradientSteps{}, false, false), kind{}},
		{"first-order-iterative", 5, stepping("first-order-iterative", gradientSteps{}, true, false), kind{chunks: true}},
		{"second-order", 1, stepping("second-order", newtonSteps{}, false, false), kind{second: true}},
		{"second-order-iterative", 6, stepping("second-order-iterative", newtonSteps{}, true, false), kind{second: true, chunks: true}},
		{"first-order-last", 12, stepping("first-order-last", gradientSteps{}, false, true), kind{}},
		{"first-order-iterative-last", 10, stepping("first-order-iterative-last", gradientSteps{}, true, true), kind{chunks: true}},
		{"second-order-last", 11, stepping("second-order-last", newtonSteps{}, false, true), kind{second: true}},
		{"second-order-iterative-last", 13, stepping("second-order-iterative-last", newtonSteps{}, true, true), kind{second: true, chunks: true}},
		{plainFineTuner.name, 4, plainFineTuner.units, kind{family: true}},
		{trainerFineTuner.name, 8, trainerFineTuner.units, kind{family: true}},
		{momentumFineTuner.name, 15, momentumFineTuner.units, kind{family: true}},
	}
	return append(slices.Concat(all, predicting(), opposing()), poisonMethod{"sisa", 9, sharding, kind{votes: true, family: true}},
		poisonMethod{"retrain", 2, retraining, kind{}})
}

// rows are the rows of tables and the lines of figures, in their order.
func rows() []engine.Row {
	var rows []engine.Row
	for _, m := range poisonMethods() {
		rows = append(rows, engine.Row{Label: trial.BeforeLabel(m.name), Mark: m.mark})
	}
	return rows
}

// poisonMethodNames are the names that may be chosen from.
func poisonMethodNames() []string {
	var names []string
	for _, m := range poisonMethods() {
		names = append(names, m.name)
	}
	return names
}

// wanted reports whether the settings ask for the method.
func (m poisonMethod) wanted(set *Settings) bool {
	return slices.Contains(set.Methods, "all") || slices.Contains(set.Methods, m.name)
}

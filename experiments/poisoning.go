package experiments

import (
	"context"
	"fmt"
	"slices"
)

// imageSession is what the units of a run share.
type imageSession struct {
	*Session
	poisoned map[string]*poisonSubject // by budget and draw
	clean    map[int][]float64         // parameters after training on the true labels, by draw
}

// onImages returns what poisoning shares in a session.
func onImages(s *Session) *imageSession {
	return Own(s, func(s *Session) *imageSession {
		return &imageSession{s, map[string]*poisonSubject{}, map[int][]float64{}}
	})
}

// imageModel is the name of the model.
const imageModel = "cnn"

// pictures are the data sets of images.
var pictures = []string{"digits", "fashion", "cifar10"}

// firstPictures is the data set that is taken when none is named.
func firstPictures(profile string) string {
	switch profile {
	case Smoke:
		return "digits"
	case Paper:
		return "cifar10"
	}
	return "fashion"
}

// poisoningExperiment repairs a convolutional network that was trained on flipped labels (PAPER.md section 4).
func poisoningExperiment() *Experiment {
	const id = "poisoning"
	return &Experiment{
		ID: id, Title: "Poisoned labels and their repair",
		Question: "how much of the accuracy that flipped labels cost a network do updates give back, at what share of the cost of training again?",
		Domain: &Domain{
			Models: []Named{{imageModel, "convolutional network"}}, Holds: "images", Datasets: pictures, First: firstPictures,
			Flags:    []string{"--networks"},
			New:      func() Settings { return &imageSettings{} },
			Defaults: func(k Key) Settings { return imageDefaults(k) },
			Check: func(s *Session, _ *Experiment, set Settings) error {
				return onImages(s).checkImages(set.(*imageSettings))
			},
			TakeNetworks: func(ctx context.Context, s *Session, dir string, parts []Part) (string, error) {
				return onImages(s).takeNetworks(ctx, dir, parts)
			},
			Rows:   imageRows,
			Former: renameRecords, FormerUnit: renameUnit,
		},
		Describe: func(set Settings, _, _ string) (string, []string) { return describePoisoning(set.(*imageSettings)) },
		Idle:     func(_ *Session, set Settings, key string) string { return set.(*imageSettings).idle(key) },
		Units: func(_ context.Context, s *Session, set Settings) ([]Unit, error) {
			return onImages(s).poisoningUnits(id, set.(*imageSettings)), nil
		},
		Tables:  poisoningTables,
		Figures: poisoningFigures,
		Claims:  (*Results).poisoningClaims,
	}
}

// poisoningUnits lists for each draw and budget its training, that on the true labels, and then the methods for each share of the flips that
// is known. What the later ones are measured against is recorded by the first two.
func (s *imageSession) poisoningUnits(part string, set *imageSettings) []Unit {
	var units []Unit
	for draw := range set.Draws {
		for _, budget := range set.Budgets {
			add := func(name string, run func(sub *poisonSubject, ctx context.Context) ([]Record, error)) {
				units = append(units, Unit{fmt.Sprintf("budget=%d draw=%d %s", budget, draw, name), func(ctx context.Context) ([]Record, error) {
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
					add(fmt.Sprintf("known=%s %s", formatNumber(known), u.name), func(sub *poisonSubject, ctx context.Context) ([]Record, error) {
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
	run   func(ctx context.Context, c *repair) ([]Record, error)
	after bool // after the other units: with the statistics of before the update
}

// requestUnits lists the work of the methods that are wanted.
func requestUnits(set *imageSettings) []poisonUnit {
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

// poisonMethod is a method of poisoning.
type poisonMethod struct {
	name  string
	units func(set *imageSettings) []poisonUnit
}

// poisonMethods lists the methods in the order in which they are carried out.
func poisonMethods() []poisonMethod {
	return []poisonMethod{
		{"none", unchanged},
		{"first-order", stepping("first-order", gradientSteps{}, false, false)},
		{"first-order-iterative", stepping("first-order-iterative", gradientSteps{}, true, false)},
		{"second-order", stepping("second-order", newtonSteps{}, false, false)},
		{"second-order-iterative", stepping("second-order-iterative", newtonSteps{}, true, false)},
		{"first-order-last", stepping("first-order-last", gradientSteps{}, false, true)},
		{"first-order-iterative-last", stepping("first-order-iterative-last", gradientSteps{}, true, true)},
		{"second-order-last", stepping("second-order-last", newtonSteps{}, false, true)},
		{"second-order-iterative-last", stepping("second-order-iterative-last", newtonSteps{}, true, true)},
		{plainFineTuner.name, plainFineTuner.units},
		{trainerFineTuner.name, trainerFineTuner.units},
		{momentumFineTuner.name, momentumFineTuner.units},
		{"sisa", sharding},
		{"retrain", retraining},
	}
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
func (m poisonMethod) wanted(set *imageSettings) bool {
	return slices.Contains(set.Methods, "all") || slices.Contains(set.Methods, m.name)
}

package experiments

import (
	"fmt"
	"slices"
	"strings"
)

// UsageError is an order that cannot be understood: an unknown experiment, data set, model, profile or setting.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// check says what is wrong with the order before anything is computed.
func (o *Order) check() (e *Experiment, datasets, models []string, err error) {
	if e, err = Find(o.Experiment); err != nil {
		return nil, nil, nil, err
	}
	if datasets, err = o.datasets(); err != nil {
		return nil, nil, nil, err
	}
	models = e.models()
	if o.Model != "" {
		models = []string{o.Model}
	}
	for _, model := range models {
		if _, err := o.parts(e, datasets[0], model); err != nil {
			return nil, nil, nil, err
		}
	}
	return e, datasets, models, nil
}

// tabular are the data sets that the linear models and the MLP work on, small ones first.
var tabular = []string{"diabetes", "spam", "adult", "enron", "drebin"}

func (o *Order) datasets() ([]string, error) {
	if o.Dataset == "" {
		return tabular, nil
	}
	if !slices.Contains(tabular, o.Dataset) {
		return nil, fmt.Errorf("unknown data set %q; known: %s", o.Dataset, strings.Join(tabular, ", "))
	}
	return []string{o.Dataset}, nil
}

// parts returns the settings of each part of the run.
func (o *Order) parts(e *Experiment, dataset, model string) ([]Part, error) {
	if o.Repeat != nil {
		return o.Repeat.Parts, nil
	}
	experiments, err := e.parts(model)
	if err != nil {
		return nil, err
	}
	var out []Part
	for _, p := range experiments {
		s, err := Defaults(p, Key{dataset, model, o.Profile})
		if err != nil {
			return nil, err
		}
		for _, assignment := range o.Set {
			key, value, ok := strings.Cut(assignment, "=")
			if !ok {
				return nil, fmt.Errorf("--set %s: want key=value", assignment)
			}
			if err := s.Set(key, value); err != nil {
				return nil, err
			}
		}
		out = append(out, Part{Experiment: p.ID, Settings: *s})
	}
	return out, nil
}

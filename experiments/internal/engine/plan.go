package engine

import (
	"path/filepath"

	"lethe/datasets"
)

// Planned is a run that an order asks for.
type Planned struct {
	Dataset string
	Command string // that repeats it, without the folders of this machine
	Dir     string // where it would be written
	Missing string // how to get the data set; "" if it is available
}

// Plan checks the order as [Order.Do] does, as far as that is possible without reading data, and
// returns its runs. It computes nothing and writes nothing.
func (o *Order) Plan() ([]Planned, error) {
	o.fill()
	e, names, models, err := o.check()
	if err != nil {
		return nil, &UsageError{err}
	}
	set, err := o.Assignments()
	if err != nil {
		return nil, &UsageError{err}
	}
	var out []Planned
	for _, name := range names {
		missing := ""
		if e.Domain.Read == nil {
			if there, how := datasets.Available(name, o.Data); !there {
				missing = how
			}
		}
		for _, model := range models {
			c := &Config{Experiment: e.ID, Dataset: name, Model: model, Profile: o.Profile, Seed: o.Seed}
			out = append(out, Planned{Dataset: name, Command: o.Command(c, set), Dir: filepath.Join(o.Out, e.ID, c.Name()), Missing: missing})
		}
	}
	return out, nil
}

// fill puts in what the order leaves open, and what the run to be repeated has.
func (o *Order) fill() {
	if o.Repeat != nil {
		o.repeat()
	}
	if o.Profile == "" {
		o.Profile = Quick
	}
	if o.Out == "" {
		o.Out = "results"
	}
	o.absolute()
}

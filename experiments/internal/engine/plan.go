package engine

import (
	"cmp"
	"context"
)

// Planned is a run that an order asks for.
type Planned struct {
	Dataset string
	Command string   // that repeats it, without the folders of this machine
	Dir     string   // where it would be written
	State   State    // what it would find there
	Notes   []string // what it would say of its settings
	Missing string   // how to get the data set; "" if it is available
	// Unchecked says what of the order was not checked, which the run itself checks; "" = nothing.
	Unchecked string
}

// Plan checks the order as [Order.Do] does, but for what takes a computation to find, and returns
// its runs. It writes nothing. Runs whose data are missing are checked as far as that goes; what
// was not checked is said.
func (o *Order) Plan(ctx context.Context) ([]Planned, error) {
	o.Progress = Quiet{}
	if err := o.prepare(ctx, map[string]*source{}, false); err != nil {
		return nil, err
	}
	var out []Planned
	for _, p := range o.runs {
		out = append(out, Planned{p.config.Dataset, p.config.Command, p.dir, p.state, p.notes, p.missing, p.unchecked})
	}
	o.runs = nil
	return out, nil
}

// fill puts in what the order leaves open, and what the run to be repeated has.
func (o *Order) fill() {
	if o.Repeat != nil {
		o.repeat()
	}
	o.Profile, o.Out = cmp.Or(o.Profile, Quick), cmp.Or(o.Out, "results")
	o.absolute()
}

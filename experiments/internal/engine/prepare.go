package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"lethe/datasets"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// prepared is a run that is checked and has not begun.
type prepared struct {
	config  *Config
	session *Session // nil where the data are missing
	dir     string
	state   State
	idle    map[string]string // given settings that change nothing in it, with the reasons
	notes   []string          // to be said when it begins
	missing string            // how to get the data; "" = they are there
	// unchecked is what a check that is not thorough left out; "" = nothing.
	unchecked string
}

// Prepare checks orders as far as that is possible before the first run begins: what was asked for,
// the data, the settings on those data, and the folders. Data that several orders need are read
// once.
func Prepare(ctx context.Context, orders ...*Order) error {
	sources := map[string]*source{}
	for _, o := range orders {
		if o.Progress == nil {
			o.Progress = Quiet{}
		}
		if err := o.prepare(ctx, sources, true); err != nil {
			return o.Given.hide(err)
		}
	}
	for _, o := range orders {
		o.ready = true
	}
	return nil
}

// Runs returns the number of runs of a prepared order.
func (o *Order) Runs() int { return len(o.runs) }

// prepare checks the order. A thorough check also makes the computations that this takes, and takes
// missing data of a named data set for an error.
func (o *Order) prepare(ctx context.Context, sources map[string]*source, thorough bool) error {
	o.fill()
	o.runs, o.missing, o.ready = nil, nil, false
	e, names, models, err := o.check()
	if err != nil {
		return &UsageError{err}
	}
	given, err := o.Assignments()
	if err != nil {
		return &UsageError{err}
	}
	for _, name := range names {
		src, err := o.source(ctx, e, name, sources)
		var absent *datasets.MissingError
		switch {
		case errors.As(err, &absent) && !thorough:
			src = nil
		case errors.As(err, &absent) && o.Dataset == "":
			o.missing = append(o.missing, Missing{name, absent.Error()})
			continue
		case err != nil:
			return err
		}
		for _, model := range models {
			p, err := o.prepareRun(ctx, e, src, name, model, given, thorough)
			if err != nil {
				return err
			}
			o.runs = append(o.runs, p)
		}
	}
	if err := o.checkIdle(given, o.runs); err != nil && o.Repeat == nil {
		return &UsageError{err}
	}
	return nil
}

// source returns the data of that name, from the second time on without reading them.
func (o *Order) source(ctx context.Context, e *Experiment, name string, sources map[string]*source) (*source, error) {
	key := name
	if e.Domain.Read != nil {
		key = "" // a text is read for each order, which notes what it was given
	}
	if src, ok := sources[key]; ok && key != "" {
		return src, nil
	}
	src, err := o.load(ctx, e, name)
	if err == nil && key != "" {
		sources[key] = src
	}
	return src, err
}

// prepareRun checks one run; src is nil where its data are missing.
func (o *Order) prepareRun(ctx context.Context, e *Experiment, src *source, dataset, model string, given []assignment, thorough bool) (*prepared, error) {
	parts, err := o.parts(e, dataset, model)
	if err != nil {
		return nil, &UsageError{err}
	}
	c := &Config{
		Experiment: e.ID, Dataset: dataset, Model: model, Profile: o.Profile, Seed: o.Seed, Parts: parts, Label: o.Name, MadeOn: ThisMachine(),
	}
	c.MadeOn.Started = time.Now().UTC().Format(time.RFC3339)
	if o.given() {
		c.Given = &o.Given
	}
	c.Command = o.Command(c, given)
	p := &prepared{config: c}
	if src == nil {
		_, p.missing = datasets.Available(dataset, o.Data)
		if o.Networks != "" {
			c.Networks = "not read"
		}
		p.unchecked = uncheckedSettings(given)
		return p, o.place(p, thorough)
	}
	c.Data = src.fingerprint
	if err := o.checkRepeat(c, src.fingerprint); err != nil {
		return nil, err
	}
	s := NewSession(c, src.named, nil, o.Progress)
	s.Text, s.Given = src.text, o.Given
	p.session = s
	o.Progress.Step("checking the settings", 0, 0)
	if err := s.checkParts(parts); err != nil {
		return nil, &UsageError{err}
	}
	if o.Networks != "" {
		o.Progress.Step("reading the networks", 0, 0)
		if c.Networks, err = e.Domain.TakeNetworks(ctx, s, o.Networks, parts); err != nil {
			return nil, &UsageError{err}
		}
	}
	if err := o.checkNetworks(c); err != nil {
		return nil, err
	}
	if o.Repeat == nil { // a run that is repeated has noted it already
		if p.idle, err = s.noteIdle(given, parts); err != nil {
			return nil, err
		}
	}
	cuts, err := s.noteCuts(ctx, given, parts, thorough)
	if err != nil {
		return nil, &UsageError{err}
	}
	for _, cut := range cuts {
		p.notes = append(p.notes, fmt.Sprintf("%s, %s: %s", report.Shown(dataset), model, cut))
	}
	if !thorough {
		p.unchecked = s.uncheckedBounds(parts)
	}
	p.notes = append(p.notes, s.idleNotes(p.idle)...)
	if err := o.place(p, thorough); err != nil {
		return nil, err
	}
	if p.state == Extending {
		p.notes = append(p.notes, "the run in "+p.dir+" is extended")
	}
	return p, nil
}

// place finds the run's folder. A run that would be refused there is an error, unless it is only
// asked what would happen.
func (o *Order) place(p *prepared, thorough bool) (err error) {
	own := filepath.Join(o.Out, p.config.Experiment, p.config.Name())
	if err := o.conceal(p.config, own); err != nil {
		return err
	}
	p.dir, p.state, err = o.locate(p.config)
	if err == nil && p.dir != own { // a secret is sealed as in the folder that was found
		err = o.conceal(p.config, p.dir)
	}
	if err == nil && thorough {
		err = records.Unlocked(p.dir) // before the first run of the order begins
	}
	if errors.Is(err, records.ErrExists) && !thorough {
		p.dir, p.state = own, Refused
		p.notes = append(p.notes, o.folderError(err).Error())
		return nil
	}
	return o.folderError(err)
}

// uncheckedSettings says what is not checked of a run whose data are missing.
func uncheckedSettings(given []assignment) string {
	if len(given) == 0 {
		return "without the data it is not checked whether the defaults ask for more than the data have"
	}
	var keys []string
	for _, a := range given {
		keys = append(keys, a.key)
	}
	return "without the data it is not checked whether " + report.And(keys) + " can be fulfilled, and whether each has an effect"
}

// uncheckedBounds says of which settings it takes a computation to find whether they ask for more
// than there is.
func (s *Session) uncheckedBounds(parts []Part) string {
	for i := range parts {
		e, err := Find(parts[i].Experiment)
		if err != nil || e.Domain.Untested == nil {
			continue
		}
		if reason := e.Domain.Untested(s, e, parts[i].Settings); reason != "" {
			return reason
		}
	}
	return ""
}

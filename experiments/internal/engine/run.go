package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"lethe/datasets"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/graph"
)

// Order asks for runs of one experiment.
type Order struct {
	Experiment string
	Dataset    string // "" = all that are available
	Model      string // "" = the experiment's default
	Profile    string // "" = quick
	Seed       uint64
	Set        []string // key=value
	Data       string   // folder of the data sets that are not embedded; "" = LETHE_DATA
	Out        string   // "" = results
	Name       string   // of the runs' folders, behind data set, model, profile and seed; "" = what differs from the defaults
	Mode       records.Mode
	Given             // of those experiments whose domain takes it
	Networks   string // folder of networks that were trained before; "" = train
	// Repeat is a run to be repeated with its own settings; the fields above it are then taken from
	// it, but for the files that Given names again because they lie elsewhere now.
	Repeat   *Config
	Progress Progress

	ready   bool // checked, and not yet carried out
	runs    []*prepared
	missing []Missing
}

// Run is a finished run with its records.
type Run struct {
	Saved
	Units int // of work that it consists of
}

// Stopped is an error that ended a run part of the way; what was finished stands in Dir.
type Stopped struct {
	Dir         string
	Config      *Config
	Units, Done int // units of work that the run consists of, 0 = unknown, and those that are finished
	Err         error
}

func (e *Stopped) Error() string { return e.Err.Error() }
func (e *Stopped) Unwrap() error { return e.Err }

// Missing is a data set that was skipped because it is not available.
type Missing struct {
	Dataset string
	How     string // to get it
}

// Do carries the order out: one run for each data set and model, all of them checked before the
// first begins. What was finished when an error ended it is returned as well.
func (o *Order) Do(ctx context.Context) (runs []Run, missing []Missing, err error) {
	defer func() { err = o.Given.hide(err) }()
	if !o.ready {
		if err := Prepare(ctx, o); err != nil {
			return nil, nil, err
		}
	}
	o.ready = false // a second time everything is checked again
	for i, p := range o.runs {
		o.runs[i] = nil // its models are not needed once it is finished
		run, err := o.one(ctx, p)
		if err != nil {
			return runs, o.missing, err
		}
		runs = append(runs, *run)
	}
	return runs, o.missing, nil
}

// repeat takes what is run from the run to be repeated.
func (o *Order) repeat() {
	c := o.Repeat
	o.Experiment, o.Dataset, o.Model, o.Profile, o.Seed = c.Experiment, c.Dataset, c.Model, c.Profile, c.Seed
	o.Name = cmp.Or(o.Name, c.Label)
	if c.Given == nil {
		return
	}
	own := o.Given
	o.Given = *c.Given
	o.Text, o.Checkpoint = cmp.Or(own.Text, c.Given.Text), cmp.Or(own.Checkpoint, c.Given.Checkpoint)
	o.Insert, o.ShowSecret, o.Seal = own.Insert || c.Given.Insert, own.ShowSecret, ""
	if c.Masked() {
		o.Prompt, o.Secret, o.Replacement = own.Prompt, own.Secret, own.Replacement
	}
}

// source is what a run works on: a named data set, or a text.
type source struct {
	named       *datasets.Named
	text        string
	fingerprint string
}

func (o *Order) load(ctx context.Context, e *Experiment, name string) (*source, error) {
	o.Progress.Step("reading "+report.Shown(name), 0, 0)
	if e.Domain.Read != nil {
		text, sum, err := e.Domain.Read(o)
		return &source{text: text, fingerprint: sum}, err
	}
	named, err := datasets.Load(ctx, name, o.Data)
	if err != nil {
		return nil, err
	}
	return &source{named: named, fingerprint: fingerprint(named)}, nil
}

// one carries out one run.
func (o *Order) one(ctx context.Context, p *prepared) (run *Run, err error) {
	folder, err := OpenFolder(p.dir, p.config, o.Mode)
	if err != nil {
		return nil, o.folderError(err)
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	s := p.session
	s.Dir = p.dir
	if s.Before, err = ReadRecords(p.dir); err != nil {
		return nil, err
	}
	for _, note := range p.notes {
		o.Progress.Note(note)
	}
	began := time.Now()
	err = s.runParts(ctx, folder, p.config.Parts)
	if noted := note(p.dir, func(m *Machine) { m.Seconds += time.Since(began).Seconds() }); err == nil {
		err = noted
	}
	if err != nil {
		return nil, o.stopped(p, s, err)
	}
	o.Progress.Step("reading the records", 0, 0)
	saved, err := ReadRun(p.dir)
	if err != nil {
		return nil, err
	}
	if err := saved.render(o.Progress); err != nil {
		return nil, err
	}
	return &Run{*saved, s.units}, nil
}

// stopped writes the page of what was finished of a run, which says that it is not the whole of it.
// The error that ended the run is told first.
func (o *Order) stopped(p *prepared, s *Session, err error) error {
	out := &Stopped{p.dir, p.config, s.units, s.finished, err}
	if s.finished == 0 {
		return out
	}
	if unwritten := RenderTelling(o.Progress, p.dir); unwritten != nil {
		out.Err = errors.Join(err, fmt.Errorf("the report of what was finished: %w", unwritten))
	}
	return out
}

// folderError adds to the error of a folder that holds a run already what a repeated run does.
func (o *Order) folderError(err error) error {
	if errors.Is(err, records.ErrExists) && o.Repeat != nil {
		return fmt.Errorf("%w; --out DIR repeats it in another folder", err)
	}
	return err
}

// checkRepeat refuses other data than those of the run that is to be repeated.
func (o *Order) checkRepeat(c *Config, data string) error {
	if o.Repeat == nil {
		return nil
	}
	if o.Repeat.Masked() {
		data = sealedData(data, o.Repeat.Given.salt)
	}
	if o.Repeat.Data != data {
		return fmt.Errorf("the data set %s differs from that of the run to repeat: fingerprint %s, not %s", c.Dataset, data, o.Repeat.Data)
	}
	if m := o.Repeat.Given; m != nil && m.Loaded != o.Loaded {
		return fmt.Errorf("the checkpoint %s differs from that of the run to repeat: fingerprint %s, not %s", o.Checkpoint, o.Loaded, m.Loaded)
	}
	return nil
}

// checkNetworks refuses other networks than those of the run that is to be repeated.
func (o *Order) checkNetworks(c *Config) error {
	switch {
	case o.Repeat == nil || o.Repeat.Networks == c.Networks:
		return nil
	case c.Networks == "":
		return fmt.Errorf("the run to repeat started from saved networks (fingerprint %s): give their folder with --networks",
			o.Repeat.Networks)
	case o.Repeat.Networks == "":
		return errors.New("the run to repeat trained its own networks: omit --networks")
	}
	return fmt.Errorf("the networks in %s differ from those of the run to repeat: fingerprint %s, not %s", o.Networks, c.Networks,
		o.Repeat.Networks)
}

// checkParts refuses settings that the data cannot fulfil.
func (s *Session) checkParts(parts []Part) error {
	for i := range parts {
		e, err := Find(parts[i].Experiment)
		if err != nil {
			return err
		}
		if e.Domain.Check == nil {
			continue
		}
		if err := e.Domain.Check(s, e, parts[i].Settings); err != nil {
			return err
		}
	}
	return nil
}

// work is a unit as the progress sees it.
type work struct {
	Piece
	unit Unit
}

func (s *Session) runParts(ctx context.Context, folder *records.Folder, parts []Part) error {
	var todo []work
	var pieces []Piece
	for i := range parts {
		p := &parts[i]
		e, err := Find(p.Experiment)
		if err != nil {
			return err
		}
		if e.Domain.Recall != nil {
			e.Domain.Recall(s, p.Experiment, p.Settings)
		}
		s.Progress.Step("preparing "+p.Experiment, i, len(parts))
		units, err := e.Units(ctx, s, p.Settings)
		if err != nil {
			return err
		}
		for _, u := range units {
			piece := pieceOf(p.Experiment, u.Name)
			piece.Done, piece.Seconds = folder.Done(piece.Name), folder.Seconds(piece.Name)
			pieces = append(pieces, piece)
			if !piece.Done {
				todo = append(todo, work{piece, u})
			}
		}
	}
	if err := note(s.Dir, func(m *Machine) { m.Units = len(pieces) }); err != nil {
		return err
	}
	s.units, s.finished = len(pieces), len(pieces)-len(todo)
	s.Progress.Begin(fmt.Sprintf("%s on %s, %s", s.Experiment, report.Shown(s.Dataset), s.Model), pieces)
	defer s.Progress.End()
	for _, w := range todo {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.Progress.Unit(w.Name)
		began := time.Now()
		s.once = 0
		records, err := w.unit.Run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", w.Name, err)
		}
		s.Given.hideRecords(records)
		seconds := (time.Since(began) - s.once).Seconds()
		if err := folder.Append(w.Name, records, seconds); err != nil {
			return err
		}
		s.Before = append(s.Before, records...)
		s.finished++
		s.Progress.Done(seconds)
	}
	return nil
}

// fingerprint tells data sets apart.
func fingerprint(n *datasets.Named) string {
	return datasets.Fingerprint(n.Train)[:16] + "-" + datasets.Fingerprint(n.Test)[:16]
}

// ThisMachine says where a run is made.
func ThisMachine() Machine {
	blas, _ := graph.BLAS() // what could not be had is said by doctor; here counts what is in use
	return Machine{Commit: ownCommit(), Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), BLAS: strings.TrimSpace(blas.Name + " " + blas.Core)}
}

// hiddenCommand masks in the command of a former run, which showed its secret, what this one masks.
func (o *Order) hiddenCommand(command string) string {
	if !o.masks() {
		return command
	}
	for _, f := range o.secrets() {
		for _, between := range []string{" ", "="} {
			if f.value != "" {
				command = strings.ReplaceAll(command, f.flag+between+Quoted(f.value), f.masked())
			}
		}
	}
	return command
}

// Command is the command line that repeats the run, without the folders of this machine.
func (o *Order) Command(c *Config, set []assignment) string {
	if o.Repeat != nil {
		return o.hiddenCommand(o.Repeat.Command)
	}
	words := []string{"experiment", "run", c.Experiment}
	if o.Text == "" {
		words = append(words, "--dataset", c.Dataset)
	}
	words = append(words, o.Flags()...)
	if o.Networks != "" {
		words = append(words, "--networks="+Quoted(o.Networks))
	}
	if c.Label != "" {
		words = append(words, "--name", c.Label)
	}
	words = append(words, "--model", c.Model, "--profile", c.Profile, "--seed", strconv.FormatUint(c.Seed, 10))
	for _, a := range set {
		words = append(words, "--set", Quoted(a.key+"="+a.value))
	}
	return strings.Join(words, " ")
}

// hasRun reports whether the folder holds a run.
func hasRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, records.ConfigName))
	return err == nil
}

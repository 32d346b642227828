package engine

import (
	"context"
	"slices"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/settings"
	"lethe/internal/suggest"
)

// Experiment is one table or figure of the paper.
type Experiment struct {
	ID       string
	Title    string                          // of its tables and figures
	Question string                          // what it answers, in a sentence
	Parts    []string                        // of an experiment that only runs others
	Domain   *Domain                         // what it has in common with others on such data
	Rows     []Row                           // in place of the domain's; nil = those
	Label    func(rec records.Record) string // in place of the domain's; nil = that

	// DataOnly marks an experiment that needs no trained model, so that a collection of experiments
	// runs it under the domain's first model only.
	DataOnly bool
	// Refuses says why the experiment cannot be done with a model; nil = it takes all of the
	// domain's.
	Refuses func(model string) error
	// Reads are the settings of the domain that the experiment reads; nil = all of them, and with
	// parts those that one of them reads.
	Reads []string
	// Words are the words of settings that are lists of words, by their names, where the experiment
	// has not all that the domain does.
	Words map[string][]string
	// Check says what of the settings the experiment cannot use, whatever the data are; nil = it
	// can use all.
	Check func(set Settings) error
	// Defaults changes the settings of the domain where the experiment wants others.
	Defaults func(s Settings, k Key)
	// Units lists the work, in the order in which it is to be done. Each unit is computed from the
	// run's seed alone, so that it comes out the same whatever was computed before it.
	Units func(ctx context.Context, s *Session, set Settings) ([]Unit, error)
	// Idle says why a setting that the experiment reads changes nothing in this run; "" where it
	// may change something.
	Idle func(s *Session, set Settings, key string) string
	// Describe states the settings that a reader of the tables has to know, and names their keys.
	Describe func(set Settings, model, dataset string) (line string, keys []string)
	// Tables and Figures show the records of one run, Answers says what they answer.
	Tables  func(r *Results) []report.Table
	Figures func(r *Results) []report.Figure
	Answers func(r *Results) []report.Answer
}

// Unit is a piece of work whose records are written together: one draw.
type Unit struct {
	Name string // unique within the experiment
	Run  func(ctx context.Context) ([]records.Record, error)
}

// Settings are what --set may change for one experiment: a pointer to a struct whose fields have
// the tags of package settings.
type Settings interface {
	Set(key, text string) error // changes one setting from its text; lists are separated by commas
	Text(key string) string     // returns a setting as Set reads it
	Check(key string) error     // says what is wrong with a setting's value
	Fields() []settings.Field   // in their order
}

// Domain is what experiments on one kind of data have in common.
type Domain struct {
	Models []Named // the first is the default
	Holds  string  // what its data sets hold: "rows of features"

	// Datasets are the named data sets that the experiments work on; First is the one that is taken
	// where none is named, nil = all.
	Datasets []string
	First    func(profile string) string
	// Choose and Read take the place of named data sets: the names of what is worked on, and its
	// text with a fingerprint.
	Choose func(o *Order) ([]string, error)
	Read   func(o *Order) (text, fingerprint string, err error)

	// Flags are the flags of the command line that only these experiments take; CheckGiven says
	// what of it does not go together.
	Flags      []string
	CheckGiven func(g *Given) error
	// TakeNetworks makes the networks of a folder stand for the trainings of the run, and returns a
	// fingerprint of them.
	TakeNetworks func(ctx context.Context, s *Session, dir string, parts []Part) (string, error)

	// New returns settings without values, Defaults those of a run before --set.
	New      func() Settings
	Defaults func(k Key) Settings
	// Check refuses settings that the data cannot fulfil.
	Check func(s *Session, e *Experiment, set Settings) error
	// Cut lists the settings that ask for more than the data have, and what is used instead. Unless
	// thorough is set it leaves out what takes a computation to find; nil = nothing is cut.
	Cut func(ctx context.Context, s *Session, e *Experiment, set Settings, thorough bool) ([]Cut, error)
	// Untested says which bound a check that is not thorough leaves out, and why; nil or "" = none.
	Untested func(s *Session, e *Experiment, set Settings) string
	// Recall takes from s.Before what an earlier session of the run computed; nil = nothing.
	Recall func(s *Session, part string, set Settings)

	// Rows are the rows of tables and figures in their order, with the mark of each; Label names
	// the row of a record, nil = its method.
	Rows  []Row
	Label func(rec records.Record) string
	// Terms name the labels of rows in words.
	Terms []report.Term
	// Tables are shown of every experiment, after its own; nil = none.
	Tables func(r *Results) []report.Table
	// Former gives records and names of units of former versions their present names; nil = nothing
	// was renamed.
	Former     func(all []records.Record)
	FormerUnit func(name string) string
}

// Named is a name with what titles call it.
type Named struct{ Name, Title string }

// Row is a row of tables, or a line of figures.
type Row struct {
	Label string
	Mark  int // number of its color and its shape in package report, in all figures
	Role  Role
}

// Role says what a row is in a comparison.
type Role int

// The roles of rows.
const (
	RivalRow      Role = iota // a method that others are compared with
	OwnRow                    // the method that the answers speak of, and its variants
	RetrainingRow             // what unlearning is measured against
	LineRow                   // of a figure alone
)

// all are the experiments of the program, in the order of the list command.
var all []*Experiment

// Use makes the experiments known. A program does so once, before anything else of this package.
func Use(experiments ...*Experiment) { all = experiments }

// Experiments returns all experiments in the order of the list command.
func Experiments() []*Experiment { return slices.Clone(all) }

// domains returns the domains of all experiments, each once.
func domains() []*Domain {
	var out []*Domain
	for _, e := range all {
		if !slices.Contains(out, e.Domain) {
			out = append(out, e.Domain)
		}
	}
	return out
}

// Find returns the experiment of that name; an unknown one is an error that says which was meant,
// or lists the known.
func Find(id string) (*Experiment, error) {
	var known []string
	for _, e := range all {
		if e.ID == id {
			return e, nil
		}
		known = append(known, e.ID)
	}
	return nil, suggest.Unknown("experiment", id, known)
}

// parts returns the experiments that a run of e on that model consists of.
func (e *Experiment) parts(model string) ([]*Experiment, error) {
	if e.Refuses != nil {
		if err := e.Refuses(model); err != nil {
			return nil, err
		}
	}
	if len(e.Parts) == 0 {
		return []*Experiment{e}, nil
	}
	var out []*Experiment
	for _, id := range e.Parts {
		p, err := Find(id)
		if err != nil {
			return nil, err
		}
		if p.DataOnly && model != e.Domain.Models[0].Name {
			continue
		}
		out = append(out, p)
	}
	return out, nil
}

// Models returns the models that e can run on.
func (e *Experiment) Models() []string {
	var out []string
	for _, m := range e.Domain.Models {
		out = append(out, m.Name)
	}
	return out
}

// Takes reports whether the experiment, or one of its parts, reads the setting.
func (e *Experiment) Takes(key string) bool { return slices.Contains(e.keys(), key) }

// keys returns the names of the settings that the experiment, or one of its parts, reads.
func (e *Experiment) keys() []string {
	read := e.reads()
	var out []string
	for _, f := range e.Domain.New().Fields() {
		if read == nil || slices.Contains(read, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

// reads is what of the domain's settings the experiment reads, in no order; nil = all.
func (e *Experiment) reads() []string {
	if len(e.Parts) == 0 {
		return e.Reads
	}
	var out []string
	for _, id := range e.Parts {
		p, err := Find(id)
		if err != nil || p.reads() == nil {
			return nil
		}
		out = append(out, p.reads()...)
	}
	return out
}

// models returns the models that e runs on when none is named.
func (e *Experiment) models() []string {
	if len(e.Parts) > 0 {
		return e.Models()
	}
	return e.Models()[:1]
}

// rows returns the rows of the experiment's tables and figures.
func (e *Experiment) rows() []Row {
	if e.Rows != nil {
		return e.Rows
	}
	return e.Domain.Rows
}

// marks gives the rows their marks.
func (e *Experiment) marks() map[string]int {
	out := map[string]int{}
	for _, r := range e.rows() {
		out[r.Label] = r.Mark
	}
	return out
}

// Defaults returns the settings of an experiment before --set.
func Defaults(e *Experiment, k Key) (Settings, error) {
	if !slices.Contains(Profiles, k.Profile) {
		return nil, suggest.Unknown("profile", k.Profile, Profiles)
	}
	if known := e.Models(); !slices.Contains(known, k.Model) {
		return nil, suggest.Unknown("model", k.Model, known)
	}
	s := e.Domain.Defaults(k)
	if e.Defaults != nil {
		e.Defaults(s, k)
	}
	return s, nil
}

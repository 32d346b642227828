package tabledata

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

// Experiment is an experiment on tables, with linear models and MLPs.
type Experiment struct {
	ID, Title, Question string
	Parts               []string // of an experiment that only runs others
	DataOnly            bool     // it trains no model
	Convex              bool     // it is on certificates, which there are for linear models only
	// Reads are the settings that it reads; one with parts reads theirs. Fixed are those of them
	// that have to be numbers, since nothing is chosen.
	Reads, Fixed []string
	// Methods are the words of the methods that it compares, one for each that may be chosen; nil =
	// those of [Compared], where it reads methods at all. It carries out Always whatever is chosen.
	Methods, Always []string
	Rows            []engine.Row                    // in place of those of all; nil = those
	Label           func(rec records.Record) string // in place of that of all; nil = that
	Defaults        func(s *Settings, k engine.Key)
	// Describe states the settings that a reader of the tables has to know, and names their keys;
	// nil = as most do.
	Describe func(s *Settings) (line string, keys []string)
	Units    func(ctx context.Context, s *Session, set *Settings) ([]engine.Unit, error)
	// Idle says why a setting changes nothing in this experiment, before that is asked of all; nil
	// = that is all there is.
	Idle    func(s *Session, set *Settings, key string) string
	Tables  func(r *engine.Results) []report.Table
	Figures func(r *engine.Results) []report.Figure
	Answers func(r *engine.Results) []report.Answer
}

// Runnable returns the experiment as the engine runs it.
func (e Experiment) Runnable() *engine.Experiment {
	out := &engine.Experiment{ID: e.ID, Title: e.Title, Question: e.Question, Parts: e.Parts, Domain: tablesDomain, Rows: e.Rows, Label: e.Label, DataOnly: e.DataOnly, Tables: e.Tables,
		Figures: e.Figures, Answers: e.Answers, Reads: e.Reads}
	e.checkReads()
	if slices.Contains(e.Reads, "methods") {
		out.Words = map[string][]string{"methods": append(e.methods(), allMethods)}
	}
	if len(e.Fixed) > 0 {
		out.Check = func(set engine.Settings) error { return e.checkFixed(set.(*Settings)) }
	}
	if e.Convex {
		out.Refuses = e.refuses
	}
	if e.Defaults != nil {
		out.Defaults = func(s engine.Settings, k engine.Key) { e.Defaults(s.(*Settings), k) }
	}
	if e.Units != nil {
		out.Units = func(ctx context.Context, s *engine.Session, set engine.Settings) ([]engine.Unit, error) {
			return e.Units(ctx, OnTables(s), set.(*Settings))
		}
	}
	out.Idle = func(s *engine.Session, set engine.Settings, key string) string {
		return e.idle(OnTables(s), set.(*Settings), key)
	}
	out.Describe = func(set engine.Settings, model, dataset string) (string, []string) {
		if e.Describe != nil {
			return e.Describe(set.(*Settings))
		}
		return e.describe(set.(*Settings), model, dataset)
	}
	return out
}

// refuses says why there is no certificate for a model that is not convex.
func (e *Experiment) refuses(model string) error {
	if model == Models[0] {
		return nil
	}
	return fmt.Errorf("%s certifies models, which works for convex problems only: the gradient residual of the model %q does not say "+
		"how far it is from a retrained one; use --model %s", e.ID, model, Models[0])
}

// describe states the settings that a reader of the tables has to know.
func (e *Experiment) describe(s *Settings, model, dataset string) (string, []string) {
	var parts, told []string
	add := func(keys ...string) {
		for _, k := range keys {
			if !slices.Contains(e.Reads, k) {
				continue // its value says nothing of this run
			}
			told = append(told, k)
			parts = append(parts, k+" "+s.Text(k))
		}
	}
	if !e.DataOnly {
		add("lambda", "sigma")
		if model != Models[0] {
			parts = append(parts, "hidden layers "+strings.ReplaceAll(s.Text("hidden"), ",", " x ")+" (tanh), "+s.Precision)
			told = append(told, "hidden", "precision")
		}
		parts = append(parts, TrainingLine(s))
		told = append(told, "train-tolerance", "train-steps")
		add("tau", "tau-ft", "ft-regularizer", "ridge", "curvature", "solver", "tolerance")
	}
	if e.Convex {
		add("epsilons", "delta")
	}
	add("request")
	if dataset != "diabetes" && dataset != "adult" && s.Request == "features" && slices.Contains(e.Reads, "pool") {
		parts = append(parts, "columns from the pool "+s.Pool)
		told = append(told, "pool")
	}
	return strings.Join(parts, ", "), told
}

// TrainingLine says how far models are trained.
func TrainingLine(s *Settings) string {
	return "trained to a gradient norm of " + s.Text("train-tolerance") + " in at most " + s.Text("train-steps") + " iterations"
}

// idle returns why a setting that the experiment reads changes nothing in this run, or "" where it
// may change something.
func (e *Experiment) idle(s *Session, set *Settings, key string) string {
	linear := s.Convex()
	if e.Idle != nil {
		if reason := e.Idle(s, set, key); reason != "" {
			return reason
		}
	}
	if slices.Contains(e.Reads, "methods") {
		set = set.And(e.Always, e.methods())
		if reason := e.idleMethods(set, key); reason != "" {
			return reason
		}
	}
	switch key {
	case "features", "rows", "pool":
		return s.idleChange(key, set)
	case "factor":
		return Unless(linear, "only linear models have a stored factor")
	case "dp-sigma":
		return Unless(linear, "noise in the objective is for linear models")
	case "hidden", "precision", "seeds", "seed-draws":
		return Unless(!linear, "only the MLP uses it")
	case "paper-tau", "paper-tau-ft":
		return Unless(linear, "only linear models have the paper's rows")
	case "chunks":
		return Unless(linear, "only linear models have the iterative variants")
	case "batches":
		return Unless(set.Solver == "lissa" || !slices.Contains(e.Reads, "solver"), "only solver=lissa uses it")
	case "criterion", "tune-draws", "tune-size":
		if key == "criterion" && set.choosesByTestLoss() {
			return "" // it sets samples aside, which are not measured
		}
		return Unless(len(s.choosing(set)) > 0, "nothing is auto")
	}
	return ""
}

// methods are the words of the methods that the experiment compares.
func (e *Experiment) methods() []string {
	if e.Methods == nil {
		return Compared()
	}
	return slices.Clone(e.Methods)
}

// idleMethods says why the chosen methods leave a setting without effect, or are none of the
// experiment's; "" elsewhere.
func (e *Experiment) idleMethods(set *Settings, key string) string {
	if key == "methods" {
		return Unless(len(set.Methods) > 0, e.ID+" has none of these methods")
	}
	return set.idleMethod(key)
}

// idleChange is idle for the settings that say what is changed.
func (s *Session) idleChange(key string, set *Settings) string {
	columns := s.SizeName(set) == "features"
	switch {
	case key == "pool" && !columns, key == "features" && !columns:
		if set.Request != "features" {
			return "request=" + set.Request + " removes no columns; rows sets the size of the change"
		}
		return "columns of a dense data set are changed, not removed; rows sets in how many rows"
	case key == "rows" && columns:
		return "whole columns are removed from a sparse data set; features sets how many"
	}
	return ""
}

// Unless returns the reason where a setting is not taken, and "" where it is.
func Unless(takes bool, reason string) string {
	if takes {
		return ""
	}
	return reason
}

// checkTables refuses batches that are larger than the training set, and more of them than it has
// samples.
func checkTables(base *engine.Session, e *engine.Experiment, settings engine.Settings) error {
	s, set := OnTables(base), settings.(*Settings)
	n := s.Data(set).Train.Len()
	if e.DataOnly {
		return nil
	}
	for _, batch := range []struct {
		key string
		n   int
	}{{"batch", set.Batch}, {"batches", set.Batches}} {
		if batch.n > n {
			return fmt.Errorf("%s=%d is more than the %d training samples of %s: lower it by --set %s", batch.key, batch.n, n, s.Dataset, batch.key)
		}
	}
	return nil
}

// tablesDomain is what the experiments on tables have in common.
var tablesDomain = &engine.Domain{
	Models: []engine.Named{{Name: "linear", Title: "linear model"}, {Name: "mlp", Title: "MLP"}},
	Holds:  "rows of features", Datasets: []string{"diabetes", "spam", "adult", "enron", "drebin"}, // small ones first
	New:      func() engine.Settings { return &Settings{} },
	Defaults: func(k engine.Key) engine.Settings { return Defaults(k) },
	Check:    checkTables,
	Cut:      cut,
	Untested: untested,
	Recall:   func(s *engine.Session, part string, set engine.Settings) { OnTables(s).Recall(part, set.(*Settings)) },
	Rows:     Rows(), Label: Label, Terms: trial.Terms,
	Tables: TuningTables,
	Former: renameRecords,
}

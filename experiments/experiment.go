// Package experiments repeats the tables and figures of "Machine Unlearning of Features and Labels" on linear models and
// small networks: one file an experiment, raw records first, tables, figures and reports made from the records afterwards.
package experiments

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Experiment is one table or figure of the paper.
type Experiment struct {
	ID       string
	Title    string   // of its tables and figures
	Question string   // what it answers, in a sentence
	Parts    []string // of an experiment that only runs others
	// DataOnly marks an experiment that needs no trained network, so that it is run once a data set, under the linear model.
	DataOnly bool
	// Text marks an experiment on a text and a language model, Images one on images and a convolutional network; the others are on tables,
	// with linear models and MLPs.
	Text, Images bool
	// Shared are the settings of the experiments on tables that one on a text or on images takes too.
	Shared []string
	// Describe states the settings that a reader of the tables has to know, and names their keys; nil = as the models on tables do.
	Describe func(s *Settings) (line string, keys []string)
	// Convex marks an experiment on certificates, which there are for linear models only.
	Convex bool
	// Defaults changes the settings of [Defaults] where the experiment wants others.
	Defaults func(s *Settings, k Key)
	// Units lists the work, in the order in which it is to be done. Each unit is computed from the run's seed alone, so that
	// it comes out the same whatever was computed before it.
	Units func(ctx context.Context, s *Session, set *Settings) ([]Unit, error)
	// Tables and Figures show the records of one run.
	Tables  func(r *Results) []Table
	Figures func(r *Results) []Figure
}

// Unit is a piece of work whose records are written together: one draw.
type Unit struct {
	Name string // unique within the experiment
	Run  func(ctx context.Context) ([]Record, error)
}

// Experiments returns all experiments in the order of the list command. A new experiment is a file of its own and a line here.
func Experiments() []*Experiment {
	return []*Experiment{
		featuresExperiment(),
		residualExperiment(),
		fidelityExperiment(),
		scatterExperiment(),
		runtimeExperiment(),
		limitsExperiment(),
		affectedExperiment(),
		shardingExperiment(),
		solversExperiment(),
		memorizationExperiment(),
		poisoningExperiment(),
		certifiedExperiment(),
		budgetExperiment(),
		lossPerturbationExperiment(),
		lossBudgetExperiment(),
		sigmaExperiment(),
	}
}

// Find returns the experiment of that name; an unknown one is an error that lists the known.
func Find(id string) (*Experiment, error) {
	var known []string
	for _, e := range Experiments() {
		if e.ID == id {
			return e, nil
		}
		known = append(known, e.ID)
	}
	return nil, fmt.Errorf("unknown experiment %q; known: %s", id, strings.Join(known, ", "))
}

// parts returns the experiments that a run of e on that model consists of.
func (e *Experiment) parts(model string) ([]*Experiment, error) {
	if e.Convex && model != Models[0] {
		return nil, fmt.Errorf("%s is about certificates, which hold for convex problems only: the gradient residual of the model %q does not say "+
			"how far it is from a retrained one; use --model %s", e.ID, model, Models[0])
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
		if p.DataOnly && model != Models[0] {
			continue
		}
		out = append(out, p)
	}
	return out, nil
}

// Models returns the models that e can run on.
func (e *Experiment) Models() []string {
	switch {
	case e.Text:
		return []string{languageModel}
	case e.Images:
		return []string{imageModel}
	}
	return slices.Clone(Models)
}

// takes reports whether a setting is among the experiment's.
func (e *Experiment) takes(key string) bool {
	if owners := Owners(key); owners != nil {
		return slices.Contains(owners, e.ID)
	}
	return !e.Text && !e.Images || slices.Contains(e.Shared, key)
}

// models returns the models that e runs on when none is named.
func (e *Experiment) models() []string {
	if len(e.Parts) > 0 {
		return e.Models()
	}
	return e.Models()[:1]
}

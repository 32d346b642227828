package experiments

import (
	"fmt"
	"slices"
	"strings"
)

// idle returns why a setting changes nothing in one part of a run, or "" where it may change something.
func (s *Session) idle(key string, e *Experiment, set *Settings) string {
	if owners := Owners(key); owners != nil && !e.takes(key) {
		return onlyTake(owners)
	}
	switch {
	case !e.takes(key):
		return e.ID + " does not take it"
	case e.Text:
		return s.idleText(key, set)
	case e.Images:
		return idleImages(key, set)
	}
	linear := s.convex()
	switch key {
	case "near", "growth":
		return unless(e.ID == "limits", "only limits takes it")
	case "shards", "points", "trials":
		return unless(e.ID == "sharding", "only sharding takes it")
	case "factor":
		return unless(e.ID == "runtime" && linear, "only runtime on linear models takes it")
	case "test-share":
		return ""
	case "epsilons", "delta":
		return unless(e.Convex && e.ID != "sigma", "only certified, budget, loss-perturbation and loss-budget take it")
	case "sigmas":
		return unless(e.ID == "loss-perturbation" || e.ID == "sigma", "only loss-perturbation and sigma take it")
	case "lambdas":
		return unless(e.ID == "sigma", "only sigma takes it")
	case "sweep-draws":
		return unless(e.ID == "loss-perturbation", "only loss-perturbation takes it")
	case "requests":
		return unless(e.ID == "budget" || e.ID == "loss-budget", "only budget and loss-budget take it")
	case "sisa-shards", "sisa-slices", "sisa-vote", "sisa-regulariser", "dp-sigma":
		return s.idleBaseline(key, e)
	}
	if e.ID == "sharding" {
		return "sharding takes shards, points, trials and test-share only"
	}
	if slices.Contains([]string{"request", "features", "rows", "pool", "draws"}, key) {
		return s.idleChange(key, e, set)
	}
	if e.DataOnly {
		return e.ID + " trains no model"
	}
	switch key {
	case "hidden", "precision", "seeds", "seed-draws":
		return unless(!linear, "only the MLP takes it")
	case "paper-tau", "paper-tau-ft":
		return unless(linear, "only linear models have the paper's rows")
	case "chunks":
		return unless(linear, "only linear models have the iterative variants")
	case "batches":
		return unless(set.Solver == "lissa" || e.ID == "solvers", "only solver=lissa takes it")
	case "criterion", "tune-draws", sizeTag:
		return unless(needsTuning(set), "nothing is auto")
	}
	return ""
}

func onlyTake(owners []string) string {
	if len(owners) == 1 {
		return "only " + owners[0] + " takes it"
	}
	return "only " + strings.Join(owners, " and ") + " take it"
}

// idleText is idle for a language model.
func (s *Session) idleText(key string, set *Settings) string {
	switch {
	case slices.Contains([]string{"length", "replace"}, key):
		return unless(s.memory.Secret == "", "the secret is given")
	case key == "times":
		return unless(s.memory.Secret == "" || !strings.Contains(s.text, s.memory.Prompt+s.memory.Secret), "the secret is in the text already")
	case slices.Contains([]string{"train-rate", "train-batch", "train-epochs"}, key):
		return "" // retraining takes them even where the trained parameters are given
	}
	return idleGrid(key, set)
}

// idleGrid is idle for the values that are tried where none is set, and for those of a method that is left out.
func idleGrid(key string, set *Settings) string {
	for _, rates := range []struct{ key, method string }{{"adam-rates", trainerFineTuner.name}, {"momentum-rates", momentumFineTuner.name}} {
		if key == rates.key && !slices.Contains(set.Methods, rates.method) && !slices.Contains(set.Methods, "all") {
			return "the method " + rates.method + " is not asked for"
		}
	}
	for _, grid := range []struct {
		key, of string
		set     Auto
	}{{"ridge-grid", "ridge", set.Ridge}, {"ridge-shares", "ridge", set.Ridge}, {"step-grid", "step", set.Step}, {"tau-grid", "tau", set.Tau}, {"rate-grid", "tau-ft", set.TauFT}} {
		if key == grid.key && !grid.set.Tuned {
			return grid.of + " is set"
		}
	}
	return ""
}

// idleImages is idle for networks on images.
func idleImages(key string, set *Settings) string {
	switch {
	case slices.Contains([]string{"chunks", "max-fall", "follow", "gradient-sample"}, key) && !set.chunked():
		return "no method divides the request"
	case key == "reestimate" && set.Reestimate > 0 && !slices.Contains(set.Statistics, reestimated):
		return "statistics are kept"
	case key == "statistics" && set.Reestimate == 0:
		return "with reestimate=0 statistics are kept"
	case key == "gradient-sample" && set.Follow == "difference":
		return "chunks follow the difference, which is never estimated"
	case key == "gradient-sample" && set.Sample == 0:
		return "nothing is estimated with sample=0"
	}
	return idleGrid(key, set)
}

// idleBaseline is idle for the settings of the models that are trained before the request.
func (s *Session) idleBaseline(key string, e *Experiment) string {
	if !slices.Contains([]string{"residual", "fidelity", "runtime", "scatter"}, e.ID) {
		return "only residual, fidelity, scatter and runtime have SISA and noise in their tables"
	}
	return unless(key != "dp-sigma" || s.convex(), "noise in the objective is for linear models")
}

// idleChange is idle for the settings that say what is changed.
func (s *Session) idleChange(key string, e *Experiment, set *Settings) string {
	columns := s.sizeName(set) == "features"
	switch {
	case e.ID == "sigma" && key != "draws":
		return "sigma forgets nothing"
	case (e.ID == "budget" || e.ID == "loss-budget") && key != "pool":
		return e.ID + " streams single samples and columns; requests says how many"
	case key == "request":
		return ""
	case key == "draws":
		return unless(e.ID != "solvers", "solvers takes one draw")
	case key == "pool" && !columns, key == "features" && !columns:
		if set.Request != "features" {
			return "no columns are removed by request=" + set.Request + ", rows says how much is changed"
		}
		return "columns are not removed from a dense data set, rows says in how many rows they are changed"
	case key == "rows" && columns:
		return "whole columns are removed from a sparse data set, features says how many"
	case key != "pool" && e.ID == "limits":
		return "in limits the change grows by growth"
	}
	return ""
}

func unless(takes bool, reason string) string {
	if takes {
		return ""
	}
	return reason
}

// idleNotes says of each given setting that changes nothing in any part of the run, and why.
func (s *Session) idleNotes(given []assignment, parts []Part) ([]string, error) {
	var notes []string
	for _, a := range given {
		reason := ""
		for i := range parts {
			e, err := Find(parts[i].Experiment)
			if err != nil {
				return nil, err
			}
			here := s.idle(a.key, e, &parts[i].Settings)
			if here == "" {
				reason = ""
				break
			}
			if reason == "" { // of several the first part's, which is the experiment's main one
				reason = here
			}
		}
		if reason != "" {
			notes = append(notes, fmt.Sprintf("--set %s changes nothing on %s, %s: %s", a.key, shown(s.Dataset), s.Model, reason))
		}
	}
	return notes, nil
}

package main

import (
	"lethe/experiments"
)

// What commands print with --json. A field that is added does not break who reads them; one that is
// renamed or removed does.
type (
	// runResult is what run prints.
	runResult struct {
		Runs    []runObject     `json:"runs"`
		Skipped []skippedObject `json:"skipped"`
		Reports []string        `json:"reports,omitempty"` // of several runs
	}
	// runObject is a run, finished or not.
	runObject struct {
		Folder     string         `json:"folder"`
		Experiment string         `json:"experiment"`
		Dataset    string         `json:"dataset"`
		Model      string         `json:"model"`
		Profile    string         `json:"profile"`
		Seed       uint64         `json:"seed"`
		Units      unitsObject    `json:"units"`
		Answers    []answerObject `json:"answers,omitempty"`
		NoAnswers  string         `json:"no_answers,omitempty"` // why there are none
	}
	// unitsObject counts units of work; total is 0 while it is unknown.
	unitsObject struct {
		Done  int `json:"done"`
		Total int `json:"total"`
	}
	answerObject struct {
		Text    string `json:"text"`
		Verdict string `json:"verdict"`
	}
	skippedObject struct {
		Dataset string `json:"dataset"`
		How     string `json:"how"` // to get it
	}
	// plannedObject is a run that run --dry-run announces.
	plannedObject struct {
		Command string `json:"command"`
		Folder  string `json:"folder"`
		State   string `json:"state"` // begins, continues, extends, starts again or refused
		Dataset string `json:"dataset"`
		Missing string `json:"missing,omitempty"` // how to get the data set
		// Unchecked says what only the run itself checks.
		Unchecked string   `json:"unchecked,omitempty"`
		Notes     []string `json:"notes,omitempty"`
	}
	// experimentObject is an experiment of list.
	experimentObject struct {
		ID       string          `json:"id"`
		Title    string          `json:"title"`
		Question string          `json:"question"`
		Parts    []string        `json:"parts,omitempty"`
		Models   []string        `json:"models"`
		Datasets []string        `json:"datasets"`
		Settings []settingObject `json:"settings,omitempty"`
	}
	// settingObject is a setting of list --settings.
	settingObject struct {
		Name     string            `json:"name"`
		Type     string            `json:"type"`
		Unit     string            `json:"unit,omitempty"`
		Meaning  string            `json:"meaning"`
		Words    []string          `json:"words,omitempty"`
		Min      *float64          `json:"min,omitempty"` // beside 0, where that is allowed
		Max      *float64          `json:"max,omitempty"`
		Below    *float64          `json:"below,omitempty"`
		Zero     bool              `json:"zero_allowed,omitempty"`
		Extends  bool              `json:"may_be_extended,omitempty"`
		Defaults map[string]string `json:"defaults"` // by profile
	}
	// datasetObject is a data set of data list and doctor.
	datasetObject struct {
		Name      string `json:"name"`
		About     string `json:"about,omitempty"`
		Available bool   `json:"available"`
		Where     string `json:"where"` // or how to get it
	}
)

// add notes a run. What it shows is noted where it is finished.
func (r *runResult) add(run *experiments.Saved, units, done int) {
	c := run.Config
	o := runObject{Folder: run.Dir, Experiment: c.Experiment, Dataset: c.Dataset, Model: c.Model, Profile: c.Profile, Seed: c.Seed,
		Units: unitsObject{done, units}}
	if units > 0 && done == units {
		s := run.Summary()
		o.NoAnswers = s.Open
		for _, c := range s.Conclusions {
			o.Answers = append(o.Answers, answerObject{c.Text, c.Verdict})
		}
	}
	r.Runs = append(r.Runs, o)
}

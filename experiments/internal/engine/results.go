package engine

import (
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// Results are the records of one experiment in one run.
type Results struct {
	ID     string
	Config *Config
	Rows   []Row // of tables and figures, in their order
	records.Results
}

// ResultsOf picks the records of one part of a run.
func ResultsOf(id string, c *Config, all []records.Record) *Results {
	e, err := Find(id)
	if err != nil {
		return &Results{ID: id, Config: c, Results: records.Results{Records: records.Of(id, all)}}
	}
	label := e.Label
	if label == nil {
		label = e.Domain.Label
	}
	return &Results{ID: e.ID, Config: c, Rows: e.rows(), Results: records.Results{Records: records.Of(e.ID, all), Label: label}}
}

// Order returns the labels of the rows.
func (r *Results) Order() []string {
	var out []string
	for _, row := range r.Rows {
		out = append(out, row.Label)
	}
	return out
}

// Setting returns a setting of this part of the run.
func (r *Results) Setting(key string) string {
	for i := range r.Config.Parts {
		if r.Config.Parts[i].Experiment == r.ID {
			return r.Config.Parts[i].Settings.Text(key)
		}
	}
	return ""
}

// Answers returns what the records say to the questions of a run's experiments, from the records
// alone. A smoke run has neither verdicts nor targets.
func Answers(c *Config, records []records.Record) []report.Answer {
	if c.Profile == Smoke {
		return nil
	}
	var out []report.Answer
	for _, e := range all {
		r := ResultsOf(e.ID, c, records)
		if e.Answers == nil || len(r.Records) == 0 {
			continue
		}
		for _, a := range e.Answers(r) {
			a.Part = e.ID
			if a.Question == "" {
				a.Question = e.Question
			}
			out = append(out, a)
		}
	}
	return out
}

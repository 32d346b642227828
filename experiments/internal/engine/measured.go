package engine

import (
	"lethe/experiments/internal/records"
)

// Metric is a number with its name and unit.
type Metric struct {
	Name, Unit string
	Value      float64
}

// Finding is a measured number with what is needed to read it.
type Finding struct {
	Metric
	Tags records.Tags
}

// Failure is the finding of a method that failed.
func Failure(reason string) Finding {
	return Finding{Metric{"failed", "1", 1}, records.Tags{"reason": reason}}
}

// Record is the record of a number.
func (s *Session) Record(part, method string, m Metric, draw int, tags records.Tags) records.Record {
	return records.Record{
		Experiment: part, Dataset: s.Dataset, Model: s.Model, Method: method, Metric: m.Name, Unit: m.Unit, Value: m.Value,
		Seed: s.Seed, Draw: draw, Settings: tags.With(nil),
	}
}

// RecordsOf turns findings into records, whose settings are the tags and the findings' own.
func (s *Session) RecordsOf(part, method string, draw int, tags records.Tags, found []Finding) []records.Record {
	out := make([]records.Record, len(found))
	for i, f := range found {
		out[i] = s.Record(part, method, f.Metric, draw, tags.With(f.Tags))
	}
	return out
}

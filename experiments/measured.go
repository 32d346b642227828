package experiments

// metric is a number with its name and unit.
type metric struct {
	name, unit string
	value      float64
}

// finding is a measured number with what is needed to read it.
type finding struct {
	metric
	tags Tags
}

// failure is the finding of a method that failed.
func failure(reason string) finding {
	return finding{metric{"failed", "1", 1}, Tags{"reason": reason}}
}

// record is the record of a number.
func (s *Session) record(part, method string, m metric, draw int, tags Tags) Record {
	return Record{
		Experiment: part, Dataset: s.Dataset, Model: s.Model, Method: method, Metric: m.name, Unit: m.unit, Value: m.value,
		Seed: s.Seed, Draw: draw, Settings: tags.with(nil),
	}
}

// recordsOf turns findings into records, whose settings are the tags and the findings' own.
func (s *Session) recordsOf(part, method string, draw int, tags Tags, found []finding) []Record {
	out := make([]Record, len(found))
	for i, f := range found {
		out[i] = s.record(part, method, f.metric, draw, tags.with(f.tags))
	}
	return out
}

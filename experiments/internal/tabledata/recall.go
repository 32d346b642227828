package tabledata

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
)

// Recall takes what an earlier session of the run chose from its records, so that a run that is
// gone on with need not try again.
func (s *Session) Recall(part string, set *Settings) {
	if !needsTuning(set) {
		return
	}
	bySize := map[float64]*Tuning{} // NaN never: records from before choices had a size are those of tune-size
	found := map[float64][]string{} // what was chosen for each size
	for _, r := range s.Before {
		if r.Experiment != part {
			continue
		}
		size := r.Number(SizeTag)
		if math.IsNaN(size) {
			size = float64(set.TuneSize)
		}
		t := bySize[size]
		if t == nil {
			given := steps{set.Tau.Value, set.TauFT.Value, set.Ridge.Value, set.Epochs}
			t = &Tuning{Steps: given, Seconds: map[string]float64{}, size: int(size), None: math.NaN()}
			bySize[size] = t
		}
		switch r.Metric {
		case "chosen-ridge":
			t.Steps.Ridge = r.Value
		case "chosen-tau":
			t.Steps.Tau = r.Value
		case "chosen-tau-ft":
			t.Steps.TauFT = r.Value
		case "chosen-epochs":
			t.Steps.Epochs = int(r.Value)
		case ChoosingSeconds:
			t.Seconds[r.Method] = r.Value
			continue
		case CriterionSeconds:
			t.CriterionSeconds = r.Value
			continue
		case choiceSamples:
			t.Choice = int(r.Value)
			continue
		default:
			switch {
			case r.Text("tried") != "":
				t.Trials = append(t.Trials, recalledTrial(r))
			case r.Metric == CriterionMetric && r.Method == "none":
				t.None = r.Value
			}
			continue
		}
		found[size] = append(found[size], strings.TrimPrefix(r.Metric, "chosen-"))
	}
	for size, t := range bySize {
		for _, c := range chosen {
			if slices.Contains(found[size], c.name) && (c.name != "tau-ft" || slices.Contains(found[size], "epochs")) && c.name == c.with {
				t.decided = append(t.decided, c.name)
			}
		}
		key := s.TuningKey(set, int(size))
		if known := s.Tunings[key]; len(t.decided) > 0 && (known == nil || len(known.decided) < len(t.decided)) { // another part may know more
			s.Tunings[key] = t
		}
	}
}

// recalledTrial is the outcome that the record was made from.
func recalledTrial(r records.Record) trial.Outcome {
	o := trial.Outcome{Method: r.Method, Tags: records.Tags(r.Settings).With(nil)}
	if r.Metric == "failed" {
		o.Failed = errors.New(cmp.Or(r.Text("reason"), "failed"))
	} else {
		o.Metrics = []engine.Metric{{Name: r.Metric, Unit: r.Unit, Value: r.Value}}
	}
	delete(o.Tags, "reason")
	delete(o.Tags, SizeTag)
	return o
}

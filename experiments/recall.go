package experiments

import "math"

// recall takes what an earlier session of the run chose from its records, so that a run that is gone on with need not try again.
func (s *Session) recall(part string, set *Settings) {
	if !needsTuning(set) {
		return
	}
	bySize := map[float64]*tuning{} // NaN never: records from before choices had a size are those of tune-size
	found := map[float64]int{}
	for _, r := range s.before {
		if r.Experiment != part {
			continue
		}
		size := r.Number(sizeTag)
		if math.IsNaN(size) {
			size = float64(set.TuneSize)
		}
		t := bySize[size]
		if t == nil {
			t = &tuning{seconds: map[string]float64{}, size: int(size), none: math.NaN()}
			bySize[size] = t
		}
		switch r.Metric {
		case "chosen-ridge":
			t.steps.Ridge = r.Value
		case "chosen-tau":
			t.steps.Tau = r.Value
		case "chosen-tau-ft":
			t.steps.TauFT = r.Value
		case "chosen-epochs":
			t.steps.Epochs = int(r.Value)
		case choosingSeconds:
			t.seconds[r.Method] = r.Value
			continue
		case criterionSeconds:
			t.criterionSeconds = r.Value
			continue
		case choiceSamples:
			t.choice = int(r.Value)
			continue
		default:
			switch {
			case r.Text("tried") != "":
				t.trials = append(t.trials, recalledTrial(r))
			case r.Metric == criterionMetric && r.Method == "none":
				t.none = r.Value
			}
			continue
		}
		found[size]++
	}
	for size, t := range bySize {
		if found[size] == len(chosen) {
			s.tunings[s.tuningKey(set, int(size))] = t
		}
	}
}

// recalledTrial is the outcome that the record was made from.
func recalledTrial(r Record) outcome {
	o := outcome{method: r.Method, tags: Tags(r.Settings).with(nil), failed: r.Text("reason")}
	if o.failed == "" {
		o.metrics = []metric{{r.Metric, r.Unit, r.Value}}
	}
	delete(o.tags, "reason")
	delete(o.tags, sizeTag)
	return o
}

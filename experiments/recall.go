package experiments

// recall takes what an earlier session of the run chose from its records, so that a run that is gone on with need not try again.
func (s *tableSession) recall(part string, set *tableSettings) {
	if !needsTuning(set) {
		return
	}
	t := &tuning{seconds: map[string]float64{}}
	found := 0
	for _, r := range s.before {
		if r.Experiment != part {
			continue
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
			if r.Text("tried") != "" {
				t.trials = append(t.trials, recalledTrial(r))
			}
			continue
		}
		found++
	}
	if found == len(chosen) {
		s.tunings[trialKey(set)] = t
	}
}

// recalledTrial is the outcome that the record was made from.
func recalledTrial(r Record) outcome {
	o := outcome{method: r.Method, tags: Tags(r.Settings).with(nil), failed: r.Text("reason")}
	if o.failed == "" {
		o.metrics = []metric{{r.Metric, r.Unit, r.Value}}
	}
	delete(o.tags, "reason")
	return o
}

package tabular

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Runtime is the runtime table: what each method costs, in seconds and in gradients and products.
func Runtime() *engine.Experiment {
	const id = "runtime"
	columns := []tabledata.Column{
		{Title: "seconds", Metric: "seconds", Style: report.Plain}, {Title: "with the choice of settings, s", Metric: "seconds-with-choosing", Style: report.Plain},
		{Title: "with the choice and its retraining, s", Metric: "seconds-with-criterion", Style: report.Plain},
		{Title: "speed-up over cold retraining", Metric: "speed-up", Style: report.Plain}, {Title: "speed-up over warm retraining", Metric: "speed-up-warm", Style: report.Plain}, {Title: "trust check, s", Metric: "check-seconds", Style: report.Plain},
		{Title: "gradients (samples)", Metric: "gradients", Style: report.Whole}, {Title: "Hessian products (samples)", Metric: "hvps", Style: report.Whole},
	}
	return tabledata.Experiment{
		ID: id, Title: "Runtime",
		Question: "how much does each method cost, and how much faster than retraining is it?",
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			return runtimeUnits(ctx, s, id, set)
		},
		Reads:   tabledata.Together(tabledata.ComparingSettings, []string{"factor"}),
		Answers: runtimeAnswers,
		Tables: func(r *engine.Results) []report.Table {
			shown := slices.DeleteFunc(slices.Clone(columns), func(c tabledata.Column) bool { return len(r.Part(c.Metric)) == 0 })
			tables := tabledata.ByMethod(r, "Runtime", shown)
			for i := range tables {
				tables[i].Note += " Seconds include applying the request and the trust check; gradients and products exclude the check." + choosingNote(r)
			}
			if len(tables) == 0 {
				return nil // of a run that was stopped before its first draw
			}
			if r.Setting("factor") == "false" || r.Config.Model != tabledata.Models[0] {
				tables[0].Note += " The row with a stored factor of the Hessian is omitted (--set factor=true shows it, linear models)."
			}
			if f := r.Where("factor-seconds"); f.N > 0 {
				tables[0].Note += fmt.Sprintf(" Computing the factor of the Hessian took %s s once, on the data before the change.", report.Plain.One(f.Mean))
			}
			return tables
		},
		Figures: func(r *engine.Results) []report.Figure {
			return []report.Figure{tabledata.LinesBySize(r, "seconds", "Run time of each method", "seconds", "run time, s", report.Plain, true)}
		},
	}.Runnable()
}

func runtimeUnits(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings) ([]engine.Unit, error) {
	sizes, err := s.Sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	units := s.TuningUnits(part, set, sizes)
	withFactor := set.Factor && s.Convex() && set.Wants("second-order")
	if withFactor {
		units = append(units, factorUnit(s, part, set, sizes[0]))
	}
	for draw := range set.Draws {
		for _, size := range sizes {
			units = append(units, s.DrawUnit(part, set, size, draw, func(ctx context.Context, t tabledata.Trial) ([]records.Record, error) {
				outcomes := t.Outcomes
				if withFactor && !t.Recorded(tabledata.FactorStored) {
					o, err := stored(ctx, s, set, size, draw)
					if err != nil {
						return nil, err
					}
					outcomes = append(outcomes[:len(outcomes):len(outcomes)], o)
				}
				tuning, err := s.Tuning(ctx, set, size)
				if err != nil {
					return nil, err
				}
				return s.Records(part, s.SizeTags(set, size), draw, withChoosing(withSpeedUp(outcomes), tuning), "seconds", "seconds-with-choosing",
					"seconds-with-criterion", "check-seconds", "gradients", "hvps", "speed-up", "speed-up-warm"), nil
			}))
		}
	}
	return units, nil
}

// withSpeedUp adds to each outcome how much faster it was than the cold and the warm retraining of
// the same draw.
func withSpeedUp(outcomes []trial.Outcome) []trial.Outcome {
	retrain := map[any]float64{}
	for _, o := range outcomes {
		if o.Method == "retrain" && o.Failed == nil && o.Tags["init-seed"] == nil {
			retrain[o.Tags["start"]] = o.Get("seconds")
		}
	}
	out := make([]trial.Outcome, len(outcomes))
	for i, o := range outcomes {
		o.Metrics = o.Metrics[:len(o.Metrics):len(o.Metrics)]
		if seconds := o.Get("seconds"); !o.Untimed && seconds > 0 {
			for _, over := range []struct{ start, name string }{{"cold", "speed-up"}, {"warm", "speed-up-warm"}} {
				if retrain[over.start] > 0 {
					o.Metrics = append(o.Metrics, engine.Metric{Name: over.name, Unit: "1", Value: retrain[over.start] / seconds})
				}
			}
		}
		out[i] = o
	}
	return out
}

// withChoosing adds to each outcome its seconds with those that choosing its setting took, and with
// the retrainings that the criterion needed too: what a single request costs whoever has no setting
// yet. Rows without a setting of their own keep their seconds.
func withChoosing(outcomes []trial.Outcome, t *tabledata.Tuning) []trial.Outcome {
	if len(t.Seconds) == 0 {
		return outcomes
	}
	out := make([]trial.Outcome, len(outcomes))
	for i, o := range outcomes {
		seconds := o.Get("seconds")
		o.Metrics = o.Metrics[:len(o.Metrics):len(o.Metrics)]
		if o.Failed == nil && !o.Untimed {
			choosing, criterion := 0.0, 0.0
			if seconds, chose := t.Seconds[o.Tuned]; chose {
				choosing, criterion = seconds, t.CriterionSeconds
			}
			o.Metrics = append(o.Metrics, engine.Metric{Name: "seconds-with-choosing", Unit: "s", Value: seconds + choosing})
			if t.Choice > 0 {
				o.Metrics = append(o.Metrics, engine.Metric{Name: "seconds-with-criterion", Unit: "s", Value: seconds + choosing + criterion})
			}
		}
		out[i] = o
	}
	return out
}

// choosingNote says what the choice was that seconds are shown with.
func choosingNote(r *engine.Results) string {
	if len(r.Part(tabledata.ChoosingSeconds)) == 0 {
		return ""
	}
	each := ""
	if len(r.Numbers(tabledata.SizeTag)) > 1 {
		each = " for each size"
	}
	note := fmt.Sprintf(" Settings were chosen once%s, on %s separate draws. The choice serves all requests of that kind; its full cost is counted here.",
		each, r.Setting("tune-draws"))
	if len(r.Part(tabledata.CriterionSeconds)) == 0 {
		note += " The criterion, the gradient residual, needs no retraining."
	}
	return note
}

// stored measures second order with the factor of the Hessian on the data before the change, stored
// beforehand, as the preconditioner of CG: the same update after a few products.
func stored(ctx context.Context, s *tabledata.Session, set *tabledata.Settings, size, draw int) (trial.Outcome, error) {
	sub, err := s.Subject(ctx, set)
	if err != nil {
		return trial.Outcome{}, err
	}
	st, err := s.Tuned(ctx, set, size)
	if err != nil {
		return trial.Outcome{}, err
	}
	factor, err := factor(ctx, s, sub, st.Ridge, set.Tolerance)
	if err != nil {
		return trial.Outcome{}, err
	}
	r, err := s.Request(ctx, set, size, draw)
	if err != nil {
		return trial.Outcome{}, err
	}
	method, err := tabledata.SecondOrder(set, st.Ridge, s.Seed)
	if err != nil {
		return trial.Outcome{}, err
	}
	method.Solver = factor
	o, _, err := sub.Apply(ctx, trial.Contender{Method: method, Tags: records.Tags{"factor": "stored", "ridge": st.Ridge}, Tuned: method.Name()}, r)
	return o, err
}

// factor returns the factor of the Hessian, regularizer and ridge included, on the data before the
// change.
func factor(ctx context.Context, s *tabledata.Session, sub *tabledata.Fitted, ridge, tolerance float64) (*unlearn.Factored, error) {
	if sub.Factor != nil && sub.FactorRidge == ridge {
		return sub.Factor, nil
	}
	h, err := sub.Problem.Hessian(ctx, sub.Theta, unlearn.FullHessian)
	if err != nil {
		return nil, err
	}
	err = s.Once("computing the factor of the Hessian", func() (err error) {
		sub.Factor, err = unlearn.Factor(ctx, unlearn.Ridge(h, ridge))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("experiments: the Hessian's factor: %w (--set factor=false omits the row)", err)
	}
	sub.Factor.Tolerance, sub.FactorRidge = tolerance, ridge
	return sub.Factor, nil
}

// factorUnit times the storing of the factor, with the ridge for that size of the change.
func factorUnit(s *tabledata.Session, part string, set *tabledata.Settings, size int) engine.Unit {
	return engine.Unit{Name: "factor", Run: func(ctx context.Context) ([]records.Record, error) {
		sub, err := s.Subject(ctx, set)
		if err != nil {
			return nil, err
		}
		st, err := s.Tuned(ctx, set, size)
		if err != nil {
			return nil, err
		}
		began := time.Now()
		if _, err := factor(ctx, s, sub, st.Ridge, set.Tolerance); err != nil {
			return nil, err
		}
		seconds := engine.Metric{Name: "factor-seconds", Unit: "s", Value: time.Since(began).Seconds()}
		return []records.Record{s.Record(part, "second-order", seconds, 0, records.Tags{"factor": "stored", "ridge": st.Ridge})}, nil
	}}
}

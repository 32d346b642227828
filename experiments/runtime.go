package experiments

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lethe/unlearn"
)

// runtimeExperiment is the runtime table: what each method costs, in seconds and in gradients and products.
func runtimeExperiment() *Experiment {
	const id = "runtime"
	columns := []column{
		{"seconds", "seconds", plain}, {"with choosing its setting, s", "seconds-with-choosing", plain},
		{"with the retraining for that, s", "seconds-with-criterion", plain},
		{"speed-up over cold retraining", "speed-up", plain}, {"over warm retraining", "speed-up-warm", plain}, {"of it for the trust check, s", "check-seconds", plain},
		{"gradients (samples)", "gradients", plain}, {"Hessian products (samples)", "hvps", plain},
	}
	return &Experiment{
		ID: id, Title: "Runtime",
		Question: "what does each method cost, and how much faster than retraining is it?",
		Units: func(ctx context.Context, s *Session, set *Settings) ([]Unit, error) {
			return s.runtimeUnits(ctx, id, set)
		},
		Tables: func(r *Results) []Table {
			shown := slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return len(r.part(c.metric)) == 0 })
			tables := r.byMethod("Runtime", shown)
			for i := range tables {
				tables[i].Note += " Seconds include applying the request and the trust check; gradients and products leave the check out." + r.choosingNote()
			}
			if r.setting("factor") == "false" || r.Config.Model != Models[0] {
				tables[0].Note += " The row with the Hessian's factor stored beforehand is left out (--set factor=true, linear models)."
			}
			if f := r.where("factor-seconds"); f.n > 0 {
				tables[0].Note += fmt.Sprintf(" Storing the Hessian's factor took %s s once; it is the factor of the data before the change.", plain.one(f.mean))
			}
			return tables
		},
		Figures: func(r *Results) []Figure {
			return []Figure{r.linesBySize("seconds", "Seconds of each method, "+drawsCaption, "seconds", "seconds", true)}
		},
	}
}

func (s *Session) runtimeUnits(ctx context.Context, part string, set *Settings) ([]Unit, error) {
	sizes, err := s.sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	units := s.tuningUnits(part, set, sizes)
	if set.Factor && s.convex() {
		units = append(units, s.factorUnit(part, set, sizes[0]))
	}
	name := s.sizeName(set)
	for draw := range set.Draws {
		for _, size := range sizes {
			units = append(units, Unit{fmt.Sprintf("%s=%d draw=%d", name, size, draw), func(ctx context.Context) ([]Record, error) {
				outcomes, err := s.withBand(ctx, set, size, draw)
				if err != nil {
					return nil, err
				}
				if set.Factor && s.convex() {
					o, err := s.stored(ctx, set, size, draw)
					if err != nil {
						return nil, err
					}
					outcomes = append(outcomes[:len(outcomes):len(outcomes)], o)
				}
				t, err := s.tuning(ctx, set, size)
				if err != nil {
					return nil, err
				}
				return s.records(part, Tags{name: size, "request": set.Request}, draw, withChoosing(withSpeedUp(outcomes), t), "seconds", "seconds-with-choosing",
					"seconds-with-criterion", "check-seconds", "gradients", "hvps", "speed-up", "speed-up-warm"), nil
			}})
		}
	}
	return units, nil
}

// withSpeedUp adds to each outcome how much faster it was than the cold and the warm retraining of the same draw.
func withSpeedUp(outcomes []outcome) []outcome {
	retrain := map[any]float64{}
	for _, o := range outcomes {
		if o.method == "retrain" && o.failed == "" && o.tags["init-seed"] == nil {
			retrain[o.tags["start"]] = o.get("seconds")
		}
	}
	out := make([]outcome, len(outcomes))
	for i, o := range outcomes {
		o.metrics = o.metrics[:len(o.metrics):len(o.metrics)]
		if seconds := o.get("seconds"); o.method != "none" && o.method != "occlusion" && seconds > 0 {
			for _, over := range []struct{ start, name string }{{"cold", "speed-up"}, {"warm", "speed-up-warm"}} {
				if retrain[over.start] > 0 {
					o.metrics = append(o.metrics, metric{over.name, "1", retrain[over.start] / seconds})
				}
			}
		}
		out[i] = o
	}
	return out
}

// withChoosing adds to each outcome its seconds with those that choosing its setting took, and with the retrainings that the criterion
// needed too: what a single request costs whoever has no setting yet. Rows without a setting of their own keep their seconds.
func withChoosing(outcomes []outcome, t *tuning) []outcome {
	if len(t.seconds) == 0 {
		return outcomes
	}
	out := make([]outcome, len(outcomes))
	for i, o := range outcomes {
		seconds := o.get("seconds")
		o.metrics = o.metrics[:len(o.metrics):len(o.metrics)]
		if o.failed == "" && o.method != "none" && o.method != "occlusion" {
			choosing, chose := t.seconds[strings.TrimSuffix(o.method, "-iterative")]
			criterion := t.criterionSeconds
			if chose = chose && o.tags["settings"] != paperSettings; !chose {
				choosing, criterion = 0, 0
			}
			o.metrics = append(o.metrics, metric{"seconds-with-choosing", "s", seconds + choosing})
			if t.choice > 0 {
				o.metrics = append(o.metrics, metric{"seconds-with-criterion", "s", seconds + choosing + criterion})
			}
		}
		out[i] = o
	}
	return out
}

// choosingNote says what the choice was that seconds are shown with.
func (r *Results) choosingNote() string {
	if len(r.part(choosingSeconds)) == 0 {
		return ""
	}
	note := fmt.Sprintf(" Settings were chosen once%s, on %s draws of their own; the choice serves every request of that kind, and is counted whole here.",
		map[bool]string{true: " for each size", false: ""}[len(r.numbers(sizeTag)) > 1], r.setting("tune-draws"))
	if len(r.part(criterionSeconds)) == 0 {
		note += " Its criterion, the gradient residual, needs no retraining."
	}
	return note
}

// stored measures second order with the factor of the Hessian on the data before the change, stored beforehand, as the preconditioner of
// CG: the same update after a few products.
func (s *Session) stored(ctx context.Context, set *Settings, size, draw int) (outcome, error) {
	sub, err := s.subject(ctx, set)
	if err != nil {
		return outcome{}, err
	}
	st, err := s.tuned(ctx, set, size)
	if err != nil {
		return outcome{}, err
	}
	factor, err := s.factor(ctx, sub, st.Ridge, set.Tolerance)
	if err != nil {
		return outcome{}, err
	}
	r, err := s.request(ctx, set, size, draw)
	if err != nil {
		return outcome{}, err
	}
	method, err := secondOrder(set, st.Ridge, s.Seed)
	if err != nil {
		return outcome{}, err
	}
	method.Solver = factor
	o, _, err := sub.apply(ctx, contender{method, Tags{"factor": "stored", "ridge": st.Ridge}}, r)
	return o, err
}

// factor returns the factor of the Hessian, regulariser and ridge included, on the data before the change.
func (s *Session) factor(ctx context.Context, sub *Subject, ridge, tolerance float64) (*unlearn.Factored, error) {
	if sub.factor != nil && sub.factorRidge == ridge {
		return sub.factor, nil
	}
	s.Progress.Note("storing the Hessian's factor")
	h, err := sub.Problem.Hessian(ctx, sub.Theta, unlearn.FullHessian)
	if err != nil {
		return nil, err
	}
	sub.factor, err = unlearn.Factor(ctx, unlearn.Ridge(h, ridge))
	if err != nil {
		return nil, fmt.Errorf("experiments: the Hessian's factor: %w (--set factor=false leaves the row out)", err)
	}
	sub.factor.Tolerance, sub.factorRidge = tolerance, ridge
	return sub.factor, nil
}

// factorUnit times the storing of the factor, with the ridge for that size of the change.
func (s *Session) factorUnit(part string, set *Settings, size int) Unit {
	return Unit{"factor", func(ctx context.Context) ([]Record, error) {
		sub, err := s.subject(ctx, set)
		if err != nil {
			return nil, err
		}
		st, err := s.tuned(ctx, set, size)
		if err != nil {
			return nil, err
		}
		began := time.Now()
		if _, err := s.factor(ctx, sub, st.Ridge, set.Tolerance); err != nil {
			return nil, err
		}
		seconds := metric{"factor-seconds", "s", time.Since(began).Seconds()}
		return []Record{s.record(part, "second-order", seconds, 0, Tags{"factor": "stored", "ridge": st.Ridge})}, nil
	}}
}

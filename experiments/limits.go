package experiments

import (
	"context"
	"fmt"
	"math"
)

// survivors is what a reader of the medians over the draws has to know.
const survivors = "The change grows step by step within each draw, so large sizes stand for the draws that got so far."

// limitsExperiment grows the change until second order is no longer near retraining.
func limitsExperiment() *Experiment {
	const id = "limits"
	return &Experiment{
		ID: id, Title: "Limits: a change that grows until second order fails",
		Question: "how large may a change be before second order is no longer near retraining?",
		Defaults: func(s *Settings, k Key) {
			s.Seeds = 0
			s.TauFT, s.Epochs = Auto{Value: 1e-4}, 1 // fine-tuning is not measured, so nothing is chosen for it
			if k.Model != Models[0] && k.Profile != Smoke {
				s.TuneSize = 100 // a choice for each of many sizes would retrain a network five times for each
			}
		},
		Units: func(ctx context.Context, s *Session, set *Settings) ([]Unit, error) {
			most, err := s.most(ctx, set)
			if err != nil {
				return nil, err
			}
			units := s.tuningUnits(id, set, set.growing(most))
			for draw := range set.Draws {
				units = append(units, Unit{fmt.Sprintf("draw=%d", draw), func(ctx context.Context) ([]Record, error) {
					return s.grow(ctx, id, set, draw, most)
				}})
			}
			return units, nil
		},
		Tables: limitsTables,
		Figures: func(r *Results) []Figure {
			f := r.linesBySize("limits", "Distance to the retrained parameters as a share of no update's", "distance-ratio", "share of no update's distance", true)
			f.LogX = true
			f.Caption += ". " + survivors
			return []Figure{f}
		},
	}
}

// growing are the sizes that the change may have.
func (s *Settings) growing(most int) []int {
	var out []int
	for size := 1; ; size = min(size*s.Growth, most) {
		out = append(out, size)
		if size == most {
			return out
		}
	}
}

// grow multiplies the change by set.Growth until second order's distance to the retrained parameters exceeds set.Near times that of no
// update, or until there is nothing more to change.
func (s *Session) grow(ctx context.Context, part string, set *Settings, draw, most int) ([]Record, error) {
	var out []Record
	name, limit := s.sizeName(set), 0
	for _, size := range set.growing(most) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		outcomes, err := s.trialOf(ctx, set, size, draw, "none", "first-order", "second-order")
		if err != nil {
			return nil, err
		}
		tags := Tags{name: size, "request": set.Request}
		near, none := math.Inf(1), math.NaN()
		for i := range outcomes {
			o := &outcomes[i]
			d := o.get("parameter-distance")
			switch o.method {
			case "none":
				none = d
				continue
			case "retrain":
				continue
			}
			if o.failed == "" && none > 0 {
				o.metrics = append(o.metrics, metric{"distance-ratio", "1", d / none})
				if o.method == "second-order" {
					near = d / none
				}
			}
		}
		out = append(out, s.records(part, tags, draw, outcomes, "distance-ratio", "sample-loss-distance", "gradient-residual")...)
		if none > 0 && near > set.Near {
			limit = size
			break
		}
	}
	tags := Tags{"near": set.Near, "reached": limit > 0}
	if limit == 0 {
		limit = most
	}
	return append(out, s.record(part, "second-order", metric{"limit", name, float64(limit)}, draw, tags)), nil
}

func limitsTables(r *Results) []Table {
	t := r.bySize("Distance to the retrained parameters as a share of no update's", "distance-ratio", plain)
	t.Note += " " + survivors
	end := Table{Title: "Where second order is no longer near", Header: []string{"draw", "first change that is too large", "of that kind"}}
	for _, rec := range r.part("limit") {
		size := formatNumber(rec.Value)
		if rec.Settings["reached"] == false {
			size = "none up to " + size
		}
		end.Rows = append(end.Rows, []string{fmt.Sprint(rec.Draw), size, rec.Unit})
	}
	return []Table{t, end}
}

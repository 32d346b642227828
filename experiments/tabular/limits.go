package tabular

import (
	"context"
	"fmt"
	"math"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/tabledata"
)

// survivors is what a reader of the medians over the draws has to know.
const survivors = "The change grows step by step within each draw, so the rows of large changes hold only the draws that reached them."

// Limits grows the change until second order is no longer near retraining.
func Limits() *engine.Experiment {
	const id = "limits"
	return tabledata.Experiment{
		ID: id, Title: "Limits: a growing change until second order fails",
		Question: "how large can a change be while second order stays near retraining?",
		Defaults: func(s *tabledata.Settings, k engine.Key) {
			s.Seeds = 0
			// Fine-tuning is not measured, so nothing is chosen for it.
			s.TauFT = settings.Auto{Value: 1e-4}
			s.Epochs = 1
			if k.Model != tabledata.Models[0] && k.Profile != engine.Smoke {
				s.TuneSize = 100 // a choice for each of many sizes would retrain a network five times for each
			}
		},
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			most, err := s.Most(ctx, set)
			if err != nil {
				return nil, err
			}
			units := s.TuningUnits(id, set, growing(set, most))
			for draw := range set.Draws {
				units = append(units, engine.Unit{Name: fmt.Sprintf("draw=%d", draw), Run: func(ctx context.Context) ([]records.Record, error) {
					return grow(ctx, s, id, set, draw, most)
				}})
			}
			return units, nil
		},
		Reads: tabledata.Together(tabledata.Without(tabledata.ChangeSettings, "features", "rows"), tabledata.TrainingSettings,
			tabledata.UpdateSettings, tabledata.ChoosingSettings, []string{"near", "growth"}),
		Answers: limitsAnswers,
		Tables:  limitsTables,
		Figures: func(r *engine.Results) []report.Figure {
			f := tabledata.LinesBySize(r, "limits", "Distance to the retrained parameters", "distance-ratio", "distance / distance without an update", report.Plain, true)
			f.Caption = strings.TrimPrefix(f.Caption+". "+survivors, ". ")
			return []report.Figure{f}
		},
	}.Runnable()
}

// growing are the sizes that the change may have.
func growing(s *tabledata.Settings, most int) []int {
	var out []int
	for size := 1; ; size = min(size*s.Growth, most) {
		out = append(out, size)
		if size == most {
			return out
		}
	}
}

// grow multiplies the change by set.Growth until second order's distance to the retrained
// parameters exceeds set.Near times that of no update, or until there is nothing more to change.
func grow(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, draw, most int) ([]records.Record, error) {
	var out []records.Record
	name, limit := s.SizeName(set), 0
	for _, size := range growing(set, most) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		outcomes, err := s.TrialOf(ctx, set, size, draw, "none", "first-order", "second-order")
		if err != nil {
			return nil, err
		}
		tags := records.Tags{name: size, "request": set.Request}
		near, none := math.Inf(1), math.NaN()
		for i := range outcomes {
			o := &outcomes[i]
			d := o.Get("parameter-distance")
			switch o.Method {
			case "none":
				none = d
				continue
			case "retrain":
				continue
			}
			if o.Failed == nil && none > 0 {
				o.Metrics = append(o.Metrics, engine.Metric{Name: "distance-ratio", Unit: "1", Value: d / none})
				if o.Method == "second-order" {
					near = d / none
				}
			}
		}
		out = append(out, s.Records(part, tags, draw, outcomes, "distance-ratio", "sample-loss-distance", "gradient-residual")...)
		if none > 0 && near > set.Near {
			limit = size
			break
		}
	}
	tags := records.Tags{"near": set.Near, "reached": limit > 0}
	if limit == 0 {
		limit = most
	}
	return append(out, s.Record(part, "second-order", engine.Metric{Name: "limit", Unit: name, Value: float64(limit)}, draw, tags)), nil
}

func limitsTables(r *engine.Results) []report.Table {
	t := tabledata.BySize(r, "Distance to the retrained parameters, as a share of the distance without an update", "distance-ratio", report.Plain)
	t.Note += " " + survivors
	end := report.Table{Title: "Where second order is no longer near", Header: []string{"draw", "smallest failing change", "unit"}}
	for _, rec := range r.Part("limit") {
		row := new(report.Row).Exactly(float64(rec.Draw)).Exactly(rec.Value)
		if rec.Settings["reached"] == false {
			row.Remark("the largest change that there is; second order is still near")
		}
		end.Append(row.Text(rec.Unit))
	}
	return []report.Table{t, end}
}

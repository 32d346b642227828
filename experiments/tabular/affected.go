package tabular

import (
	"context"
	"fmt"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
)

// Affected counts the samples that a request touches: what sharding would have to retrain for.
func Affected() *engine.Experiment {
	const id = "affected"
	return tabledata.Experiment{
		ID: id, Title: "Share of affected samples", DataOnly: true, Reads: tabledata.ChangeSettings,
		Question: "which share of the training samples does a request affect?",
		Defaults: func(s *tabledata.Settings, k engine.Key) {
			s.Features = []int{1, 10, 50, 100}
			s.Pool = "sensitive"
			if k.Profile != engine.Smoke {
				s.Draws = max(s.Draws, 40)
			}
		},
		Units:   affectedUnits,
		Answers: affectedAnswers,
		Tables: func(r *engine.Results) []report.Table {
			return []report.Table{tabledata.BySize(r, "Share of affected training samples, %", "affected-share", report.Percent)}
		},
		Figures: func(r *engine.Results) []report.Figure {
			return []report.Figure{tabledata.LinesBySize(r, "affected", "Share of affected training samples", "affected-share", "affected training samples, %", report.Percent, false)}
		},
	}.Runnable()
}

func affectedUnits(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
	sizes, err := s.Sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	name, train := s.SizeName(set), s.Data(set).Train
	var units []engine.Unit
	for draw := range set.Draws {
		units = append(units, engine.Unit{Name: fmt.Sprintf("draw=%d", draw), Run: func(ctx context.Context) ([]records.Record, error) {
			var out []records.Record
			for _, size := range sizes {
				r, err := s.Request(ctx, set, size, draw)
				if err != nil {
					return nil, err
				}
				applied, err := r.Apply(train)
				if err != nil {
					return nil, err
				}
				share := float64(len(applied.Rows)) / float64(train.Len())
				out = append(out, s.Record("affected", "none", engine.Metric{Name: "affected-share", Unit: "share", Value: share}, draw, records.Tags{name: size, "request": set.Request}))
			}
			return out, nil
		}})
	}
	return units, nil
}

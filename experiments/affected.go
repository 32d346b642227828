package experiments

import (
	"context"
	"fmt"
)

// affectedExperiment counts the samples that a request touches: what sharding would have to retrain for.
func affectedExperiment() *Experiment {
	const id = "affected"
	return tableExperiment{
		ID: id, Title: "Share of affected samples", DataOnly: true,
		Question: "how large a share of the training samples does a request touch?",
		Defaults: func(s *tableSettings, k Key) {
			s.Features, s.Pool = []int{1, 10, 50, 100}, "sensitive"
			if k.Profile != Smoke {
				s.Draws = max(s.Draws, 40)
			}
		},
		Units: affectedUnits,
		Tables: func(r *Results) []Table {
			return []Table{r.bySize("Share of affected training samples, %", "affected-share", percent)}
		},
		Figures: func(r *Results) []Figure {
			return []Figure{r.linesBySize("affected", "Share of affected samples, "+drawsCaption, "affected-share", "share of samples", false)}
		},
	}.engineExperiment()
}

func affectedUnits(ctx context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
	sizes, err := s.sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	name, train := s.sizeName(set), s.data(set).Train
	var units []Unit
	for draw := range set.Draws {
		units = append(units, Unit{fmt.Sprintf("draw=%d", draw), func(ctx context.Context) ([]Record, error) {
			var out []Record
			for _, size := range sizes {
				r, err := s.request(ctx, set, size, draw)
				if err != nil {
					return nil, err
				}
				applied, err := r.Apply(train)
				if err != nil {
					return nil, err
				}
				share := float64(len(applied.Rows)) / float64(train.Len())
				out = append(out, s.record("affected", "none", metric{"affected-share", "share", share}, draw, Tags{name: size, "request": set.Request}))
			}
			return out, nil
		}})
	}
	return units, nil
}

package tabledata

import (
	"context"
	"fmt"
	"slices"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// withBand adds to the outcomes of a trial those of cold retrainings from other initial parameters,
// on the first draws and for the largest change only, unless they are recorded.
func (s *Session) withBand(ctx context.Context, set *Settings, size, draw int, rows []string, recorded bool) ([]trial.Outcome, error) {
	t, err := s.trialOf(ctx, set, size, draw, rows, draw < set.SeedDraws)
	if err != nil {
		return nil, err
	}
	outcomes := t.outcomes(rows)
	sizes, err := s.Sizes(ctx, set)
	if err != nil || recorded || s.Convex() || draw >= set.SeedDraws || size < slices.Max(sizes) || set.Seeds == 0 {
		return outcomes, err
	}
	key := fmt.Sprint(trialKey(set), size, draw, set.Seeds)
	if band, ok := s.bands[key]; ok {
		return slices.Concat(outcomes, band), nil
	}
	sub, err := s.Subject(ctx, set)
	if err != nil {
		return nil, err
	}
	r, err := s.Request(ctx, set, size, draw)
	if err != nil {
		return nil, err
	}
	var band []trial.Outcome
	silent := sub.Subject
	silent.Say = nil // the number says more than the method's name
	for i, m := range s.band(sub, set) {
		s.Progress.Step("retraining from other parameters", i, set.Seeds)
		o, u, err := silent.Apply(ctx, m, r)
		if err != nil {
			return nil, err
		}
		if u != nil {
			if _, err := sub.Measure(ctx, &o, u, t.ref); err != nil {
				return nil, err
			}
		}
		band = append(band, o)
	}
	s.bands[key] = band
	return slices.Concat(outcomes, band), nil
}

// band returns cold retrainings from other initial parameters, whose spread is what retraining
// itself leaves open; none where there is one optimum.
func (s *Session) band(sub *Fitted, set *Settings) []trial.Contender {
	var out []trial.Contender
	for i := range set.Seeds {
		start := sub.Model.Init(s.Seed + uint64(i) + 1)
		out = append(out, trial.Contender{Method: unlearn.Retrain{Trainer: sub.Trainer, Start: start}, Tags: records.Tags{"start": "cold", "init-seed": i + 1}})
	}
	return out
}

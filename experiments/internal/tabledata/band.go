package tabledata

import (
	"context"
	"fmt"
	"slices"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// WithBand adds to the outcomes of a trial those of cold retrainings from other initial parameters,
// on the first draws and for the largest change only.
func (s *Session) WithBand(ctx context.Context, set *Settings, size, draw int) ([]trial.Outcome, error) {
	outcomes, err := s.TrialOf(ctx, set, size, draw)
	if err != nil {
		return nil, err
	}
	sizes, err := s.Sizes(ctx, set)
	if err != nil || s.Convex() || draw >= set.SeedDraws || size < slices.Max(sizes) || set.Seeds == 0 {
		return outcomes, err
	}
	key := fmt.Sprint(trialKey(set), size, draw, "band", set.Seeds)
	if b, ok := s.trials[key]; ok {
		return slices.Concat(outcomes, b.outcomes), nil
	}
	sub, err := s.Subject(ctx, set)
	if err != nil {
		return nil, err
	}
	r, err := s.Request(ctx, set, size, draw)
	if err != nil {
		return nil, err
	}
	ref := s.trials[fmt.Sprint(trialKey(set), size, draw, []string(nil))].ref
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
			if _, err := sub.Measure(ctx, &o, u, ref); err != nil {
				return nil, err
			}
		}
		band = append(band, o)
	}
	s.trials[key] = measuredDraw{outcomes: band}
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

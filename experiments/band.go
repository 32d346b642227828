package experiments

import (
	"context"
	"fmt"
	"slices"

	"lethe/unlearn"
)

// withBand adds to the outcomes of a trial those of cold retrainings from other initial parameters, on the first draws and for the
// largest change only.
func (s *tableSession) withBand(ctx context.Context, set *tableSettings, size, draw int) ([]outcome, error) {
	outcomes, err := s.trial(ctx, set, size, draw)
	if err != nil {
		return nil, err
	}
	sizes, err := s.sizes(ctx, set)
	if err != nil || s.convex() || draw >= set.SeedDraws || size < slices.Max(sizes) || set.Seeds == 0 {
		return outcomes, err
	}
	key := fmt.Sprint(trialKey(set), size, draw, "band", set.Seeds)
	if b, ok := s.trials[key]; ok {
		return slices.Concat(outcomes, b.outcomes), nil
	}
	sub, err := s.subject(ctx, set)
	if err != nil {
		return nil, err
	}
	r, err := s.request(ctx, set, size, draw)
	if err != nil {
		return nil, err
	}
	ref := s.trials[fmt.Sprint(trialKey(set), size, draw, []string(nil))].ref
	var band []outcome
	for _, m := range s.band(sub, set) {
		o, u, err := sub.apply(ctx, m, r)
		if err != nil {
			return nil, err
		}
		if u != nil {
			if _, err := sub.measure(ctx, &o, u, ref); err != nil {
				return nil, err
			}
		}
		band = append(band, o)
	}
	s.trials[key] = measuredDraw{outcomes: band}
	return slices.Concat(outcomes, band), nil
}

// band returns cold retrainings from other initial parameters, whose spread is what retraining itself leaves open; none where
// there is one optimum.
func (s *tableSession) band(sub *Fitted, set *tableSettings) []contender {
	var out []contender
	for i := range set.Seeds {
		start := sub.Model.Init(s.Seed + uint64(i) + 1)
		out = append(out, contender{unlearn.Retrain{Trainer: sub.trainer, Start: start}, Tags{"start": "cold", "init-seed": i + 1}})
	}
	return out
}

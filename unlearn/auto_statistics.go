package unlearn

import (
	"context"
	"slices"

	"lethe/datasets"
)

// following is what the criterion needs where a model has statistics. Training moves the weights
// and the statistics follow, so that what it had left is the slope of the loss with statistics that
// follow: at its end that slope is zero, and the gradient at fixed statistics is not. A slope along
// a step is found from the losses a little before and after the old weights.
type following struct {
	o        StatisticsObjective
	on       *datasets.Dataset // samples that statistics are found on, as candidates find theirs
	old, new *datasets.Dataset // the samples that the request touches, before and after
}

// beginFollowing takes the old weights with the statistics of the corrected data for no update.
func (h *rehearsal) beginFollowing(ctx context.Context) error {
	o, _ := called[StatisticsObjective](h.p.Objective) // it holds statistics
	applied, err := h.r.apply(h.p.Train)
	if err != nil {
		return err
	}
	h.following = &following{o: o, on: someOf(applied.Data, 0, h.a.Seed), old: applied.Old, new: applied.New}
	theta, err := o.EstimateStatistics(ctx, h.a.theta, h.following.on)
	if err != nil {
		return err
	}
	h.base, err = h.losses(ctx, theta)
	return err
}

// followingShare is the share of a step within which its slope is found.
const followingShare = 1.0 / 16

// slopeFollowing is the slope along theta - h.a.theta of what the request adds to the loss, less
// those of the samples in h.parts(), with statistics that follow.
func (h *rehearsal) slopeFollowing(ctx context.Context, theta []float64) (float64, error) {
	var at [2]float64
	for i, share := range []float64{-followingShare, followingShare} {
		near := slices.Clone(h.a.theta)
		for j, v := range theta {
			near[j] += share * (v - near[j])
		}
		near, err := h.following.o.EstimateStatistics(ctx, near, h.following.on)
		if err != nil {
			return 0, err
		}
		if at[i], err = h.added(ctx, near); err != nil {
			return 0, err
		}
	}
	return (at[1] - at[0]) / (2 * followingShare), nil
}

// added is what the request adds to the loss, less the losses of the samples in h.parts().
func (h *rehearsal) added(ctx context.Context, theta []float64) (float64, error) {
	sum, err := h.losses(ctx, theta)
	if err != nil {
		return 0, err
	}
	sum = -sum
	for _, part := range []heldPart{{h.following.new, 1}, {h.following.old, -1}} {
		if part.d == nil || part.d.Len() == 0 {
			continue
		}
		loss, err := h.p.Objective.Loss(ctx, theta, part.d)
		if err != nil {
			return 0, err
		}
		sum += part.scale * loss
	}
	return sum, nil
}

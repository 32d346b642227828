package experiments

import (
	"context"
	"fmt"

	"lethe/unlearn"
)

// baselines returns the methods whose models are trained before the request: SISA, and on linear models differential privacy by a noisy
// objective. They are trained once for a subject.
func (s *tableSession) baselines(ctx context.Context, sub *Fitted, set *tableSettings) ([]contender, error) {
	var out []contender
	if set.DPSigma > 0 && s.convex() {
		private, err := s.private(ctx, sub, set)
		if err != nil {
			return nil, err
		}
		out = append(out, contender{private, Tags{"sigma": set.DPSigma}})
	}
	if set.SISAShards > 0 {
		sharded, err := s.sharded(ctx, sub, set)
		if err != nil {
			return nil, err
		}
		out = append(out, contender{sharded, Tags{"shards": set.SISAShards, "slices": set.SISASlices, "vote": set.SISAOutputs,
			"sisa-regulariser": set.SISARegulariser}})
	}
	return out, nil
}

func (s *tableSession) private(ctx context.Context, sub *Fitted, set *tableSettings) (*unlearn.Private, error) {
	key := form.Key(set, "noise")
	if p, ok := sub.private[key]; ok {
		return p, nil
	}
	m := unlearn.ObjectivePerturbation{Sigma: set.DPSigma, Trainer: sub.trainer, Start: sub.Start, Seed: s.Seed}
	p, err := m.Train(ctx, sub.Problem)
	if err != nil {
		return nil, fmt.Errorf("experiments: training with noise: %w", err)
	}
	if sub.private == nil {
		sub.private = map[string]*unlearn.Private{}
	}
	sub.private[key] = p
	return p, nil
}

func (s *tableSession) sharded(ctx context.Context, sub *Fitted, set *tableSettings) (*unlearn.Sharded, error) {
	key := form.Key(set, "sisa")
	if p, ok := sub.sharded[key]; ok {
		return p, nil
	}
	s.Progress.Note(fmt.Sprintf("training the %d shards of SISA", set.SISAShards))
	m := unlearn.SISA{Shards: set.SISAShards, Slices: set.SISASlices, MeanOutputs: set.SISAOutputs == "mean", Trainer: sub.trainer, Start: sub.Start, Seed: s.Seed,
		WholeL2: set.SISARegulariser == "whole"}
	p, err := m.Train(ctx, sub.Problem)
	if err != nil {
		return nil, fmt.Errorf("experiments: training SISA (--set sisa-shards=0 leaves it out): %w", err)
	}
	if sub.sharded == nil {
		sub.sharded = map[string]*unlearn.Sharded{}
	}
	sub.sharded[key] = p
	return p, nil
}

// measureVote measures several models that vote: they have no one loss and no one gradient, so accuracy and agreement is all there is.
func (s *Fitted) measureVote(ctx context.Context, o *outcome, u *unlearn.Update, ref *reference) error {
	classes, err := u.Predict(ctx, s.Test)
	if err != nil {
		return err
	}
	o.metrics = append(o.metrics, metric{"test-accuracy", "share", share(classes, s.Test)})
	if ref != nil {
		o.metrics = append(o.metrics, metric{"agreement", "share", same(classes, ref.classes)})
	}
	return nil
}

// sisaNote says how the regulariser counts in SISA's shards; "" where no table has them. Records without the setting are of when it always
// counted whole.
func (r *Results) sisaNote() string {
	for _, rec := range r.Records {
		switch {
		case rec.Method != "sisa" || rec.Text("vote") == "":
		case rec.Text("sisa-regulariser") == "share":
			return " SISA: each shard counts its share of the regulariser (--set sisa-regulariser=whole is the authors' rule)."
		default:
			return " SISA: the regulariser counts whole in each shard, the authors' rule (--set sisa-regulariser=share gives each its share)."
		}
	}
	return ""
}

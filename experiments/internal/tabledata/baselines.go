package tabledata

import (
	"cmp"
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// noisy is differential privacy by a noisy objective, on linear models. Its model is trained before
// the request, once for a subject.
func (c *comparison) noisy() (*trial.Contender, error) {
	if c.set.DPSigma == 0 || !c.Convex() {
		return nil, nil
	}
	private, err := c.private(c.ctx, c.sub, c.set)
	if err != nil {
		return nil, err
	}
	return with(private, records.Tags{"sigma": c.set.DPSigma})
}

// sisa is SISA. Its models are trained before the request, once for a subject.
func (c *comparison) sisa() (*trial.Contender, error) {
	if c.set.SISAShards == 0 {
		return nil, nil
	}
	sharded, err := c.Sharded(c.ctx, c.sub, c.set)
	if err != nil {
		return nil, err
	}
	return with(sharded, records.Tags{"shards": c.set.SISAShards, "slices": c.set.SISASlices, "vote": c.set.SISAOutputs,
		"sisa-regularizer": c.set.SISARegularizer})
}

func (s *Session) private(ctx context.Context, sub *Fitted, set *Settings) (*unlearn.Private, error) {
	key := Form.Key(set, "noise")
	if p, ok := sub.private[key]; ok {
		return p, nil
	}
	m := unlearn.ObjectivePerturbation{Sigma: set.DPSigma, Trainer: sub.Trainer, Start: sub.Start, Seed: cmp.Or(s.Seed, trial.Random(0, trial.StreamTilt, 0).Uint64())}
	var p *unlearn.Private
	err := s.Once("training with noise", func() (err error) {
		p, err = m.Train(ctx, sub.Problem)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("experiments: training with noise: %w", err)
	}
	if sub.private == nil {
		sub.private = map[string]*unlearn.Private{}
	}
	sub.private[key] = p
	return p, nil
}

// Sharded trains the shards of SISA, from the second time on without doing it again.
func (s *Session) Sharded(ctx context.Context, sub *Fitted, set *Settings) (*unlearn.Sharded, error) {
	key := Form.Key(set, "sisa")
	if p, ok := sub.sharded[key]; ok {
		return p, nil
	}
	m := unlearn.SISA{Shards: set.SISAShards, Slices: set.SISASlices, MeanOutputs: set.SISAOutputs == "mean", Trainer: sub.Trainer, Start: sub.Start, Seed: s.Seed,
		WholeL2: set.SISARegularizer == "whole"}
	var p *unlearn.Sharded
	err := s.Once(fmt.Sprintf("training the %d shards of SISA", set.SISAShards), func() (err error) {
		p, err = m.Train(ctx, sub.Problem)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("experiments: training SISA (--set sisa-shards=0 omits it): %w", err)
	}
	if sub.sharded == nil {
		sub.sharded = map[string]*unlearn.Sharded{}
	}
	sub.sharded[key] = p
	return p, nil
}

// voteMetrics are the metrics of several models that vote.
var voteMetrics = []string{"test-accuracy", "agreement"}

// measureVote measures several models that vote: they have no one loss and no one gradient, so
// accuracy and agreement is all there is.
func (s *Fitted) measureVote(ctx context.Context, o *trial.Outcome, u *unlearn.Update, ref *Reference) error {
	classes, err := u.Predict(ctx, s.Test)
	if err != nil {
		return err
	}
	accuracy, err := datasets.Accuracy(classes, s.Test)
	if err != nil {
		return err
	}
	o.Metrics = append(o.Metrics, engine.Metric{Name: "test-accuracy", Unit: "share", Value: accuracy})
	if ref != nil {
		o.Metrics = append(o.Metrics, engine.Metric{Name: "agreement", Unit: "share", Value: trial.Same(classes, ref.Classes)})
	}
	return nil
}

// SisaNote says how the regularizer counts in SISA's shards; "" where no table has them. Records
// without the setting are of when it always counted whole.
func SisaNote(r *engine.Results) string {
	for _, rec := range r.Records {
		switch {
		case rec.Method != "sisa" || rec.Text("vote") == "":
		case rec.Text("sisa-regularizer") == "share":
			return " SISA: each shard uses its share of the regularizer (--set sisa-regularizer=whole is the authors' rule)."
		default:
			return " SISA: each shard uses the whole regularizer, the authors' rule (--set sisa-regularizer=share gives each its share)."
		}
	}
	return ""
}

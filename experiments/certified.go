package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"lethe/unlearn"
)

// certifiedExperiment asks what a certified model is worth and what a certificate costs. The mechanism is output perturbation:
// Newton steps to a residual that is fixed beforehand, then fresh noise, so there is no request that it does not certify.
func certifiedExperiment() *Experiment {
	const id = "certified"
	return &Experiment{
		ID: id, Title: "Certified unlearning", Convex: true,
		Question: "how much accuracy does a certified model lose against retraining without noise, and what does a request cost?",
		Defaults: releaseDefaults,
		Describe: describeReleases,
		Units: func(ctx context.Context, s *Session, set *Settings) ([]Unit, error) {
			sizes, err := s.sizes(ctx, set)
			if err != nil {
				return nil, err
			}
			var units []Unit
			for draw := range set.Draws {
				units = append(units, Unit{fmt.Sprintf("draw=%d", draw), func(ctx context.Context) ([]Record, error) {
					return s.releaseRecords(ctx, id, set, sizes, draw)
				}})
			}
			return units, nil
		},
		Tables:  certifiedTables,
		Figures: certifiedFigures,
	}
}

func releaseDefaults(s *Settings, k Key) {
	if k.Dataset == "drebin" {
		s.Pool = "top400"
	} else {
		s.Pool = "sensitive"
	}
	if k.Profile == Paper {
		s.Draws = 40
	}
}

func describeReleases(s *Settings) (string, []string) {
	return fmt.Sprintf("lambda %g, epsilon %g, delta %g, gradient residual at most %g, compared with %s, %s", s.Lambda, s.Epsilons[0], s.Delta,
			s.CertifiedResidual, s.mechanism().Against, trainingLine(s)),
		[]string{"lambda", "epsilons", "delta", "certified-residual", "against", "train-steps", "cold-draws", "requests", "pool"}
}

// mechanism returns output perturbation as the settings have it.
func (s *Settings) mechanism() unlearn.OutputPerturbation {
	m := unlearn.OutputPerturbation{Epsilon: s.Epsilons[0], Delta: s.Delta, Residual: s.CertifiedResidual}
	if s.Against == unlearn.SameMechanism.String() {
		m.Against = unlearn.SameMechanism
	}
	return m
}

// noiseless returns the model trained as far as the certificates ask for, without noise: the state that requests start from.
func (s *Session) noiseless(ctx context.Context, set *Settings) (*Subject, error) {
	exact := *set
	exact.Sigma, exact.TrainTolerance, exact.Criterion = 0, set.CertifiedResidual/2, "residual" // nothing is chosen
	return s.subject(ctx, &exact)
}

// toCertified are the settings by which retraining is as exact as a release: it may end at the same residual.
func (s *Settings) toCertified() *Settings {
	exact := *s
	exact.TrainTolerance = s.CertifiedResidual
	return &exact
}

// releaseRecords carries out a draw's requests: by the mechanism, by retraining from the model as it is and, in the first draws,
// by retraining from the start. From the model as it is Newton's method is the cheapest exact retraining, so that is what a release is
// compared with.
func (s *Session) releaseRecords(ctx context.Context, part string, set *Settings, sizes []int, draw int) ([]Record, error) {
	sub, err := s.noiseless(ctx, set)
	if err != nil {
		return nil, err
	}
	exact, mechanism := set.toCertified(), set.mechanism()
	mechanism.Rand = rand.New(rand.NewPCG(s.Seed, streamRelease<<32|uint64(draw)))
	var out []Record
	for _, size := range sizes {
		r, err := s.request(ctx, set, size, draw)
		if err != nil {
			return nil, err
		}
		outcomes := []outcome{}
		warm, ref, err := sub.carriedOut(ctx, contender{unlearn.Retrain{Trainer: patient{exact.newton()}}, Tags{"start": "warm", "trainer": newtonTrainer}}, r, nil)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, warm)
		if draw < set.ColdDraws {
			cold, _, err := sub.carriedOut(ctx, contender{unlearn.Retrain{Trainer: patient{s.trainer(exact)}, Start: sub.Start}, Tags{"start": "cold"}}, r, ref)
			if err != nil {
				return nil, err
			}
			outcomes = append(outcomes, cold)
		}
		released, _, err := sub.carriedOut(ctx, contender{mechanism, nil}, r, ref)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, sub.certificateOf(released, mechanism, set))
		out = append(out, s.records(part, Tags{s.sizeName(set): size, "request": set.Request}, draw, outcomes, "certified-share", "noise", "test-accuracy",
			"accuracy-difference", "agreement", "seconds", "gradients", "hvps", "products", "parameter-distance")...)
	}
	return out, nil
}

// carriedOut runs one method and measures it, against the reference where there is one.
func (s *Subject) carriedOut(ctx context.Context, m contender, r unlearn.Request, ref *reference) (outcome, *reference, error) {
	o, u, err := s.apply(ctx, m, r)
	if err != nil || u == nil {
		return o, nil, err
	}
	own, err := s.measure(ctx, &o, u, ref)
	if err != nil || own == nil {
		return o, nil, err
	}
	o.metrics = append(o.metrics, metric{"products", "1", (o.get("gradients") + o.get("hvps")) / float64(u.Data.Len())})
	if ref != nil {
		accuracy := same(own.classes, s.Test.Y) - same(ref.classes, s.Test.Y)
		o.metrics = append(o.metrics, metric{"accuracy-difference", "share", math.Abs(accuracy)})
	}
	return o, own, nil
}

// certificateOf adds that the release was published, which is all that there is to certify, and its noise.
func (s *Subject) certificateOf(o outcome, m unlearn.OutputPerturbation, set *Settings) outcome {
	o.metrics = append(o.metrics, metric{"certified-share", "share", share01(o.failed == "")}, metric{"noise", "1", m.Noise(set.Lambda)})
	return o
}

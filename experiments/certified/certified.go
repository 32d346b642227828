package certified

import (
	"context"
	"fmt"
	"math"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Certified asks what a certified model is worth and what a certificate costs. The mechanism is
// output perturbation: Newton steps to a residual that is fixed beforehand, then fresh noise, so
// there is no request that it does not certify.
func Certified() *engine.Experiment {
	const id = "certified"
	return tabledata.Experiment{
		ID: id, Title: "Certified unlearning", Convex: true,
		Question: "how much accuracy does a certified model lose compared with retraining without noise, and how much does a request cost?",
		Defaults: releaseDefaults,
		Describe: describeReleases,
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			sizes, err := s.Sizes(ctx, set)
			if err != nil {
				return nil, err
			}
			var units []engine.Unit
			for draw := range set.Draws {
				units = append(units, engine.Unit{Name: fmt.Sprintf("draw=%d", draw), Run: func(ctx context.Context) ([]records.Record, error) {
					return releaseRecords(ctx, s, id, set, sizes, draw)
				}})
			}
			return units, nil
		},
		Reads:   tabledata.Together(tabledata.ChangeSettings, []string{"lambda", "train-steps", "epsilons", "delta", "certified-residual", "against", "cold-draws", "methods"}),
		Methods: releaseMethods(), Rows: rows(), Label: startLabel, Answers: certifiedAnswers,
		Tables:  certifiedTables,
		Figures: certifiedFigures,
	}.Runnable()
}

func releaseDefaults(s *tabledata.Settings, k engine.Key) {
	if k.Dataset == "drebin" {
		s.Pool = "top400"
	} else {
		s.Pool = "sensitive"
	}
	if k.Profile == engine.Paper {
		s.Draws = 40
	}
}

func describeReleases(s *tabledata.Settings) (string, []string) {
	return fmt.Sprintf("lambda %g, epsilon %g, delta %g, gradient residual at most %g, compared with %s, %s", s.Lambda, s.Epsilons[0], s.Delta,
			s.CertifiedResidual, mechanism(s).Against, tabledata.TrainingLine(s)),
		[]string{"lambda", "epsilons", "delta", "certified-residual", "against", "train-steps", "cold-draws", "requests", "pool"}
}

// mechanism returns output perturbation as the settings have it.
func mechanism(s *tabledata.Settings) unlearn.OutputPerturbation {
	m := unlearn.OutputPerturbation{Epsilon: s.Epsilons[0], Delta: s.Delta, Residual: s.CertifiedResidual}
	if s.Against == unlearn.SameMechanism.String() {
		m.Against = unlearn.SameMechanism
	}
	return m
}

// noiseless returns the model trained as far as the certificates ask for, without noise: the state
// that requests start from.
func noiseless(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) (*tabledata.Fitted, error) {
	exact := *set
	exact.Sigma, exact.TrainTolerance, exact.Criterion = 0, set.CertifiedResidual/2, "residual" // nothing is chosen
	return s.Subject(ctx, &exact)
}

// toCertified are the settings by which retraining is as exact as a release: it may end at the same
// residual.
func toCertified(s *tabledata.Settings) *tabledata.Settings {
	exact := *s
	exact.TrainTolerance = s.CertifiedResidual
	return &exact
}

// releaseRecords carries out a draw's requests: by the mechanism, by retraining from the model as
// it is and, in the first draws, by retraining from the start. From the model as it is Newton's
// method is the cheapest exact retraining, so that is what a release is compared with.
func releaseRecords(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, sizes []int, draw int) ([]records.Record, error) {
	sub, err := noiseless(ctx, s, set)
	if err != nil {
		return nil, err
	}
	methods := (&releasing{s, sub, set, draw}).contenders()
	var out []records.Record
	for _, size := range sizes {
		r, err := s.Request(ctx, set, size, draw)
		if err != nil {
			return nil, err
		}
		var outcomes []trial.Outcome
		var ref *tabledata.Reference
		for i, m := range methods {
			o, own, err := carriedOut(ctx, sub, m, r, ref)
			if err != nil {
				return nil, err
			}
			if i == 0 {
				ref = own
			}
			if released, ok := m.Method.(unlearn.OutputPerturbation); ok {
				o = certificateOf(o, released, set)
			}
			outcomes = append(outcomes, o)
		}
		out = append(out, s.Records(part, records.Tags{s.SizeName(set): size, "request": set.Request}, draw, outcomes, "certified-share", "noise", "test-accuracy",
			"accuracy-difference", "agreement", "seconds", "gradients", "hvps", "products", "parameter-distance")...)
	}
	return out, nil
}

// carriedOut runs one method and measures it, against the reference where there is one.
func carriedOut(ctx context.Context, s *tabledata.Fitted, m trial.Contender, r unlearn.Request, ref *tabledata.Reference) (trial.Outcome, *tabledata.Reference, error) {
	o, u, err := s.Apply(ctx, m, r)
	if err != nil || u == nil {
		return o, nil, err
	}
	own, err := s.Measure(ctx, &o, u, ref)
	if err != nil || own == nil {
		return o, nil, err
	}
	o.Metrics = append(o.Metrics, engine.Metric{Name: "products", Unit: "1", Value: (o.Get("gradients") + o.Get("hvps")) / float64(u.Data.Len())})
	if ref != nil {
		accuracy := o.Get("test-accuracy") - ref.Accuracy
		o.Metrics = append(o.Metrics, engine.Metric{Name: "accuracy-difference", Unit: "share", Value: math.Abs(accuracy)})
	}
	return o, own, nil
}

// certificateOf adds that the release was published, which is all that there is to certify, and its
// noise.
func certificateOf(o trial.Outcome, m unlearn.OutputPerturbation, set *tabledata.Settings) trial.Outcome {
	o.Metrics = append(o.Metrics, engine.Metric{Name: "certified-share", Unit: "share", Value: share01(o.Failed == nil)}, engine.Metric{Name: "noise", Unit: "1", Value: m.Noise(set.Lambda)})
	return o
}

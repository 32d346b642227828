package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"lethe/datasets"
	"lethe/unlearn"
)

// metric is a number with its name and unit.
type metric struct {
	name, unit string
	value      float64
}

// outcome is how one method did on one draw.
type outcome struct {
	method  string
	tags    Tags
	metrics []metric
	failed  string // why there is nothing to measure
}

// get returns a metric of the outcome, or NaN.
func (o *outcome) get(name string) float64 {
	for _, m := range o.metrics {
		if m.name == name {
			return m.value
		}
	}
	return math.NaN()
}

// reference is the retrained model that the others are measured against: warm on networks that are not convex, since a cold
// retraining ends in another minimum.
type reference struct {
	theta   []float64
	loss    float64   // mean over the test samples
	losses  []float64 // of each test sample
	classes []float64
}

// trial carries out one draw's request with every method and measures each against retraining, from the second time on without
// doing it again.
func (s *Session) trial(ctx context.Context, set *Settings, size, draw int) ([]outcome, error) {
	return s.trialOf(ctx, set, size, draw)
}

// trialOf is trial with the (first) retraining and the named methods only; with all of them when none is named.
func (s *Session) trialOf(ctx context.Context, set *Settings, size, draw int, names ...string) ([]outcome, error) {
	key := fmt.Sprint(*s.trialSettings(set), size, draw, names)
	if t, ok := s.trials[key]; ok {
		return t.outcomes, nil
	}
	sub, err := s.subject(ctx, set)
	if err != nil {
		return nil, err
	}
	st, err := s.tuned(ctx, set, size)
	if err != nil {
		return nil, err
	}
	methods, err := s.contenders(ctx, sub, set, st)
	if err != nil {
		return nil, err
	}
	r, err := s.request(ctx, set, size, draw)
	if err != nil {
		return nil, err
	}
	var out []outcome
	var ref *reference
	for i, m := range methods {
		if i > 0 && len(names) > 0 && (!slices.Contains(names, m.Name()) || m.tags["settings"] == paperSettings) {
			continue
		}
		o, u, err := sub.apply(ctx, m, r)
		if err != nil {
			return nil, err
		}
		if u != nil {
			r, err := sub.measure(ctx, &o, u, ref)
			if err != nil {
				return nil, err
			}
			if i == 0 {
				ref = r
			}
		}
		if m.Name() == "none" {
			o.metrics = append(o.metrics, metric{"trained-residual", "1", sub.Trained}, metric{"test-samples", "samples", float64(sub.Test.Len())})
		}
		out = append(out, o)
	}
	s.trials[key] = trial{outcomes: out}
	if draw < set.SeedDraws && len(names) == 0 {
		s.trials[key] = trial{out, ref} // only where the band will ask for it: parameters are large
	}
	return out, nil
}

// trial is what a draw's methods came to, and the reference that they were measured against.
type trial struct {
	outcomes []outcome
	ref      *reference
}

// trialSettings returns the settings without those that a trial does not depend on.
func (s *Session) trialSettings(set *Settings) *Settings {
	t := *set
	t.Features, t.Rows, t.Draws, t.Shards, t.Points, t.Trials = nil, nil, 0, nil, nil, 0
	t.Seeds, t.SeedDraws = 0, 0
	t.Near, t.Growth, t.Factor = 0, 0, false
	t.CertifiedResidual, t.Against, t.ColdDraws = 0, "", 0
	t.Epsilons, t.Delta, t.Sigmas, t.Lambdas, t.SweepDraws, t.Requests = nil, 0, nil, nil, 0, 0
	return &t
}

// apply runs one method. A method that failed in a way that belongs to the method is an outcome; other errors are errors.
func (s *Subject) apply(ctx context.Context, m contender, r unlearn.Request) (outcome, *unlearn.Update, error) {
	o := outcome{method: m.Name(), tags: m.tags}
	began := time.Now()
	u, err := m.Unlearn(ctx, s.Problem, s.Theta, r)
	seconds := time.Since(began).Seconds()
	if err != nil {
		if !methodFailed(err) {
			return o, nil, fmt.Errorf("%s: %w", m.Name(), err)
		}
		o.failed = err.Error()
		return o, nil, nil
	}
	if forced := u.Of(unlearn.Forced); len(forced) > 0 {
		o.tags = o.tags.with(Tags{"forced": forced[0].String()})
	}
	work := u.Cost.Minus(u.Check)
	o.metrics = append(o.metrics, metric{"seconds", "s", seconds}, metric{"check-seconds", "s", u.Check.Seconds},
		metric{"gradients", "sample gradients", work.Gradients}, metric{"hvps", "sample products", work.HVPs})
	if len(u.Solves) > 0 {
		worst := 0.0
		for _, solve := range u.Solves {
			worst = max(worst, solve.Residual)
		}
		o.metrics = append(o.metrics, metric{"solve-residual", "1", worst})
	}
	return o, u, nil
}

// methodFailed reports whether the error says that a method could not do it, rather than that the program could not.
func methodFailed(err error) bool {
	var diverged *unlearn.DivergedError
	var short *unlearn.NotConvergedError
	var indefinite *unlearn.IndefiniteError
	var worse *unlearn.WorseError
	return errors.As(err, &diverged) || errors.As(err, &short) || errors.As(err, &indefinite) || errors.As(err, &worse)
}

// measure adds the quality of the update to the outcome, with its distances to the reference where there is one, and returns it as a
// reference for others; nil if it is not finite. A retraining that becomes the reference is measured against itself.
func (s *Subject) measure(ctx context.Context, o *outcome, u *unlearn.Update, ref *reference) (*reference, error) {
	if u.Predict != nil {
		return nil, s.measureVote(ctx, o, u, ref)
	}
	test := s.Test
	if u.Transform != nil {
		test = u.Transform(test)
	}
	p := s.Problem.With(u.Data)
	if u.Tilt != nil {
		p.Tilt = u.Tilt
	}
	if !allFinite(u.Theta) {
		o.failed, o.metrics = notFinite, nil
		return nil, nil
	}
	residual, err := p.Residual(ctx, u.Theta)
	if err != nil {
		return nil, err
	}
	own := &reference{theta: u.Theta, losses: make([]float64, test.Len())}
	if err := s.Model.SampleLosses(ctx, own.losses, u.Theta, test); err != nil {
		return nil, err
	}
	own.loss = stat.Mean(own.losses, nil)
	if !finite(residual) || !finite(own.loss) {
		o.failed, o.metrics = notFinite, nil
		return nil, nil
	}
	if own.classes, err = s.Model.Classes(ctx, u.Theta, test); err != nil {
		return nil, err
	}
	o.metrics = append(o.metrics,
		metric{"gradient-residual", "1", residual},
		metric{"test-accuracy", "share", share(own.classes, test)},
		metric{"test-loss", "nat", own.loss},
		metric{"loss-difference", "nat", own.loss - s.TestLoss})
	if ref == nil && o.method == "retrain" {
		ref = own
	}
	if ref != nil {
		o.metrics = append(o.metrics,
			metric{"loss-distance", "nat", math.Abs(own.loss - ref.loss)},
			metric{"sample-loss-distance", "nat", own.apart(ref)},
			metric{"agreement", "share", same(own.classes, ref.classes)},
			metric{"parameter-distance", "1", distance(u.Theta, ref.theta)})
	}
	return own, nil
}

// apart returns the mean over the test samples of |loss here - loss there|: unlike the distance of the mean losses it cannot vanish by
// chance.
func (r *reference) apart(other *reference) float64 {
	sum := 0.0
	for i, l := range r.losses {
		sum += math.Abs(l - other.losses[i])
	}
	return sum / float64(len(r.losses))
}

// notFinite is why nothing can be measured of parameters or losses that overflowed.
const notFinite = "the update is not finite"

func allFinite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return !finite(x) })
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// share returns the share of samples whose class is their label.
func share(classes []float64, d *datasets.Dataset) float64 { return same(classes, d.Y) }

func same(a, b []float64) float64 {
	hit := 0
	for i, v := range a {
		if v == b[i] {
			hit++
		}
	}
	return float64(hit) / float64(len(a))
}

func distance(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return math.Sqrt(sum)
}

// records turns outcomes into records of the named metrics. A method that failed gives one record, of the metric "failed".
func (s *Session) records(part string, size Tags, draw int, outcomes []outcome, metrics ...string) []Record {
	var out []Record
	for _, o := range outcomes {
		tags := size.with(o.tags)
		if o.failed != "" {
			out = append(out, s.record(part, o.method, metric{"failed", "1", 1}, draw, tags.with(Tags{"reason": o.failed})))
			continue
		}
		for _, name := range metrics {
			for _, m := range o.metrics {
				if m.name == name {
					out = append(out, s.record(part, o.method, m, draw, tags))
				}
			}
		}
	}
	return out
}

func (s *Session) record(part, method string, m metric, draw int, tags Tags) Record {
	return Record{
		Experiment: part, Dataset: s.Dataset, Model: s.Model, Method: method, Metric: m.name, Unit: m.unit, Value: m.value,
		Seed: s.Seed, Draw: draw, Settings: tags.with(nil),
	}
}

// recordsOf turns findings into records, whose settings are the tags and the findings' own.
func (s *Session) recordsOf(part, method string, draw int, tags Tags, found []finding) []Record {
	out := make([]Record, len(found))
	for i, f := range found {
		out[i] = s.record(part, method, f.metric, draw, tags.with(f.tags))
	}
	return out
}

// drawUnits lists one unit for each size and draw, after the one that decides what is to be tuned.
func (s *Session) drawUnits(ctx context.Context, part string, set *Settings, metrics ...string) ([]Unit, error) {
	sizes, err := s.sizes(ctx, set)
	if err != nil {
		return nil, err
	}
	units := s.tuningUnits(part, set, sizes)
	name := s.sizeName(set)
	for draw := range set.Draws {
		for _, size := range sizes {
			units = append(units, Unit{fmt.Sprintf("%s=%d draw=%d", name, size, draw), func(ctx context.Context) ([]Record, error) {
				t, err := s.withBand(ctx, set, size, draw)
				if err != nil {
					return nil, err
				}
				return s.records(part, Tags{name: size, "request": set.Request}, draw, t, metrics...), nil
			}})
		}
	}
	return units, nil
}

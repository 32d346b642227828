package tabledata

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// What auto means. One criterion decides tau, the rate of fine-tuning and the ridge alike, so that
// no method is a weak opponent: the best value of a decade grid is taken, and then the best of 0.2,
// 0.3, 0.5, 0.7, 2, 3, 5 and 7 times that value beside it, by the median over the tuning draws.
// Fine-tuning has a grid for each number of passes, and refines the rates of those whose best on
// the decades is at most 1.5 times the smallest. The criterion is
//
//	mean_i |l_i(update) - l_i((warm) retraining)| over test samples   (criterion test-loss), or of
//	||grad L(theta'; D')||                                           (criterion residual; for models with one optimum).
//
// The median is what tables show of the measured draws; a mean may be that of one draw. The
// distance is taken sample by sample because that of the mean losses, a single number, passes
// through zero by chance. Where the best value is an end of the grid, up to three more decades are
// tried beyond it.
//
// The choice is made for each measured size of the change by itself (Settings.TuneSize = 0): of a
// small change the best rate is smaller than of a large one, so one value for all holds a method
// back. No update at all has its criterion taken too, so that tables can say where no value is
// better than that.
//
// Nothing is chosen on what is measured: the tuning draws are other draws than the measured ones,
// and the test samples of the criterion one half of the test set, of which the other half is
// measured (Fitted.Choice).
var (
	tauGrid   = []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1}
	rateGrid  = []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10} // the criterion may have two valleys, the better one beyond 1 (Enron, 100 names)
	ridgeGrid = []float64{1e-3, 1e-2, 1e-1, 1, 10, 100, 1000}
)

// CriterionMetric is the metric of what was tried.
const CriterionMetric = "tuning-criterion"

// What is recorded of choosing beside its result: see tuning.
const ChoosingSeconds, CriterionSeconds, choiceSamples = "choosing-seconds", "criterion-seconds", "choice-samples"

// Tuning holds the settings that auto chose.
type Tuning struct {
	Steps  steps
	Trials []trial.Outcome // one for each value tried, with the criterion as its metric
	// What choosing took: the updates tried for each method's setting and their criterion, and the
	// retrainings that the criterion needs.
	Seconds          map[string]float64 // by method
	CriterionSeconds float64
	Choice           int     // test samples that the criterion was taken on; 0 = it needs none
	size             int     // columns or rows changed in the draws
	None             float64 // the criterion of no update; NaN in records older than that
}

// chosen is what is recorded of a tuning's result.
var chosen = []struct {
	method, name string
	value        func(steps) float64
}{
	{"second-order", "ridge", func(s steps) float64 { return s.Ridge }},
	{"first-order", "tau", func(s steps) float64 { return s.Tau }},
	{"fine-tune", "tau-ft", func(s steps) float64 { return s.TauFT }},
	{"fine-tune", "epochs", func(s steps) float64 { return float64(s.Epochs) }},
}

// Tuned returns the step lengths in force for changes of that size: those set, and the chosen ones
// where auto was set.
func (s *Session) Tuned(ctx context.Context, set *Settings, size int) (steps, error) {
	t, err := s.Tuning(ctx, set, size)
	if err != nil {
		return steps{}, err
	}
	return t.Steps, nil
}

// choosesByTestLoss reports whether settings are chosen by the loss of test samples, which are not
// measured then.
func (s *Settings) choosesByTestLoss() bool { return needsTuning(s) && s.Criterion == "test-loss" }

func needsTuning(set *Settings) bool {
	return set.Tau.Tuned || set.TauFT.Tuned || set.Ridge.Tuned || set.Epochs == 0
}

// tuneSize is the size of the change that settings are chosen by where the measured one is size.
func (s *Settings) tuneSize(size int) int {
	if s.TuneSize > 0 {
		return s.TuneSize
	}
	return size
}

// TuningKey names a choice in Session.Tunings.
func (s *Session) TuningKey(set *Settings, size int) string {
	return fmt.Sprint(trialKey(set), set.tuneSize(size))
}

// Tuning chooses what is auto for changes of that size, from the second time on without doing it
// again.
func (s *Session) Tuning(ctx context.Context, set *Settings, size int) (*Tuning, error) {
	if !needsTuning(set) {
		return &Tuning{Steps: steps{set.Tau.Value, set.TauFT.Value, set.Ridge.Value, set.Epochs}}, nil
	}
	key := s.TuningKey(set, size)
	if t, ok := s.Tunings[key]; ok {
		return t, nil
	}
	sub, err := s.Subject(ctx, set)
	if err != nil {
		return nil, err
	}
	b, err := s.tuningBench(ctx, sub, set, set.tuneSize(size))
	if err != nil {
		return nil, err
	}
	t, err := b.run(ctx, set)
	if err != nil {
		return nil, err
	}
	s.Tunings[key] = t
	return t, nil
}

// tuningBench holds the requests that values are tried on and what retraining gives for them.
type tuningBench struct {
	session  *Session
	sub      *Fitted
	size     int // columns or rows changed in each
	requests []unlearn.Request
	refs     []*Reference // with the losses alone; nil when the criterion is the residual
	seconds  float64      // of the retrainings
	cost     unlearn.Cost // of the last update, without its check
}

// tuningBench draws the requests and, where the criterion asks for it, retrains for each.
func (s *Session) tuningBench(ctx context.Context, sub *Fitted, set *Settings, size int) (*tuningBench, error) {
	most, err := s.Most(ctx, set)
	if err != nil {
		return nil, err
	}
	b := &tuningBench{session: s, sub: sub, size: min(size, most)}
	for i := range set.TuneDraws {
		r, err := s.Request(ctx, set, b.size, TuningDraw+i)
		if err != nil {
			return nil, err
		}
		b.requests = append(b.requests, r)
		if set.Criterion == "residual" {
			continue
		}
		retrain := unlearn.Retrain{Trainer: sub.Trainer}
		s.Progress.Step("retraining, to choose settings by", i, set.TuneDraws)
		if s.Convex() {
			retrain.Start = sub.Start
		}
		o, u, err := sub.Apply(ctx, trial.Contender{Method: retrain, Tags: nil}, r)
		if err != nil {
			return nil, err
		}
		if u == nil {
			return nil, fmt.Errorf("experiments: retraining failed: %w", o.Failed)
		}
		b.seconds += o.Get("seconds")
		ref, err := b.losses(ctx, u)
		if err != nil {
			return nil, err
		}
		if !trial.AllFinite(ref.losses) {
			return nil, errors.New("experiments: the retrained model's test loss is not finite")
		}
		b.refs = append(b.refs, ref)
	}
	return b, nil
}

// losses returns the losses of the samples that settings are chosen on.
func (b *tuningBench) losses(ctx context.Context, u *unlearn.Update) (*Reference, error) {
	out := &Reference{losses: make([]float64, b.sub.Choice.Len())}
	return out, b.sub.Model.SampleLosses(ctx, out.losses, u.Theta, b.sub.Choice)
}

// run decides the ridge first, since the length of fine-tuning follows from what second order
// costs.
func (b *tuningBench) run(ctx context.Context, set *Settings) (*Tuning, error) {
	t := &Tuning{Steps: steps{Tau: set.Tau.Value, TauFT: set.TauFT.Value, Ridge: set.Ridge.Value, Epochs: set.Epochs},
		Seconds: map[string]float64{}, CriterionSeconds: b.seconds, size: b.size}
	if b.sub.Choice != nil {
		t.Choice = b.sub.Choice.Len()
	}
	none, failed, err := b.criterion(ctx, unlearn.None{}, "")
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, fmt.Errorf("experiments: the criterion of no update: %w", failed)
	}
	t.None = none
	second := func(ridge float64) (unlearn.Method, error) { return SecondOrder(set, ridge, b.session.Seed) }
	if err := b.choose(ctx, t, &t.Steps.Ridge, set.Ridge, "ridge", ridgeGrid, second); err != nil {
		return nil, err
	}
	if set.Epochs == 0 && !(b.session.Convex() && set.TauFT.Tuned) {
		if err := b.equalCost(ctx, t, second); err != nil {
			return nil, err
		}
	}
	first := func(tau float64) (unlearn.Method, error) { return unlearn.FirstOrder{Tau: tau, Force: set.Force}, nil }
	if err := b.choose(ctx, t, &t.Steps.Tau, set.Tau, "tau", tauGrid, first); err != nil {
		return nil, err
	}
	fine := func(rate float64) (unlearn.Method, error) {
		return b.session.FineTune(set, rate, t.Steps.Epochs), nil
	}
	return t, b.chooseFineTuning(ctx, t, set, fine)
}

// finePasses are the passes of fine-tuning that are tried, on networks beside those that cost what
// second order costs. More passes are not always better: a rate that goes far in ten of them may go
// astray in fifteen. On linear models ten take longer than second order does, although they count
// fewer gradients, since batches are small.
var finePasses = []int{1, 2, 10}

// worthRefining is how many times the smallest criterion of all numbers of passes one may have on
// the decades for its rates to be refined.
const worthRefining = 1.5

// chooseFineTuning takes the best rate of each number of passes on the decades, refines those that
// are near the best, and takes the best of all.
func (b *tuningBench) chooseFineTuning(ctx context.Context, t *Tuning, set *Settings, method func(float64) (unlearn.Method, error)) error {
	if !set.TauFT.Tuned {
		return nil
	}
	passes := []int{t.Steps.Epochs}
	if set.Epochs == 0 {
		passes = slices.Compact(slices.Sorted(slices.Values(append(passes, finePasses...))))
		passes = slices.DeleteFunc(passes, func(n int) bool { return n == 0 }) // of linear models
	}
	searches, smallest, last := map[int]*choice{}, math.Inf(1), error(nil)
	for _, n := range passes {
		t.Steps.Epochs = n
		c, err := b.decades(ctx, t, "tau-ft", rateGrid, method)
		if none := (*noValueError)(nil); errors.As(err, &none) {
			last = err // another number of passes may work
			continue
		}
		if err != nil {
			return err
		}
		searches[n], smallest = c, min(smallest, c.criterion)
	}
	best, taken := math.Inf(1), t.Steps.Epochs
	for _, n := range passes {
		c := searches[n]
		if c == nil {
			continue
		}
		t.Steps.Epochs = n
		if c.criterion <= worthRefining*smallest {
			if err := b.refine(ctx, t, c); err != nil {
				return err
			}
		}
		if c.criterion < best {
			best, taken, t.Steps.TauFT, last = c.criterion, n, c.value, nil
		}
	}
	t.Steps.Epochs = taken
	return last
}

// noValueError says that no value of a grid works.
type noValueError struct {
	name   string
	failed error // of the last value
	grid   []float64
}

// Unwrap returns why the last value failed.
func (e *noValueError) Unwrap() error { return e.failed }

func (e *noValueError) Error() string {
	return fmt.Sprintf("experiments: no %s in the grid %v works: %v; give a value with --set %s", e.name, e.grid, e.failed, e.name)
}

// equalCost sets the passes of fine-tuning so that they cost what second order does, a product
// counted as two gradients.
func (b *tuningBench) equalCost(ctx context.Context, t *Tuning, second func(float64) (unlearn.Method, error)) error {
	t.Steps.Epochs = 1
	m, err := second(t.Steps.Ridge)
	if err != nil {
		return err
	}
	_, failed, err := b.criterion(ctx, m, "")
	if err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("experiments: the passes of fine-tuning follow from the cost of second order, which failed (%w): set them with --set epochs", failed)
	}
	n := float64(b.sub.Problem.Train.Len())
	t.Steps.Epochs = max(1, int(math.Round((b.cost.Gradients+2*b.cost.HVPs)/n)))
	return nil
}

// choice is a setting whose value is sought.
type choice struct {
	name   string
	method func(v float64) (unlearn.Method, error)
	// The best value so far and its criterion.
	value, criterion float64
}

// choose tries the grid and what lies beside its best value, and takes the one with the smallest
// criterion; it does nothing where the setting was given as a number.
func (b *tuningBench) choose(ctx context.Context, t *Tuning, value *float64, set settings.Auto, name string, grid []float64, method func(float64) (unlearn.Method, error)) error {
	if !set.Tuned {
		return nil
	}
	c, err := b.decades(ctx, t, name, grid, method)
	if err != nil {
		return err
	}
	err = b.refine(ctx, t, c)
	*value = c.value
	return err
}

// decades tries a decade grid.
func (b *tuningBench) decades(ctx context.Context, t *Tuning, name string, grid []float64, method func(float64) (unlearn.Method, error)) (*choice, error) {
	c := &choice{name: name, method: method}
	found, err := tune.Decades(grid, func(v float64) (float64, error) { return b.try(ctx, t, c, v) })
	if err != nil {
		return nil, err
	}
	if math.IsInf(found.Criterion, 1) {
		return nil, &noValueError{name: name, failed: t.Trials[len(t.Trials)-1].Failed, grid: grid}
	}
	c.value, c.criterion = found.Best, found.Criterion
	return c, nil
}

// refine tries what lies beside the best of the decades.
func (b *tuningBench) refine(ctx context.Context, t *Tuning, c *choice) error {
	for _, v := range tune.Beside(c.value) {
		criterion, err := b.try(ctx, t, c, v)
		if err != nil {
			return err
		}
		if criterion < c.criterion {
			c.value, c.criterion = v, criterion
		}
	}
	return nil
}

// try records what a value gives, and returns its criterion; +Inf where it failed.
func (b *tuningBench) try(ctx context.Context, t *Tuning, c *choice, v float64) (float64, error) {
	began := time.Now()
	m, err := c.method(v)
	if err != nil {
		return 0, err
	}
	criterion, failed, err := b.criterion(ctx, m, fmt.Sprintf(": trying %s %s", trial.SettingName(c.name), numbers.Setting(v)))
	if err != nil {
		return 0, err
	}
	o := trial.Outcome{Method: m.Name(), Tags: records.Tags{"tried": c.name, "value": v, "epochs": t.Steps.Epochs}, Failed: failed}
	if failed == nil {
		unit := "nat"
		if b.refs == nil { // the gradient residual
			unit = "1"
		}
		o.Metrics = []engine.Metric{{Name: CriterionMetric, Unit: unit, Value: criterion}}
	} else {
		criterion = math.Inf(1)
	}
	t.Trials = append(t.Trials, o)
	t.Seconds[m.Name()] += time.Since(began).Seconds()
	return criterion, nil
}

// criterion returns the median over the tuning draws. A method that failed in one of them failed.
// tried says for the progress with which setting.
func (b *tuningBench) criterion(ctx context.Context, m unlearn.Method, tried string) (median float64, failed, err error) {
	var values []float64
	quiet := b.sub.Subject // its progress is what is tried, not the method's bare name
	quiet.Say = nil
	for i, r := range b.requests {
		b.session.Progress.Step(trial.Name(m.Name())+tried, i, len(b.requests))
		o, u, err := quiet.Apply(ctx, trial.Contender{Method: m, Tags: nil}, r)
		if err != nil {
			return 0, nil, err
		}
		if u == nil {
			return 0, o.Failed, nil
		}
		b.cost = u.Cost.Minus(u.Check)
		value := u.After
		if b.refs != nil {
			own, err := b.losses(ctx, u)
			if err != nil {
				return 0, nil, err
			}
			value = own.apart(b.refs[i])
		}
		if !trial.Finite(value) {
			return 0, trial.ErrNotFinite, nil
		}
		values = append(values, value)
	}
	return records.MiddleOf(values).Median, nil, nil
}

// SizeTag is the tag of what was chosen for one size of the change; records from before choices had
// a size do without it.
const SizeTag = "tune-size"

// TuningUnits are the units that decide what was set to auto and record all that was tried: one for
// each of the sizes, or a single one where one size serves all; none when nothing is auto.
func (s *Session) TuningUnits(part string, set *Settings, sizes []int) []engine.Unit {
	if !needsTuning(set) {
		return nil
	}
	unit := func(name string, size int) engine.Unit {
		return engine.Unit{Name: name, Run: func(ctx context.Context) ([]records.Record, error) {
			t, err := s.Tuning(ctx, set, size)
			if err != nil {
				return nil, err
			}
			return s.TuningRecords(part, t), nil
		}}
	}
	if set.TuneSize > 0 {
		return []engine.Unit{unit("tuning", set.TuneSize)}
	}
	var units []engine.Unit
	for _, size := range sizes {
		units = append(units, unit(fmt.Sprintf("tuning %s=%d", s.SizeName(set), size), size))
	}
	return units
}

// TuningRecords are the records of a choice: all that was tried, what was taken, and what it cost.
func (s *Session) TuningRecords(part string, t *Tuning) []records.Record {
	tags := records.Tags{SizeTag: t.size}
	records := s.Records(part, tags, 0, t.Trials, CriterionMetric)
	add := func(method, name, unit string, value float64) {
		records = append(records, s.Record(part, method, engine.Metric{Name: name, Unit: unit, Value: value}, 0, tags))
	}
	unit := "1"
	if t.Choice > 0 {
		unit = "nat"
	}
	add("none", CriterionMetric, unit, t.None)
	for _, c := range chosen {
		add(c.method, "chosen-"+c.name, "1", c.value(t.Steps))
	}
	for _, method := range slices.Sorted(maps.Keys(t.Seconds)) {
		add(method, ChoosingSeconds, "s", t.Seconds[method])
	}
	if t.Choice > 0 {
		add("retrain", CriterionSeconds, "s", t.CriterionSeconds)
		add("retrain", choiceSamples, "samples", float64(t.Choice))
	}
	return records
}

package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"lethe/datasets"
)

// ReestimateStatistics carries a request out by Method and then re-estimates the statistics of a
// [StatisticsObjective], since the old ones do not fit the new parameters. The pass counts as a
// gradient of each of its samples. Before and After are the residuals of the old parameters and of
// the last ones, on the samples that Method takes for them; After of Method itself, with the old
// statistics, is judged by Method alone: set its Force where only the new statistics make the
// update what it is.
//
// Inside [Iterative] the statistics are re-estimated after each chunk.
type ReestimateStatistics struct {
	Method  Method // one that gives parameters; SISA's models take a [StatisticsTrainer]
	Samples int    // of the corrected data, drawn by Seed; 0 = 4,000; all if there are no more
	Seed    uint64
	Force   bool // keep an update that its new statistics made worse; Notes says so. Method's own Force does the same
}

// Name returns the method's name with "-reestimated" behind it.
func (m ReestimateStatistics) Name() string {
	if m.Method == nil {
		return "reestimated"
	}
	return m.Method.Name() + "-reestimated"
}

// Sampling implements [SampledMethod].
func (m ReestimateStatistics) Sampling() Sampling {
	if s, ok := m.Method.(SampledMethod); ok {
		return s.Sampling()
	}
	return Sampling{}
}

// Forces implements [ForcingMethod].
func (m ReestimateStatistics) Forces() bool {
	f, ok := m.Method.(ForcingMethod)
	return m.Force || ok && f.Forces()
}

// Instead implements [AdvisingMethod] by Method's own.
func (m ReestimateStatistics) Instead() string {
	if a, ok := m.Method.(AdvisingMethod); ok {
		return a.Instead()
	}
	return ""
}

// Unlearn implements [Method]. A request that affects no sample changes nothing, the statistics
// neither.
func (m ReestimateStatistics) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Method == nil {
		return nil, errors.New("unlearn: ReestimateStatistics needs a Method")
	}
	if err := canEstimate(p, "ReestimateStatistics", m.Samples); err != nil {
		return nil, err
	}
	p, err := p.entered(theta)
	if err != nil {
		return nil, err
	}
	u, err := m.Method.Unlearn(ctx, p, theta, r)
	if err != nil {
		return u, err
	}
	if u.Theta == nil || u.Predict != nil {
		return nil, fmt.Errorf("unlearn: ReestimateStatistics: %s answers by several models: give its trainer to a StatisticsTrainer instead", m.Method.Name())
	}
	if more, any := u.belongsTo(); any {
		return nil, fmt.Errorf("unlearn: ReestimateStatistics: an update by %s is not parameters alone%s, which would not hold for other statistics: use %[1]s itself",
			m.Method.Name(), more)
	}
	return m.finish(ctx, p, theta, r, u)
}

// finish finds the statistics of an update, and its residual with them.
func (m ReestimateStatistics) finish(ctx context.Context, p *Problem, theta []float64, r Request, u *Update) (*Update, error) {
	t, err := attemptAfter(p, theta, r, u, m.Sampling())
	if err != nil || t.unchanged() {
		return u, err
	}
	d := someOf(u.Data, m.Samples, m.Seed)
	o, _ := called[StatisticsObjective](t.p.Objective) // canEstimate has seen it
	next, err := o.EstimateStatistics(ctx, u.Theta, d)
	if err != nil {
		return t.refuse(err)
	}
	after, err := t.checkResidual(ctx, next)
	if err != nil {
		return t.refuse(err)
	}
	t.note("statistics are those of %d of the %d corrected samples", d.Len(), u.Data.Len())
	if t.worse(u.Before, after) && !m.Forces() {
		if err := t.findTrained(ctx); err != nil {
			return t.refuse(err)
		}
	}
	return t.judge(next, after, m.Forces(), remedy{[]string{"use smaller steps in Method"}, setForce})
}

// attemptAfter goes on from an update that another attempt made: what it costs from here is added
// to the update's.
func attemptAfter(p *Problem, theta []float64, r Request, u *Update, s Sampling) (*attempt, error) {
	applied, err := r.apply(p.Train)
	if err != nil {
		return nil, err
	}
	v := *u
	v.Theta, v.Facts, v.Notes = nil, slices.Clone(u.Facts), slices.Clone(u.Notes)
	v.Steps = nil // they lead to other parameters
	t := &attempt{update: &v, meter: NewMeter(p.Objective), applied: applied, theta: theta, grad: make([]float64, len(theta)), sampling: s,
		spent: u.Cost}
	t.p = p.on(u.Data)
	t.p.Objective = t.meter
	if s.Size > 0 && !t.unchanged() {
		t.check, err = t.draw(trustSample, 0)
	}
	return t, err
}

// StatisticsTrainer trains by Trainer and then finds the statistics of a [StatisticsObjective] on
// samples of the training data, as [ReestimateStatistics] does after an update.
type StatisticsTrainer struct {
	Trainer Trainer
	Samples int // drawn by Seed; 0 = 4,000; all if there are no more
	Seed    uint64
}

// Train implements [Trainer]. Parameters beside a [NotConvergedError] have their statistics too.
func (t StatisticsTrainer) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	if t.Trainer == nil {
		return nil, errors.New("unlearn: StatisticsTrainer needs a Trainer")
	}
	if err := canEstimate(p, "StatisticsTrainer", t.Samples); err != nil {
		return nil, err
	}
	p, err := p.entered(theta)
	if err != nil {
		return nil, err
	}
	next, err := t.Trainer.Train(ctx, p, theta)
	if _, short := errors.AsType[*NotConvergedError](err); err != nil && !short || next == nil {
		return next, err
	}
	o, _ := called[StatisticsObjective](p.Objective) // canEstimate has seen it
	fitted, failed := o.EstimateStatistics(ctx, next, someOf(p.Train, t.Samples, t.Seed))
	if failed != nil {
		return next, errors.Join(failed, err)
	}
	return fitted, err
}

// statisticsSamples is how many samples statistics are found on where nobody says.
const statisticsSamples = 4000

// someOf returns so many samples, 0 being the default, in their order.
func someOf(d *datasets.Dataset, samples int, seed uint64) *datasets.Dataset {
	if samples == 0 {
		samples = statisticsSamples
	}
	if samples >= d.Len() {
		return d
	}
	rows := rand.New(rand.NewPCG(seed, 0x57a7)).Perm(d.Len())[:samples]
	slices.Sort(rows)
	return d.Subset(rows)
}

// canEstimate refuses what the named type cannot find statistics with.
func canEstimate(p *Problem, name string, samples int) error {
	if samples < 0 {
		return checkSettings(name, count("Samples", samples, "the default 4,000"))
	}
	if p.Objective == nil {
		return errors.New("unlearn: a Problem needs an Objective and Train")
	}
	if _, ok := offered[StatisticsObjective](p.Objective); !ok {
		return noStatistics(innermost(p.Objective))
	}
	return nil
}

// holdsStatistics reports whether some of the objective's parameters are statistics of the data.
func holdsStatistics(o Objective) bool {
	if h, ok := offered[StatisticsHolder](o); ok {
		return h.Statistics()
	}
	_, ok := offered[StatisticsObjective](o)
	return ok
}

func noStatistics(o Objective) error {
	return fmt.Errorf("unlearn: objective %T has no running statistics to estimate: be a StatisticsObjective, or leave ReestimateStatistics out (%w)",
		o, errors.ErrUnsupported)
}

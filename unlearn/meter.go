package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"lethe/datasets"
)

// Meter is an [Objective] that counts the work of the one it wraps, per sample as [Cost] says:
//
//   - a gradient over n samples, with or without the loss, that of a training pass, and per-sample
//     gradients, norms and products: n gradients;
//   - a Hessian or Gauss-Newton product over n samples: n HVPs; a mini-batch counts its own
//     samples;
//   - statistics estimated on n samples: n gradients, which is more than the forward pass that it
//     costs;
//   - a linearization over n samples: n gradients, which is about what it costs, and n HVPs for
//     each product after it;
//   - the same of the objectives of [WithTargets] that are made from the meter;
//   - a Hessian that is written out over n samples: n gradients for its outputs, and as many times n
//     HVPs as it says that it takes products.
//
// It forwards whatever optional interface the objective has. Where the objective lacks one,
// LossGradient and Linearize fall back on the plain methods (a linearization then costs nothing),
// and the others return an error that wraps errors.ErrUnsupported. Failed calls are not counted.
// Safe for concurrent use if the objective is.
type Meter struct {
	inner   Objective
	started time.Time
	*counts
}

// counts are shared by the meters of a network with several losses.
type counts struct{ gradients, hvps atomic.Int64 }

// NewMeter returns a meter around obj; its clock starts now.
func NewMeter(obj Objective) *Meter { return &Meter{obj, time.Now(), &counts{}} }

// Cost returns the work since the meter was made, and the seconds on the clock.
func (m *Meter) Cost() Cost {
	return Cost{float64(m.gradients.Load()), float64(m.hvps.Load()), time.Since(m.started).Seconds()}
}

// Unwrap returns the objective that is measured.
func (m *Meter) Unwrap() Objective { return m.inner }

// Dim returns the number of parameters p.
func (m *Meter) Dim() int { return m.inner.Dim() }

func (m *Meter) countGradients(d *datasets.Dataset, err error) error {
	if err == nil {
		m.gradients.Add(int64(d.Len()))
	}
	return err
}

// Loss implements [Objective]; it is not counted.
func (m *Meter) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	return m.inner.Loss(ctx, theta, d)
}

// Gradient implements [Objective].
func (m *Meter) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	return m.countGradients(d, m.inner.Gradient(ctx, dst, theta, d))
}

// LossGradient implements [LossGradient].
func (m *Meter) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	if o, ok := called[LossGradient](m.inner); ok {
		loss, err := o.LossGradient(ctx, dst, theta, d)
		return loss, m.countGradients(d, err)
	}
	loss, err := m.inner.Loss(ctx, theta, d)
	if err != nil {
		return 0, err
	}
	return loss, m.Gradient(ctx, dst, theta, d)
}

// Stochastic implements [StochasticObjective].
func (m *Meter) Stochastic() bool { return stochasticPass(m.inner) != nil }

// TrainingGradient implements [StochasticObjective].
func (m *Meter) TrainingGradient(
	ctx context.Context, dst, theta []float64, d *datasets.Dataset, noise uint64,
) (float64, error) {
	o := stochasticPass(m.inner)
	if o == nil {
		const format = "unlearn: objective %T has no training pass of its own: be a StochasticObjective, or use LossGradient (%w)"
		return 0, fmt.Errorf(format, m.inner, errors.ErrUnsupported)
	}
	loss, err := o.TrainingGradient(ctx, dst, theta, d, noise)
	return loss, m.countGradients(d, err)
}

// stochasticPass returns o as an objective with a training pass of its own, nil if it has none.
func stochasticPass(o Objective) StochasticObjective {
	if s, ok := called[StochasticObjective](o); ok && s.Stochastic() {
		return s
	}
	return nil
}

// HVP implements [Objective].
func (m *Meter) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	if err := m.inner.HVP(ctx, dst, theta, v, d); err != nil {
		return err
	}
	m.hvps.Add(int64(d.Len()))
	return nil
}

// Linearize implements [Linearizer].
func (m *Meter) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	o, ok := called[Linearizer](m.inner)
	if !ok {
		theta = slices.Clone(theta)
		return func(dst, v []float64) error { return m.HVP(ctx, dst, theta, v, d) }, nil
	}
	multiply, err := o.Linearize(ctx, theta, d)
	return m.counted(multiply, d), m.countGradients(d, err)
}

// HessianProducts implements [HessianWriter].
func (m *Meter) HessianProducts(d *datasets.Dataset) float64 {
	if o, ok := called[HessianWriter](m.inner); ok {
		return o.HessianProducts(d)
	}
	return math.Inf(1)
}

// WriteHessian implements [HessianWriter].
func (m *Meter) WriteHessian(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	o, ok := called[HessianWriter](m.inner)
	if !ok {
		return fmt.Errorf("unlearn: objective %T does not write its Hessian out: be a HessianWriter (%w)", m.inner, errors.ErrUnsupported)
	}
	err := o.WriteHessian(ctx, dst, theta, d)
	if err == nil {
		m.hvps.Add(int64(o.HessianProducts(d) * float64(d.Len())))
	}
	return m.countGradients(d, err)
}

// EstimateStatistics implements [StatisticsObjective].
func (m *Meter) EstimateStatistics(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	o, ok := called[StatisticsObjective](m.inner)
	if !ok {
		return nil, noStatistics(m.inner)
	}
	out, err := o.EstimateStatistics(ctx, theta, d)
	return out, m.countGradients(d, err)
}

// CheckPenalty implements [PenaltyChecker].
func (m *Meter) CheckPenalty(penalty []float64) error {
	if o, ok := called[PenaltyChecker](m.inner); ok {
		return o.CheckPenalty(penalty)
	}
	return nil
}

// LinearizeGaussNewton implements [GaussNewtonLinearizer].
func (m *Meter) LinearizeGaussNewton(
	ctx context.Context, theta []float64, d *datasets.Dataset,
) (func(dst, v []float64) error, error) {
	o, ok := called[GaussNewtonLinearizer](m.inner)
	if !ok {
		return nil, noGaussNewton(m.inner)
	}
	multiply, err := o.LinearizeGaussNewton(ctx, theta, d)
	return m.counted(multiply, d), m.countGradients(d, err)
}

func (m *Meter) counted(multiply func(dst, v []float64) error, d *datasets.Dataset) func(dst, v []float64) error {
	return func(dst, v []float64) error {
		if err := multiply(dst, v); err != nil {
			return err
		}
		m.hvps.Add(int64(d.Len()))
		return nil
	}
}

// WithTargets implements [TargetObjective]: work on targets is counted by m.
func (m *Meter) WithTargets(loss string) (any, error) {
	o, err := WithTargets(m.inner, TargetLoss(loss))
	if err != nil {
		return nil, err
	}
	return &Meter{o, m.started, m.counts}, nil
}

// WithSoftTargets implements [TemperedObjective], likewise.
func (m *Meter) WithSoftTargets(temperature float64) (any, error) {
	o, err := withSoftTargets(m.inner, temperature)
	if err != nil {
		return nil, err
	}
	return &Meter{o, m.started, m.counts}, nil
}

// PerSampleGradients implements [PerSampler].
func (m *Meter) PerSampleGradients(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	o, err := m.perSampler()
	if err != nil {
		return err
	}
	return m.countGradients(d, o.PerSampleGradients(ctx, dst, theta, d))
}

// PerSampleNorms implements [PerSampler].
func (m *Meter) PerSampleNorms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	o, err := m.perSampler()
	if err != nil {
		return err
	}
	return m.countGradients(d, o.PerSampleNorms(ctx, dst, theta, d))
}

// PerSampleDots implements [PerSampler].
func (m *Meter) PerSampleDots(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	o, err := m.perSampler()
	if err != nil {
		return err
	}
	return m.countGradients(d, o.PerSampleDots(ctx, dst, theta, v, d))
}

// WeightedGradient implements [PerSampler].
func (m *Meter) WeightedGradient(ctx context.Context, dst, theta, w []float64, d *datasets.Dataset) error {
	o, err := m.perSampler()
	if err != nil {
		return err
	}
	return m.countGradients(d, o.WeightedGradient(ctx, dst, theta, w, d))
}

func (m *Meter) perSampler() (PerSampler, error) {
	if o, ok := called[PerSampler](m.inner); ok {
		return o, nil
	}
	return nil, fmt.Errorf("unlearn: objective %T has no per-sample gradients: make it a PerSampler (%w)", m.inner, errors.ErrUnsupported)
}

// Outputs implements [Predictor].
func (m *Meter) Outputs(d *datasets.Dataset) (int, error) {
	o, err := m.predictor()
	if err != nil {
		return 0, err
	}
	return o.Outputs(d)
}

// Predict implements [Predictor]; it is not counted.
func (m *Meter) Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	o, err := m.predictor()
	if err != nil {
		return err
	}
	return o.Predict(ctx, dst, theta, d)
}

func (m *Meter) predictor() (Predictor, error) {
	if o, ok := called[Predictor](m.inner); ok {
		return o, nil
	}
	return nil, fmt.Errorf("unlearn: objective %T does not predict: implement Predictor (%w)", m.inner, errors.ErrUnsupported)
}

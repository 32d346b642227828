package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// OutputDeriver is a [Predictor] with exact products of the Jacobian of its outputs.
type OutputDeriver interface {
	Predictor
	// PredictAlong writes J v, the derivative of the outputs along v by the parameters, one row of
	// Outputs numbers a sample, to dst.
	PredictAlong(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error
}

// PredictAlong implements [OutputDeriver]; it counts n gradients.
func (m *Meter) PredictAlong(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	o, ok := called[OutputDeriver](m.inner)
	if !ok {
		return fmt.Errorf("unlearn: objective %T has no derivative of its outputs: implement OutputDeriver (%w)", m.inner, errors.ErrUnsupported)
	}
	return m.countGradients(d, o.PredictAlong(ctx, dst, theta, v, d))
}

// predicted returns z(d; theta) + J(d) v (n*k): by PredictAlong where the objective is an
// [OutputDeriver], else by a central difference of its outputs, whose relative error is about 1e-10
// in double precision.
func predicted(ctx context.Context, o Objective, theta, v []float64, d *datasets.Dataset) ([]float64, error) {
	z, err := outputsAt(ctx, o, theta, d)
	if err != nil || isZero(v) {
		return z, err
	}
	along := make([]float64, len(z))
	if exact, ok := offered[OutputDeriver](o); ok {
		if counting, ok := called[OutputDeriver](o); ok { // the meter around it
			exact = counting
		}
		err = exact.PredictAlong(ctx, along, theta, v, d)
	} else {
		err = differenceAlong(ctx, o, along, theta, v, d)
	}
	if err != nil {
		return nil, err
	}
	floats.Add(z, along)
	return z, nil
}

// outputsAt returns the outputs (n*k).
func outputsAt(ctx context.Context, o Objective, theta []float64, d *datasets.Dataset) ([]float64, error) {
	p, ok := called[Predictor](o)
	if !ok {
		return nil, fmt.Errorf("unlearn: objective %T gives no outputs: implement Predictor (%w)", innermost(o), errors.ErrUnsupported)
	}
	k, err := p.Outputs(d)
	if err != nil {
		return nil, err
	}
	z := make([]float64, d.Len()*k)
	return z, p.Predict(ctx, z, theta, d)
}

// differenceAlong writes (z(theta + h v) - z(theta - h v)) / 2h to dst, with h v of the size at
// which the errors of rounding and of truncation are about the same.
func differenceAlong(ctx context.Context, o Objective, dst, theta, v []float64, d *datasets.Dataset) error {
	h := math.Cbrt(0x1p-52) * max(norm(theta), 1) / norm(v)
	at := make([]float64, len(theta))
	floats.AddScaledTo(at, theta, h, v)
	up, err := outputsAt(ctx, o, at, d)
	if err != nil {
		return err
	}
	floats.AddScaledTo(at, theta, -h, v)
	down, err := outputsAt(ctx, o, at, d)
	if err != nil {
		return err
	}
	floats.SubTo(dst, up, down)
	floats.Scale(1/(2*h), dst)
	return nil
}

// OutputsOf returns the function that gives the outputs of the model at theta: as
// [MatchedPrediction].Targets, with the parameters that retraining led to, the most that matching
// can reach (oracle matching).
func OutputsOf(p *Problem, theta []float64) func(ctx context.Context, d *datasets.Dataset) ([]float64, error) {
	return func(ctx context.Context, d *datasets.Dataset) ([]float64, error) {
		return outputsAt(ctx, p.Objective, theta, d)
	}
}

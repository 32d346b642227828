package unlearn

import (
	"context"
	"fmt"
	"math"
	"time"

	"lethe/datasets"
)

// exactDescent is [OutputPerturbation] on a problem: Newton's method to a residual that counts its
// own rounding error.
type exactDescent struct {
	OutputPerturbation
	curvature, slope float64 // of a sample's loss in its outputs, see ConvexLoss
	lambda, largest  float64 // smallest and largest regularizer of a parameter
}

// descended is what a descent began and ended with: gradient residuals, without their rounding
// error.
type descended struct{ before, after float64 }

// descend goes from theta to parameters whose residual on p, with the rounding error of computing
// it, is at most r.
func (d exactDescent) descend(ctx context.Context, p *Problem, theta []float64) ([]float64, descended, error) {
	rows, err := d.rowSums(p.Train)
	if err != nil {
		return nil, descended{}, err
	}
	first := math.NaN()
	for range 3 { // the rounding error depends on where the descent ends, but little
		rounding, err := d.roundingWith(ctx, p, theta, rows)
		if err != nil {
			return nil, descended{}, err
		}
		if !(rounding < d.Residual) {
			return nil, descended{}, fmt.Errorf("unlearn: %s: computing the gradient of %d samples in float64 can err by %.2g, which is not below the residual of %.2g: "+
				"set OutputPerturbation.Residual to %.2g or more", d.Name(), p.Train.Len(), rounding, d.Residual, 4*rounding)
		}
		newton := d.Newton
		newton.Tolerance = d.Residual - rounding
		n := newNewtonRun(newton, p, theta, Progress{Trainer: "newton-cg"}, time.Now())
		if err = n.evaluateStart(ctx); err == nil {
			if math.IsNaN(first) {
				first = n.progress.GradientNorm
			}
			err = n.run(ctx)
		}
		if err != nil {
			return nil, descended{}, fmt.Errorf("unlearn: %s published nothing: %w", d.Name(), err)
		}
		theta = n.theta
		if rounding, err = d.roundingWith(ctx, p, theta, rows); err != nil {
			return nil, descended{}, err
		}
		if n.progress.GradientNorm+rounding <= d.Residual {
			return theta, descended{first, n.progress.GradientNorm}, nil
		}
	}
	return nil, descended{}, fmt.Errorf("unlearn: %s published nothing: the residual and its rounding error stay above %.3g", d.Name(), d.Residual)
}

// rounding bounds the error of the gradient of L as computed in float64. With u = 2^-53, m numbers
// in a row, n samples and weights w_i, the outputs err by at most (m + c) u ||x_i|| ||theta||, the
// slope of a loss by curvature times that and c u slope, and the sum over n terms by n u times the
// sum of their norms (Higham 2002, section 3.1), whatever the order; c covers exp, log and the few
// operations around them.
func (d exactDescent) rounding(ctx context.Context, p *Problem, theta []float64) (float64, error) {
	rows, err := d.rowSums(p.Train)
	if err != nil {
		return 0, err
	}
	return d.roundingWith(ctx, p, theta, rows)
}

// roundingWith is rounding where the sums over the rows are known.
func (d exactDescent) roundingWith(ctx context.Context, p *Problem, theta []float64, rows rowSums) (float64, error) {
	const (
		u = 0x1p-53
		c = 64
	)
	n, m := float64(p.Train.Len()), 1.0
	for _, s := range p.Train.X.Shape() {
		m *= float64(s)
	}
	size := norm(theta)
	gradients := d.slope * rows.first
	if math.IsInf(d.slope, 1) {
		var err error
		if gradients, err = d.gradientNorms(ctx, p, theta); err != nil {
			return 0, err
		}
	}
	bound := (n+c)*u*gradients + (m+c)*u*d.curvature*rows.second*size + c*u*d.largest*size
	if p.Tilt != nil {
		bound += c * u * norm(p.Tilt)
	}
	return bound, nil
}

// rowSums are the weighted sums of the norms of the rows, with a bias' one beside them, and of
// their squares. They are of the data alone, and so one pass over these serves every bound of a
// descent.
type rowSums struct{ first, second float64 }

func (d exactDescent) rowSums(train *datasets.Dataset) (rowSums, error) {
	norms, err := datasets.RowNorms(train)
	if err != nil {
		return rowSums{}, err
	}
	var s rowSums
	for i, v := range norms {
		v = math.Hypot(1, v)
		s.first += train.Weight(i) * v
		s.second += train.Weight(i) * v * v
	}
	return s, nil
}

// gradientNorms returns the sum of the norms of the samples' weighted gradients, which it takes one
// by one where the objective is no [PerSampler].
func (d exactDescent) gradientNorms(ctx context.Context, p *Problem, theta []float64) (float64, error) {
	norms := make([]float64, p.Train.Len())
	if _, ok := offered[PerSampler](p.Objective); ok {
		o, _ := called[PerSampler](p.Objective)
		if err := o.PerSampleNorms(ctx, norms, theta, p.Train); err != nil {
			return 0, err
		}
	} else {
		g := make([]float64, len(theta))
		for i := range norms {
			if err := p.Objective.Gradient(ctx, g, theta, p.Train.Slice(i, i+1)); err != nil {
				return 0, err
			}
			norms[i] = norm(g)
		}
	}
	sum := 0.0
	for _, v := range norms {
		sum += v
	}
	return sum, nil
}

package unlearn

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Problem is what a model was trained on: the minimum over theta (p parameters) of
//
//	L(theta; D) = sum_i w_i l(z_i, theta) + (L2/2) sum_j penalty_j theta_j^2 + tilt'theta,
//
// a sum over samples, never a mean (docs/paper.md#loss), with the weights w_i of the data set, 1
// where it has none: the objective counts them. Regularizer and tilt belong to the problem and not
// to the model: they are in the gradient and the Hessian of L, and never in a gradient difference.
type Problem struct {
	Objective Objective
	Train     *datasets.Dataset
	L2        float64   // lambda; 0 = no regularizer
	Tilt      []float64 // b (p), the linear term of certified unlearning; nil = none
	Penalty   []float64 // multiplier of L2 for each parameter (p), so that biases may go free; nil = 1 everywhere

	checked *datasets.Dataset // the data that were found to be sound; Train, if it was
}

// Dim returns the number of parameters p.
func (p *Problem) Dim() int { return p.Objective.Dim() }

// With returns the same problem on other training data.
func (p *Problem) With(train *datasets.Dataset) *Problem {
	q := *p
	q.Train = train
	return &q
}

// Loss returns L(theta), regularizer and tilt included.
func (p *Problem) Loss(ctx context.Context, theta []float64) (float64, error) {
	if err := p.check(theta); err != nil {
		return 0, err
	}
	loss := 0.0
	if p.Train.Len() > 0 {
		var err error
		if loss, err = p.Objective.Loss(ctx, theta, p.Train); err != nil {
			return 0, err
		}
		if err := p.blame(finite(loss)); err != nil {
			return 0, err
		}
	}
	return loss + p.regularizer(theta), nil
}

// LossGradient returns L(theta) and writes its gradient to dst (p), in one pass over the samples
// where the objective is a [LossGradient].
func (p *Problem) LossGradient(ctx context.Context, dst, theta []float64) (float64, error) {
	if err := p.check(theta, dst); err != nil {
		return 0, err
	}
	loss, err := 0.0, error(nil)
	switch o, onePass := called[LossGradient](p.Objective); {
	case p.Train.Len() == 0:
		clear(dst)
	case onePass:
		loss, err = o.LossGradient(ctx, dst, theta, p.Train)
	default:
		if loss, err = p.Objective.Loss(ctx, theta, p.Train); err == nil {
			err = p.Objective.Gradient(ctx, dst, theta, p.Train)
		}
	}
	if err == nil {
		err = p.blame(finite(loss))
	}
	if err != nil {
		return 0, err
	}
	p.addRegularizerGradient(dst, theta)
	return loss + p.regularizer(theta), nil
}

// Gradient writes grad L(theta) to dst (p).
func (p *Problem) Gradient(ctx context.Context, dst, theta []float64) error {
	if err := p.check(theta, dst); err != nil {
		return err
	}
	if p.Train.Len() == 0 {
		clear(dst)
	} else if err := p.Objective.Gradient(ctx, dst, theta, p.Train); err != nil {
		return err
	} else if p.checked != p.Train {
		if err := p.blame(notFinite(dst) < 0); err != nil {
			return err
		}
	}
	p.addRegularizerGradient(dst, theta)
	return nil
}

// Residual returns the gradient residual ||grad L(theta)||, zero exactly at the optimum of a convex
// problem.
func (p *Problem) Residual(ctx context.Context, theta []float64) (float64, error) {
	g := make([]float64, len(theta))
	if err := p.Gradient(ctx, g, theta); err != nil {
		return 0, err
	}
	return norm(g), nil
}

// regularizer returns (L2/2) sum_j penalty_j theta_j^2 + tilt'theta.
func (p *Problem) regularizer(theta []float64) float64 {
	sum := 0.0
	for j, v := range theta {
		sum += p.l2(j) * v * v
	}
	sum /= 2
	if p.Tilt != nil {
		sum += floats.Dot(p.Tilt, theta)
	}
	return sum
}

func (p *Problem) addRegularizerGradient(dst, theta []float64) {
	p.addL2(dst, theta)
	if p.Tilt != nil {
		floats.Add(dst, p.Tilt)
	}
}

// addL2 adds the product of the regularizer's Hessian with x to dst.
func (p *Problem) addL2(dst, x []float64) {
	if p.L2 == 0 {
		return
	}
	if p.Penalty == nil {
		floats.AddScaled(dst, p.L2, x)
		return
	}
	for j, v := range x {
		dst[j] += p.L2 * p.Penalty[j] * v
	}
}

func (p *Problem) l2(j int) float64 {
	if p.Penalty == nil {
		return p.L2
	}
	return p.L2 * p.Penalty[j]
}

// check says why the problem cannot be evaluated at theta, or written to dst.
func (p *Problem) check(theta []float64, dst ...[]float64) error {
	if p.Objective == nil || p.Train == nil {
		return errors.New("unlearn: a Problem needs an Objective and Train")
	}
	if p.checked != p.Train {
		if err := checkLengths(p.Train); err != nil {
			return err
		}
	}
	n := p.Dim()
	if len(theta) != n {
		return fmt.Errorf("unlearn: theta has length %d for an objective of %d parameters", len(theta), n)
	}
	if len(dst) > 0 && len(dst[0]) != n {
		return fmt.Errorf("unlearn: a gradient of length %d for an objective of %d parameters", len(dst[0]), n)
	}
	if !(p.L2 >= 0) || !finite(p.L2) || p.checked != p.Train {
		if err := p.checkNumbers(); err != nil {
			return err
		}
	}
	if len(p.Tilt) != n && p.Tilt != nil {
		return fmt.Errorf("unlearn: Problem.Tilt has length %d for %d parameters; leave it nil for none", len(p.Tilt), n)
	}
	if len(p.Penalty) != n && p.Penalty != nil {
		return fmt.Errorf("unlearn: Problem.Penalty has length %d for %d parameters; leave it nil for 1 everywhere", len(p.Penalty), n)
	}
	if o, ok := called[PenaltyChecker](p.Objective); ok && p.L2 > 0 {
		if err := o.CheckPenalty(p.Penalty); err != nil {
			return fmt.Errorf("unlearn: Problem.Penalty: %w", err)
		}
	}
	return nil
}

func (p *Problem) checkNumbers() error {
	return checkSettings("Problem", notNegative("L2", p.L2), numbers("Tilt", p.Tilt), multipliers("Penalty", p.Penalty))
}

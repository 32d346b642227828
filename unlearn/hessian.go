package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Curvature says which second-order matrix of the loss is meant.
type Curvature int

const (
	// FullHessian is the Hessian itself, which need not be positive definite away from a minimum.
	FullHessian Curvature = iota
	// GaussNewton is J'H_out J, positive semi-definite for losses that are convex in the network's
	// outputs, and equal to the Hessian where the network is linear in its parameters. The
	// objective has to be a [GaussNewtonLinearizer].
	GaussNewton
)

func (c Curvature) String() string {
	if c == GaussNewton {
		return "gauss-newton"
	}
	return "hessian"
}

// Hessian returns the operator of L's Hessian at theta, of dimension p, regularizer included. It is
// linearized once where the objective is a [Linearizer], under ctx; each product observes its own
// context as well. The operator keeps a copy of theta, and is as safe for concurrent use as the
// objective is.
func (p *Problem) Hessian(ctx context.Context, theta []float64, c Curvature) (Operator, error) {
	p, err := p.sound()
	if err != nil {
		return nil, err
	}
	return p.hessianOver(ctx, theta, c, p.whole())
}

// whole is all of the training data.
func (p *Problem) whole() strata {
	if p.Train == nil || p.Train.Len() == 0 {
		return nil
	}
	return strata{{p.Train, 1}}
}

func (p *Problem) hessianOver(ctx context.Context, theta []float64, c Curvature, parts strata) (Operator, error) {
	if err := p.check(theta); err != nil {
		return nil, err
	}
	h := &hessian{p: p, parts: parts}
	theta = slices.Clone(theta)
	for _, part := range parts {
		multiply, err := p.linearize(ctx, theta, c, part.data)
		if err != nil {
			return nil, err
		}
		h.multiply = append(h.multiply, multiply)
	}
	if len(parts) > 1 {
		h.scratch = make([]float64, len(theta))
	}
	return h, nil
}

// product writes a matrix times v to dst.
type product func(ctx context.Context, dst, v []float64) error

// linearize returns the product with the loss' curvature on d, without the regularizer. theta must
// not change later.
func (p *Problem) linearize(ctx context.Context, theta []float64, c Curvature, d *datasets.Dataset) (product, error) {
	var multiply func(dst, v []float64) error
	var err error
	switch c {
	case GaussNewton:
		o, ok := called[GaussNewtonLinearizer](p.Objective)
		if !ok {
			return nil, noGaussNewton(p.Objective)
		}
		multiply, err = o.LinearizeGaussNewton(ctx, theta, d)
	case FullHessian:
		o, ok := called[Linearizer](p.Objective)
		if !ok {
			return func(ctx context.Context, dst, v []float64) error { return p.Objective.HVP(ctx, dst, theta, v, d) }, nil
		}
		multiply, err = o.Linearize(ctx, theta, d)
	default:
		return nil, fmt.Errorf("unlearn: unknown Curvature %d: take FullHessian or GaussNewton", int(c))
	}
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, dst, v []float64) error { return multiply(dst, v) }, nil
}

func noGaussNewton(o Objective) error {
	const format = "unlearn: objective %T has no Gauss-Newton products: implement GaussNewtonLinearizer, or use FullHessian with a ridge (%w)"
	return fmt.Errorf(format, o, errors.ErrUnsupported)
}

type hessian struct {
	p        *Problem
	parts    strata
	multiply []product // one for each part
	scratch  []float64
}

func (h *hessian) Dim() int { return h.p.Dim() }

func (h *hessian) MulVecTo(ctx context.Context, dst, x []float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := h.parts.sumTo(dst, h.scratch, func(k int, dst []float64) error { return h.multiply[k](ctx, dst, x) })
	if err != nil {
		return err
	}
	h.p.addL2(dst, x)
	return nil
}

// HessianBatches returns the Hessian at theta, regularizer included, as a mean over batches of the
// samples: H = mean_b H_b with H_b = batches * sum_{i in b} hess l(z_i, theta) + L2 diag(penalty).
// The samples are shuffled by seed, and the sizes of the batches differ by at most one. Nothing is
// kept between products, so that memory does not grow with the number of batches; a Gauss-Newton
// product linearizes its batch again.
func (p *Problem) HessianBatches(ctx context.Context, theta []float64, c Curvature, batches int, seed uint64) (BatchOperator, error) {
	p, err := p.sound()
	if err != nil {
		return nil, err
	}
	return p.batchesOver(ctx, theta, c, p.whole(), batches, seed)
}

func (p *Problem) batchesOver(
	ctx context.Context, theta []float64, c Curvature, parts strata, batches int, seed uint64,
) (BatchOperator, error) {
	if err := p.check(theta); err != nil {
		return nil, err
	}
	n := 0 // batches that all get a sample
	for _, part := range parts {
		n = max(n, part.data.Len())
	}
	if batches < 1 || batches > n {
		return nil, fmt.Errorf("unlearn: %d batches of %d samples; ask for 1 to %d", batches, n, n)
	}
	if _, ok := called[GaussNewtonLinearizer](p.Objective); c == GaussNewton && !ok {
		return nil, noGaussNewton(p.Objective)
	}
	rng := rand.New(rand.NewPCG(seed, 0x4e55))
	shuffled := slices.Clone(parts)
	for k, part := range parts {
		shuffled[k].data = part.data.Subset(rng.Perm(part.data.Len()))
	}
	b := &batchHessian{p: p, theta: slices.Clone(theta), curvature: c, batches: make([]strata, batches)}
	for k := range b.batches {
		b.batches[k] = shuffled.slice(k, batches)
	}
	if len(parts) > 1 {
		b.scratch = make([]float64, len(theta))
	}
	return b, ctx.Err()
}

type batchHessian struct {
	p         *Problem
	theta     []float64
	curvature Curvature
	batches   []strata
	scratch   []float64
}

func (h *batchHessian) Dim() int { return h.p.Dim() }

func (h *batchHessian) Batches() int { return len(h.batches) }

func (h *batchHessian) MulVecBatchTo(ctx context.Context, dst, x []float64, b int) error {
	if err := h.sumTo(ctx, dst, x, b); err != nil {
		return err
	}
	floats.Scale(float64(len(h.batches)), dst)
	h.p.addL2(dst, x)
	return nil
}

func (h *batchHessian) MulVecTo(ctx context.Context, dst, x []float64) error {
	part := make([]float64, len(dst))
	clear(dst)
	for b := range h.batches {
		if err := h.sumTo(ctx, part, x, b); err != nil {
			return err
		}
		floats.Add(dst, part)
	}
	h.p.addL2(dst, x)
	return nil
}

// sumTo writes sum_{i in b} hess l(z_i) x to dst.
func (h *batchHessian) sumTo(ctx context.Context, dst, x []float64, b int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	parts := h.batches[b]
	return parts.sumTo(dst, h.scratch, func(k int, dst []float64) error {
		return h.p.curvatureProduct(ctx, dst, h.theta, x, h.curvature, parts[k].data)
	})
}

// curvatureProduct writes sum_{i in d} hess l(z_i, theta) x to dst, for data that are used only
// once at theta.
func (p *Problem) curvatureProduct(ctx context.Context, dst, theta, x []float64, c Curvature, d *datasets.Dataset) error {
	if c == FullHessian {
		return p.Objective.HVP(ctx, dst, theta, x, d)
	}
	multiply, err := p.linearize(ctx, theta, c, d)
	if err != nil {
		return err
	}
	return multiply(ctx, dst, x)
}

// Ridge returns A + r I, as a [BatchOperator] if a is one. r = 0 returns a itself.
func Ridge(a Operator, r float64) Operator {
	if r == 0 {
		return a
	}
	if b, ok := a.(BatchOperator); ok {
		return ridgedBatches{ridged{a, r}, b}
	}
	return ridged{a, r}
}

type ridged struct {
	a Operator
	r float64
}

func (o ridged) Dim() int { return o.a.Dim() }

func (o ridged) MulVecTo(ctx context.Context, dst, x []float64) error {
	if err := o.a.MulVecTo(ctx, dst, x); err != nil {
		return err
	}
	floats.AddScaled(dst, o.r, x)
	return nil
}

type ridgedBatches struct {
	ridged
	b BatchOperator
}

func (o ridgedBatches) Batches() int { return o.b.Batches() }

func (o ridgedBatches) MulVecBatchTo(ctx context.Context, dst, x []float64, b int) error {
	if err := o.b.MulVecBatchTo(ctx, dst, x, b); err != nil {
		return err
	}
	floats.AddScaled(dst, o.r, x)
	return nil
}

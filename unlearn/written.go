package unlearn

import (
	"context"

	"gonum.org/v1/gonum/mat"
)

// What a Hessian that is written out may cost in products, and how ill-conditioned its factor may
// be. Without it Newton's method takes some dozens of products in all; beyond that condition the
// factor's rounding may hide the direction.
const (
	mostWrittenProducts  = 30
	mostWrittenCondition = 1e12
)

// writtenFactor returns the factor of L's Hessian at theta, where the objective writes it out for
// little; nil where it does not, or where the Hessian has no factor to rely on.
func (p *Problem) writtenFactor(ctx context.Context, theta []float64) (*Factored, error) {
	if _, ok := offered[HessianWriter](p.Objective); !ok || p.Train.Len() == 0 {
		return nil, nil
	}
	o, _ := called[HessianWriter](p.Objective)
	if !(o.HessianProducts(p.Train) <= mostWrittenProducts) {
		return nil, nil
	}
	n := len(theta)
	h := make([]float64, n*n)
	if err := o.WriteHessian(ctx, h, theta, p.Train); err != nil {
		return nil, err
	}
	for j := range n {
		h[j*n+j] += p.l2(j)
	}
	if notFinite(h) >= 0 {
		return nil, nil
	}
	f := &Factored{}
	if !f.factor.Factorize(mat.NewSymDense(n, h)) || !(f.factor.Cond() <= mostWrittenCondition) {
		return nil, nil
	}
	return f, nil
}

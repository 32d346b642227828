package unlearn

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

func norm(x []float64) float64 { return floats.Norm(x, 2) }

func isZero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// ln is math.Log, whose assembly on amd64 goes wrong below 2^-1022: ln 2^-1074 is -709 there.
func ln(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// scaledAdd overwrites dst with alpha*dst + x.
func scaledAdd(dst []float64, alpha float64, x []float64) {
	for i, v := range x {
		dst[i] = alpha*dst[i] + v
	}
}

// randomUnit fills dst with a direction drawn uniformly from the sphere.
func randomUnit(dst []float64, rng *rand.Rand) {
	for i := range dst {
		dst[i] = rng.NormFloat64()
	}
	floats.Scale(1/norm(dst), dst)
}

// work cuts one allocation into n vectors of length p.
func work(n, p int) [][]float64 {
	all := make([]float64, n*p)
	vs := make([][]float64, n)
	for i := range vs {
		vs[i] = all[i*p : (i+1)*p : (i+1)*p]
	}
	return vs
}

// counted counts the products of an operator and observes the context before each.
type counted struct {
	a        Operator
	products float64
	units    units // that a is in
}

func (c *counted) Dim() int { return c.a.Dim() }

func (c *counted) MulVecTo(ctx context.Context, dst, x []float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.products++
	return c.a.MulVecTo(ctx, dst, x)
}

// batchTo writes the product with one batch to dst and counts its share.
func (c *counted) batchTo(ctx context.Context, dst, x []float64, a BatchOperator, batch int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.products += 1 / float64(a.Batches())
	return a.MulVecBatchTo(ctx, dst, x, batch)
}

// residualTo writes b - A x to r and returns its norm.
func (c *counted) residualTo(ctx context.Context, r, x, b []float64) (float64, error) {
	if err := c.MulVecTo(ctx, r, x); err != nil {
		return math.NaN(), err
	}
	floats.SubTo(r, b, r)
	return norm(r), nil
}

// checkSystem says why A x = b cannot be started: lengths that do not fit, or numbers that are
// none.
func checkSystem(solver string, x []float64, a Operator, b []float64) error {
	p := a.Dim()
	if len(x) != p || len(b) != p {
		return fmt.Errorf("unlearn: %s: operator of dimension %d with a solution of length %d and a right-hand side of length %d",
			solver, p, len(x), len(b))
	}
	if i := notFinite(b); i >= 0 {
		return fmt.Errorf("unlearn: %s: right-hand side is %v at index %d; look for overflow in the gradients it was made from",
			solver, b[i], i)
	}
	if i := notFinite(x); i >= 0 {
		return fmt.Errorf("unlearn: %s: start vector is %v at index %d; start from zeros", solver, x[i], i)
	}
	return nil
}

// notFinite returns the index of the first NaN or infinity, -1 if there is none.
func notFinite(x []float64) int {
	for i, v := range x {
		if !finite(v) {
			return i
		}
	}
	return -1
}

// startResidual returns ||b - A x|| / ||b|| of a start that a solve which failed hands back, NaN
// where it cannot be had. Zeros need no product.
func (c *counted) startResidual(ctx context.Context, x, b []float64) float64 {
	if isZero(x) {
		return 1
	}
	residual, err := c.residualTo(ctx, make([]float64, len(b)), x, b)
	if err != nil {
		return math.NaN()
	}
	return residual / norm(b)
}

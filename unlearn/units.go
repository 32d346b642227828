package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// units are powers of two that a system A x = b is solved in: the solver sees 2^-operator A and
// 2^-right b, and so finds 2^(operator-right) x. Powers of two change no digit. Where the numbers
// of a system are far from 1, sums of squares such as r'r would leave the range of float64,
// although neither the system nor its solution does.
type units struct{ operator, right int }

// comfortable is the binary exponent up to which numbers are worked on as they are: 1e-60 to 1e60.
// Products of four such numbers, and a share of 1e-16 of each of two of them, stay in the range of
// float64.
const comfortable = 200

// real turns an eigenvalue, a ridge or a scale of the solver's matrix into that of the caller's.
func (u units) real(v float64) float64 { return math.Ldexp(v, u.operator) }

// own turns a ridge or a scale of the caller's matrix into that of the solver's.
func (u units) own(v float64) float64 { return math.Ldexp(v, -u.operator) }

// solving solves 2^-operator A x = 2^-right b for x, which holds the start.
type solving func(x []float64, a Operator, b []float64, u units) (Stats, error)

// inUnits solves A x = b by solve. It tries the operator as it is. Should its first product show
// that its numbers are far from 1, the solve begins again in units of them; that product is
// counted. A solution that float64 does not hold is a [NotConvergedError].
func inUnits(ctx context.Context, solver string, tolerance float64, dst []float64, a Operator, b []float64, solve solving) (Stats, error) {
	st := unsolved(solver)
	if err := checkSystem(solver, dst, a, b); err != nil {
		return st, err
	}
	if isZero(b) {
		clear(dst)
		st.Residual = 0
		return st, ctx.Err()
	}
	start, wasted := time.Now(), 0.0
	var u units
	if e := exponent(b); e < -comfortable || e > comfortable {
		u.right = e
	}
	for {
		o := &ranged{a: a, exponent: u.operator, settled: u.operator != 0}
		st, err := solveIn(ctx, tolerance, dst, o, b, u, solve)
		st.Products += wasted
		st.Seconds = time.Since(start).Seconds()
		if e, again := o.asks(err); again { // vectors near 1 from now on, so that no product vanishes
			u.operator, u.right, wasted = e, exponent(b), st.Products
			continue
		}
		return st, named(solver, u.translate(&st, err))
	}
}

// inOperatorUnits does something with an operator, again in units of its numbers if they are far
// from 1.
func inOperatorUnits(a Operator, do func(a Operator) error) (u units, err error) {
	for {
		o := &ranged{a: a, exponent: u.operator, settled: u.operator != 0}
		err = do(o.operator())
		e, again := o.asks(err)
		if !again {
			return u, err
		}
		u.operator = e
	}
}

// attribute names the solver in an error of a kernel that ran by itself.
func (u units) attribute(err error, solver string) error {
	if e, ok := errors.AsType[*DivergedError](err); ok && e.Solver == "" {
		e.Solver, e.Quantity, e.Residual, e.Best, e.Curvature = solver, "curvature along the step", math.NaN(), math.NaN(), u.real(e.Curvature)
	}
	return err
}

// named puts the solver's name before an error that does not say it: the operator's own.
func named(solver string, err error) error {
	if err == nil || numerical(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("unlearn: %s: %w", solver, err)
}

// solveIn is one attempt in given units.
func solveIn(ctx context.Context, tolerance float64, dst []float64, o *ranged, b []float64, u units, solve solving) (Stats, error) {
	a := o.operator()
	if u == (units{}) {
		return solve(dst, a, b, u)
	}
	w := work(3, len(b))
	x, right, r := w[0], w[1], w[2]
	shift := u.right - u.operator
	shiftTo(right, -u.right, b)
	if shiftTo(x, -shift, dst); notFinite(x) >= 0 { // a start so large is worse than none
		clear(x)
	}
	st, err := solve(x, a, right, u)
	if _, again := o.asks(err); again {
		return st, err
	}
	if shiftTo(dst, shift, x); notFinite(dst) >= 0 {
		clear(dst)
		st.Residual = 1
		return st, beyondRange(st, tolerance, "the solution is too large for float64: its largest entry is about 1e%+.0f", x, shift)
	}
	shiftTo(r, -shift, dst)
	if (err == nil || numerical(err)) && !sameNumbers(r, x) { // entries near the smallest number have lost digits
		copy(x, r)
		c := &counted{a: a}
		left, productErr := c.residualTo(ctx, r, x, right)
		st.Products += c.products
		if productErr != nil {
			return st, productErr
		}
		if st.Residual = left / norm(right); err == nil && !(st.Residual <= tolerance) {
			return st, beyondRange(st, tolerance, "the solution is too small for float64 to keep its digits: its largest entry is about 1e%+.0f", x, shift)
		}
	}
	return st, err
}

func beyondRange(st Stats, tolerance float64, format string, x []float64, shift int) error {
	digits := math.Log10(2) * float64(exponent(x)+shift)
	return &NotConvergedError{Solver: st.Solver, Quantity: "relative residual", Iterations: st.Iterations, Products: st.Products,
		Reached: st.Residual, Tolerance: tolerance, Remedy: fmt.Sprintf(format, digits) + "; scale the system"}
}

// translate puts what a solve says of its matrix into the caller's units.
func (u units) translate(st *Stats, err error) error {
	if u.operator == 0 {
		return err
	}
	st.Scale, st.Ridge = u.real(st.Scale), u.real(st.Ridge)
	if e, ok := errors.AsType[*IndefiniteError](err); ok {
		e.Curvature = u.real(e.Curvature)
		if e.ridge {
			e.askRidge()
		}
	}
	if e, ok := errors.AsType[*DivergedError](err); ok {
		e.Scale, e.Curvature = u.real(e.Scale), u.real(e.Curvature)
	}
	return err
}

// outOfRange is the error of a [ranged] operator whose first product shows that its numbers are far
// from 1.
type outOfRange struct {
	exponent int
	by       *ranged
}

// asks returns the exponent that o asks for by an error.
func (o *ranged) asks(err error) (exponent int, again bool) {
	far, ok := errors.AsType[*outOfRange](err)
	if !ok || far.by != o {
		return 0, false
	}
	return far.exponent, true
}

func (e *outOfRange) Error() string {
	return fmt.Sprintf("unlearn: the operator is of the size 2^%d", e.exponent)
}

// ranged is the operator 2^-exponent A. Until it is settled it says by an error if the exponent
// should be another.
type ranged struct {
	a        Operator
	exponent int
	settled  bool
	scaled   []float64
}

// operator is o, as a [BatchOperator] if A is one.
func (o *ranged) operator() Operator {
	if b, ok := o.a.(BatchOperator); ok {
		return rangedBatches{o, b}
	}
	return o
}

func (o *ranged) Dim() int { return o.a.Dim() }

func (o *ranged) MulVecTo(ctx context.Context, dst, x []float64) error {
	if o.settled && o.exponent == 0 {
		return o.a.MulVecTo(ctx, dst, x)
	}
	return o.product(dst, x, func(dst, x []float64) error { return o.a.MulVecTo(ctx, dst, x) })
}

type rangedBatches struct {
	*ranged
	b BatchOperator
}

func (o rangedBatches) Batches() int { return o.b.Batches() }

func (o rangedBatches) MulVecBatchTo(ctx context.Context, dst, x []float64, b int) error {
	if o.settled && o.exponent == 0 {
		return o.b.MulVecBatchTo(ctx, dst, x, b)
	}
	return o.product(dst, x, func(dst, x []float64) error { return o.b.MulVecBatchTo(ctx, dst, x, b) })
}

// product takes half of a positive exponent out of x beforehand: the sums of a product of large
// numbers can be too large.
func (o *ranged) product(dst, x []float64, multiply func(dst, x []float64) error) error {
	before := max(o.exponent, 0) / 2
	if before > 0 {
		if o.scaled == nil {
			o.scaled = make([]float64, len(x))
		}
		shiftTo(o.scaled, -before, x)
		x = o.scaled
	}
	if err := multiply(dst, x); err != nil {
		return err
	}
	if after := o.exponent - before; after != 0 {
		shiftTo(dst, -after, dst)
	}
	if !o.settled {
		return o.settle(dst, x, multiply)
	}
	return nil
}

// settle looks at the first product. One that is zero or not finite may be so for the size of its
// numbers: it is taken again, of an x as large, or as small, as there can be.
func (o *ranged) settle(dst, x []float64, multiply func(dst, x []float64) error) error {
	if isZero(x) {
		return nil
	}
	e := exponent(x)
	if zero := isZero(dst); zero || notFinite(dst) >= 0 {
		to := -900
		if zero {
			to = 900
		}
		other, product := make([]float64, len(x)), make([]float64, len(x))
		shiftTo(other, to-e, x)
		if err := multiply(product, other); err != nil || notFinite(product) >= 0 || isZero(product) {
			return nil // the first product is what it is for another reason
		}
		e, dst = to, product
	}
	o.settled = true
	if e = exponent(dst) - e; e < -comfortable || e > comfortable {
		return &outOfRange{e, o}
	}
	return nil
}

// exponent is the e of the largest entry's size m 2^e, 1/2 <= m < 1; of zeros it is 0.
func exponent(x []float64) int {
	top := 0.0
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	_, e := math.Frexp(top)
	return e
}

// shiftTo writes 2^by x to dst, which may be x.
func shiftTo(dst []float64, by int, x []float64) {
	if by == 0 {
		copy(dst, x)
		return
	}
	if factor := math.Ldexp(1, by); by > -1000 && finite(factor) {
		for i, v := range x {
			dst[i] = factor * v
		}
		return
	}
	for i, v := range x {
		dst[i] = math.Ldexp(v, by)
	}
}

func sameNumbers(x, y []float64) bool {
	for i, v := range x {
		if v != y[i] {
			return false
		}
	}
	return true
}

package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/mat"
)

// Exact solves A x = b by writing A out from p products and taking its Cholesky factor: O(p^2)
// memory, p products and O(p^3) arithmetic. For small models, and as the yardstick of the other
// solvers. The zero value is ready.
//
// A matrix without a Cholesky factor ends the solve with [IndefiniteError] and its smallest
// eigenvalue, unless Indefinite is set.
type Exact struct {
	Tolerance float64 // on ||b - A x|| / ||b||, after iterative refinement; 0 = 1e-10
	MaxDim    int     // refuse larger matrices; 0 = 5,000 (400 MB for matrix and factor, 600 with Indefinite)
	// Indefinite solves with a matrix that is not positive definite too, by an LU factor. A
	// second-order update by such a matrix goes to a saddle point or a maximum as readily as to a
	// minimum.
	Indefinite bool
}

// Name returns "exact".
func (Exact) Name() string { return "exact" }

// Solve implements [Solver].
func (s Exact) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	if err := s.check(); err != nil {
		return unsolved(s.Name()), err
	}
	if err := checkSystem(s.Name(), dst, a, b); err != nil {
		return unsolved(s.Name()), err
	}
	st := unsolved(s.Name())
	if isZero(b) {
		clear(dst)
		st.Residual = 0
		return st, ctx.Err()
	}
	start := time.Now()
	f, err := s.Factor(ctx, a)
	if err != nil {
		err = unfactored(ctx, &st, dst, a, b, err)
		st.Seconds = time.Since(start).Seconds()
		return st, err
	}
	st, err = f.solve(ctx, s.Name(), dst, a, b)
	st.Products += float64(f.Dim())
	st.Seconds = time.Since(start).Seconds()
	return st, err
}

// unfactored describes the start, which is what a solve hands back whose matrix has no factor, in
// st and in the error.
func unfactored(ctx context.Context, st *Stats, dst []float64, a Operator, b []float64, err error) error {
	e, ok := errors.AsType[*IndefiniteError](err)
	if !ok {
		return named(st.Solver, err)
	}
	c := counted{a: a}
	st.Residual = c.startResidual(ctx, dst, b)
	st.Products = float64(a.Dim()) + c.products
	e.Solver, e.Residual = st.Solver, st.Residual
	return err
}

// Factor writes out A and keeps its Cholesky factor, so that later solves cost O(p^2). It fails
// with [IndefiniteError] when A has none.
func Factor(ctx context.Context, a Operator) (*Factored, error) { return Exact{}.Factor(ctx, a) }

// Factor is the function [Factor] under the settings of s.
func (s Exact) Factor(ctx context.Context, a Operator) (*Factored, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	m, err := Materialize(ctx, a, s.MaxDim)
	if err != nil {
		return nil, err
	}
	f := &Factored{Tolerance: s.Tolerance}
	if e := exponent(m.RawSymmetric().Data); e < -comfortable || e > comfortable { // else its factor and condition leave the range
		shiftTo(m.RawSymmetric().Data, -e, m.RawSymmetric().Data)
		f.exponent = e
	}
	if !f.factor.Factorize(m) || !finite(f.factor.Cond()) {
		if s.Indefinite {
			f.lu = new(mat.LU)
			f.lu.Factorize(m)
			return f, nil
		}
		smallest, err := smallestEigenvalue(ctx, m)
		if err != nil {
			return nil, err
		}
		e := notDefinite(math.Ldexp(smallest, f.exponent), math.Ldexp(mat.Norm(m, 2), f.exponent), true)
		e.Solver = s.Name()
		return nil, e
	}
	return f, nil
}

func (s Exact) check() error {
	return checkSettings("Exact", relativeTolerance("Tolerance", s.Tolerance, "the default 1e-10"), count("MaxDim", s.MaxDim, "the default 5,000"))
}

// Factored is a factor kept from [Factor]. As a [Solver] it solves A x = b for the matrix that was
// factored or one near it (the Hessian on corrected data, say): a Cholesky factor preconditions
// conjugate gradients on the products of the a it is given, which end after one iteration when a is
// the matrix itself. An LU factor only corrects what the last correction left, as long as that
// halves the residual.
type Factored struct {
	Tolerance   float64 // on ||b - A x|| / ||b||; 0 = 1e-10
	MaxProducts int     // 0 = as [CG]

	factor   mat.Cholesky
	lu       *mat.LU // in place of factor for an indefinite matrix
	exponent int     // what was factored is 2^-exponent M
}

// Name returns "factored".
func (*Factored) Name() string { return "factored" }

// Dim returns p.
func (f *Factored) Dim() int {
	if f.lu != nil {
		p, _ := f.lu.Dims()
		return p
	}
	return f.factor.SymmetricDim()
}

// Solve implements [Solver]. Safe for concurrent use.
func (f *Factored) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	if a.Dim() != f.Dim() {
		return unsolved(f.Name()),
			fmt.Errorf("unlearn: factor of dimension %d used on an operator of dimension %d", f.Dim(), a.Dim())
	}
	return f.solve(ctx, f.Name(), dst, a, b)
}

func (f *Factored) solve(ctx context.Context, name string, dst []float64, a Operator, b []float64) (Stats, error) {
	if err := checkKrylov("Factored", f.Tolerance, f.MaxProducts); err != nil {
		return unsolved(name), err
	}
	run := f.correct
	if f.lu == nil {
		k := newCGKernel(f.Dim(), f.solveTo)
		k.preconditioner = "the factor that was kept"
		run = k.run
	}
	st, err := refine(ctx, name, dst, a, b, cmp.Or(f.Tolerance, 1e-10), productLimit(f.MaxProducts, f.Dim()), run)
	if err != nil && f.cond() > 1/noCurvature { // what CG met with such a preconditioner is rounding
		if e, short := errors.AsType[*NotConvergedError](err); short {
			e.Singular, e.Remedy = true, singularRemedy
		}
		if e, indefinite := errors.AsType[*IndefiniteError](err); indefinite {
			e.Singular, e.ridge, e.Remedy = true, false, singularRemedy
		}
	}
	return st, err
}

func (f *Factored) cond() float64 {
	if f.lu != nil {
		return f.lu.Cond()
	}
	return f.factor.Cond()
}

// correct is a [kernel] without products: the refinement around it takes the residual.
func (f *Factored) correct(ctx context.Context, d, r []float64, a *counted, _, _ float64) (int, error) {
	clear(d)
	if !math.IsInf(f.lu.Cond(), 1) {
		f.solveTo(d, r)
		shiftTo(d, a.units.operator-f.exponent, d)
	}
	if isZero(d) || notFinite(d) >= 0 {
		clear(d)
		return 1, &NotConvergedError{Singular: true, Remedy: singularRemedy}
	}
	return 1, ctx.Err()
}

// SolveTo writes M^-1 b to dst for the matrix M that was factored, without any product and without
// checking the residual. dst and b have length [Factored.Dim] and may be the same slice.
func (f *Factored) SolveTo(dst, b []float64) {
	f.solveTo(dst, b)
	shiftTo(dst, -f.exponent, dst)
}

// solveTo is SolveTo for the matrix as it was factored.
func (f *Factored) solveTo(dst, b []float64) {
	d := mat.NewVecDense(len(dst), dst)
	// The error warns of a large condition number only; Solve measures the residual instead.
	if f.lu != nil {
		_ = f.lu.SolveVecTo(d, false, mat.NewVecDense(len(b), b))
		return
	}
	_ = f.factor.SolveVecTo(d, mat.NewVecDense(len(b), b))
}

// Materialize writes A out by p products with the unit vectors and takes the mean of A and A',
// which differ by rounding. maxDim 0 = 5,000; a larger p is an error.
func Materialize(ctx context.Context, a Operator, maxDim int) (*mat.SymDense, error) {
	p := a.Dim()
	if err := checkSettings("Exact", count("MaxDim", maxDim, "the default 5,000")); err != nil {
		return nil, err
	}
	if maxDim == 0 {
		maxDim = 5000
	}
	if p < 1 {
		return nil, errors.New("unlearn: an operator of dimension 0 has no matrix to write out")
	}
	if p > maxDim {
		return nil, fmt.Errorf("unlearn: a %d x %d matrix is not written out (limit %d, it would take %.1f GB): "+
			"use CG or MINRES, which need products only, or raise MaxDim", p, p, maxDim, 8*float64(p)*float64(p)/1e9)
	}
	m := mat.NewSymDense(p, nil)
	unit, column := make([]float64, p), make([]float64, p)
	for j := range p {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		unit[j] = 1
		if err := a.MulVecTo(ctx, column, unit); err != nil {
			return nil, err
		}
		unit[j] = 0
		if i := notFinite(column); i >= 0 {
			return nil, fmt.Errorf("unlearn: entry (%d, %d) of the matrix is %v: look for overflow in the model at these parameters",
				i, j, column[i])
		}
		for i := range j {
			m.SetSym(i, j, halfway(m.At(i, j), column[i]))
		}
		m.SetSym(j, j, column[j])
		for i := j + 1; i < p; i++ {
			m.SetSym(j, i, column[i])
		}
	}
	return m, nil
}

// halfway is (a+b)/2, whose sum can be too large where it is not.
func halfway(a, b float64) float64 {
	if m := (a + b) / 2; finite(m) {
		return m
	}
	return a/2 + b/2
}

// smallestEigenvalue is exact up to 1,000 rows and Lanczos' upper estimate beyond, where O(p^3)
// takes minutes.
func smallestEigenvalue(ctx context.Context, m *mat.SymDense) (float64, error) {
	p := m.SymmetricDim()
	if p > 1000 {
		s, err := Lanczos(ctx, Symmetric(m), SpectrumOptions{Steps: 200})
		if err != nil {
			return math.NaN(), err
		}
		return s.Smallest, nil
	}
	var e mat.EigenSym
	if !e.Factorize(m, false) {
		return math.NaN(), fmt.Errorf("unlearn: the eigenvalues of a %d x %d matrix did not converge", p, p)
	}
	return e.Values(nil)[0], nil
}

// Symmetric is the operator of a matrix that is written out.
func Symmetric(m mat.Symmetric) Operator { return dense{m} }

type dense struct{ m mat.Symmetric }

func (d dense) Dim() int { return d.m.SymmetricDim() }

func (d dense) MulVecTo(_ context.Context, dst, x []float64) error {
	mat.NewVecDense(len(dst), dst).MulVec(d.m, mat.NewVecDense(len(x), x))
	return nil
}

package unlearn

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Function returns f(A) b as the space of the first products sees it, at most all; 0 = all:
//
//	x = ||b|| Q f(T) e_1
//
// (Saad 1992, Analysis of some Krylov subspace approximations to the matrix exponential operator).
// f is taken at the eigenvalues of T, which lie among those of A. It is exact where the space is
// invariant.
func (k *Krylov) Function(f func(eigenvalue float64) float64, products int) ([]float64, error) {
	values, vectors, err := k.eigen(products)
	if err != nil || values == nil {
		return make([]float64, k.dim), err
	}
	c := make([]float64, len(values))
	for i, v := range values {
		if c[i] = vectors.At(0, i) * f(k.units.real(v)); !finite(c[i]) {
			return nil, fmt.Errorf("unlearn: a function of a matrix: it is %v at the eigenvalue %.6g", c[i], k.units.real(v))
		}
	}
	return k.combine(vectors, c), nil
}

// Cubic minimizes the cubically regularized model with A the Hessian and b the gradient,
//
//	b's + s'As/2 + (m/6) ||s||^3,  by  (A + a I) s = -b,  a = (m/2) ||s||,  A + a I positive semi-definite,
//
// in the space of the first products (Nesterov and Polyak 2006; Cartis, Gould and Toint 2011), and
// returns s and a. A may be indefinite. m > 0 bounds how much the Hessian changes over a unit of
// length.
func (k *Krylov) Cubic(m float64, products int) (s []float64, a float64, err error) {
	if !positive(m) {
		return nil, 0, fmt.Errorf("unlearn: cubic step: the constant of the cubic term is %v; give a positive number", m)
	}
	values, vectors, err := k.eigen(products)
	if err != nil || values == nil {
		return make([]float64, k.dim), 0, err
	}
	n := len(values)
	bnorm := math.Ldexp(k.bnorm, k.units.right)
	if !finite(bnorm) || !finite(k.units.real(values[n-1])) {
		return nil, 0, errors.New("unlearn: cubic step: the numbers of the system are beyond float64: scale it")
	}
	for i := range values {
		values[i] = k.units.real(values[i])
	}
	c := make([]float64, n)
	length := func(a float64) float64 {
		for i, v := range values {
			c[i] = 0
			if first := vectors.At(0, i); first != 0 {
				c[i] = -first / (v + a)
			}
		}
		return bnorm * norm(c)
	}
	a = cubicShift(length, max(0, -values[0]), m)
	length(a)
	return k.combine(vectors, c), a, nil
}

// cubicShift finds a > low with length(a) = 2 a / m by bisection: length falls from infinity at
// low, for Lanczos' vectors have a part in b all.
func cubicShift(length func(a float64) float64, low, m float64) float64 {
	lo, hi := low, max(low, 1)
	for length(hi) > 2*hi/m {
		hi *= 2
	}
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if length(mid) > 2*mid/m {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// eigen returns the eigenvalues, rising, and the eigenvectors of T in the first products; nil for
// b = 0.
func (k *Krylov) eigen(products int) ([]float64, *mat.Dense, error) {
	if k.bnorm == 0 {
		return nil, nil, nil
	}
	n := k.size
	if products > 0 {
		n = min(n, products)
	}
	var e mat.EigenSym
	if !e.Factorize(k.tridiagonalMatrix(n), true) {
		return nil, nil, errors.New("unlearn: the eigenvalues of Lanczos' tridiagonal matrix did not converge")
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	return e.Values(nil), &vectors, nil
}

// combine returns ||b|| Q V c.
func (k *Krylov) combine(vectors *mat.Dense, c []float64) []float64 {
	x, y := make([]float64, k.dim), mat.NewVecDense(len(c), nil)
	y.MulVec(vectors, mat.NewVecDense(len(c), c))
	for j := range c {
		floats.AddScaled(x, k.bnorm*y.AtVec(j), k.basis[j])
	}
	if k.units.right != 0 {
		shiftTo(x, k.units.right, x)
	}
	return x
}

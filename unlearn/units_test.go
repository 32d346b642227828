package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// timesTen multiplies a matrix by a power of ten.
func timesTen(m *mat.SymDense, digits int) *mat.SymDense {
	var s mat.SymDense
	s.ScaleSym(math.Pow10(digits), m)
	return &s
}

func scaledTen(x []float64, digits int) []float64 {
	s := make([]float64, len(x))
	for i, v := range x {
		s[i] = v * math.Pow10(digits)
	}
	return s
}

// bigResidual is ||b - A x|| / ||b|| to 200 bits.
func bigResidual(m *mat.SymDense, x, b []float64) float64 {
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(v) }
	left, size := number(0), number(0)
	for i := range b {
		r := number(b[i])
		size.Add(size, number(0).Mul(r, r))
		for j := range x {
			r.Sub(r, number(0).Mul(number(m.At(i, j)), number(x[j])))
		}
		left.Add(left, r.Mul(r, r))
	}
	ratio, _ := left.Quo(left, size).Float64()
	return math.Sqrt(ratio)
}

func scaledSolvers() []Solver {
	jacobi := func(dst, r []float64) { copy(dst, r) }
	large := func(dst, r []float64) { copy(dst, scaledTen(r, 250)) }
	small := func(dst, r []float64) { copy(dst, scaledTen(r, -250)) }
	return []Solver{CG{}, CG{Precondition: jacobi}, CG{Precondition: large}, CG{Precondition: small}, MINRES{}, LiSSA{Tolerance: 1e-10},
		Exact{}, Exact{Indefinite: true}, Galerkin{Tolerance: 1e-9}, &LaggedCholesky{Tolerance: 1e-10}}
}

// Conjugate gradients used to break down at right-hand sides of 1e-170 and 1e170, whose squares are
// 0 and infinite.
func TestSystemsOfEverySize(t *testing.T) {
	m, b := rotated(spread(12, 1, 20), 1), randomVector(12, 8)
	for _, solver := range scaledSolvers() {
		for operator := -300; operator <= 300; operator += 50 {
			for right := -300; right <= 300; right += 25 {
				a, scaled := timesTen(m, operator), scaledTen(b, right)
				x := make([]float64, 12)
				if s, ok := solver.(*LaggedCholesky); ok {
					solver = &LaggedCholesky{Tolerance: s.Tolerance}
				}
				stats, err := solver.Solve(t.Context(), x, Symmetric(a), scaled)
				name := fmt.Sprintf("%T, operator 1e%d, right-hand side 1e%d", solver, operator, right)
				require.Equal(t, -1, notFinite(x), name)
				if digits := right - operator; digits > 306 || digits < -312 {
					var e *NotConvergedError
					require.ErrorAs(t, err, &e, name)
					require.Contains(t, e.Remedy, "for float64", name)
					continue
				} else if digits < -290 && err != nil { // digits are lost
					require.ErrorContains(t, err, "too small for float64", name)
					continue
				}
				require.NoError(t, err, name)
				require.Less(t, bigResidual(a, x, scaled), 1.1e-9, name)
				require.InDelta(t, bigResidual(a, x, scaled), stats.Residual, 1e-14, name)
			}
		}
	}
}

// A power of two changes no bit of a solution.
func TestPowersOfTwoChangeNoBit(t *testing.T) {
	m, b := rotated(spread(12, 1, 20), 1), randomVector(12, 8)
	for _, solver := range []Solver{CG{}, MINRES{}, LiSSA{Tolerance: 1e-10}, Exact{}, Galerkin{Tolerance: 1e-9}} {
		want := make([]float64, 12)
		plain, err := solver.Solve(t.Context(), want, Symmetric(m), b)
		require.NoError(t, err)
		for _, e := range []units{{-900, 0}, {0, -900}, {900, 0}, {0, 900}, {900, 900}, {-900, -900}, {500, -400}} {
			var a mat.SymDense
			a.ScaleSym(math.Ldexp(1, e.operator), m)
			right, x := make([]float64, 12), make([]float64, 12)
			shiftTo(right, e.right, b)
			stats, err := solver.Solve(t.Context(), x, Symmetric(&a), right)
			require.NoError(t, err)
			shiftTo(x, e.operator-e.right, x)
			require.Equal(t, want, x, "%s at %v", solver.Name(), e)
			require.Equal(t, plain.Residual, stats.Residual)
			require.Equal(t, math.Ldexp(plain.Scale, e.operator), stats.Scale)
		}
	}
}

func TestStartsOfEverySize(t *testing.T) {
	m, b := rotated(spread(12, 1, 20), 1), randomVector(12, 8)
	for _, solver := range []Solver{CG{}, MINRES{}, LiSSA{Tolerance: 1e-10}, Galerkin{Tolerance: 1e-9}} {
		x := make([]float64, 12)
		_, err := solver.Solve(t.Context(), x, Symmetric(m), b)
		require.NoError(t, err)
		for _, operator := range []int{-300, -170, 170, 300} {
			start := scaledTen(x, -operator) // solves the system already
			stats, err := solver.Solve(t.Context(), start, Symmetric(timesTen(m, operator)), b)
			require.NoError(t, err)
			require.Less(t, stats.Residual, 1.1e-9)
			if _, galerkin := solver.(Galerkin); !galerkin {
				require.LessOrEqual(t, stats.Products, 14.0, "%s at 1e%d begins at the start that it was given", solver.Name(), operator)
			}
			for _, bad := range []float64{1e300, 1e-300} {
				start = scaledTen(x, 0)
				for i := range start {
					start[i] = bad
				}
				_, err = solver.Solve(t.Context(), start, Symmetric(timesTen(m, operator)), b)
				require.NoError(t, err, "%s at 1e%d from %v", solver.Name(), operator, bad)
				require.Less(t, bigResidual(timesTen(m, operator), start, b), 1.1e-9)
			}
		}
	}
}

func TestErrorsSpeakOfTheCallersMatrix(t *testing.T) {
	eigenvalues := spread(12, 1, 20)
	eigenvalues[4] = -3
	m, b := rotated(eigenvalues, 1), randomVector(12, 8)
	for _, solver := range []Solver{CG{}, LiSSA{}, Exact{}, Galerkin{}} {
		want := &IndefiniteError{}
		_, err := solver.Solve(t.Context(), make([]float64, 12), Symmetric(m), b)
		require.ErrorAs(t, err, &want)
		for _, e := range []int{-990, -300, 300, 990} {
			var a mat.SymDense
			a.ScaleSym(math.Ldexp(1, e), m)
			var got *IndefiniteError
			_, err := solver.Solve(t.Context(), make([]float64, 12), Symmetric(&a), b)
			require.ErrorAs(t, err, &got, solver.Name())
			require.InEpsilon(t, want.Curvature, math.Ldexp(got.Curvature, -e), 1e-12, "%s at 2^%d", solver.Name(), e)
			require.Equal(t, indefiniteRemedy(got.Curvature), got.Remedy)
		}
	}
	// A scale that diverges, in the matrix' own numbers.
	var e *DivergedError
	_, err := LiSSA{Scale: 2e200}.Solve(t.Context(), make([]float64, 12), Symmetric(timesTen(rotated(spread(12, 1, 20), 1), 200)), b)
	require.ErrorAs(t, err, &e)
	require.Equal(t, 2e200, e.Scale)
	require.Greater(t, e.Curvature, 4e200)
	require.Contains(t, e.Remedy, fmt.Sprintf("at least %.4g", e.Curvature))
}

func TestNoPreconditionerIsBlamedWhereThereIsNone(t *testing.T) {
	for _, size := range []float64{5e-324, 1e-310, 1e-200, 1e-170, 1e170, 1e300, math.MaxFloat64} {
		x := make([]float64, 3)
		stats, err := CG{}.Solve(t.Context(), x, Symmetric(mat.NewSymDense(3, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1})), []float64{size, size, size})
		require.NoError(t, err)
		require.Equal(t, []float64{size, size, size}, x)
		require.Zero(t, stats.Residual)
	}
	_, err := CG{}.Solve(t.Context(), make([]float64, 2), Symmetric(mat.NewSymDense(2, []float64{1, 2, 2, 1})), []float64{1e-170, -1e-170})
	require.ErrorContains(t, err, "the matrix is not positive definite")
	require.NotContains(t, err.Error(), "recondition")
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		s := CG{Precondition: func(dst, r []float64) {
			for i := range r {
				dst[i] = bad * r[i]
			}
		}}
		_, err = s.Solve(t.Context(), make([]float64, 2), Symmetric(mat.NewSymDense(2, []float64{2, 1, 1, 2})), []float64{1, 3})
		require.ErrorContains(t, err, "CG.Precondition is not positive definite")
	}
}

func TestSpectraOfEverySize(t *testing.T) {
	m := rotated(spread(12, 1, 20), 1)
	want, err := Lanczos(t.Context(), Symmetric(m), SpectrumOptions{Density: true})
	require.NoError(t, err)
	for _, e := range []int{-990, -700, -300, 300, 700, 990} {
		var a mat.SymDense
		a.ScaleSym(math.Ldexp(1, e), m)
		got, err := Lanczos(t.Context(), Symmetric(&a), SpectrumOptions{Density: true})
		require.NoError(t, err)
		require.Equal(t, want.Largest, math.Ldexp(got.Largest, -e))
		require.Equal(t, want.Smallest, math.Ldexp(got.Smallest, -e))
		shiftTo(got.Nodes, -e, got.Nodes)
		require.Equal(t, want.Nodes, got.Nodes)
		require.Equal(t, want.Weights, got.Weights)
	}
	b := randomVector(12, 8)
	for _, e := range []units{{-990, 0}, {990, 0}, {0, -990}, {0, 990}, {700, 700}} {
		var a mat.SymDense
		a.ScaleSym(math.Ldexp(1, e.operator), m)
		right, plain := make([]float64, 12), b
		shiftTo(right, e.right, b)
		want, err := ShiftedSolve(t.Context(), Symmetric(m), plain, []float64{0, 3}, 12)
		require.NoError(t, err)
		got, err := ShiftedSolve(t.Context(), Symmetric(&a), right, []float64{0, math.Ldexp(3, e.operator)}, 12)
		require.NoError(t, err)
		for i := range want {
			require.NoError(t, got[i].Err)
			shiftTo(got[i].X, e.operator-e.right, got[i].X)
			require.Equal(t, want[i].X, got[i].X)
			require.Equal(t, want[i].Residual, got[i].Residual)
			require.Equal(t, want[i].Smallest, math.Ldexp(got[i].Smallest, -e.operator))
		}
	}
	got, err := ShiftedSolve(t.Context(), Symmetric(timesTen(m, -200)), scaledTen(b, 200), []float64{0, 1e300}, 12)
	require.NoError(t, err)
	require.ErrorContains(t, got[0].Err, "out of the range of float64")
	require.Error(t, got[1].Err)
}

// errAfter fails after a number of products.
type errAfter struct {
	Operator
	left int
}

var errGone = errors.New("gone")

func (o *errAfter) MulVecTo(ctx context.Context, dst, x []float64) error {
	if o.left--; o.left < 0 {
		return errGone
	}
	return o.Operator.MulVecTo(ctx, dst, x)
}

func TestAnOperatorsOwnErrorComesThroughInAnyUnits(t *testing.T) {
	for left := range 4 {
		_, err := CG{}.Solve(t.Context(), make([]float64, 12), &errAfter{Symmetric(timesTen(rotated(spread(12, 1, 20), 1), 200)), left}, randomVector(12, 8))
		require.ErrorIs(t, err, errGone)
	}
}

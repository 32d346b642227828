package unlearn

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// rotated is the symmetric matrix of the given eigenvalues with random eigenvectors.
func rotated(eigenvalues []float64, seed uint64) *mat.SymDense {
	p := len(eigenvalues)
	var qr mat.QR
	qr.Factorize(mat.NewDense(p, p, randomVector(p*p, seed)))
	var q, scaled mat.Dense
	qr.QTo(&q)
	scaled.Mul(&q, mat.NewDiagDense(p, eigenvalues))
	scaled.Mul(&scaled, q.T())
	m := mat.NewSymDense(p, nil)
	for i := range p {
		for j := i; j < p; j++ {
			m.SetSym(i, j, (scaled.At(i, j)+scaled.At(j, i))/2)
		}
	}
	return m
}

// spread is p eigenvalues from lo to hi, evenly spaced in their logarithm.
func spread(p int, lo, hi float64) []float64 {
	return floats.LogSpan(make([]float64, p), lo, hi)
}

// system is A x = b with its solution from gonum's singular value decomposition, of the smallest
// norm where there are several.
type system struct {
	name      string
	m         *mat.SymDense
	b, want   []float64
	condition float64
	positive  bool // definite
}

func newSystem(name string, m *mat.SymDense, b []float64) system {
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDFull) {
		panic("no singular values")
	}
	rank := svd.Rank(1e-12)
	x := mat.NewVecDense(len(b), nil)
	svd.SolveVecTo(x, mat.NewVecDense(len(b), b), rank)
	values := svd.Values(nil)
	var cholesky mat.Cholesky
	return system{name, m, b, x.RawVector().Data, values[0] / values[rank-1], cholesky.Factorize(m) && rank == len(b)}
}

func systems() []system {
	b := randomVector(30, 8)
	indefinite := spread(30, 0.5, 20)
	indefinite[3], indefinite[17] = -2, -0.7
	repeated := make([]float64, 30)
	for i := range repeated {
		repeated[i] = []float64{1, 3, 10}[i%3]
	}
	low := make([]float64, 30) // five directions with curvature, the others only a small ridge
	for i := range low {
		low[i] = 1e-3
		if i < 5 {
			low[i] += float64(i + 1)
		}
	}
	consistent := append(randomVector(24, 9), make([]float64, 6)...)
	return []system{
		newSystem("well-conditioned", rotated(spread(30, 1, 20), 1), b),
		newSystem("ill-conditioned", rotated(spread(30, 1e-3, 1e3), 2), b),
		newSystem("indefinite", rotated(indefinite, 3), b),
		newSystem("b = 0", rotated(spread(30, 1, 20), 1), make([]float64, 30)),
		newSystem("n = 1", mat.NewSymDense(1, []float64{4}), []float64{-3}),
		newSystem("small ridge", rotated(low, 5), b),
		newSystem("repeated eigenvalues", rotated(repeated, 6), b),
		newSystem("singular, consistent", bordered(30, 24, 10, 4), consistent),
	}
}

// contender is a solver with the systems on which it has to fail, and what the message has to say
// then.
type contender struct {
	solver     Solver
	tol        float64
	exceptions map[string]string
}

func contenders(tol float64) []contender {
	const indefinite, slow = "the matrix is not positive definite; add a ridge above", "more products are needed"
	return []contender{
		{CG{Tolerance: tol}, tol, map[string]string{"indefinite": indefinite}},
		{Galerkin{Tolerance: tol, Products: 40}, tol, map[string]string{"indefinite": indefinite}},
		{MINRES{Tolerance: tol}, tol, nil},
		{Exact{Tolerance: tol}, tol, map[string]string{"indefinite": indefinite, "singular, consistent": "the matrix is singular to working precision: add a ridge"}},
		{Exact{Tolerance: tol, Indefinite: true}, tol, map[string]string{"singular, consistent": "the matrix is singular to working precision: add a ridge"}},
		{LiSSA{Tolerance: tol, MaxProducts: 200_000}, tol, map[string]string{"indefinite": indefinite, "ill-conditioned": slow}},
		{LiSSA{}, 1e-3, map[string]string{"indefinite": indefinite, "ill-conditioned": slow}},
	}
}

// relativeResidual is ||b - A x|| / ||b|| without any code of this package.
func relativeResidual(s system, x []float64) float64 {
	r := mat.NewVecDense(len(x), nil)
	r.MulVec(s.m, mat.NewVecDense(len(x), x))
	r.SubVec(mat.NewVecDense(len(x), s.b), r)
	if size := mat.Norm(mat.NewVecDense(len(x), s.b), 2); size > 0 {
		return mat.Norm(r, 2) / size
	}
	return mat.Norm(r, 2)
}

func TestSolvers(t *testing.T) {
	for _, s := range systems() {
		// Rounding x alone leaves a residual of up to the condition number times 1e-16.
		for _, tt := range contenders(max(1e-12, 1e-16*s.condition)) {
			t.Run(s.name+"/"+tt.solver.Name(), func(t *testing.T) {
				x := make([]float64, len(s.b))
				stats, err := tt.solver.Solve(t.Context(), x, Symmetric(s.m), s.b)
				require.Equal(t, tt.solver.Name(), stats.Solver)
				if reason, fails := tt.exceptions[s.name]; fails {
					require.ErrorContains(t, err, reason)
					require.True(t, numerical(err))
					if !math.IsNaN(stats.Residual) {
						require.InEpsilon(t, relativeResidual(s, x), stats.Residual, 1e-6,
							"the figures are those of the vector handed back")
						require.LessOrEqual(t, stats.Residual, 1.0)
					}
					return
				}
				require.NoError(t, err)
				require.LessOrEqual(t, stats.Residual, tt.tol)
				require.InDelta(t, relativeResidual(s, x), stats.Residual, 1e-13)
				// The relative error is at most the condition number times the relative residual.
				require.LessOrEqual(t, floats.Distance(s.want, x, 2), (s.condition*tt.tol+1e-12)*(norm(s.want)+1e-300))
				if tt.tol <= 1e-12 && s.condition < 1e5 {
					require.InDeltaSlice(t, s.want, x, 1e-8)
				}
			})
		}
	}
}

func TestErrIndefiniteBoundsTheSmallestEigenvalue(t *testing.T) {
	for _, s := range systems() {
		if s.name != "indefinite" {
			continue
		}
		for _, solver := range []Solver{CG{}, Exact{}, LiSSA{}, LiSSA{Scale: 15}} {
			_, err := solver.Solve(t.Context(), make([]float64, 30), Symmetric(s.m), s.b)
			var e *IndefiniteError
			require.ErrorAs(t, err, &e, "%T", solver)
			require.Less(t, e.Curvature, 0.0)
			require.GreaterOrEqual(t, e.Curvature, -2-1e-9)
		}
		_, err := Exact{}.Solve(t.Context(), make([]float64, 30), Symmetric(s.m), s.b)
		var e *IndefiniteError
		require.ErrorAs(t, err, &e)
		require.InDelta(t, -2, e.Curvature, 1e-10)
		for _, solver := range []Solver{CG{}, Exact{}, LiSSA{MaxProducts: 10_000}} {
			_, err = solver.Solve(t.Context(), make([]float64, 30), Ridge(Symmetric(s.m), -e.Curvature+0.1), s.b)
			require.NoError(t, err)
		}
	}
}

func TestKrylovMethodsNeedOneProductForEachEigenvalue(t *testing.T) {
	s := systems()[6]
	for _, solver := range []Solver{CG{}, MINRES{}} {
		stats, err := solver.Solve(t.Context(), make([]float64, 30), Symmetric(s.m), s.b)
		require.NoError(t, err)
		require.Equal(t, 3, stats.Iterations, "there are three different eigenvalues")
		require.Equal(t, 4.0, stats.Products, "and one for the true residual")
	}
}

func TestStartIsUsed(t *testing.T) {
	for _, solver := range []Solver{CG{}, MINRES{}, Exact{}, LiSSA{}} {
		s := systems()[0]
		x := append([]float64(nil), s.want...)
		stats, err := solver.Solve(t.Context(), x, Symmetric(s.m), s.b)
		require.NoError(t, err)
		require.Zero(t, stats.Iterations, "%s: the start is the solution", solver.Name())
		require.Equal(t, s.want, x)

		zeros := make([]float64, 30)
		cold, err := solver.Solve(t.Context(), zeros, Symmetric(s.m), s.b)
		require.NoError(t, err)
		floats.Scale(1e6, x) // worse than zeros
		stats, err = solver.Solve(t.Context(), x, Symmetric(s.m), s.b)
		require.NoError(t, err)
		require.Equal(t, zeros, x)
		require.Equal(t, cold.Iterations, stats.Iterations)
		require.LessOrEqual(t, relativeResidual(s, x), stats.Residual+1e-13)
	}
}

func TestIterationsDoNotAllocate(t *testing.T) {
	b := randomVector(50, 1)
	o := &troubled{diagonal: spread(50, 1e-8, 1e8)}
	x := make([]float64, 50)
	for name, solve := range map[string]func(products int) Solver{
		"cg":     func(n int) Solver { return CG{Tolerance: 1e-15, MaxProducts: n} },
		"minres": func(n int) Solver { return MINRES{Tolerance: 1e-15, MaxProducts: n} },
		"lissa":  func(n int) Solver { return LiSSA{Tolerance: 1e-15, MaxProducts: n, Scale: 1e8} },
	} {
		allocations := func(n int) float64 {
			s := solve(n)
			return testing.AllocsPerRun(10, func() {
				clear(x)
				_, err := s.Solve(context.Background(), x, o, b)
				if err == nil {
					panic("this cannot converge")
				}
			})
		}
		require.InDelta(t, allocations(10), allocations(60), 2, name)
	}
}

func TestPreconditionerShortensCG(t *testing.T) {
	diagonal := spread(60, 1, 1e5)
	o, b := &troubled{diagonal: diagonal}, randomVector(60, 3)
	jacobi := func(dst, r []float64) {
		for i, v := range r {
			dst[i] = v / diagonal[i]
		}
	}
	x := make([]float64, 60)
	stats, err := CG{Precondition: jacobi}.Solve(t.Context(), x, o, b)
	require.NoError(t, err)
	require.Equal(t, 1, stats.Iterations)
	for i, v := range x {
		require.InEpsilon(t, b[i]/diagonal[i], v, 1e-9)
	}
	clear(x)
	_, err = CG{Precondition: func(dst, r []float64) { floats.ScaleTo(dst, -1, r) }}.Solve(t.Context(), x, o, b)
	require.ErrorContains(t, err, "CG.Precondition is not positive definite")
}

// unitless is a matrix of no rows.
type unitless struct{}

func (unitless) Dim() int { return 0 }

func (unitless) MulVecTo(context.Context, []float64, []float64) error { return nil }

// A system of no unknowns, and a matrix of no rows.
func TestDimensionNothing(t *testing.T) {
	none := unitless{}
	for _, s := range []Solver{CG{}, MINRES{}, LiSSA{}, Exact{}, Galerkin{}, &LaggedCholesky{}} {
		st, err := s.Solve(t.Context(), nil, none, nil)
		require.NoError(t, err, s.Name())
		require.Zero(t, st.Residual)
	}
	_, err := Factor(t.Context(), none)
	require.ErrorContains(t, err, "dimension 0")
	_, err = Materialize(t.Context(), identity(2), -1)
	require.ErrorContains(t, err, "MaxDim is -1")
	for _, s := range []Solver{&LaggedCholesky{}, Exact{}} {
		_, err := s.Solve(t.Context(), make([]float64, 2), identity(2), []float64{1, math.NaN()})
		require.ErrorContains(t, err, "right-hand side is NaN at index 1")
	}
}

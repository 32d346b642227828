package unlearn

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// bordered is a matrix that is singular on the last of p coordinates.
func bordered(p, rank int, condition float64, seed uint64) *mat.SymDense {
	m, block := mat.NewSymDense(p, nil), rotated(spread(rank, 1, condition), seed)
	for i := range rank {
		for j := i; j < rank; j++ {
			m.SetSym(i, j, block.At(i, j))
		}
	}
	return m
}

func TestSingularInconsistentSystem(t *testing.T) {
	for _, condition := range []float64{10, 100, 1e3, 1e4} {
		for seed := range uint64(3) {
			m, b := bordered(60, 54, condition, seed), randomVector(60, seed+9)
			s := newSystem("", m, b)
			unreachable := norm(b[54:]) / norm(b)
			x := make([]float64, 60)
			stats, err := MINRES{}.Solve(t.Context(), x, Symmetric(m), b)
			var e *NotConvergedError
			require.ErrorAs(t, err, &e)
			require.True(t, e.Singular)
			require.InDelta(t, unreachable, stats.Residual, 1e-9)
			require.InDeltaSlice(t, s.want[:54], x[:54:54], 1e-5, "a least-squares solution")
			for _, solver := range []Solver{CG{}, Exact{}, Exact{Indefinite: true}, LiSSA{MaxProducts: 1000}} {
				stats, err := solver.Solve(t.Context(), make([]float64, 60), Symmetric(m), b)
				require.True(t, numerical(err), "%T: %v", solver, err)
				require.False(t, stats.Residual < unreachable-1e-12)
			}
		}
	}
}

func TestMINRESTakesNoIllConditionedMatrixForSingular(t *testing.T) {
	for _, condition := range []float64{1e4, 1e6, 1e8} {
		for seed := range uint64(5) {
			eigenvalues := spread(40, 1/condition, 1)
			for i := range eigenvalues {
				if seed%2 == 1 && i%2 == 1 {
					eigenvalues[i] *= -1
				}
			}
			s := newSystem("", rotated(eigenvalues, seed), randomVector(40, seed))
			x := make([]float64, 40)
			_, err := MINRES{Tolerance: 1e-5, MaxProducts: 10_000}.Solve(t.Context(), x, Symmetric(s.m), s.b)
			require.NoError(t, err)
			require.LessOrEqual(t, relativeResidual(s, x), 1.1e-5)
		}
	}
}

// A solver that fails says so of what it hands back, and asks for what helps: never for more
// products, a larger tolerance, a search for overflow or a ridge of the size of rounding. No vector
// solves these systems; with a ridge every solver does.
func TestTheRemedyOnASingularSystemHelps(t *testing.T) {
	laplacian := mat.NewSymDense(3, []float64{2, -1, -1, -1, 2, -1, -1, -1, 2})
	systems := map[string]system{
		"nothing":   {m: mat.NewSymDense(3, nil), b: []float64{1, 2, 4}},
		"laplacian": {m: laplacian, b: []float64{1, 2, 4}},
	}
	for _, condition := range []float64{10, 1e3, 1e4} {
		eigenvalues := spread(60, 1, condition)
		clear(eigenvalues[:6])
		systems[fmt.Sprint("bordered ", condition)] = system{m: bordered(60, 54, condition, 1), b: randomVector(60, 9)}
		systems[fmt.Sprint("rotated ", condition)] = system{m: rotated(eigenvalues, 3), b: randomVector(60, 5)}
		clear(eigenvalues[1:6])
		eigenvalues[0], eigenvalues[1], eigenvalues[2], eigenvalues[3], eigenvalues[4], eigenvalues[5] = 0, 2, 3, 4, 5, 6
		systems[fmt.Sprint("one null vector ", condition)] = system{m: rotated(eigenvalues, 3), b: randomVector(60, 5)}
	}
	for name, s := range systems {
		for _, solver := range []Solver{CG{}, CG{Tolerance: 1e-3}, MINRES{}, Exact{}, Exact{Indefinite: true}, &LaggedCholesky{}} {
			for _, start := range [][]float64{make([]float64, len(s.b)), randomVector(len(s.b), 7)} {
				a := &counted{a: Symmetric(s.m)}
				stats, err := solver.Solve(t.Context(), start, a, s.b)
				require.Error(t, err, "%s, %s", name, solver.Name())
				require.Contains(t, err.Error(), "ingular", "%s, %s", name, solver.Name())
				require.Contains(t, err.Error(), "add a ridge", "%s, %s", name, solver.Name())
				for _, bad := range []string{"allow", "larger tolerance", "overflow", "ridge above"} {
					require.NotContains(t, err.Error(), bad, "%s, %s", name, solver.Name())
				}
				require.InDelta(t, relativeResidual(s, start), stats.Residual, 1e-9, "%s, %s", name, solver.Name())
				if name != "nothing" { // a product that is zero is taken again of larger numbers, which is not counted
					require.Equal(t, a.products, stats.Products, "%s, %s", name, solver.Name())
				}
			}
			x := make([]float64, len(s.b))
			_, err := solver.Solve(t.Context(), x, Ridge(Symmetric(s.m), 0.1), s.b)
			require.NoError(t, err, "%s with a ridge, %s", name, solver.Name())
		}
	}
}

// CG stops where it knows, in about the products that MINRES takes, and solves what has a solution.
func TestCGOnSingularMatrices(t *testing.T) {
	for _, condition := range []float64{10, 1e3, 1e4} {
		m, b := bordered(60, 54, condition, 1), randomVector(60, 9)
		known, err := MINRES{}.Solve(t.Context(), make([]float64, 60), Symmetric(m), b)
		require.Error(t, err)
		stats, err := CG{}.Solve(t.Context(), make([]float64, 60), Symmetric(m), b)
		var e *NotConvergedError
		require.ErrorAs(t, err, &e)
		require.True(t, e.Singular)
		require.LessOrEqual(t, stats.Products, 1.5*known.Products)
		clear(b[54:])
		x := make([]float64, 60)
		_, err = CG{Tolerance: 1e-8}.Solve(t.Context(), x, Symmetric(m), b)
		require.NoError(t, err)
		require.InDeltaSlice(t, newSystem("", m, b).want, x, 1e-3)
	}
	// A direction without curvature of an indefinite matrix is no null vector, and MINRES solves
	// the system.
	saddle, x := Symmetric(mat.NewSymDense(2, []float64{1, 0, 0, -1})), make([]float64, 2)
	_, err := CG{}.Solve(t.Context(), x, saddle, []float64{1, 1})
	var indefinite *IndefiniteError
	require.ErrorAs(t, err, &indefinite)
	require.False(t, indefinite.Singular)
	require.NotContains(t, err.Error(), "singular")
	_, err = MINRES{}.Solve(t.Context(), x, saddle, []float64{1, 1})
	require.NoError(t, err)
	// An eigenvalue below rounding is no null vector where the step along it solves the system.
	for _, small := range []float64{1e-13, 1e-15, 1e-18} {
		clear(x)
		_, err = CG{}.Solve(t.Context(), x, Symmetric(mat.NewSymDense(2, []float64{1, 0, 0, small})), []float64{1, small})
		require.NoError(t, err)
		require.InDelta(t, 1, x[0], 1e-9)
	}
}

func TestLiSSASaysThatAMatrixIsSingular(t *testing.T) {
	for _, s := range []system{
		{m: bordered(60, 54, 10, 1), b: randomVector(60, 9)},
		{m: mat.NewSymDense(3, []float64{2, -1, -1, -1, 2, -1, -1, -1, 2}), b: []float64{1, 2, 4}},
	} {
		_, err := LiSSA{}.Solve(t.Context(), make([]float64, len(s.b)), Symmetric(s.m), s.b)
		var e *NotConvergedError
		require.ErrorAs(t, err, &e)
		require.True(t, e.Singular)
		require.Contains(t, err.Error(), "add a ridge")
	}
	start := randomVector(3, 7)
	s := system{m: mat.NewSymDense(3, []float64{1, 0, 0, 0, -2, 0, 0, 0, 3}), b: []float64{1, 2, 4}}
	stats, err := LiSSA{}.Solve(t.Context(), start, Symmetric(s.m), s.b)
	var e *IndefiniteError
	require.ErrorAs(t, err, &e)
	require.InDelta(t, relativeResidual(s, start), stats.Residual, 1e-9, "of the start, which is handed back")
	require.Equal(t, stats.Residual, e.Residual)
}

package unlearn

import (
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
			var e *ErrNotConverged
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

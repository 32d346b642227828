package unlearn

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

func TestLanczosFindsTheWholeSpectrumOfASmallMatrix(t *testing.T) {
	eigenvalues := []float64{-3, -1, 0.25, 1, 1.5, 4, 9, 20}
	s, err := Lanczos(t.Context(), Symmetric(rotated(eigenvalues, 1)), SpectrumOptions{Density: true, Probes: 2})
	require.NoError(t, err)
	require.InDelta(t, 20, s.Largest, 1e-11)
	require.InDelta(t, -3, s.Smallest, 1e-11)
	require.Less(t, max(s.LargestBound, s.SmallestBound), 1e-9)
	require.Equal(t, 16.0, s.Products)
	for i, node := range s.Nodes { // both probes find all of them
		require.InDelta(t, eigenvalues[i/2], node, 1e-10)
	}
	require.InDelta(t, 1, floats.Sum(s.Weights), 1e-12)
}

func TestLanczosBoundsHold(t *testing.T) {
	eigenvalues := spread(300, 0.1, 50)
	a := Symmetric(rotated(eigenvalues, 2))
	distance := func(to float64) float64 {
		least := math.Inf(1)
		for _, v := range eigenvalues {
			least = min(least, math.Abs(v-to))
		}
		return least
	}
	for _, steps := range []int{2, 5, 10, 20, 40} {
		for seed := range uint64(5) {
			s, err := Lanczos(t.Context(), a, SpectrumOptions{Steps: steps, Seed: seed})
			require.NoError(t, err)
			require.Equal(t, float64(steps), s.Products)
			require.LessOrEqual(t, s.Largest, 50+1e-10, "a Rayleigh quotient")
			require.GreaterOrEqual(t, s.Smallest, 0.1-1e-10)
			require.LessOrEqual(t, distance(s.Largest), s.LargestBound+1e-10)
			require.LessOrEqual(t, distance(s.Smallest), s.SmallestBound+1e-10)
			if steps == 40 {
				require.InEpsilon(t, 50, s.Largest, 1e-6)
				require.Less(t, s.LargestBound, 0.01)
			}
		}
	}
}

func TestLanczosGoesOnBehindAnInvariantSubspace(t *testing.T) {
	eigenvalues := []float64{1, 1, 1, 2, 2, 5, 5, 5, 5, 5}
	s, err := Lanczos(t.Context(), Symmetric(rotated(eigenvalues, 3)), SpectrumOptions{Density: true})
	require.NoError(t, err)
	require.InDelta(t, 5, s.Largest, 1e-11)
	require.InDelta(t, 1, s.Smallest, 1e-11)
	require.Len(t, s.Nodes, 50)
	weight := map[float64]float64{}
	for i, node := range s.Nodes {
		require.InDelta(t, node, math.Round(node), 1e-9)
		weight[math.Round(node)] += s.Weights[i]
	}
	require.InDelta(t, 1, weight[1]+weight[2]+weight[5], 1e-10)

	s, err = Lanczos(t.Context(), Symmetric(rotated([]float64{7, 7, 7}, 3)), SpectrumOptions{})
	require.NoError(t, err)
	require.InDelta(t, 7, s.Largest, 1e-12)
	require.InDelta(t, 7, s.Smallest, 1e-12)
	s, err = Lanczos(t.Context(), Symmetric(mat.NewSymDense(4, nil)), SpectrumOptions{})
	require.NoError(t, err)
	require.Zero(t, s.Largest)
	require.Zero(t, s.Smallest)
}

// The nodes and weights of k steps integrate polynomials up to degree 2k-1 exactly for the probe v:
// sum w f(node) = v'f(A)v.
func TestDensityIsAGaussQuadrature(t *testing.T) {
	eigenvalues := spread(50, 0.5, 3)
	m := rotated(eigenvalues, 4)
	s, err := Lanczos(t.Context(), Symmetric(m), SpectrumOptions{Steps: 4, Seed: 11, Density: true, Probes: 1})
	require.NoError(t, err)
	v := make([]float64, 50)
	randomUnit(v, rand.New(rand.NewPCG(11, 0x5bec7)))
	power := mat.NewVecDense(50, append([]float64(nil), v...))
	for degree := range 9 {
		got := 0.0
		for i, node := range s.Nodes {
			got += s.Weights[i] * math.Pow(node, float64(degree))
		}
		want := floats.Dot(v, power.RawVector().Data)
		if degree <= 7 {
			require.InEpsilon(t, want, got, 1e-12, "degree %d", degree)
		} else {
			require.Greater(t, math.Abs(want-got), 1e-6, "degree %d is one too many", degree)
		}
		next := mat.NewVecDense(50, nil)
		next.MulVec(m, power)
		power = next
	}
}

func TestDensityEstimatesTheTrace(t *testing.T) {
	const p, probes = 200, 40
	eigenvalues := spread(p, 0.1, 10)
	s, err := Lanczos(t.Context(), Symmetric(rotated(eigenvalues, 5)), SpectrumOptions{Steps: 25, Density: true, Probes: probes})
	require.NoError(t, err)
	require.Equal(t, 25.0*probes, s.Products)
	require.IsIncreasing(t, s.Nodes)
	for name, f := range map[string]func(float64) float64{"trace": func(x float64) float64 { return x }, "log det": math.Log} {
		want, squares, got := 0.0, 0.0, 0.0
		for _, v := range eigenvalues {
			want += f(v) / p
			squares += f(v) * f(v) / p
		}
		for i, node := range s.Nodes {
			got += s.Weights[i] * f(node)
		}
		// Var v'f(A)v = 2/(p+2) (mean f^2 - (mean f)^2) for v uniform on the sphere.
		deviation := math.Sqrt(2 * (squares - want*want) / (p + 2) / probes)
		require.InDelta(t, want, got, 4*deviation, name)
	}
}

func TestLanczosIsSeeded(t *testing.T) {
	a := Symmetric(rotated(spread(80, 1, 100), 6))
	find := func(seed uint64) *Spectrum {
		s, err := Lanczos(t.Context(), a, SpectrumOptions{Steps: 10, Seed: seed, Density: true, Probes: 3})
		require.NoError(t, err)
		return s
	}
	require.Equal(t, find(1), find(1))
	require.NotEqual(t, find(1).Largest, find(2).Largest)
}

func TestLanczosErrors(t *testing.T) {
	_, err := Lanczos(t.Context(), &troubled{}, SpectrumOptions{})
	require.ErrorContains(t, err, "dimension 0")
	overflow := func(k int) float64 {
		if k == 3 {
			return math.Inf(1)
		}
		return 1
	}
	_, err = Lanczos(t.Context(), &troubled{diagonal: spread(9, 1, 2), factor: overflow}, SpectrumOptions{})
	var diverged *DivergedError
	require.ErrorAs(t, err, &diverged)
	require.Equal(t, 3, diverged.Iterations)
	require.ErrorContains(t, err, "the product with A is not finite")
	ctx, cancel := context.WithCancel(t.Context())
	o := &troubled{diagonal: spread(9, 1, 2), before: func(k int) error {
		if k == 4 {
			cancel()
		}
		return nil
	}}
	_, err = Lanczos(ctx, o, SpectrumOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 4, o.products)
}

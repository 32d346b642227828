package tune

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A grid is gone beyond at the end where its best is, as long as it gets better. Every value is
// tried once, and the best has the smallest criterion of all.
func TestAGridIsLengthenedAtItsBestEnd(t *testing.T) {
	for _, tt := range []struct {
		bottom float64 // power of ten at which the criterion is smallest
		want   []float64
		best   float64
	}{
		{-1, []float64{0.01, 0.1, 1}, 0.1}, {1, []float64{0.01, 0.1, 1, 10, 100}, 10}, {-4, []float64{1e-5, 1e-4, 1e-3, 0.01, 0.1, 1}, 1e-4},
		{9, []float64{0.01, 0.1, 1, 10, 100, 1000}, 1000}, {-9, []float64{1e-5, 1e-4, 1e-3, 0.01, 0.1, 1}, 1e-5},
	} {
		seen := map[float64]bool{}
		got, err := Decades([]float64{1, 0.01, 0.1}, func(v float64) (float64, error) {
			require.False(t, seen[v], "%g twice", v)
			seen[v] = true
			return math.Abs(math.Log10(v) - tt.bottom), nil
		})
		require.NoError(t, err)
		require.Equal(t, tt.want, got.Tried)
		require.Equal(t, tt.best, got.Best)
		require.Equal(t, math.Abs(math.Log10(tt.best)-tt.bottom), got.Criterion)
	}
}

func TestAnEndThatIsNoBetterThanOthersIsNotGoneBeyond(t *testing.T) {
	got, err := Decades([]float64{1, 10, 100}, func(v float64) (float64, error) { return -min(v, 10), nil })
	require.NoError(t, err)
	assert.Equal(t, Search{Tried: []float64{1, 10, 100}, Best: 10, Criterion: -10}, got)
}

func TestOfFailuresNoneIsBest(t *testing.T) {
	for _, failed := range []float64{math.Inf(1), math.NaN()} {
		n := 0
		got, err := Decades([]float64{1, 10}, func(float64) (float64, error) { n++; return failed, nil })
		require.NoError(t, err)
		assert.True(t, math.IsNaN(got.Best) && math.IsInf(got.Criterion, 1))
		assert.Equal(t, 2, n, "nothing is tried beyond what failed")
	}
	got, err := Decades([]float64{1, 10, 100}, func(v float64) (float64, error) {
		if v == 1 {
			return math.NaN(), nil
		}
		return v, nil
	})
	require.NoError(t, err)
	assert.Equal(t, Search{Tried: []float64{1, 10, 100}, Best: 10, Criterion: 10}, got, "beside a failure nothing is beyond")
	_, err = Decades([]float64{1}, func(float64) (float64, error) { return 0, assert.AnError })
	assert.ErrorIs(t, err, assert.AnError)
}

func TestBesideHasOneDigit(t *testing.T) {
	assert.Equal(t, []float64{2e-4, 3e-4, 5e-4, 7e-4, 2e-3, 3e-3, 5e-3, 7e-3}, Beside(1e-3))
	assert.Equal(t, 1.5e-7, decimal(1.5e-6/10), "a grid of other numbers than powers of ten keeps its digits")
}

// A grid that is finer than decades goes on as it is.
func TestAFineGridIsLengthenedByItsOwnStride(t *testing.T) {
	for _, tt := range []struct {
		grid   []float64
		bottom float64
		want   []float64
	}{
		{[]float64{1, 2, 4}, 16, []float64{1, 2, 4, 8, 16, 32}}, {[]float64{1, 2, 4}, 0.25, []float64{0.125, 0.25, 0.5, 1, 2, 4}},
		{[]float64{0.1, 0.3, 1}, 9, []float64{0.1, 0.3, 1, 3.33333333333, 11.1111111111, 37.0370370367}}, {[]float64{0.001, 1}, 10, []float64{0.001, 1, 10, 100}},
		{[]float64{5}, 50, []float64{0.5, 5, 50, 500}}, {[]float64{0, 1}, 0, []float64{0, 1}},
	} {
		got, err := Decades(tt.grid, func(v float64) (float64, error) {
			if tt.bottom == 0 || v == 0 {
				return v, nil
			}
			return math.Abs(math.Log(v / tt.bottom)), nil
		})
		require.NoError(t, err)
		require.Len(t, got.Tried, len(tt.want), "%v", got.Tried)
		for i, v := range got.Tried {
			require.InEpsilon(t, 1+tt.want[i], 1+v, 1e-9, "%v", tt.grid)
		}
	}
}

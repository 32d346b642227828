package audit

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// Noise that a model never saw has a score of N(0, 1): 5 % of 10,000 lie outside. Gradients differ
// in size from row to row by powers of ten, which must not matter.
func TestLevelOfGUS(t *testing.T) {
	const draws, rows, columns = 10_000, 3, 4
	random, outside := seeded(1), 0
	x := &datasets.Dense{N: rows, Cols: columns, Data: make([]float64, rows*columns)}
	gradients := normals(random, rows, columns, 1, 1)
	for i := range gradients {
		for j := range gradients[i] {
			gradients[i][j] *= math.Pow(10, float64(3*i))
		}
	}
	gradient := func(_ context.Context, dst []float64, row int) error { copy(dst, gradients[row]); return nil }
	for seed := range uint64(draws) {
		_, noise, err := Plant(x, []int{0, 1, 2}, []int{1, 3}, 0.5, seed)
		require.NoError(t, err)
		f, err := AuditGUS(t.Context(), noise, columns, gradient, gradient, gradient)
		require.NoError(t, err)
		if f.Verdict != Inside {
			outside++
			require.Equal(t, heldOutFails, f.Void)
		}
	}
	near(t, level, outside, draws, "GUS")
}

// ridge is linear regression in closed form by gradient steps: what it needs to fit noise is there.
type ridge struct {
	x *datasets.Dense
	y []float64
	w []float64
}

func fit(x *datasets.Dense, y []float64, rows []int) *ridge {
	r := &ridge{x, y, make([]float64, x.Cols)}
	for range 2000 {
		step := make([]float64, x.Cols)
		for _, i := range rows {
			for j, v := range x.Data[i*x.Cols : (i+1)*x.Cols] {
				step[j] += r.error(i) * v
			}
		}
		for j := range r.w {
			r.w[j] -= 0.003 * (step[j] + 0.1*r.w[j])
		}
	}
	return r
}

func (r *ridge) error(i int) float64 {
	e := -r.y[i]
	for j, v := range r.x.Data[i*r.x.Cols : (i+1)*r.x.Cols] {
		e += v * r.w[j]
	}
	return e
}

// gradient is that of error^2 / 2 with respect to the inputs.
func (r *ridge) gradient(_ context.Context, dst []float64, i int) error {
	for j := range dst {
		dst[j] = r.error(i) * r.w[j]
	}
	return nil
}

// At the planted inputs a model that never saw the noise would fail: its own loss there depends on
// it.
func TestGradientsAtPlantedInputsWouldMislead(t *testing.T) {
	const n, columns = 40, 60
	random := seeded(4)
	x := &datasets.Dense{N: n, Cols: columns, Data: normals(random, 1, n*columns, 0, 0.5)[0]}
	with, noise, err := Plant(x, upTo(0, n), upTo(0, columns), 1, 5)
	require.NoError(t, err)
	stranger := &ridge{x, normals(random, 1, n, 0, 1)[0], normals(random, 1, columns, 0, 1)[0]}
	clean, err := GUS(t.Context(), noise, columns, stranger.gradient)
	require.NoError(t, err)
	stranger.x = with
	at, err := GUS(t.Context(), noise, columns, stranger.gradient)
	require.NoError(t, err)
	assert.Less(t, math.Abs(clean), 1.96)
	assert.Greater(t, at, 1.96)
}

// A model that was trained on the noise is under-forgotten, one trained without the rows is not:
// with noise in all columns, and in the columns of a request of features only.
func TestPlantedNoiseIsFound(t *testing.T) {
	const n, columns, planted = 40, 30, 24
	random := seeded(4)
	x := &datasets.Dense{N: n, Cols: columns, Data: normals(random, 1, n*columns, 0, 0.5)[0]}
	y := normals(random, 1, n, 0, 1)[0]
	clean := fit(x, y, upTo(planted, n-planted)) // noise is planted in the other rows
	for _, in := range [][]int{upTo(0, columns), upTo(0, 10)} {
		outside := 0
		for seed := range uint64(1000) {
			_, noise, err := Plant(x, upTo(0, planted), in, 1, seed)
			require.NoError(t, err)
			z, err := GUS(t.Context(), noise, columns, clean.gradient)
			require.NoError(t, err)
			if math.Abs(z) > 1.959964 {
				outside++
			}
		}
		near(t, level, outside, 1000, "noise that the model never saw")
		with, noise, err := Plant(x, upTo(0, planted), in, 1, 7)
		require.NoError(t, err)
		assert.Equal(t, x.Data[planted*columns:], with.Data[planted*columns:])
		assert.InDelta(t, x.Data[in[1]]+noise.Values[0][1], with.Data[in[1]], 1e-15)
		fitted := fit(with, y, upTo(0, n))
		fitted.x = x // gradients are asked for without the noise
		f, err := AuditGUS(t.Context(), noise, columns, fitted.gradient, clean.gradient, fitted.gradient)
		require.NoError(t, err)
		assert.Equal(t, UnderForgotten, f.Verdict, "%+v", f)
		assert.Empty(t, f.Void)
		away := func(ctx context.Context, dst []float64, i int) error {
			err := fitted.gradient(ctx, dst, i)
			for j := range dst {
				dst[j] = -dst[j]
			}
			return err
		}
		f, err = AuditGUS(t.Context(), noise, columns, away, fitted.gradient, fitted.gradient)
		require.NoError(t, err)
		assert.Equal(t, OverForgotten, f.Verdict)
		assert.Equal(t, heldOutFails, f.Void, "a retrained model that has the noise voids the audit")
	}
}

func TestGUSErrors(t *testing.T) {
	x := &datasets.Dense{N: 2, Cols: 2, Data: make([]float64, 4)}
	_, noise, err := Plant(x, []int{0}, []int{1}, 1, 1)
	require.NoError(t, err)
	_, err = GUS(t.Context(), noise, 2, nil)
	require.ErrorIs(t, err, ErrNoGradients)
	_, err = GUS(t.Context(), noise, 2, func(_ context.Context, dst []float64, _ int) error { dst[0], dst[1] = 1, 0; return nil })
	require.ErrorContains(t, err, "does not look at these columns")
	_, err = GUS(t.Context(), noise, 1, func(context.Context, []float64, int) error { return nil })
	require.ErrorContains(t, err, "column 1 of data with 1")
	for _, c := range []struct{ rows, columns []int }{{nil, []int{0}}, {[]int{0}, nil}, {[]int{2}, []int{0}}, {[]int{0}, []int{1, 1}}} {
		_, _, err = Plant(x, c.rows, c.columns, 1, 1)
		require.Error(t, err)
	}
	_, _, err = Plant(x, []int{0}, []int{0}, 0, 1)
	require.ErrorContains(t, err, "scale 0")
}

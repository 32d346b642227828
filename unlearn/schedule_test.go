package unlearn

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The cycle at points where the cosine is known: its ends, its top and half way down.
func TestOneCycleRisesAndFalls(t *testing.T) {
	for step, want := range map[int]float64{1: 0.04, 6: 1, 13: (1 + 4e-6) / 2, 20: 4e-6} { // 0.3*20 - 1 = 5 steps up, 14 down
		require.InDelta(t, want, OneCycle.Factor(step, 20), 1e-15, "step %d", step)
	}
	before := 0.0
	for step := 1; step <= 3000; step++ {
		f := OneCycle.Factor(step, 3000)
		require.Equal(t, step <= 900, f > before, "step %d", step)
		before = f
		require.Equal(t, 1.0, Constant.Factor(step, 3000))
	}
	for steps := 1; steps < 12; steps++ { // too few for a rise
		for step := 1; step <= steps; step++ {
			f := OneCycle.Factor(step, steps)
			require.True(t, f >= 4e-6 && f <= 1, "%d of %d: %v", step, steps, f)
		}
	}
	require.InDelta(t, 1, OneCycle.Factor(1, 1), 1e-15, "a single step has the rate itself")
}

// A step moves by the schedule's rate: SGD without momentum on the whole data, by hand.
func TestTrainersFollowTheSchedule(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	theta, g := randomVector(p.Dim(), 6), make([]float64, p.Dim())
	for step := 1; step <= 10; step++ {
		require.NoError(t, p.Gradient(t.Context(), g, theta))
		up, down := float64(step-1)/2, float64(step-3)/7
		factor := 0.04 + 0.96*(1-math.Cos(math.Pi*up))/2
		if step > 3 {
			factor = 1 + (4e-6-1)*(1-math.Cos(math.Pi*down))/2
		}
		for j := range theta {
			theta[j] -= 0.5 * factor * g[j] / 40
		}
	}
	got, err := SGD{Rate: 0.5, Schedule: OneCycle, Batch: 40, Epochs: 10}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.InDeltaSlice(t, theta, got, 1e-13)

	// Of Adam the first step is as long as its rate, whatever the gradient.
	got, err = Adam{Rate: 0.5, Schedule: OneCycle, Batch: 40, Epochs: 10, Callback: func(now Progress) error {
		if now.Iteration == 1 {
			for j, v := range now.Theta {
				require.InDelta(t, 0.5*0.04, math.Abs(v-start[j]), 1e-6)
			}
		}
		return nil
	}}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.NotEqual(t, start, got)
	_, err = SGD{Rate: 1, Schedule: 7}.Train(t.Context(), p, start)
	require.ErrorContains(t, err, "unknown Schedule 7")
}

// A cycle that was cut off goes on at its own height, and does not go on as another one.
func TestACheckpointHoldsItsSchedule(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	adam := func(s Schedule, epochs int, c Checkpoint) Adam {
		return Adam{Rate: 0.05, Schedule: s, AMSGrad: true, Batch: 7, Epochs: epochs, Seed: 4, Checkpoint: c}
	}
	whole, err := adam(OneCycle, 3, Checkpoint{}).Train(t.Context(), p, start)
	require.NoError(t, err)
	constant, err := adam(Constant, 3, Checkpoint{}).Train(t.Context(), p, start)
	require.NoError(t, err)
	require.NotEqual(t, constant, whole)
	for stop := 1; stop < 18; stop += 3 {
		c := Checkpoint{Path: filepath.Join(t.TempDir(), "state")}
		first := adam(OneCycle, 3, c)
		first.Callback = func(now Progress) error {
			if now.Iteration == stop {
				return os.ErrDeadlineExceeded
			}
			return nil
		}
		_, err := first.Train(t.Context(), p, start)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		_, err = adam(Constant, 3, c).Train(t.Context(), p, start)
		require.ErrorContains(t, err, "schedule was one-cycle over 18 steps, is none")
		_, err = adam(OneCycle, 4, c).Train(t.Context(), p, start)
		require.ErrorContains(t, err, "schedule was one-cycle over 18 steps, is one-cycle over 24 steps")
		got, err := adam(OneCycle, 3, c).Train(t.Context(), p, start)
		require.NoError(t, err)
		require.Equal(t, whole, got, "stopped after step %d", stop)
	}
}

package unlearn

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/safetensors"
)

// Whoever reads safetensors finds the parameters under their names.
func TestCheckpointHoldsNamedTensors(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	require.Equal(t, 5, p.Dim())
	start := randomVector(5, 6)
	parts := []safetensors.Part{{Name: "dense/W", Shape: []int{2, 2}}, {Name: "b", Shape: []int{}}}
	path := filepath.Join(t.TempDir(), "state.safetensors")
	c := Checkpoint{Path: path, Tensors: parts, Metadata: map[string]string{"network": "linear", "vocabulary": "\n ab"}}
	theta, err := stochastic(2, 1, nil, c)["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	plain, err := stochastic(2, 1, nil, Checkpoint{})["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	require.Equal(t, plain, theta)
	s, err := ReadCheckpoint(path)
	require.NoError(t, err)
	require.Equal(t, theta, s.Theta)
	require.Equal(t, parts, s.Tensors)
	require.Equal(t, c.Metadata, s.Metadata)

	f, err := safetensors.Read(path)
	require.NoError(t, err)
	want := map[string][]float64{
		"dense/W": theta[:4], "b": theta[4:],
		"state.0/dense/W": s.Vectors[0][:4], "state.0/b": s.Vectors[0][4:],
		"state.1/dense/W": s.Vectors[1][:4], "state.1/b": s.Vectors[1][4:],
	}
	require.Len(t, f.Tensors, len(want))
	for i, tensor := range f.Tensors {
		x, err := tensor.Float64()
		require.NoError(t, err)
		require.Equal(t, want[tensor.Name], x, tensor.Name)
		require.Equal(t, parts[i%2].Shape, tensor.Shape)
	}
	for key, value := range map[string]string{"network": "linear", "vocabulary": "\n ab", "epoch": "2", "step": "12", "step-in-epoch": "0",
		"setting.trainer": "adam"} {
		require.Equal(t, value, f.Metadata[key])
	}
	require.Len(t, f.Metadata["checksum"], 64)

	other := c
	other.Tensors = []safetensors.Part{{Name: "dense/W", Shape: []int{4}}, {Name: "b", Shape: []int{}}}
	_, err = stochastic(2, 1, nil, other)["adam"].Train(t.Context(), p, start)
	require.ErrorContains(t, err, "belongs to another training (tensors were dense/W [2 2], b [], are dense/W [4], b [])")
	c.Metadata = map[string]string{"network": "renamed"}
	longer, err := stochastic(3, 1, nil, c)["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	whole, err := stochastic(3, 1, nil, Checkpoint{})["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	require.Equal(t, whole, longer)
}

func TestCheckpointThatCouldNotBeWrittenIsRefusedAtOnce(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(5, 6)
	path := filepath.Join(t.TempDir(), "state")
	part := func(name string, shape ...int) safetensors.Part { return safetensors.Part{Name: name, Shape: shape} }
	for _, tt := range []struct {
		c    Checkpoint
		want string
	}{
		{Checkpoint{Tensors: []safetensors.Part{part("W", 2, 2)}}, "leave 1 numbers of the vector over"},
		{Checkpoint{Tensors: []safetensors.Part{}}, "leave 5 numbers of the vector over"},
		{Checkpoint{Tensors: []safetensors.Part{part("W", 2, 2), part("b", 2)}}, `"b" of shape [2] goes beyond the end`},
		{Checkpoint{Tensors: []safetensors.Part{part("W", 4), part("W", 1)}}, `"W" is used twice`},
		{Checkpoint{Tensors: []safetensors.Part{part("state.0/W", 4), part("b", 1)}}, `"state.0/W" is kept for the trainer's state`},
		{Checkpoint{Metadata: map[string]string{"step": "3"}}, `the trainer writes the metadata "step" itself`},
		{Checkpoint{Metadata: map[string]string{"setting.rate": "3"}}, `the trainer writes the metadata "setting.rate" itself`},
		{Checkpoint{Metadata: map[string]string{"text": "\xff"}}, `metadata "text" is not UTF-8`},
	} {
		tt.c.Path = path
		_, err := stochastic(2, 1, func(Progress) error { t.Fatal("a step was made"); return nil }, tt.c)["sgd"].Train(t.Context(), p, start)
		require.ErrorContains(t, err, tt.want)
		require.ErrorContains(t, err, path)
		require.NoFileExists(t, path)
	}
}

// A file that is sound, but not what a trainer writes.
func TestOtherTensorsAreNoCheckpoint(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(5, 6)
	path := filepath.Join(t.TempDir(), "state")
	trainer := stochastic(2, 1, nil, Checkpoint{Path: path})["adam"]
	_, err := trainer.Train(t.Context(), p, start)
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		change func(f *safetensors.File)
		want   string
	}{
		"another program": {func(f *safetensors.File) { f.Metadata = nil }, "is not a checkpoint: its metadata"},
		"another version": {func(f *safetensors.File) { f.Metadata["lethe"] = "training 2" }, `is not a checkpoint: its metadata "lethe" is "trai`},
		"a vector less":   {func(f *safetensors.File) { f.Tensors = f.Tensors[:2] }, "its state does not fit its settings"},
		"nothing":         {func(f *safetensors.File) { f.Tensors = nil }, "0 tensors of parameters among 0"},
		"no parameters":   {func(f *safetensors.File) { f.Tensors = f.Tensors[1:] }, "0 tensors of parameters among 2"},
		"two and a half": {func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "x", DType: "F64", Shape: []int{0}})
		}, `"x"`},
		"another order": {func(f *safetensors.File) { slices.Reverse(f.Tensors[1:]) }, `"state.1/theta" (F64, shape [5]) does not belong at its place`},
		"another shape": {func(f *safetensors.File) { f.Tensors[2].Shape = []int{5, 1} }, `"state.1/theta" (F64, shape [5 1]) does not belong`},
		"no step":       {func(f *safetensors.File) { delete(f.Metadata, "step-in-epoch") }, `step "", sum of losses`},
		"negative step": {func(f *safetensors.File) { f.Metadata["step-in-epoch"] = "-1" }, "its state does not fit its settings"},
	} {
		t.Run(name, func(t *testing.T) {
			good, err := safetensors.Read(path)
			require.NoError(t, err)
			tt.change(good)
			require.NoError(t, good.Seal())
			bad := filepath.Join(t.TempDir(), "bad")
			require.NoError(t, safetensors.Write(bad, good))
			before, err := os.ReadFile(bad)
			require.NoError(t, err)
			_, err = stochastic(2, 1, nil, Checkpoint{Path: bad})["adam"].Train(t.Context(), p, start)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, bad)
			require.ErrorContains(t, err, "move it away to start afresh")
			after, err := os.ReadFile(bad)
			require.NoError(t, err)
			require.Equal(t, before, after, "nothing is overwritten")
		})
	}
}

// slowly does something before each gradient.
type slowly struct {
	Objective
	before func()
}

func (s slowly) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	s.before()
	return s.Objective.Gradient(ctx, dst, theta, d)
}

// With a clock that only the steps move, one second each: every 2.5 seconds within an epoch of six
// steps is after steps 3 and 6, where the epoch is written anyway, and its end counts as a write.
func TestCheckpointBySeconds(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(5, 6)
	for seconds, want := range map[float64][]int{
		0:   {0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6},
		2.5: {0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9},
		4:   {0, 0, 0, 0, 4, 4, 6, 6, 6, 6, 10, 10},
		0.1: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
		60:  {0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6},
	} {
		path := filepath.Join(t.TempDir(), "state")
		var kept []int // steps in the file when each step begins
		synctest.Test(t, func(t *testing.T) {
			slow := *p
			slow.Objective = slowly{p.Objective, func() {
				time.Sleep(time.Second)
				s, err := ReadCheckpoint(path)
				if err != nil {
					require.ErrorIs(t, err, os.ErrNotExist)
					s = &Snapshot{}
				}
				kept = append(kept, 6*s.Epoch+s.Step)
			}}
			_, err := stochastic(2, 1, nil, Checkpoint{Path: path, Seconds: seconds})["sgd"].Train(t.Context(), &slow, start)
			require.NoError(t, err)
		})
		require.Equal(t, want, kept, "every %g seconds", seconds)
	}
}

package unlearn

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/safetensors"
)

// The parameters alone stand for the end of their training, and for nothing else.
func TestParametersAloneAreAFinishedTraining(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(5, 6)
	other := append([]float64{start[0] + 1}, start[1:]...)
	parts := []safetensors.Part{{Name: "dense/W", Shape: []int{2, 2}}, {Name: "b", Shape: []int{}}}
	for _, name := range []string{"sgd", "adam", "amsgrad"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			full := Checkpoint{Path: filepath.Join(dir, "full"), Tensors: parts, Metadata: map[string]string{"network": "linear"}}
			theta, err := stochastic(2, 1, nil, full)[name].Train(t.Context(), p, start)
			require.NoError(t, err)
			s, err := ReadCheckpoint(full.Path)
			require.NoError(t, err)
			require.False(t, s.ParametersOnly)
			only := full
			only.Path = filepath.Join(dir, "only")
			require.NoError(t, s.SaveParameters(only.Path))
			before, err := os.ReadFile(only.Path)
			require.NoError(t, err)

			rounded := make([]float64, len(theta))
			for i, v := range theta {
				rounded[i] = float64(float32(v))
			}
			require.NotEqual(t, theta, rounded)
			noStep := func(Progress) error { t.Fatal("a step was made"); return nil }
			got, err := stochastic(2, 1, noStep, only)[name].Train(t.Context(), p, start)
			require.NoError(t, err)
			require.Equal(t, rounded, got)
			read, err := ReadCheckpoint(only.Path)
			require.NoError(t, err)
			require.True(t, read.ParametersOnly)
			require.Empty(t, read.Vectors)
			require.Equal(t, s.Settings, read.Settings)
			require.Equal(t, s.Metadata, read.Metadata)
			require.Equal(t, parts, read.Tensors)

			for _, tt := range []struct {
				epochs int
				start  []float64
				label  string
				want   string
			}{
				{3, start, "", "holds the parameters of 2 epochs only, without the state that"},
				{1, start, "", "holds 2 epochs and 0 steps, more than the 1 epochs asked for"},
				{2, other, "", "belongs to another training (start was"},
				{2, start, "another network", "belongs to another training (label was none, is another network)"},
			} {
				c := only
				c.Label = tt.label
				_, err := stochastic(tt.epochs, 1, noStep, c)[name].Train(t.Context(), p, tt.start)
				require.ErrorContains(t, err, tt.want)
				require.ErrorContains(t, err, only.Path)
			}
			after, err := os.ReadFile(only.Path)
			require.NoError(t, err)
			require.Equal(t, before, after, "nothing is overwritten")
		})
	}
}

func TestParametersThatCannotStandAlone(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	path := filepath.Join(t.TempDir(), "state")
	_, err := stochastic(2, 1, nil, Checkpoint{Path: path})["adam"].Train(t.Context(), p, randomVector(5, 6))
	require.NoError(t, err)
	s, err := ReadCheckpoint(path)
	require.NoError(t, err)
	out := filepath.Join(t.TempDir(), "out")

	within := *s
	within.Step = 3
	require.ErrorContains(t, within.SaveParameters(out), "stopped after 3 steps of epoch 3: let it end first")
	large := *s
	large.Theta = append([]float64{1e39}, s.Theta[1:]...)
	require.ErrorContains(t, large.SaveParameters(out), "parameter 0 is 1e+39, beyond single precision")
	require.NoFileExists(t, out)

	// A file that says it holds parameters only, and holds more or another precision, is damaged.
	for name, change := range map[string]func(f *safetensors.File){
		"state": func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "state.0/theta", DType: safetensors.F32, Shape: f.Tensors[0].Shape, Data: f.Tensors[0].Data})
		},
		"precision": func(f *safetensors.File) {
			f.Tensors[0].DType, f.Tensors[0].Data = safetensors.F64, safetensors.AppendFloat64(nil, s.Theta)
		},
		"no word of it": func(f *safetensors.File) { delete(f.Metadata, metaOnly) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state")
			require.NoError(t, s.SaveParameters(path))
			f, err := safetensors.Read(path)
			require.NoError(t, err)
			change(f)
			require.NoError(t, f.Seal())
			require.NoError(t, safetensors.Write(path, f))
			_, err = ReadCheckpoint(path)
			require.ErrorContains(t, err, "is damaged")
		})
	}
}

package onnx

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// beside is a model whose weights stand in another file, of which it uses bytes 4 to 28.
func beside(t *testing.T) (path, weights string) {
	w := linear()
	w.inits = w.inits[1:]
	w.external("W", []int64{2, 3}, "location", "data/weights", "offset", "4", "length", "24")
	path = writeModel(t, w.bytes())
	weights = filepath.Join(filepath.Dir(path), "data", "weights")
	require.NoError(t, os.Mkdir(filepath.Dir(weights), 0o700))
	require.NoError(t, os.WriteFile(weights, raw(99, 1, 2, 3, 4, 5, 6, 98), 0o600))
	return path, weights
}

// Weights in another file are written to one of the same name beside the new model, and the old
// ones stay.
func TestSaveWeightsInAnotherFile(t *testing.T) {
	path, weights := beside(t)
	m, err := Load(path, Options{})
	require.NoError(t, err)
	theta := m.Theta()
	assert.ElementsMatch(t, []float64{1, 2, 3, 4, 5, 6, 0.5, 0.25, -1}, theta)
	for i := range theta {
		theta[i] *= 2
	}
	require.ErrorContains(t, m.Save(filepath.Join(filepath.Dir(path), "new.onnx"), theta), "save it in another folder")
	to := filepath.Join(t.TempDir(), "new.onnx")
	require.NoError(t, m.Save(to, theta))
	got, err := os.ReadFile(filepath.Join(filepath.Dir(to), "data", "weights"))
	require.NoError(t, err)
	assert.Equal(t, raw(99, 2, 4, 6, 8, 10, 12, 98), got)
	old, err := os.ReadFile(weights)
	require.NoError(t, err)
	assert.Equal(t, raw(99, 1, 2, 3, 4, 5, 6, 98), old)
	again, err := Load(to, Options{})
	require.NoError(t, err)
	assert.Equal(t, theta, again.Theta())
	require.NoError(t, m.Save(path, theta), "in its own place")
	old, err = os.ReadFile(weights)
	require.NoError(t, err)
	assert.Equal(t, raw(99, 2, 4, 6, 8, 10, 12, 98), old)
}

// Numbers that the file cannot hold are an error, and nothing is written.
func TestSaveRefuses(t *testing.T) {
	m, err := Load(writeModel(t, linear().bytes()), Options{})
	require.NoError(t, err)
	to := filepath.Join(t.TempDir(), "new.onnx")
	for want, x := range map[string]float64{"only finite numbers are written": math.NaN(), "which float does not hold": 1e300} {
		theta := m.Theta()
		theta[4] = x
		err := m.Save(to, theta)
		require.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, `number 4 of parameter "W"`)
	}
	require.ErrorContains(t, m.Save(to, m.Theta()[1:]), "8 numbers for a model of 9")
	assert.NoFileExists(t, to)
}

// Numbers that are written one by one or packed, in double and in half precision, are read and
// written in their places.
func TestTypesOfNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		tensor []byte
		exact  bool
	}{
		"packed float": {join(dims("W", typeFloat, []int64{2, 3}), sub(4, raw(1, 2, 3, 4, 5, 6))), true},
		"raw double":   {join(dims("W", typeDouble, []int64{2, 3}), sub(9, doubles(1, 2, 3, 4, 5, 6))), true},
		"double":       {join(dims("W", typeDouble, []int64{2, 3}), sub(10, doubles(1, 2, 3, 4, 5, 6))), true},
		"half":         {join(dims("W", typeFloat16, []int64{2, 3}), sub(9, halves(toHalf))), false},
		"bfloat16":     {join(dims("W", typeBfloat16, []int64{2, 3}), sub(9, halves(bfloat))), false},
	} {
		t.Run(name, func(t *testing.T) {
			w := linear()
			w.inits[0] = c.tensor
			m, err := Load(writeModel(t, w.bytes()), Options{})
			require.NoError(t, err)
			require.Equal(t, []float64{1, 2, 3, 4, 5, 6}, m.Theta()[:6])
			theta := m.Theta()
			theta[2], theta[5] = 1.0/3, -7
			to := filepath.Join(t.TempDir(), "new.onnx")
			require.NoError(t, m.Save(to, theta))
			again, err := Load(to, Options{})
			require.NoError(t, err)
			want := []float64{1, 2, 1.0 / 3, 4, 5, -7}
			tolerance := 1e-7
			if !c.exact {
				tolerance = 1e-2
			}
			assert.InDeltaSlice(t, want, again.Theta()[:6], tolerance)
			requireOnlyNumbersDiffer(t, m, again)
		})
	}
}

func doubles(xs ...float64) (data []byte) {
	for _, x := range xs {
		b := make([]byte, 8)
		typeDouble.put(b, x)
		data = append(data, b...)
	}
	return data
}

func halves(bits func(float64) uint16) (data []byte) {
	for x := range 6 {
		b := bits(float64(x + 1))
		data = append(data, byte(b), byte(b>>8))
	}
	return data
}

package network

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/safetensors"
)

// What is exported is what was imported: to the byte without a change, and with other numbers of
// every parameter those numbers, under the same names and shapes. Where no parameter moved, no
// number of the file does.
func TestExportIsTheInverseOfImport(t *testing.T) {
	image := "layers: [conv: 3, batch-norm, relu, max-pool, flatten, dense]\n"
	images := dict(t, safetensors.F64, part("c.weight", 3, 2, 3, 3), part("c.bias", 3), part("n.weight", 3), part("n.bias", 3), part("n.running_mean", 3),
		part("n.running_var", 3), part("fc.weight", 1, 12), part("fc.bias", 1))
	for _, c := range []struct {
		text, path string
		in         Shape
	}{
		{sequence, "testdata/torch_sequence.safetensors", Shape{Sample: []int{5}, Vocabulary: 7}},
		{image, images, Shape{Sample: []int{6, 6, 2}}},
		{image + "names: {conv1: c, norm1/gain: n.weight, norm1/bias: n.bias, norm1/mean: n.running_mean, norm1/variance: n.running_var, dense1: fc}\n", images,
			Shape{Sample: []int{6, 6, 2}}},
	} {
		f, err := parse(t, c.text, c.in, 2)
		require.NoError(t, err)
		i, err := Import(c.path, f)
		require.NoError(t, err)
		require.True(t, i.Whole)
		before, err := safetensors.Read(c.path)
		require.NoError(t, err)
		to := filepath.Join(t.TempDir(), "out.safetensors")
		require.NoError(t, Export(c.path, to, i.File, i.Theta))
		same, err := safetensors.Read(to)
		require.NoError(t, err)
		assert.ElementsMatch(t, before.Tensors, same.Tensors)

		theta := append([]float64{}, i.Theta...)
		for j := range theta { // halves, which float32 holds beside numbers of bfloat16
			theta[j] += float64(j%7+1) / 2
		}
		require.NoError(t, Export(c.path, to, i.File, theta))
		again, err := Import(to, f)
		require.NoError(t, err)
		assert.InDeltaSlice(t, theta, again.Theta, 1e-5)
		after, err := safetensors.Read(to)
		require.NoError(t, err)
		shapes := func(file *safetensors.File) map[string][]int {
			out := map[string][]int{}
			for _, x := range file.Tensors {
				out[x.Name] = x.Shape
			}
			return out
		}
		assert.Equal(t, shapes(before), shapes(after))

		theta = append([]float64{}, i.Theta...)
		theta[0]++
		require.NoError(t, Export(c.path, to, i.File, theta))
		one, err := safetensors.Read(to)
		require.NoError(t, err)
		changed := 0
		for _, x := range one.Tensors {
			for _, y := range before.Tensors {
				if x.Name == y.Name && string(x.Data) != string(y.Data) {
					changed++
				}
			}
		}
		assert.Equal(t, 1, changed, "one tensor")
		require.ErrorContains(t, Export(c.path, to, i.File, theta[1:]), "numbers for a network of")
	}
}

// What a module is without cannot be written.
func TestExportOfWhatIsNotThere(t *testing.T) {
	f, err := parse(t, "layers: [dense]\n# one layer\n", Shape{Sample: []int{2}}, 2)
	require.NoError(t, err)
	path := dict(t, safetensors.F64, part("fc.weight", 1, 2))
	i, err := Import(path, f)
	require.NoError(t, err)
	assert.False(t, i.Whole)
	i.Theta[2] = 1
	to := filepath.Join(t.TempDir(), "out.safetensors")
	assert.ErrorContains(t, Export(path, to, i.File, i.Theta), "dense1/b has changed, and the state dict has no tensor for it")
	assert.NoFileExists(t, to)
}

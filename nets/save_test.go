package nets_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/graph"
	"lethe/nets"
	"lethe/safetensors"
	"lethe/unlearn"
)

func mlp(t *testing.T, hidden ...int) *nets.Model {
	t.Helper()
	m, err := nets.NewModel(nets.MLP{In: 3, Hidden: hidden, Out: 2}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	return m
}

func TestSavedModelIsLoaded(t *testing.T) {
	m := mlp(t, 4)
	theta := m.Init(1)
	theta[0], theta[7] = 0.1, math.Copysign(0, -1)
	meta := map[string]string{nets.MetaNetwork: "mlp 3-4-2", nets.MetaVocabulary: "\n a", nets.MetaSeed: "1", "own": "ü"}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.Save(path, theta, meta))
	got, gotMeta, err := m.Load(path)
	require.NoError(t, err)
	require.Equal(t, theta, got)
	require.True(t, math.Signbit(got[7]))
	require.Equal(t, meta, gotMeta)
	require.Len(t, meta, 4, "the caller's map is left alone")

	f, err := safetensors.Read(path)
	require.NoError(t, err)
	var parts []safetensors.Part
	for _, tensor := range f.Tensors {
		require.Equal(t, safetensors.F64, tensor.DType)
		parts = append(parts, safetensors.Part{Name: tensor.Name, Shape: tensor.Shape})
	}
	require.Equal(t, []safetensors.Part{
		{Name: "dense1/W", Shape: []int{3, 4}}, {Name: "dense1/b", Shape: []int{4}},
		{Name: "dense2/W", Shape: []int{4, 2}}, {Name: "dense2/b", Shape: []int{2}}}, parts)
	require.Equal(t, parts, m.Tensors())

	require.NoError(t, m.SaveFloat32(path, theta, nil))
	got, gotMeta, err = m.Load(path)
	require.NoError(t, err)
	require.Empty(t, gotMeta)
	for i := range theta {
		require.Equal(t, float64(float32(theta[i])), got[i])
	}
}

// A file as other programs write it: another order, no checksum, half precision. 1.5, -0.25 and so
// on are exact in all types.
func TestLoadReadsTheTypesOfOthers(t *testing.T) {
	m, err := nets.NewModel(nets.Linear{In: 2, Out: 1, Bias: true}, nets.Logistic)
	require.NoError(t, err)
	want := []float64{1.5, -0.25, 2}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	words := func(x ...uint16) (data []byte) {
		for _, v := range x {
			data = binary.LittleEndian.AppendUint16(data, v)
		}
		return data
	}
	for dtype, x := range map[safetensors.DType][2][]byte{
		"F64":  {safetensors.AppendFloat64(nil, want[:2]), safetensors.AppendFloat64(nil, want[2:])},
		"F32":  {safetensors.AppendFloat32(nil, []float32{1.5, -0.25}), safetensors.AppendFloat32(nil, []float32{2})},
		"F16":  {words(0x3e00, 0xb400), words(0x4000)},
		"BF16": {words(0x3fc0, 0xbe80), words(0x4000)},
	} {
		require.NoError(t, safetensors.Write(path, &safetensors.File{Tensors: []safetensors.Tensor{
			{Name: "b", DType: dtype, Shape: []int{1}, Data: x[1]}, {Name: "W", DType: dtype, Shape: []int{2, 1}, Data: x[0]}}}))
		theta, _, err := m.Load(path)
		require.NoError(t, err)
		require.Equal(t, want, theta, dtype)
	}
}

func TestLoadListsWhatDiffers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	m := mlp(t, 4)
	require.NoError(t, m.Save(path, m.Init(1), nil))
	_, _, err := mlp(t, 5).Load(path)
	require.ErrorContains(t, err, path+" does not fit the model: dense1/W has shape [3 4], not [3 5]; dense1/b has shape [4], not [5]; "+
		"dense2/W has shape [4 2], not [5 2]; build the network")
	_, _, err = mlp(t).Load(path)
	require.ErrorContains(t, err, "dense1/W has shape [3 4], not [3 2]; dense1/b has shape [4], not [2]; "+
		"dense2/W [4 2] is not the model's; dense2/b [2] is not the model's")
	_, _, err = mlp(t, 4, 2).Load(path)
	require.ErrorContains(t, err, "model: dense3/W [2 2] is missing; dense3/b [2] is missing;")
	_, _, err = mlp(t, 4, 2, 2, 2, 2, 2, 2).Load(path)
	require.ErrorContains(t, err, "dense7/b [2] is missing; and 2 more;")

	f, err := safetensors.Read(path)
	require.NoError(t, err)
	f.Metadata = nil
	f.Tensors[3].DType, f.Tensors[3].Data = "I32", f.Tensors[3].Data[:8]
	require.NoError(t, safetensors.Write(path, f))
	_, _, err = m.Load(path)
	require.ErrorContains(t, err, "model: dense2/b holds I32, not F64, F32, F16 or BF16;")
}

func TestLoadRefusesDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	m := mlp(t, 4)
	require.NoError(t, m.Save(path, m.Init(1), map[string]string{"seed": "1"}))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 0x10
		require.NoError(t, os.WriteFile(path, bad, 0o644))
		_, _, err := m.Load(path)
		require.ErrorContains(t, err, path, "byte %d", i)
		require.NoError(t, os.WriteFile(path, good[:i], 0o644))
		_, _, err = m.Load(path)
		require.ErrorContains(t, err, "truncated")
	}
	_, _, err = m.Load(path + ".none")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestSaveRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	m := mlp(t, 4)
	theta := m.Init(1)
	theta[5] = 1e39
	require.ErrorContains(t, m.SaveFloat32(path, theta, nil), "parameter 5 is 1e+39, beyond single precision: use Save")
	require.ErrorContains(t, m.Save(path, theta[1:], nil), "a vector of 25 numbers for a model of 26 parameters")
	require.ErrorContains(t, m.SaveFloat32(path, theta[1:], nil), "a vector of 25 numbers for a model of 26 parameters")
	require.ErrorContains(t, m.Save(path, theta, map[string]string{"k": "\xff"}), `metadata "k" is not UTF-8`)
	require.ErrorContains(t, m.Save(path, theta, map[string]string{"checksum": "1"}), `metadata key "checksum" is used by Save itself`)
	require.NoFileExists(t, path)
	require.ErrorContains(t, m.Save(filepath.Join(path, "no", "folder"), theta, nil), "does its folder exist")
}

// A part is saved as a part, and is not taken for the whole.
func TestSelectedModelSavesWhatItWorksOn(t *testing.T) {
	m := mlp(t, 4)
	theta := m.Init(1)
	last, err := m.Select(theta, "dense2/*")
	require.NoError(t, err)
	require.Equal(t, []safetensors.Part{{Name: "dense2/W", Shape: []int{4, 2}}, {Name: "dense2/b", Shape: []int{2}}}, last.Tensors())
	chosen, err := last.Chosen(theta)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "part.safetensors")
	require.NoError(t, last.Save(path, chosen, nil))
	got, _, err := last.Load(path)
	require.NoError(t, err)
	require.Equal(t, chosen, got)
	_, _, err = m.Load(path)
	require.ErrorContains(t, err, "dense1/W [3 4] is missing; dense1/b [4] is missing;")
	whole, err := last.Whole(chosen)
	require.NoError(t, err)
	require.NoError(t, m.Save(path, whole, nil))
	_, _, err = last.Load(path)
	require.ErrorContains(t, err, "dense1/W [3 4] is not the model's; dense1/b [4] is not the model's;",
		"the constants of the file need not be the model's")
}

// A training's checkpoint is a model as well, and a model saved from it is no checkpoint.
func TestLoadReadsACheckpoint(t *testing.T) {
	m := mlp(t, 4)
	path := filepath.Join(t.TempDir(), "training.safetensors")
	c := unlearn.Checkpoint{Path: path, Tensors: m.Tensors(), Metadata: map[string]string{nets.MetaNetwork: "mlp"}}
	p := &unlearn.Problem{Objective: m, Train: dense(1, 20, 3, 2)}
	theta, err := unlearn.Adam{Rate: 0.01, Epochs: 3, Batch: 5, Checkpoint: c}.Train(ctx, p, m.Init(1))
	require.NoError(t, err)
	got, meta, err := m.Load(path)
	require.NoError(t, err)
	require.Equal(t, theta, got)
	require.Equal(t, "mlp", meta[nets.MetaNetwork])
	require.Equal(t, "3", meta["epoch"])

	require.NoError(t, m.Save(path, got, meta))
	again, same, err := m.Load(path)
	require.NoError(t, err)
	require.Equal(t, got, again)
	require.Equal(t, meta, same)
	_, err = unlearn.ReadCheckpoint(path)
	require.ErrorContains(t, err, "is not a checkpoint")
}

// stated has a parameter whose name begins as those of a trainer's vectors do.
type stated struct{ nets.Linear }

func (s stated) Params() []nets.Param { return []nets.Param{graph.Normal("state.W", 1, s.In, s.Out)} }

func TestParameterNamedAsTheTrainersState(t *testing.T) {
	m, err := nets.NewModel(stated{nets.Linear{In: 2, Out: 1}}, nets.Logistic)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.Save(path, []float64{1, 2}, nil))
	theta, _, err := m.Load(path)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2}, theta)
}

func ExampleModel_Save() {
	folder, err := os.MkdirTemp("", "model")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "model.safetensors")
	m, err := nets.NewModel(nets.Linear{In: 2, Out: 1, Bias: true}, nets.Logistic)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Save(path, []float64{1, 2, 3}, map[string]string{nets.MetaNetwork: "linear 2-1"}))
	fmt.Println(m.Load(path))
	// Output:
	// <nil>
	// [1 2 3] map[network:linear 2-1] <nil>
}

//go:build unix

package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/safetensors"
)

const torchTable = "layers:\n  - dense: 4\n  - batch-norm\n  - tanh\n  - dense\n"

// tensors are the tensors of a state dict by name.
func tensors(t *testing.T, path string) map[string]safetensors.Tensor {
	t.Helper()
	f, err := safetensors.Read(path)
	require.NoError(t, err)
	out := map[string]safetensors.Tensor{}
	for _, x := range f.Tensors {
		out[x.Name] = x
	}
	return out
}

// A PyTorch state dict becomes a model that answers as PyTorch did, and goes back into PyTorch's
// layout and names: without a change to the byte, after a request with the new numbers, which give
// the new folder's answers. testdata/torch_table.csv has PyTorch's probabilities of class 1.
func TestAStateDictGoesBackToPyTorch(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata")))
	text, err := os.ReadFile(filepath.Join(dir, "torch_table.csv"))
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	put(t, filepath.Join(dir, "names.yaml"), torchTable+"loss: softmax\nnames: {dense1: hidden, norm1: norm, dense2: out}\n")
	put(t, filepath.Join(dir, "order.yaml"), torchTable+"loss: softmax\n")
	put(t, filepath.Join(dir, "one.yaml"), "remove: [{ids: [r-0, r-1, r-2]}]\n")
	put(t, filepath.Join(dir, "two.yaml"), "remove: [{ids: [r-56, r-57]}]\n")
	const read = " --data @/torch_table.csv --label answer --id id --drop torch --scaling none --l2 0.01"
	was := tensors(t, filepath.Join(dir, "torch_table.safetensors"))
	for _, network := range []string{"order", "names"} {
		m := "@/" + network
		must(t, dir, "import --model @/torch_table.safetensors --network "+m+".yaml --out "+m+"0"+read)
		must(t, dir, "predict --model "+m+"0 --data @/torch_table.csv --out "+m+".csv")
		classes, probabilities := said(t, filepath.Join(dir, network+".csv"))
		for i, row := range rows[1:] {
			p, err := strconv.ParseFloat(row[5], 64)
			require.NoError(t, err)
			if classes[i] == 0 {
				p = 1 - p
			}
			require.InDelta(t, p, probabilities[i], 1e-5, row[0])
		}
		require.Equal(t, was, tensors(t, filepath.Join(dir, network+"0", "state_dict.safetensors")), "a round trip without a change")

		must(t, dir, "unlearn --model "+m+"0 --data @/torch_table.csv --request @/one.yaml --max-loss 20 --out "+m+"1")
		must(t, dir, "unlearn --model "+m+"1 --data @/torch_table.csv --request @/two.yaml --max-loss 20 --out "+m+"2")
		is := tensors(t, filepath.Join(dir, network+"2", "state_dict.safetensors"))
		for name, x := range was {
			assert.Equal(t, x.Shape, is[name].Shape, name)
			assert.Equal(t, x.DType, is[name].DType, name)
			assert.Equal(t, name == "norm.num_batches_tracked", string(x.Data) == string(is[name].Data), name)
		}
		assert.Len(t, is, len(was))
		must(t, dir, "verify "+m+"2")
		must(t, dir, "predict --model "+m+"2 --data @/torch_table.csv --out @/new.csv --force")
		must(t, dir, "import --model "+m+"2/state_dict.safetensors --network "+m+".yaml --out "+m+"3"+read)
		must(t, dir, "predict --model "+m+"3 --data @/torch_table.csv --out @/again.csv --force")
		_, want := said(t, filepath.Join(dir, "new.csv"))
		_, got := said(t, filepath.Join(dir, "again.csv"))
		assert.InDeltaSlice(t, want, got, 2e-6, "but for the rounding to float32")
		assert.NotEqual(t, probabilities, got)
	}
	one, other := tensors(t, filepath.Join(dir, "order2", "state_dict.safetensors")), tensors(t, filepath.Join(dir, "names2", "state_dict.safetensors"))
	assert.Equal(t, one, other)
	must(t, dir, "unlearn --model @/torch_table.safetensors --network @/names.yaml --request @/one.yaml --max-loss 20 --out @/direct"+read)
	assert.Equal(t, tensors(t, filepath.Join(dir, "names1", "state_dict.safetensors")), tensors(t, filepath.Join(dir, "direct", "state_dict.safetensors")))
}

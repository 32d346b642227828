package onnx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/graph"
)

// The outputs of every reference model, classes and probabilities among them, are those that other
// libraries have found: the file's operators, on known numbers.
func TestOutputsOfReferenceModels(t *testing.T) {
	for _, path := range models(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			f, err := decode(data)
			require.NoError(t, err)
			require.NoError(t, f.prepare())
			_, err = readExternal(filepath.Dir(path), f.inits, 1<<20)
			require.NoError(t, err)
			l, err := link(f)
			require.NoError(t, err)
			a := openArchive(t, strings.TrimSuffix(path, ".onnx")+".npz")
			b := &builder{file: f, values: map[string]value{f.inputs[0].Name: {kind: floats, shape: a.shape("x"), floats: a.floats("x")}}}
			for _, p := range f.inits {
				b.values[p.name], err = p.value(f.data)
				require.NoError(t, err)
			}
			for _, o := range f.outputs {
				nodes, err := l.order(o.Name)
				require.NoError(t, err)
				require.NoError(t, graph.Build(func() { b.run(nodes) }))
				want := value{kind: floats, shape: a.shape("output/" + o.Name), floats: a.floats("output/" + o.Name)}
				requireClose(t, want, b.values[o.Name], 1e-9, o.Name)
			}
		})
	}
}

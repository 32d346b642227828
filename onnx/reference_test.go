package onnx

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// reference is the folder of reference files: beside the repository, or where LETHE_ONNX says. A
// test that needs it is skipped where it is not.
func reference(t testing.TB, elements ...string) string {
	dir := os.Getenv("LETHE_ONNX")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "onnx")
	}
	path := filepath.Join(append([]string{dir}, elements...)...)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("no reference files at %s: set LETHE_ONNX to their folder", path)
	}
	return path
}

// readTensor reads a file that holds one tensor.
func readTensor(t *testing.T, path string) value {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	p, err := decodeTensor(field{typ: protowire.BytesType, data: data})
	require.NoError(t, err)
	v, err := p.value(data)
	require.NoError(t, err)
	return v
}

// readTensors reads prefix_0.pb, prefix_1.pb and so on.
func readTensors(t *testing.T, dir, prefix string) (vs []value) {
	for {
		path := filepath.Join(dir, fmt.Sprintf("%s_%d.pb", prefix, len(vs)))
		if _, err := os.Stat(path); err != nil {
			return vs
		}
		vs = append(vs, readTensor(t, path))
	}
}

// requireClose compares a known value with the one wanted: numbers to a tolerance, relative where
// they are larger than 1.
func requireClose(t *testing.T, want, got value, tolerance float64, what string) {
	t.Helper()
	require.Equal(t, append([]int{}, want.shape...), append([]int{}, got.shape...), "%s: shape", what)
	if want.kind == texts {
		require.Equal(t, want.texts, got.texts, what)
		return
	}
	require.NotEqual(t, texts, got.kind, what)
	closeTo(t, want.doubles(), got.doubles(), tolerance, what)
}

func closeTo(t *testing.T, want, got []float64, tolerance float64, what string) {
	t.Helper()
	require.Equal(t, len(want), len(got), what)
	for i, w := range want {
		g := got[i]
		if w == g || w != w && g != g {
			continue
		}
		if !(math.Abs(w-g) <= tolerance*max(1, math.Abs(w))) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, g, w)
		}
	}
}

package onnx

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// The functions here write ONNX files for tests, of fields of messages.

func join(parts ...[]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func sub(num protowire.Number, parts ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), join(parts...))
}

func text(num protowire.Number, s string) []byte { return sub(num, []byte(s)) }

func number(num protowire.Number, n int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), uint64(n))
}

// draft is a file being written.
type draft struct {
	nodes, inits, inputs, outputs [][]byte
	opset                         int64
	rest                          []byte
}

// linear is the file of y = softmax(x W + b) with x (n, 2) and W (2, 3).
func linear() *draft {
	w := &draft{opset: 17}
	w.input("x", typeFloat, -1, 2)
	w.float("W", []int64{2, 3}, 1, 2, 3, 4, 5, 6)
	w.float("b", []int64{3}, 0.5, 0.25, -1)
	w.node("Gemm", []string{"x", "W", "b"}, []string{"z"})
	w.node("Softmax", []string{"z"}, []string{"p"})
	w.outputs = append(w.outputs, valueInfo("p", typeFloat, -1, 3))
	return w
}

func (w *draft) bytes() []byte {
	graph := join()
	for _, n := range w.nodes {
		graph = join(graph, sub(1, n))
	}
	for _, t := range w.inits {
		graph = join(graph, sub(5, t))
	}
	for _, v := range w.inputs {
		graph = join(graph, sub(11, v))
	}
	for _, v := range w.outputs {
		graph = join(graph, sub(12, v))
	}
	return join(number(1, 8), sub(7, graph), sub(8, text(1, ""), number(2, w.opset)), w.rest)
}

func (w *draft) node(op string, in, out []string, attrs ...[]byte) {
	n := join()
	for _, s := range in {
		n = join(n, text(1, s))
	}
	for _, s := range out {
		n = join(n, text(2, s))
	}
	n = join(n, text(3, "node of "+out[0]), text(4, op))
	for _, a := range attrs {
		n = join(n, sub(5, a))
	}
	w.nodes = append(w.nodes, n)
}

func (w *draft) input(name string, t elementType, dims ...int64) {
	w.inputs = append(w.inputs, valueInfo(name, t, dims...))
}

func valueInfo(name string, t elementType, dims ...int64) []byte {
	shape := join()
	for _, d := range dims {
		if d < 0 {
			shape = join(shape, sub(1, text(2, "batch")))
		} else {
			shape = join(shape, sub(1, number(1, d)))
		}
	}
	return join(text(1, name), sub(2, sub(1, number(1, int64(t)), sub(2, shape))))
}

// dims are the first fields of a tensor.
func dims(name string, t elementType, shape []int64) []byte {
	out := join()
	for _, d := range shape {
		out = join(out, number(1, d))
	}
	return join(out, number(2, int64(t)), text(8, name))
}

func (w *draft) float(name string, shape []int64, xs ...float32) {
	w.inits = append(w.inits, join(dims(name, typeFloat, shape), sub(9, raw(xs...))))
}

func (w *draft) ints(name string, xs ...int64) {
	data := []byte{}
	for _, x := range xs {
		data = binary.LittleEndian.AppendUint64(data, uint64(x))
	}
	w.inits = append(w.inits, join(dims(name, typeInt64, []int64{int64(len(xs))}), sub(9, data)))
}

func raw(xs ...float32) []byte {
	data := []byte{}
	for _, x := range xs {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	return data
}

// external is an initializer whose numbers stand in another file.
func (w *draft) external(name string, shape []int64, pairs ...string) {
	t := join(dims(name, typeFloat, shape), number(14, 1))
	for i := 0; i < len(pairs); i += 2 {
		t = join(t, sub(13, text(1, pairs[i]), text(2, pairs[i+1])))
	}
	w.inits = append(w.inits, t)
}

// writeModel writes bytes to a file of a new folder.
func writeModel(t *testing.T, data []byte) string {
	path := filepath.Join(t.TempDir(), "model.onnx")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

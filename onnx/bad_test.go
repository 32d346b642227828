package onnx

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bad are files that are no model that can be read, with a part of what is said of them.
var bad = map[string]struct {
	make func(w *draft)
	want string
}{
	"unknown operators": {func(w *draft) {
		w.nodes = nil
		w.node("Frobnicate", []string{"x"}, []string{"a"})
		w.node("Fold", []string{"a"}, []string{"b1"})
		w.node("Frobnicate", []string{"b1"}, []string{"c"})
		w.node("Gemm", []string{"c", "W", "b"}, []string{"p"})
	}, `these operators are not supported: Fold (node "node of b1"); Frobnicate (node "node of a", node "node of c")`},
	"subgraph": {func(w *draft) {
		w.nodes = nil
		w.node("If", []string{"x"}, []string{"p"}, join(text(1, "then_branch"), sub(6, text(2, "g")), number(20, 5)))
	}, `If with a graph of its own, then_branch (node "node of p")`},
	"cycle": {func(w *draft) {
		w.nodes = nil
		w.node("Add", []string{"x", "q"}, []string{"p"})
		w.node("Relu", []string{"p"}, []string{"q"})
	}, "the graph has a cycle"},
	"input that nothing makes": {func(w *draft) {
		w.node("Add", []string{"z", "nowhere"}, []string{"y"})
		w.outputs[0] = valueInfo("y", typeFloat, -1, 3)
	},
		`reads "nowhere", which nothing makes`},
	"output that nothing makes": {func(w *draft) { w.outputs[0] = valueInfo("y", typeFloat, -1, 3) }, `nothing makes the output "y"`},
	"name made twice":           {func(w *draft) { w.node("Relu", []string{"x"}, []string{"z"}) }, `both make "z"`},
	"initializer twice":         {func(w *draft) { w.float("W", []int64{1}, 1) }, `two initializers have the name "W"`},
	"input made by a node":      {func(w *draft) { w.node("Relu", []string{"z"}, []string{"x"}) }, `which is an input or an initializer`},
	"no input":                  {func(w *draft) { w.inputs = nil; w.float("x", []int64{1, 2}, 1, 2) }, "the graph has no input"},
	"input of strings":          {func(w *draft) { w.inputs[0] = valueInfo("x", typeString, -1, 2) }, "holds strings: encode them"},
	"old operator set":          {func(w *draft) { w.opset = 7 }, "version 7 of the operators of ONNX, and 11 to 25 are read"},
	"new operator set":          {func(w *draft) { w.opset = 99 }, "version 99"},
	"two graphs":                {func(w *draft) { w.rest = sub(7, text(2, "g")) }, "it holds 2 graphs"},
	"shapes that do not fit": {func(w *draft) {
		w.inits[0] = join(dims("W", typeFloat, []int64{3, 2}), sub(9, raw(1, 2, 3, 4, 5, 6)))
	}, `node "node of z" (Gemm)`},
	"too few numbers":        {func(w *draft) { w.inits[0] = join(dims("W", typeFloat, []int64{2, 3}), sub(9, raw(1, 2, 3))) }, "so 6 elements, and its data 3"},
	"half a number":          {func(w *draft) { w.inits[0] = join(dims("W", typeFloat, []int64{2, 3}), sub(9, raw(1, 2, 3)[:11])) }, "the file is damaged"},
	"negative shape":         {func(w *draft) { w.inits[0] = join(dims("W", typeFloat, []int64{-2, 3}), sub(9, raw())) }, "negative or larger"},
	"huge shape":             {func(w *draft) { w.inits[0] = join(dims("W", typeFloat, []int64{1 << 40, 1 << 40}), sub(9, raw())) }, "larger than any memory"},
	"initializer of strings": {func(w *draft) { w.inits[0] = join(dims("W", typeString, []int64{1, 1}), text(6, "a")) }, "holds strings, and has to hold numbers"},
	"complex numbers":        {func(w *draft) { w.inits[0] = join(dims("W", 14, []int64{2, 3}), sub(9, raw(1, 2, 3, 4, 5, 6))) }, "elements of type 14, which are not read"},
	"huge ConstantOfShape": {func(w *draft) {
		w.nodes = nil
		w.ints("s", 1<<20, 1<<20)
		w.node("ConstantOfShape", []string{"s"}, []string{"c"})
		w.node("MatMul", []string{"x", "c"}, []string{"p"})
	}, "more than a model should need"},
	"huge Expand": {func(w *draft) {
		w.ints("s", 1<<20, 1<<10, 1, 1)
		w.node("Expand", []string{"z", "s"}, []string{"y"})
		w.outputs[0] = valueInfo("y", typeFloat)
	}, "more than a model should need"},
	"huge Range": {func(w *draft) {
		w.inits = append(w.inits, join(dims("a", typeFloat, nil), sub(9, raw(0))), join(dims("e", typeFloat, nil), sub(9, raw(1e20))), join(dims("d", typeFloat, nil), sub(9, raw(1))))
		w.node("Range", []string{"a", "e", "d"}, []string{"r"})
		w.node("Add", []string{"z", "r"}, []string{"y"})
		w.outputs[0] = valueInfo("y", typeFloat)
	}, "more numbers than a model should need"},
	"shape that depends on samples": {func(w *draft) {
		w.node("Cast", []string{"x"}, []string{"s"}, join(text(1, "to"), number(3, 7), number(20, 2)))
		w.node("Reshape", []string{"z", "s"}, []string{"y"})
		w.outputs[0] = valueInfo("y", typeFloat)
	}, "has to be known when the model is loaded, and depends on the samples"},
	"attribute of a wrong type": {func(w *draft) {
		w.node("Flatten", []string{"z"}, []string{"y"}, join(text(1, "axis"), text(4, "one"), number(20, 3)))
		w.outputs[0] = valueInfo("y", typeFloat)
	}, `attribute "axis" is a text, and has to be a whole number`},
	"missing input of a node":  {func(w *draft) { w.nodes = nil; w.node("Gemm", []string{"x", ""}, []string{"p"}) }, "input 2 is missing"},
	"nothing to learn":         {func(w *draft) { w.nodes = nil; w.node("Relu", []string{"x"}, []string{"p"}) }, "there is nothing to learn"},
	"output without the input": {func(w *draft) { w.nodes = nil; w.node("MatMul", []string{"W", "b"}, []string{"p"}) }, "does not depend on the input"},
	"samples mixed by axis": {func(w *draft) {
		w.node("Squeeze", []string{"z"}, []string{"y"}, join(text(1, "axes"), number(8, 0), number(20, 7)))
		w.outputs[0] = valueInfo("y", typeFloat)
	}, "has not one element"},
	"external outside":   {func(w *draft) { w.inits = w.inits[1:]; w.external("W", []int64{2, 3}, "location", "../secret") }, "does not lie in the model's folder"},
	"external absolute":  {func(w *draft) { w.inits = w.inits[1:]; w.external("W", []int64{2, 3}, "location", "/etc/passwd") }, "does not lie in the model's folder"},
	"external folder":    {func(w *draft) { w.inits = w.inits[1:]; w.external("W", []int64{2, 3}, "location", ".") }, "does not lie in the model's folder"},
	"external missing":   {func(w *draft) { w.inits = w.inits[1:]; w.external("W", []int64{2, 3}, "location", "not-there") }, "there is no file"},
	"external unnamed":   {func(w *draft) { w.inits = w.inits[1:]; w.external("W", []int64{2, 3}) }, "it has no location"},
	"external link":      {func(w *draft) { w.inits = w.inits[1:]; w.external("W", []int64{2, 3}, "location", "link") }, "no link may lead out of it"},
	"external cut short": {func(w *draft) { w.inits = w.inits[1:]; w.external("W", []int64{2, 3}, "location", "short") }, "the file is cut short"},
	"external offset": {func(w *draft) {
		w.inits = w.inits[1:]
		w.external("W", []int64{2, 3}, "location", "short", "offset", "9223372036854775807")
	}, `its offset is "9223372036854775807"`},
	"external length": {func(w *draft) {
		w.inits = w.inits[1:]
		w.external("W", []int64{2, 3}, "location", "short", "length", "4")
	}, "it has 4 bytes"},
}

func TestFilesThatCannotBeRead(t *testing.T) {
	for name, c := range bad {
		t.Run(name, func(t *testing.T) {
			w := linear()
			c.make(w)
			path := writeModel(t, w.bytes())
			outside := filepath.Join(t.TempDir(), "weights")
			require.NoError(t, os.WriteFile(outside, raw(1, 2, 3, 4, 5, 6), 0o600))
			require.NoError(t, os.Symlink(outside, filepath.Join(filepath.Dir(path), "link")))
			require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "short"), raw(1, 2), 0o600))
			_, err := Load(path, Options{})
			require.ErrorContains(t, err, c.want)
			assert.True(t, strings.HasPrefix(err.Error(), "onnx: "+path+": "), err.Error())
		})
	}
}

// The file that all the bad ones are made of is good.
func TestTheFileWithoutAFaultIsRead(t *testing.T) {
	m, err := Load(writeModel(t, linear().bytes()), Options{})
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 2, 3, 4, 5, 6, 0.5, 0.25, -1}, m.Theta())
	assert.Equal(t, "softmax", string(m.head.loss))
}

// A file that is cut short anywhere is an error, and none is read beyond its limit.
func TestFilesCutShort(t *testing.T) {
	data := linear().bytes()
	for n := range len(data) {
		_, err := Load(writeModel(t, data[:n]), Options{})
		require.Error(t, err, fmt.Sprint(n))
	}
	_, err := Load(writeModel(t, data), Options{MaxBytes: 10})
	require.ErrorContains(t, err, "more than 10 bytes")
	_, err = Load(t.TempDir(), Options{})
	require.ErrorContains(t, err, "no ordinary file")
}

// A chain of very many nodes needs no deep stack.
func TestDeepChain(t *testing.T) {
	w := linear()
	last := "z"
	for i := range 3000 {
		name := fmt.Sprint("r", i)
		w.node("Identity", []string{last}, []string{name})
		last = name
	}
	w.outputs[0] = valueInfo(last, typeFloat, -1, 3)
	_, err := Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
}

// Whatever bytes a file has, reading it ends with a model or an error.
func FuzzLoad(f *testing.F) {
	f.Add(linear().bytes())
	for _, c := range bad {
		w := linear()
		c.make(w)
		f.Add(w.bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &Model{path: filepath.Join(t.TempDir(), "model.onnx")}
		if err := m.load(data, Options{MaxBytes: 1 << 20}); err != nil {
			return
		}
		out, _, err := m.encode(m.Theta())
		require.NoError(t, err)
		require.Equal(t, data, out)
	})
}

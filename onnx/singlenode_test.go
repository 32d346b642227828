package onnx

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// singleNode is a node of one operator on inputs, whose wanted outputs come from the definition.
func singleNode(op string, attrs map[string]attribute, out []value, in ...value) *single {
	n := &node{op: op, attrs: attrs, version: 21}
	f := &file{opsets: map[string]int64{"": 21}, nodes: []*node{n}}
	for i, v := range in {
		name := fmt.Sprint("in", i)
		if v.kind == absent {
			n.in = append(n.in, "")
			continue
		}
		n.in, f.inputs = append(n.in, name), append(f.inputs, Value{Name: name})
	}
	for i := range out {
		name := fmt.Sprint("out", i)
		n.out, f.outputs = append(n.out, name), append(f.outputs, Value{Name: name})
	}
	given := slices.DeleteFunc(slices.Clone(in), func(v value) bool { return v.kind == absent })
	return &single{file: f, nodes: f.nodes, in: given, out: out, tolerance: 1e-11}
}

func (s *single) check(t *testing.T) {
	t.Helper()
	require.NoError(t, checkOperators(s.nodes))
	s.known(t)
	s.evaluated(t)
	s.slopes(t)
}

func attrWhole(x int) attribute { return attribute{kind: attrInt, i: int64(x)} }

func attrString(s string) attribute { return attribute{kind: attrText, s: s} }

func attrNumber(x float64) attribute { return attribute{kind: attrFloat, f: x} }

func attrWholes(xs ...int) attribute {
	a := attribute{kind: attrInts}
	for _, x := range xs {
		a.ints = append(a.ints, int64(x))
	}
	return a
}

// drawn is a value of normal numbers.
func drawn(r *rand.Rand, shape ...int) value {
	v := value{kind: floats, shape: shape, floats: make([]float64, size(shape))}
	for i := range v.floats {
		v.floats[i] = r.NormFloat64()
	}
	return v
}

// eachPlace calls f for each place of a shape, row by row.
func eachPlace(shape []int, f func(at []int)) {
	at := make([]int, len(shape))
	for range size(shape) {
		f(at)
		next(at, shape)
	}
}

// at is an element of a value.
func (v value) at(place ...int) float64 {
	k := 0
	for i, d := range v.shape {
		k = k*d + place[i]
	}
	return v.doubles()[k]
}

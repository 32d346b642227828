package onnx

import (
	"slices"

	"lethe/graph"
)

// kind says what the elements of a value are.
type kind uint8

const (
	absent kind = iota // an optional input that is left out
	floats             // any floating-point type
	ints               // any integer type
	bools              // 0 and 1
	texts
	mapped // the sequence of maps that ZipMap makes; its numbers are a value of floats
)

func (k kind) String() string {
	return [...]string{"nothing", "floating-point numbers", "integers", "truth values", "strings", "maps"}[k]
}

// value is what a name of the file's graph stands for while a network is built for a batch: numbers
// that are known, or a node. Its shape is known in both cases: the number of samples is that of the
// batch.
type value struct {
	kind  kind
	shape []int // in the file's order of axes; empty for a scalar. A known value may have axes of 0

	floats []float64 // known, kind floats, row-major
	ints   []int64   // known, kinds ints and bools
	texts  []string  // known, kind texts

	// raw is the node of a value that is not known. Where perm is not nil the value is raw with its
	// axes permuted: axis i is axis perm[i] of raw. So a chain of image layers, which Lethe
	// computes with channels last, is never permuted between two of them.
	raw  *graph.Node
	perm []int
	// rows is, of a value (n, k) that was flattened, what it was before, if that is permuted: a
	// product with a matrix permutes the matrix and not the samples.
	rows *value

	from origins // the parameters that it depends on
	data bool    // it depends on the batch
}

// known reports whether the numbers are known when the network is built.
func (v value) known() bool { return v.kind != absent && v.raw == nil }

// size is the number of elements.
func (v value) size() int { return size(v.shape) }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// node is the node of a value that is not known, with its axes in the file's order.
func (v value) node() *graph.Node {
	if v.perm == nil {
		return v.raw
	}
	return transpose(v.raw, v.perm)
}

// numbers is a known vector of whole numbers, as a shape.
func numbers(xs ...int64) value { return value{kind: ints, shape: []int{len(xs)}, ints: xs} }

// scalar is a known number without axes.
func scalar(x float64) value { return value{kind: floats, floats: []float64{x}} }

// origins are the numbers of parameters, in order.
type origins []int

func (o origins) with(p origins) origins {
	if len(p) == 0 {
		return o
	}
	out := append(slices.Clone(o), p...)
	slices.Sort(out)
	return slices.Compact(out)
}

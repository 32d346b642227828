package graph

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// randomGraph grows a graph by operations drawn at random, above all those that only move numbers,
// and evaluates it number by number.
type randomGraph struct {
	*rand.Rand
	nodes    []*Node
	values   [][]float64
	elements []func(k int, index []int) float64 // element k of each node, at that index, from the values of those before it
}

func (r *randomGraph) add(n *Node, element func(k int, index []int) float64) {
	r.nodes, r.values, r.elements = append(r.nodes, n), append(r.values, make([]float64, size(dims(n)))), append(r.elements, element)
}

func (r *randomGraph) evaluate() {
	for i, element := range r.elements {
		shape, strides, index := dims(r.nodes[i]), rowMajor(dims(r.nodes[i])), [8]int{}
		for k := range r.values[i] {
			for d, stride := range strides {
				index[d] = k / stride % shape[d]
			}
			r.values[i][k] = element(k, index[:len(shape)])
		}
	}
}

// grow adds an operation on a node, the last one as often as not.
func (r *randomGraph) grow() {
	i := max(r.IntN(len(r.nodes)), r.IntN(2)*(len(r.nodes)-1))
	x, shape := r.nodes[i], dims(r.nodes[i])
	axis, strides := r.IntN(len(shape)), rowMajor(shape)
	n, lo := shape[axis], r.IntN(1+r.IntN(shape[axis]))
	hi := lo + 1 + r.IntN(n-lo)
	at := func(index []int, a int) float64 { // the element of x at that index, but at a along the axis
		k := (a - index[axis]) * strides[axis]
		for d, stride := range strides {
			k += index[d] * stride
		}
		return r.values[i][k]
	}
	switch kind := r.IntN(16); {
	case kind < 4:
		r.add(Slice(x, axis, lo, hi), func(_ int, index []int) float64 { return at(index, lo+index[axis]) })
	case kind < 6: // a dimension cut in two, or joined with those before it
		into := append([]int{size(shape[:axis+1])}, shape[axis+1:]...)
		if n%hi == 0 && len(shape) < 4 {
			into = slices.Concat(shape[:axis], []int{n / hi, hi}, shape[axis+1:])
		}
		r.add(Reshape(x, into...), func(k int, _ []int) float64 { return r.values[i][k] })
	case kind == 6 && size(shape) < 5000:
		r.add(Concat(axis, x, x), func(_ int, index []int) float64 { return at(index, index[axis]%n) })
	case kind == 7: // a row, repeated
		r.add(BroadcastTo(Slice(x, axis, lo, lo+1), shape...), func(_ int, index []int) float64 { return at(index, lo) })
	case kind < 10 && axis == 1 && len(shape) == 2 && size(shape) < 100:
		r.add(Scale(MatMul(x, Transpose(x)), 0.1), func(_ int, index []int) float64 {
			return 0.1 * floats.Dot(r.values[i][index[0]*n:][:n], r.values[i][index[1]*n:][:n])
		})
	case kind == 13 && len(shape) > 1:
		r.add(Sum(x, axis), func(k int, _ []int) (sum float64) {
			w := strides[axis]
			for a := range n {
				sum += r.values[i][(k/w*n+a)*w+k%w]
			}
			return sum
		})
	case kind == 14 && len(shape) > 1: // of the sum over the first axis, which repeats
		w := strides[0]
		r.add(BroadcastTo(Sum(x, 0), shape...), func(k int, _ []int) (sum float64) {
			for a := range shape[0] {
				sum += r.values[i][a*w+k%w]
			}
			return sum
		})
	default:
		j := slices.IndexFunc(r.nodes, func(y *Node) bool { return sameShape(dims(y), shape) })
		r.add(Sub(Tanh(x), r.nodes[j]), func(k int, _ []int) float64 { return math.Tanh(r.values[i][k]) - r.values[j][k] })
	}
}

// Slices, and reshapes of them, are read in place where that can be done: in graphs at random, some
// of them of several blocks.
func TestRandomPrograms(t *testing.T) {
	minRowSum = 1 // sums of rows in groups too, however short
	t.Cleanup(func() { minRowSum = 16 })
	for seed := range 250 {
		r := &randomGraph{Rand: rand.New(rand.NewPCG(uint64(seed), 1))}
		g, rows := gorgonia.NewGraph(), 3+seed%20/19*97 // mostly 3, sometimes 100
		r.add(Input(g, tensor.Float64, "kept", rows, 4, 6), func(k int, _ []int) float64 { return math.Sin(float64(k)) })
		r.add(Input(g, tensor.Float64, "varying", rows, 24), func(int, []int) float64 { return r.NormFloat64() })
		r.add(newFill(g, tensor.Float64, 0.5, []int{rows, 24}), func(int, []int) float64 { return 0.5 })
		for range 3 + r.IntN(15) {
			r.grow()
		}
		a, b := len(r.nodes)-1, r.IntN(len(r.nodes))
		p, err := CompileVarying(r.nodes[1:2], r.nodes[a], r.nodes[b])
		require.NoError(t, err)
		f, err := NewFrame[float64](p)
		require.NoError(t, err)
		require.NoError(t, f.Set(r.nodes[0], r.values[0]))
		for range 2 { // the second run evaluates the varying part only
			r.evaluate()
			require.NoError(t, f.Set(r.nodes[1], r.values[1]))
			require.NoError(t, f.Run(nil))
			for k, i := range []int{a, b} {
				require.InDelta(t, 0, floats.Distance(r.values[i], f.Output(k), 2), 1e-12*(100+floats.Norm(r.values[i], 2)), "seed %d", seed)
			}
		}
	}
}

package graph

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Each row of PerSample against the gradient of that sample's loss alone, for parameters that reach
// the samples in every way.
func TestPerSample(t *testing.T) {
	for _, c := range []struct {
		name  string
		x     []int // shape of the batch
		p     [][]int
		build func(x *Node, p []*Node) *Node // losses
	}{
		{"affine", []int{3, 4}, [][]int{{4, 2}, {2}}, func(x *Node, p []*Node) *Node { return Sum(Tanh(Affine(x, p[0], p[1])), 1) }},
		{"positions", []int{3, 5, 4}, [][]int{{4, 2}, {2}}, func(x *Node, p []*Node) *Node { return Sum(Tanh(Affine(x, p[0], p[1])), 1, 2) }},
		{"many positions", []int{3, 40, 2}, [][]int{{2, 2}, {2}}, func(x *Node, p []*Node) *Node { return Sum(Tanh(Affine(x, p[0], p[1])), 1, 2) }},
		{"transposed weights", []int{3, 4}, [][]int{{2, 4}}, func(x *Node, p []*Node) *Node { return Sum(Tanh(MatMul(x, Transpose(p[0]))), 1) }},
		{"slices of one tensor", []int{3, 4}, [][]int{{4, 6}}, func(x *Node, p []*Node) *Node {
			return Sum(Mul(Tanh(MatMul(x, Slice(p[0], 1, 0, 3))), Sigmoid(MatMul(x, Slice(p[0], 1, 3, 6)))), 1)
		}},
		{"used twice", []int{3, 4}, [][]int{{4, 4}}, func(x *Node, p []*Node) *Node { return Sum(Tanh(MatMul(Tanh(MatMul(x, p[0])), p[0])), 1) }},
		{"used twice in different ways", []int{3, 4}, [][]int{{4}}, func(x *Node, p []*Node) *Node {
			return Sum(Tanh(Mul(Add(x, p[0]), Reshape(MatMul(x, Reshape(p[0], 4, 1)), 3, 1))), 1)
		}},
		{"function of a parameter", []int{3, 4}, [][]int{{4, 2}, {4, 2}}, func(x *Node, p []*Node) *Node {
			return Sum(Tanh(MatMul(x, Mul(Exp(p[0]), Scale(p[1], 0.5)))), 1)
		}},
		{"joined and padded", []int{3, 4}, [][]int{{2, 2}, {1, 2}}, func(x *Node, p []*Node) *Node {
			return Sum(Tanh(MatMul(x, Pad(Concat(0, p[0], p[1]), 0, 1, 0))), 1)
		}},
		{"summed and repeated", []int{3, 4}, [][]int{{5, 4}, {1, 2}}, func(x *Node, p []*Node) *Node {
			return Sum(Tanh(MatMul(Mul(x, Sum(p[0], 0)), BroadcastTo(p[1], 4, 2))), 1)
		}},
		{"permuted", []int{3, 4}, [][]int{{2, 1, 4}}, func(x *Node, p []*Node) *Node {
			return Sum(Tanh(MatMul(x, Reshape(Transpose(p[0], 2, 0, 1), 4, 2))), 1)
		}},
		{"layer norm and positions", []int{3, 5, 4}, [][]int{{4}, {4}, {5, 4}}, func(x *Node, p []*Node) *Node {
			return Sum(Square(Tanh(LayerNorm(Add(x, p[2]), p[0], p[1], 1e-3))), 1, 2)
		}},
		{"stacked products", []int{3, 5, 4}, [][]int{{4, 4}}, func(x *Node, p []*Node) *Node {
			a := Softmax(MatMul(MatMul(x, p[0]), Transpose(x, 0, 2, 1)), -1)
			return Sum(MatMul(a, x), 1, 2)
		}},
		{"embedding", []int{3, 2}, [][]int{{4, 3}}, func(x *Node, p []*Node) *Node {
			index := Fixed(x, []float64{0, 3, 1, 1, 2, 0}, 3, 2)
			return Sum(Tanh(Mul(Sum(Gather(p[0], index), 1), Slice(x, 1, 0, 1))), 1)
		}},
		{"convolutions", []int{3, 6, 5, 2}, [][]int{{3, 3, 2, 4}, {4}, {2, 2, 4, 3}}, func(x *Node, p []*Node) *Node {
			y := MaxPool2D(Tanh(Add(Conv2D(x, p[0], Window{}.Same([2]int{3, 3})), p[1])), Window{Size: [2]int{2, 2}})
			return Sum(Square(AvgPool2D(Conv2D(y, p[2], Window{}), Window{Size: [2]int{2, 1}})), 1, 2, 3)
		}},
		{"convolutions in groups", []int{3, 4, 5, 16}, [][]int{{2, 2, 8, 16}, {2, 2, 2, 8}}, func(x *Node, p []*Node) *Node {
			y := Tanh(GroupedConv2D(x, p[0], 2, Window{}))
			return Sum(Square(GroupedConv2D(y, p[1], 8, Window{})), 1, 2, 3)
		}},
		{"masks", []int{3, 4}, [][]int{{4}, {4}}, func(x *Node, p []*Node) *Node {
			return Sum(Square(Where(Greater(x, p[0]), Maximum(x, Mul(p[1], p[0])), Mul(x, p[1]))), 1)
		}},
		{"several images of a sample", []int{3, 2, 24}, [][]int{{2, 2, 2, 4}}, func(x *Node, p []*Node) *Node {
			y := Tanh(Conv2D(Reshape(x, 6, 4, 3, 2), p[0], Window{}))
			return Sum(Square(Reshape(y, 3, 2, 24)), 1, 2)
		}},
		{"filters scaled", []int{3, 4, 4, 2}, [][]int{{2, 2, 2, 4}, {4}}, func(x *Node, p []*Node) *Node {
			return Sum(Square(Tanh(Conv2D(x, Mul(p[0], p[1]), Window{}))), 1, 2, 3)
		}},
		{"upsampled", []int{3, 2, 2, 4}, [][]int{{3, 3, 2, 4}}, func(x *Node, p []*Node) *Node {
			o := conv{w: Window{}.filled("", [2]int{3, 3}, [2]int{2, 2})}
			return Sum(Square(Tanh(apply(o.input([]int{3, 5, 5, 2}), x, p[0]))), 1, 2, 3)
		}},
		{"dropout", []int{3, 4}, [][]int{{4, 4}, {4}}, func(x *Node, p []*Node) *Node {
			keys := Fixed(x, []float64{1, 2, 3, 4, 5, 6}, 3, 2)
			return Sum(Tanh(Mul(Dropout(Tanh(MatMul(x, p[0])), keys, 0.5, 1), p[1])), 1)
		}},
		{"not used", []int{3, 4}, [][]int{{4}, {2}}, func(x *Node, p []*Node) *Node { return Sum(Mul(x, p[0]), 1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := G.NewGraph()
			x := Input(g, tensor.Float64, "x", c.x...)
			feed := map[*Node]G.Value{x: tensor.New(tensor.WithShape(c.x...), tensor.WithBacking(draws(1, size(c.x))))}
			var p []*Node
			for i, s := range c.p {
				p = append(p, Input(g, tensor.Float64, string(rune('p'+i)), s...))
				feed[p[i]] = tensor.New(tensor.WithShape(s...), tensor.WithBacking(draws(uint64(i+2), size(s))))
			}
			losses := c.build(x, p)
			rows, err := PerSample(losses, p...)
			require.NoError(t, err)
			fs, err := PerSampleFactors(losses, p...)
			require.NoError(t, err)
			outputs := rows
			for i := range fs {
				norms, _ := fs[i].Norms()
				outputs = append(outputs, norms)
			}
			n := c.x[0]
			for i := range n {
				one, err := Grad(Sum(Slice(losses, 0, i, i+1)), p...)
				require.NoError(t, err)
				outputs = append(outputs, one...)
			}
			program, err := Compile(outputs...)
			require.NoError(t, err)
			out, err := program.Run(feed)
			require.NoError(t, err)
			k := len(p)
			for q := range p {
				got, w := out[q].Data().([]float64), size(c.p[q])
				assert.Equal(t, append([]int{n}, c.p[q]...), []int(out[q].Shape()))
				for i := range n {
					want := out[2*k+i*k+q].Data().([]float64)
					assert.InDeltaSlice(t, want, got[i*w:(i+1)*w], 1e-12, "parameter %d, sample %d", q, i)
					s := 0.0
					for _, v := range want {
						s += v * v
					}
					norm := math.Sqrt(s)
					assert.InDelta(t, norm, out[k+q].Data().([]float64)[i], 1e-11*(1+norm))
				}
			}
		})
	}
}

// Networks that mix samples must be refused, whatever way they take.
func TestPerSampleRefusesMixedSamples(t *testing.T) {
	for name, f := range map[string]func(x, w *Node) *Node{
		"mean over the batch":    func(x, w *Node) *Node { return Sum(Mul(Sub(x, Mean(x, 0)), w), 1) },
		"softmax over the batch": func(x, w *Node) *Node { return Sum(Mul(Softmax(x, 0), w), 1) },
		"batch as weights":       func(x, w *Node) *Node { return Sum(MatMul(MatMul(x, Transpose(x)), Mul(x, w)), 1) },
		"statistics of the batch": func(x, w *Node) *Node {
			mean, variance := Moments(x, Fixed(x, []float64{1, 1, 1}, 3))
			return Sum(BatchNorm(x, w, w, mean, variance, 1e-3), 1)
		},
		"maximum over the batch":  func(x, w *Node) *Node { return Sum(Mul(Sub(x, Max(x, 0)), w), 1) },
		"rows joined":             func(x, w *Node) *Node { y := Mul(x, w); return Sum(Slice(Concat(0, y, x), 0, 1, 4), 1) },
		"samples across the rows": func(x, w *Node) *Node { return Sum(Mul(Reshape(Transpose(x), 3, 4), w), 1) },
		"parameter of a sample":   func(x, w *Node) *Node { return Sum(Mul(x, BroadcastTo(w, 3, 4)), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			g := G.NewGraph()
			shape := []int{4}
			if name == "parameter of a sample" {
				shape = []int{3, 4}
			}
			x, w := Input(g, tensor.Float64, "x", 3, 4), Input(g, tensor.Float64, "w", shape...)
			_, err := PerSample(f(x, w), w)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "PerSample", e.Op)
		})
	}
}

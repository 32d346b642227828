package nets

import (
	"math"

	"lethe/graph"
)

// Attention is multi-head self-attention on sequences x (n, T, Width) (Vaswani et al. 2017, section
// 3.2): with Q, K and V the products of x with query, key and value, cut into Heads blocks of
// columns of width d = Width/Heads,
//
//	head = softmax(Q K' / sqrt(d)) V,  y = [head 1, ..., head Heads] output.
type Attention struct {
	Width  int
	Heads  int  // divides Width; 0 = 1
	Causal bool // a position sees itself and those before it
	// Bias adds a vector to queries, values and outputs. One for the keys would change nothing: it
	// adds the same number to all scores of a query.
	Bias bool
}

func (l Attention) heads() int {
	if l.Heads == 0 {
		return 1
	}
	return l.Heads
}

// Params returns query/W, key/W, value/W and output/W, all (Width, Width), and with Bias query/b,
// value/b and output/b (Width) behind them.
func (l Attention) Params() []Param {
	atLeast(1, "Attention", setting{"Width", l.Width}, setting{"Heads", l.heads()})
	if l.Width%l.heads() != 0 {
		refuse("Attention", "%d heads do not divide Width, %d", l.Heads, l.Width)
	}
	var ps []Param
	for _, name := range []string{"query/W", "key/W", "value/W", "output/W"} {
		ps = append(ps, Weight(name, l.Width, l.Width))
	}
	if l.Bias {
		ps = append(ps, Bias("query/b", l.Width), Bias("value/b", l.Width), Bias("output/b", l.Width))
	}
	return ps
}

// Forward returns y (n, T, Width).
func (l Attention) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	s := x.Shape()
	if len(s) != 3 || s[2] != l.Width {
		refuse("Attention", "sequences of shape %v: want (n, T, %d)", s, l.Width)
	}
	n, steps, heads := s[0], s[1], l.heads()
	d := l.Width / heads
	affine := func(x *graph.Node, w int, bias ...int) *graph.Node {
		if !l.Bias || len(bias) == 0 {
			return graph.Affine(x, p[w], nil)
		}
		return graph.Affine(x, p[w], p[bias[0]])
	}
	split := func(h *graph.Node, perm ...int) *graph.Node { // (n, T, Width) by heads
		return graph.Transpose(graph.Reshape(h, n, steps, heads, d), perm...)
	}
	q := split(graph.Scale(affine(x, 0, 4), 1/math.Sqrt(float64(d))), 0, 2, 1, 3)
	k := split(affine(x, 1), 0, 2, 3, 1)
	v := split(affine(x, 2, 5), 0, 2, 1, 3)
	scores := graph.MatMul(q, k) // (n, heads, T, T)
	if l.Causal {
		scores = graph.Add(scores, later(x, steps))
	}
	y := graph.Transpose(graph.MatMul(graph.Softmax(scores, -1), v), 0, 2, 1, 3)
	return affine(graph.Reshape(y, n, steps, l.Width), 3, 6)
}

// later is (1, 1, T, T): -Inf where column t comes after row s, 0 elsewhere. The softmax of -Inf is
// 0 exactly, and so are its derivatives.
func later(like *graph.Node, steps int) *graph.Node {
	mask := make([]float64, steps*steps)
	for s := range steps {
		for t := s + 1; t < steps; t++ {
			mask[s*steps+t] = math.Inf(-1)
		}
	}
	return graph.Fixed(like, mask, 1, 1, steps, steps)
}

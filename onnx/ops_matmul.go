package onnx

import (
	"slices"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{"MatMul": matMul, "Gemm": gemm})
}

// product is a matrix product; of rows by a matrix as package graph knows it, where the rows may be
// sparse.
func product(a, b *graph.Node) *graph.Node {
	if len(b.Shape()) == 2 {
		return graph.Affine(a, b, nil)
	}
	return graph.MatMul(a, b)
}

// flattened is the product of rows that were images before and a matrix (k, out): as the rows lie
// in memory, with the matrix's rows in their order.
func flattened(a value, b *graph.Node) *graph.Node {
	v := a.rows
	inverse := make([]int, len(v.perm))
	for i, p := range v.perm {
		inverse[p] = i - 1
	}
	k, out := a.shape[1], b.Shape()[1]
	inverse = append(inverse[1:], len(v.perm)-1)
	w := graph.Transpose(graph.Reshape(b, append(slices.Clone(v.shape[1:]), out)...), inverse...)
	return product(graph.Reshape(v.raw, a.shape[0], k), graph.Reshape(w, k, out))
}

// matMul is NumPy's product: a vector is a row on the left and a column on the right.
func matMul(c *call) []value {
	a, b := c.arg(0), c.arg(1)
	if len(a.shape) == 0 || len(b.shape) == 0 {
		c.fail("it multiplies values of shapes %v and %v: single numbers have no matrix product", a.shape, b.shape)
	}
	x, y := c.nodeOf(a), c.nodeOf(b)
	if len(a.shape) == 1 {
		x = graph.Reshape(x, 1, a.shape[0])
	}
	if len(b.shape) == 1 {
		y = graph.Reshape(y, b.shape[0], 1)
	}
	if a.rows != nil && len(b.shape) == 2 && b.shape[0] == a.shape[1] {
		return results(flattened(a, y))
	}
	out := product(x, y)
	s := shapeOf(out)
	if len(a.shape) == 1 {
		s = slices.Delete(s, len(s)-2, len(s)-1)
	}
	if len(b.shape) == 1 {
		s = s[:len(s)-1]
	}
	return results(graph.Reshape(out, s...))
}

// gemm is alpha A B + beta C, with A and B transposed as asked.
func gemm(c *call) []value {
	a, b := c.arg(0), c.arg(1)
	if len(a.shape) != 2 || len(b.shape) != 2 {
		c.fail("it multiplies values of shapes %v and %v, and has to have matrices", a.shape, b.shape)
	}
	x, y := c.nodeOf(a), c.nodeOf(b)
	if c.int("transA", 0) != 0 {
		x = graph.Transpose(x)
	}
	if c.int("transB", 0) != 0 {
		y = graph.Transpose(y)
	}
	var out *graph.Node
	if a.rows != nil && c.int("transA", 0) == 0 && y.Shape()[0] == a.shape[1] {
		out = flattened(a, y)
	} else {
		out = product(x, y)
	}
	out = scaled(out, c.float("alpha", 1))
	if !c.has(2) {
		return results(out)
	}
	s := shapeOf(out)
	if !c.within(c.in[2], result(out)) {
		c.fail("it adds a value of shape %v to one of shape %v", c.in[2].shape, s)
	}
	bias := scaled(c.tensor(2), c.float("beta", 1))
	if size(shapeOf(bias)) == s[1] && s[1] > 1 && c.in[2].shape[len(c.in[2].shape)-1] == s[1] {
		bias = graph.Reshape(bias, s[1])
	}
	return results(graph.Add(out, bias))
}

func scaled(x *graph.Node, by float64) *graph.Node {
	if by == 1 {
		return x
	}
	return graph.Scale(x, by)
}

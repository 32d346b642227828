package onnx

import (
	"slices"
	"strings"

	"lethe/graph"
)

func init() { register("", map[string]operator{"Einsum": einsum}) }

// labeled is a node whose axes have labels, each a different one.
type labeled struct {
	n    *graph.Node
	axes []rune
}

// firstEllipsis is the label of the first axis that an ellipsis stands for; further ones follow it.
const firstEllipsis = '\ue000'

// einsum is a sum of products, which an equation such as "bij,bjk->bik" describes.
func einsum(c *call) []value {
	terms, out := c.equation()
	sizes := map[rune]int{}
	var xs []labeled
	for i, term := range terms {
		n := c.tensor(i)
		shape := shapeOf(n)
		if len(shape) != len(term) {
			c.fail("input %d has shape %v for the %d axes of the equation", i+1, shape, len(term))
		}
		for k, l := range term {
			if have, ok := sizes[l]; ok && have != shape[k] {
				c.fail("axis %q has %d positions in one input and %d in another", l, have, shape[k])
			}
			sizes[l] = shape[k]
		}
		xs = append(xs, diagonal(labeled{n, term}))
	}
	y := xs[0]
	for i := 1; i < len(xs); i++ {
		needed := slices.Clone(out)
		for _, x := range xs[i+1:] {
			needed = append(needed, x.axes...)
		}
		y = multiply(y, xs[i], needed)
	}
	y = summed(y, out)
	for _, l := range out {
		if !slices.Contains(y.axes, l) {
			c.fail("axis %q of the result is in no input", l)
		}
	}
	return results(y.order(out))
}

// equation are the labels of each input and of the result.
func (c *call) equation() (terms [][]rune, out []rune) {
	text := strings.ReplaceAll(c.text("equation", ""), " ", "")
	left, right, given := strings.Cut(text, "->")
	parts := strings.Split(left, ",")
	if len(parts) != len(c.in) {
		c.fail("the equation %q has %d terms for %d inputs", text, len(parts), len(c.in))
	}
	most := 0 // axes of an ellipsis
	for i, p := range parts {
		lead, tail, dots := strings.Cut(p, "...")
		k := len(c.arg(i).shape) - len(lead) - len(tail)
		if dots && k < 0 {
			c.fail("the equation %q has more axes than input %d of shape %v", text, i+1, c.in[i].shape)
		}
		if dots {
			most = max(most, k)
		}
	}
	for i, p := range parts {
		terms = append(terms, expanded(p, len(c.in[i].shape), most))
	}
	if given {
		return terms, expanded(right, len(right)-len("...")+most, most)
	}
	return terms, implicit(terms, most)
}

// expanded are the labels of a term of rank axes. An ellipsis stands for the last of most axes.
func expanded(term string, rank, most int) []rune {
	lead, tail, dots := strings.Cut(term, "...")
	labels := []rune(lead)
	if dots {
		for k := most - (rank - len(lead) - len(tail)); k < most; k++ {
			labels = append(labels, firstEllipsis+rune(k))
		}
	}
	return append(labels, []rune(tail)...)
}

// implicit are the labels of a result that is not given: those of an ellipsis, and what occurs
// once, in the order of the alphabet.
func implicit(terms [][]rune, most int) []rune {
	var out, once []rune
	for k := range most {
		out = append(out, firstEllipsis+rune(k))
	}
	all := slices.Concat(terms...)
	for _, l := range all {
		if l < firstEllipsis && len(labelsThat(all, func(m rune) bool { return m == l })) == 1 {
			once = append(once, l)
		}
	}
	slices.Sort(once)
	return append(out, once...)
}

// labelsThat are those for which a condition holds.
func labelsThat(ls []rune, keep func(rune) bool) []rune {
	return slices.DeleteFunc(slices.Clone(ls), func(l rune) bool { return !keep(l) })
}

// diagonal leaves one of each label, along which it takes the diagonal.
func diagonal(x labeled) labeled {
	for i := 0; i < len(x.axes); i++ {
		k := slices.Index(x.axes[i+1:], x.axes[i])
		if k < 0 {
			continue
		}
		k += i + 1
		shape := shapeOf(x.n)
		mask := make([]float64, shape[i]*shape[k])
		for j := range shape[i] {
			mask[j*shape[k]+j] = 1
		}
		wide := onesOf(len(shape))
		wide[i], wide[k] = shape[i], shape[k]
		only := graph.BroadcastTo(graph.Fixed(x.n, mask, wide...), shape...)
		x = labeled{graph.Sum(graph.Where(only, x.n, graph.Fixed(x.n, []float64{0})), k), slices.Delete(slices.Clone(x.axes), k, k+1)}
		i--
	}
	return x
}

// summed adds up along the axes that are not needed.
func summed(x labeled, needed []rune) labeled {
	var axes []int
	for i, l := range x.axes {
		if !slices.Contains(needed, l) {
			axes = append(axes, i)
		}
	}
	if axes == nil {
		return x
	}
	return labeled{graph.Sum(x.n, axes...), labelsThat(x.axes, func(l rune) bool { return slices.Contains(needed, l) })}
}

// order permutes the axes.
func (x labeled) order(axes []rune) *graph.Node {
	if slices.Equal(x.axes, axes) {
		return x.n
	}
	perm := make([]int, len(axes))
	for i, l := range axes {
		perm[i] = slices.Index(x.axes, l)
	}
	return graph.Transpose(x.n, perm...)
}

// sizes are those of axes.
func (x labeled) sizes(axes []rune) []int {
	shape := shapeOf(x.n)
	out := make([]int, len(axes))
	for i, l := range axes {
		out[i] = shape[slices.Index(x.axes, l)]
	}
	return out
}

// multiply is the matrix product of x and y, for each position of what both have and is needed,
// along what both have and is not.
func multiply(x, y labeled, needed []rune) labeled {
	x, y = summed(x, slices.Concat(needed, y.axes)), summed(y, slices.Concat(needed, x.axes))
	shared := func(keep bool) []rune {
		return labelsThat(x.axes, func(l rune) bool { return slices.Contains(y.axes, l) && slices.Contains(needed, l) == keep })
	}
	batch, inner := shared(true), shared(false)
	rows := labelsThat(x.axes, func(l rune) bool { return !slices.Contains(y.axes, l) })
	cols := labelsThat(y.axes, func(l rune) bool { return !slices.Contains(x.axes, l) })
	b, r, k, n := x.sizes(batch), x.sizes(rows), x.sizes(inner), y.sizes(cols)
	p := graph.Reshape(x.order(slices.Concat(batch, rows, inner)), slices.Concat(b, []int{size(r), size(k)})...)
	q := graph.Reshape(y.order(slices.Concat(batch, inner, cols)), slices.Concat(b, []int{size(k), size(n)})...)
	return labeled{graph.Reshape(graph.MatMul(p, q), slices.Concat(b, r, n)...), slices.Concat(batch, rows, cols)}
}

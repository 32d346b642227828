package onnx

import (
	"math"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"MaxPool":           maxPool,
		"AveragePool":       averagePool,
		"GlobalAveragePool": func(c *call) []value { return globalPool(c, graph.Mean) },
		"GlobalMaxPool":     func(c *call) []value { return globalPool(c, graph.Max) },
	})
}

// poolAxes pools images x (n, ..., channels) along all spatial axes: the last two at once, and
// those in front of them one by one, with which a maximum and a mean agree. one pools images of two
// axes, from axis i of the windows on.
func poolAxes(xs []*graph.Node, s *sliding, one func(xs []*graph.Node, i int, w graph.Window) []*graph.Node) []*graph.Node {
	for i := max(len(s.size)-2, 0); i >= 0; i-- {
		d := shapeOf(xs[0])
		k := 2 // axes that are pooled
		w := s.window(i)
		if i < len(s.size)-2 {
			k = 1
			w.Size[1], w.Stride[1], w.Dilation[1], w.Before[1], w.After[1] = 1, 1, 1, 0, 0
		}
		k = min(k, len(s.size))
		flat := []int{size(d[:i+1]), d[i+1], 1, d[len(d)-1]}
		if k == 2 {
			flat[2] = d[i+2]
		} else {
			flat[2] = size(d[i+2 : len(d)-1])
		}
		in := make([]*graph.Node, len(xs))
		for j, x := range xs {
			in[j] = graph.Reshape(x, flat...)
		}
		copy(d[i+1:i+1+k], s.out[i:])
		ys := one(in, i, w)
		for j, y := range ys {
			ys[j] = graph.Reshape(y, d...)
		}
		xs = ys
	}
	return xs
}

// wholly pads images explicitly where a pooling cannot leave the padding out by itself.
func wholly(x *graph.Node, w graph.Window, with float64) (*graph.Node, graph.Window) {
	for a := range 2 {
		reach := w.Dilation[a]*(w.Size[a]-1) + 1
		if most := max(w.Before[a], w.After[a]); most == 0 || w.Dilation[a] == 1 && most < reach {
			continue
		}
		x = surround(x, a+1, w.Before[a], w.After[a], with)
		w.Before[a], w.After[a] = 0, 0
	}
	return x, w
}

// surround puts positions of one number before and behind x along an axis.
func surround(x *graph.Node, axis, before, after int, with float64) *graph.Node {
	if with == 0 {
		return graph.Pad(x, axis, before, after)
	}
	var parts []*graph.Node
	border := func(n int) {
		if d := shapeOf(x); n > 0 {
			d[axis] = n
			parts = append(parts, graph.BroadcastTo(graph.Fixed(x, []float64{with}), d...))
		}
	}
	border(before)
	parts = append(parts, x)
	border(after)
	return graph.Concat(axis, parts...)
}

func maxPool(c *call) []value {
	x, in := c.images(0, 3)
	s := c.sliding(c.poolSize(len(in)), in)
	xs := []*graph.Node{x}
	indexed := len(c.node.out) > 1 && c.node.out[1] != ""
	if indexed {
		xs = append(xs, c.places(x, in))
	}
	xs = poolAxes(xs, &s, func(xs []*graph.Node, _ int, w graph.Window) []*graph.Node {
		asked := w
		x, w := wholly(xs[0], w, math.Inf(-1))
		out := []*graph.Node{graph.MaxPool2D(x, w)}
		if indexed {
			at, _ := wholly(xs[1], asked, 0)
			out = append(out, graph.MaxPool2DOf(at, x, w))
		}
		return out
	})
	out := []value{permuted(xs[0], channelsSecond(len(in))...)}
	out[0].kind = c.in[0].kind
	if indexed {
		index := permuted(xs[1], channelsSecond(len(in))...)
		index.kind = ints
		out = append(out, index)
	}
	return out
}

// places numbers the elements of images (n, ..., channels) in the order in which the file has them:
// row by row, or column by column within an image.
func (c *call) places(x *graph.Node, in []int) *graph.Node {
	d := shapeOf(x)
	n, channels, image := d[0], d[len(d)-1], size(in)
	at := make([]float64, 0, n*channels*image)
	for i := range n {
		for p := range image {
			if c.int("storage_order", 0) == 1 {
				p = columnMajor(p, in)
			}
			for k := range channels {
				at = append(at, float64((i*channels+k)*image+p))
			}
		}
	}
	return graph.Fixed(x, at, d...)
}

// columnMajor is the number of row-major position p where the first axis runs fastest.
func columnMajor(p int, shape []int) int {
	at := 0
	for i := len(shape) - 1; i >= 0; i-- {
		at += p % shape[i] * size(shape[:i])
		p /= shape[i]
	}
	return at
}

// poolSize is the size of the windows of a pooling along k axes.
func (c *call) poolSize(k int) []int {
	if c.intsOf("kernel_shape") == nil {
		c.fail("attribute \"kernel_shape\" is missing")
	}
	return c.perAxis("kernel_shape", k, 1)
}

func averagePool(c *call) []value {
	x, in := c.images(0, 3)
	s := c.sliding(c.poolSize(len(in)), in)
	counted := c.int("count_include_pad", 0) != 0
	xs := poolAxes([]*graph.Node{x}, &s, func(xs []*graph.Node, i int, w graph.Window) []*graph.Node {
		return []*graph.Node{averages(xs[0], &s, i, w, counted)}
	})
	return []value{permuted(xs[0], channelsSecond(len(in))...)}
}

// averages is the mean of each window's pixels, those of the padding apart unless they are counted.
func averages(x *graph.Node, s *sliding, first int, w graph.Window, counted bool) *graph.Node {
	if _, same := wholly(x, w, 0); !counted && same == w || w.Before == [2]int{} && w.After == [2]int{} {
		return graph.AvgPool2D(x, w)
	}
	d := shapeOf(x)
	var shares [2][]float64
	for a := range 2 {
		inside := [2]int{0, d[a+1]}
		if i := first + a; counted && i < len(s.size) && w.Before[a]+w.After[a] > 0 {
			inside = [2]int{-s.before[i], d[a+1] + s.after[i]}
		}
		shares[a] = sharesInside(w, a, d[a+1], inside)
		x = graph.Pad(x, a+1, w.Before[a], w.After[a])
		w.Before[a], w.After[a] = 0, 0
	}
	y := graph.AvgPool2D(x, w)
	var factors []float64
	even := true
	for _, p := range shares[0] {
		for _, q := range shares[1] {
			factors = append(factors, p*q)
			even = even && p*q == 1
		}
	}
	if even {
		return y
	}
	return graph.Mul(y, graph.Fixed(y, factors, len(shares[0]), len(shares[1]), 1))
}

// sharesInside is, for each window along axis a of n positions, its size over how many of its
// elements lie in a range of positions.
func sharesInside(w graph.Window, a, n int, inside [2]int) []float64 {
	reach := w.Dilation[a]*(w.Size[a]-1) + 1
	var out []float64
	for lo := -w.Before[a]; lo+reach <= n+w.After[a]; lo += w.Stride[a] {
		count := 0
		for k := range w.Size[a] {
			if p := lo + k*w.Dilation[a]; p >= inside[0] && p < inside[1] {
				count++
			}
		}
		out = append(out, float64(w.Size[a])/float64(count))
	}
	return out
}

// globalPool reduces all spatial axes to one element.
func globalPool(c *call, f func(x *graph.Node, axes ...int) *graph.Node) []value {
	v := c.arg(0)
	k := len(v.shape) - 2
	if k < 1 {
		c.fail("input 1 has shape %v, and has to be (n, channels, ...)", v.shape)
	}
	return []value{c.along(v, spatial(2, k), append(v.shape[:2:2], onesOf(k)...), f)}
}

func onesOf(k int) []int {
	ones := make([]int, k)
	for i := range ones {
		ones[i] = 1
	}
	return ones
}

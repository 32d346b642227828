package onnx

import (
	"slices"

	"lethe/graph"
)

func init() { register("", map[string]operator{"Conv": conv}) }

// conv is a convolution along one to three axes.
func conv(c *call) []value {
	x, in := c.images(0, 3)
	w := c.arg(1)
	k := len(in)
	if len(w.shape) != k+2 {
		c.fail("filters of shape %v for images of %d axes: want (out, channels/groups, ...)", w.shape, k)
	}
	size := w.shape[2:]
	if asked := c.intsOf("kernel_shape"); asked != nil && !slices.Equal(c.perAxis("kernel_shape", k, 1), size) {
		c.fail("kernel_shape %v for filters of shape %v", asked, w.shape)
	}
	groups := c.whole("group", c.int("group", 1), 1)
	channels := c.in[0].shape[1]
	if channels != groups*w.shape[1] || w.shape[0]%groups != 0 {
		c.fail("filters of shape %v in %d groups for %d channels", w.shape, groups, channels)
	}
	s := c.sliding(size, in)
	y := convolve(x, c.inOrder(w, append(spatial(2, k), 1, 0)...), groups, &s)
	if c.has(2) {
		b := c.tensor(2)
		if !slices.Equal(shapeOf(b), w.shape[:1]) {
			c.fail("bias of shape %v for filters of shape %v", shapeOf(b), w.shape)
		}
		y = graph.Add(y, b)
	}
	return []value{permuted(y, channelsSecond(k)...)}
}

// convolve is the convolution of images (n, ..., channels) by filters (..., channels/groups, out).
func convolve(x, filters *graph.Node, groups int, s *sliding) *graph.Node {
	d, f := shapeOf(x), shapeOf(filters)
	in, out := f[len(f)-2], f[len(f)-1]
	at := 0
	switch len(s.size) {
	case 1:
		x, filters = graph.Reshape(x, d[0], d[1], 1, d[2]), graph.Reshape(filters, f[0], 1, in, out)
	case 3:
		x, filters = sections(x, groups, s), graph.Reshape(graph.Transpose(filters, 1, 2, 0, 3, 4), f[1], f[2], f[0]*in, out)
		at = 1
	}
	w := s.window(at)
	w.Size = [2]int{} // that of the filters
	y := graph.GroupedConv2D(x, filters, groups, w)
	return graph.Reshape(y, append(append([]int{d[0]}, s.out...), out)...)
}

// sections makes one axis and the batch of the first of three: those positions of it that a window
// meets become channels, group by group, and the windows along it images.
func sections(x *graph.Node, groups int, s *sliding) *graph.Node {
	x = graph.Pad(x, 1, s.before[0], s.after[0])
	d := shapeOf(x)
	n, h, w, each := d[0], d[2], d[3], d[4]/groups
	parts := make([]*graph.Node, s.size[0])
	for k := range parts {
		parts[k] = graph.Reshape(every(x, 1, k*s.dilation[0], s.stride[0], s.out[0]), n*s.out[0], h, w, groups, 1, each)
	}
	return graph.Reshape(graph.Concat(4, parts...), n*s.out[0], h, w, s.size[0]*d[4])
}

// every takes count positions of an axis, from lo on with the given step.
func every(x *graph.Node, axis, lo, step, count int) *graph.Node {
	if step == 1 || count == 1 {
		return graph.Slice(x, axis, lo, lo+count)
	}
	d := shapeOf(x)
	hi := min(lo+count*step, d[axis])
	x = graph.Pad(graph.Slice(x, axis, lo, hi), axis, 0, lo+count*step-hi)
	d[axis] = count
	split := slices.Insert(slices.Clone(d), axis+1, step)
	return graph.Reshape(graph.Slice(graph.Reshape(x, split...), axis+1, 0, 1), d...)
}

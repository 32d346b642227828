package onnx

import (
	"slices"

	"lethe/graph"
)

// sliding says how a convolution or a pooling moves along each spatial axis.
type sliding struct {
	size, stride, dilation []int
	before, after          []int // padding
	beyond                 []int // of a pooling that rounds up: positions behind the padding that its last window reaches
	out                    []int // windows
}

// sliding reads the attributes of a node whose windows of the given size move over axes of the
// sizes in.
func (c *call) sliding(size, in []int) sliding {
	k := len(in)
	s := sliding{size: size, stride: c.perAxis("strides", k, 1), dilation: c.perAxis("dilations", k, 1), before: make([]int, k), after: make([]int, k),
		beyond: make([]int, k), out: make([]int, k)}
	pads := c.intsOf("pads", make([]int64, 2*k)...)
	if len(pads) != 2*k {
		c.fail("attribute \"pads\" has %d numbers, and has to have %d: two for each of %d axes", len(pads), 2*k, k)
	}
	auto := c.text("auto_pad", "NOTSET")
	for i := range k {
		switch auto {
		case "NOTSET":
			s.before[i], s.after[i] = c.whole("padding", pads[i], 0), c.whole("padding", pads[k+i], 0)
		case "VALID":
		case "SAME_UPPER", "SAME_LOWER":
			s.same(i, in[i], auto == "SAME_LOWER")
		default:
			c.fail("auto_pad %q has to be NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
		}
		s.count(c, i, in[i])
	}
	return s
}

// perAxis are the whole numbers, one for each of k axes, of an attribute.
func (c *call) perAxis(name string, k int, otherwise int64) []int {
	xs := c.intsOf(name, slices.Repeat([]int64{otherwise}, k)...)
	if len(xs) != k {
		c.fail("attribute %q has %d numbers for %d axes", name, len(xs), k)
	}
	out := make([]int, k)
	for i, x := range xs {
		out[i] = c.whole(name, x, 1)
	}
	return out
}

// extent is how far a window reaches along axis i.
func (s *sliding) extent(i int) int { return s.dilation[i]*(s.size[i]-1) + 1 }

// same pads an axis of n positions so that there are as many windows as steps in it; an odd
// position goes behind, or in front with lower.
func (s *sliding) same(i, n int, lower bool) {
	windows := (n + s.stride[i] - 1) / s.stride[i]
	total := max((windows-1)*s.stride[i]+s.extent(i)-n, 0)
	s.before[i], s.after[i] = total/2, total-total/2
	if lower {
		s.before[i], s.after[i] = s.after[i], s.before[i]
	}
}

// count finds how many windows there are along axis i.
func (s *sliding) count(c *call, i, n int) {
	room := n + s.before[i] + s.after[i] - s.extent(i)
	if room < 0 {
		c.fail("windows of %d with dilation %d do not fit into %d positions and a padding of %d", s.size[i], s.dilation[i], n, s.before[i]+s.after[i])
	}
	s.out[i] = room/s.stride[i] + 1
	if c.int("ceil_mode", 0) != 0 && room%s.stride[i] > 0 && s.out[i]*s.stride[i] < n+s.before[i] {
		s.out[i]++ // a window that begins in the padding behind does not count
		s.beyond[i] = (s.out[i]-1)*s.stride[i] - room
	}
}

// window is how the windows move along two neighboring axes, from axis i on; where there is one
// axis left only, the other has size 1.
func (s *sliding) window(i int) graph.Window {
	w := graph.Window{Size: [2]int{1, 1}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}}
	for k := range min(2, len(s.size)-i) {
		a := i + k
		w.Size[k], w.Stride[k], w.Dilation[k], w.Before[k], w.After[k] = s.size[a], s.stride[a], s.dilation[a], s.before[a], s.after[a]+s.beyond[a]
	}
	return w
}

// channelsLast is the order of axes in which Lethe computes images of k spatial axes, and
// channelsSecond the one in which the file has its results.
func channelsLast(k int) []int { return append(append([]int{0}, spatial(2, k)...), 1) }

func channelsSecond(k int) []int { return append([]int{0, k + 1}, spatial(1, k)...) }

// spatial are k axes from a on.
func spatial(a, k int) []int {
	axes := make([]int, k)
	for i := range axes {
		axes[i] = a + i
	}
	return axes
}

// images is input i, of shape (n, channels, ...), with its channels last.
func (c *call) images(i, most int) (x *graph.Node, in []int) {
	v := c.arg(i)
	k := len(v.shape) - 2
	if k < 1 || k > most {
		c.fail("input %d has shape %v, and has to be (n, channels, ...) with 1 to %d axes behind", i+1, v.shape, most)
	}
	return c.inOrder(v, channelsLast(k)...), v.shape[2:]
}

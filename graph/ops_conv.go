package graph

import (
	"fmt"
	"slices"
)

// The convolution family is closed under differentiation: each of its three members is linear in
// both of its inputs, and the adjoints are the other two.
//
//	conv        y[p, o]    = sum_kc  x[window p, k, c] f[k, c, o]
//	convInput   x[q, c]    = sum     d[p, o] f[k, c, o] over the windows p in which q is element k
//	convFilter  f[k, c, o] = sum_p   x[window p, k, c] d[p, o]
//
// Images are (n, height, width, channels) and filters (height, width, channels in, channels out).
// Where each is set, every image has filters of its own, with n in front of their shape.

type conv struct {
	w    Window
	each bool
}

func (o conv) String() string { return fmt.Sprintf("conv[%v %v]", o.w, o.each) }
func (o conv) infer(in [][]int) ([]int, error) {
	out, err := o.w.imageOutputs(in[0])
	if err != nil {
		return nil, err
	}
	channels, err := o.channels(in[1], in[0][0])
	if err != nil {
		return nil, err
	}
	if channels[0] != in[0][3] {
		return nil, fmt.Errorf("filters %v for images %v: they take %d channels", in[1], in[0], channels[0])
	}
	return []int{in[0][0], out[0], out[1], channels[1]}, nil
}

// channels returns the channels in and out of filters.
func (o conv) channels(filters []int, n int) ([2]int, error) {
	f := filters
	if o.each && len(f) == 5 && f[0] == n {
		f = f[1:]
	}
	if len(f) != 4 || f[0] != o.w.Size[0] || f[1] != o.w.Size[1] {
		return [2]int{}, fmt.Errorf("filters of shape %v: want (%d, %d, channels in, channels out)", filters, o.w.Size[0], o.w.Size[1])
	}
	return [2]int{f[2], f[3]}, nil
}

func (o conv) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil}
	if need[0] {
		out[0] = apply(o.input(dims(in[0])), dy, in[1])
	}
	if need[1] {
		out[1] = apply(convFilter(o), in[0], dy)
	}
	return out
}

// input is the member that gives images of the given shape.
func (o conv) input(images []int) convInput {
	return convInput{conv: o, height: images[1], width: images[2]}
}

type convInput struct {
	conv
	height, width int // of the images
}

func (o convInput) String() string {
	return fmt.Sprintf("convinput[%v %d %d]", o.conv, o.height, o.width)
}
func (o convInput) infer(in [][]int) ([]int, error) {
	channels, err := o.channels(in[1], in[0][0])
	if err != nil {
		return nil, err
	}
	images := []int{in[0][0], o.height, o.width, channels[0]}
	want, err := o.conv.infer([][]int{images, in[1]})
	if err == nil && !sameShape(want, in[0]) {
		err = fmt.Errorf("filtered images of shape %v, want %v", in[0], want)
	}
	return images, err
}
func (o convInput) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil}
	if need[0] {
		out[0] = apply(o.conv, dy, in[1])
	}
	if need[1] {
		out[1] = apply(convFilter(o.conv), dy, in[0])
	}
	return out
}

type convFilter conv

func (o convFilter) String() string { return fmt.Sprintf("convfilter[%v]", conv(o)) }
func (o convFilter) infer(in [][]int) ([]int, error) {
	out, err := o.w.imageOutputs(in[0])
	if err != nil {
		return nil, err
	}
	if d := in[1]; len(d) != 4 || !sameShape(d[:3], []int{in[0][0], out[0], out[1]}) {
		return nil, fmt.Errorf("filtered images of shape %v for images of shape %v and windows %v", d, in[0], o.w)
	}
	f := []int{o.w.Size[0], o.w.Size[1], in[0][3], in[1][3]}
	if o.each {
		f = slices.Concat(in[0][:1], f)
	}
	return f, nil
}
func (o convFilter) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil}
	if need[0] {
		out[0] = apply(conv(o).input(dims(in[0])), in[1], dy)
	}
	if need[1] {
		out[1] = apply(conv(o), in[0], dy)
	}
	return out
}

// Conv2D returns the cross-correlation, which neural networks call convolution, of images x (n,
// height, width, channels) with filters (height, width, channels, out): (n, height', width', out),
// with height' = (height + padding - extent)/stride + 1, rounded down, where a filter's extent is
// dilation*(size - 1) + 1. Padding is of zeros.
func Conv2D(x, filters *Node, w Window) *Node {
	f := dims(filters)
	if len(f) != 4 {
		fail("Conv2D", "filters of shape %v: want (height, width, channels in, channels out)", f)
	}
	if s := [2]int{f[0], f[1]}; w.Size != [2]int{} && w.Size != s {
		fail("Conv2D", "windows of %v for filters of shape %v: leave Window.Size out", w.Size, f)
	}
	return apply(conv{w: w.filled("Conv2D", [2]int{f[0], f[1]}, [2]int{1, 1})}, x, filters)
}

package graph

import "fmt"

// poolIndex says which element of each window is the largest, the first of several: a whole number
// from 0 to the window's size - 1, row by row. It is a constant of the differentiation, with which
// taking the maximum is linear: poolGather reads the elements so named, and its adjoint poolScatter
// adds to them.
type poolIndex struct{ w Window }

func (o poolIndex) String() string                  { return fmt.Sprintf("poolindex[%v]", o.w) }
func (o poolIndex) infer(in [][]int) ([]int, error) { return avgPool(o).infer(in) }
func (poolIndex) adjoint([]*Node, *Node, *Node, []bool) []*Node {
	return []*Node{nil}
}

type poolGather struct{ w Window }

func (o poolGather) String() string { return fmt.Sprintf("poolgather[%v]", o.w) }
func (o poolGather) infer(in [][]int) ([]int, error) {
	out, err := avgPool(o).infer(in[1:])
	if err == nil && !sameShape(out, in[0]) {
		err = fmt.Errorf("indices of shape %v for pooled images of shape %v", in[0], out)
	}
	return out, err
}
func (o poolGather) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	if !need[1] {
		return []*Node{nil, nil}
	}
	x := dims(in[1])
	return []*Node{nil, apply(poolScatter{w: o.w, height: x[1], width: x[2]}, in[0], dy)}
}

type poolScatter struct {
	w             Window
	height, width int // of the images
}

func (o poolScatter) String() string {
	return fmt.Sprintf("poolscatter[%v %d %d]", o.w, o.height, o.width)
}
func (o poolScatter) infer(in [][]int) ([]int, error) {
	if !sameShape(in[0], in[1]) {
		return nil, fmt.Errorf("indices of shape %v for pooled images of shape %v", in[0], in[1])
	}
	return avgSpread(o).infer(in[1:])
}
func (o poolScatter) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	if !need[1] {
		return []*Node{nil, nil}
	}
	return []*Node{nil, apply(poolGather{w: o.w}, in[0], dy)}
}

// avgPool is the mean of each window's pixels, those of the padding apart; its adjoint avgSpread
// divides a value among them.
type avgPool struct{ w Window }

func (o avgPool) String() string { return fmt.Sprintf("avgpool[%v]", o.w) }
func (o avgPool) infer(in [][]int) ([]int, error) {
	out, err := o.w.imageOutputs(in[0])
	if err != nil {
		return nil, err
	}
	return []int{in[0][0], out[0], out[1], in[0][3]}, nil
}
func (o avgPool) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	x := dims(in[0])
	return []*Node{apply(avgSpread{w: o.w, height: x[1], width: x[2]}, dy)}
}

type avgSpread struct {
	w             Window
	height, width int // of the images
}

func (o avgSpread) String() string { return fmt.Sprintf("avgspread[%v %d %d]", o.w, o.height, o.width) }
func (o avgSpread) infer(in [][]int) ([]int, error) {
	if len(in[0]) != 4 {
		return nil, fmt.Errorf("pooled images of shape %v: want (n, height, width, channels)", in[0])
	}
	images := []int{in[0][0], o.height, o.width, in[0][3]}
	want, err := avgPool{w: o.w}.infer([][]int{images})
	if err == nil && !sameShape(want, in[0]) {
		err = fmt.Errorf("pooled images of shape %v, want %v", in[0], want)
	}
	return images, err
}
func (o avgSpread) adjoint(_ []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{apply(avgPool{w: o.w}, dy)}
}

// MaxPool2D returns the largest element of each window of images x (n, height, width, channels),
// channel by channel, and NaN where there is one. Padding is never the largest. Of several equal
// elements the first, row by row, gets the adjoint.
func MaxPool2D(x *Node, w Window) *Node {
	w = poolWindow("MaxPool2D", w)
	return apply(poolGather{w: w}, apply(poolIndex{w: w}, x), x)
}

// MaxPool2DOf returns the elements of x at the places whose elements of by, images of the same
// shape, [MaxPool2D] takes. Nothing is differentiated by those.
func MaxPool2DOf(x, by *Node, w Window) *Node {
	w = poolWindow("MaxPool2DOf", w)
	return apply(poolGather{w: w}, apply(poolIndex{w: w}, by), x)
}

// AvgPool2D returns the mean of each window of images x (n, height, width, channels), channel by
// channel. Padding does not count.
func AvgPool2D(x *Node, w Window) *Node { return apply(avgPool{w: poolWindow("AvgPool2D", w)}, x) }

func poolWindow(op string, w Window) Window {
	w = w.filled(op, w.Size, w.Size)
	for i := range 2 {
		if pad := max(w.Before[i], w.After[i]); pad > 0 && (pad >= w.extent(i) || w.Dilation[i] > 1) {
			fail(op, "window %+v could lie in the padding as a whole: pad by less than the window, without dilation", w)
		}
	}
	return w
}

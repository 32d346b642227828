package nets

import (
	"cmp"

	"lethe/graph"
)

// Dense is an affine layer, xW + b for x (n, In).
type Dense struct {
	In, Out int
	He      bool // W starts uniform in +-sqrt(6/In), for a ReLU behind it, and not Glorot-uniform
}

// Params returns W (In, Out) and b (Out).
func (l Dense) Params() []Param {
	w := Weight("W", l.In, l.Out)
	if l.He {
		w = graph.HeWeight("W", l.In, l.Out)
	}
	return []Param{w, Bias("b", l.Out)}
}

// Forward returns xW + b: (n, Out).
func (l Dense) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.Affine(x, p[0], p[1])
}

// Conv is a convolution with square filters of images (n, height, width, In).
type Conv struct {
	In, Out  int  // channels
	Size     int  // of the filters
	Stride   int  // 0 = 1
	Dilation int  // 0 = 1
	Padding  int  // rows and columns of zeros on each side
	Same     bool // padding that keeps the images' size, at stride 1; Padding has to be 0 then
}

// Params returns W (Size, Size, In, Out), uniform in +-sqrt(6/(Size Size In)) at the start (He et al. 2015), and b (Out).
func (l Conv) Params() []Param {
	w := graph.HeWeight("W", l.Size*l.Size*l.In, l.Out)
	w.Shape = []int{l.Size, l.Size, l.In, l.Out}
	return []Param{w, Bias("b", l.Out)}
}

// Forward returns the filtered images (n, height', width', Out), see [graph.Conv2D].
func (l Conv) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	w := graph.Window{Stride: [2]int{l.Stride, l.Stride}, Dilation: [2]int{l.Dilation, l.Dilation}, Before: [2]int{l.Padding, l.Padding},
		After: [2]int{l.Padding, l.Padding}}
	if l.Same {
		if l.Padding != 0 {
			panic(&graph.Error{Op: "Conv", Message: "Same and Padding are both set"})
		}
		w = w.Same([2]int{l.Size, l.Size})
	}
	return graph.Add(graph.Conv2D(x, p[0], w), p[1])
}

// BatchNorm normalises each channel of x (n, ..., Channels), see [graph.BatchNorm]: by the moments of the batch in the training pass, and by
// running statistics, which [Model.EstimateStatistics] finds, in the evaluation pass.
type BatchNorm struct {
	Channels int
	Epsilon  float64 // added to the variance; 0 = 1e-3
}

// Params returns gain and bias, which start at 1 and 0, and the running mean and variance, which are Fixed and start at 0 and 1; all
// (Channels).
func (l BatchNorm) Params() []Param {
	mean, variance := Bias("mean", l.Channels), graph.Constant("variance", 1, l.Channels)
	mean.Fixed, variance.Fixed = true, true
	return []Param{graph.Constant("gain", 1, l.Channels), Bias("bias", l.Channels), mean, variance}
}

func (l BatchNorm) epsilon() float64 { return cmp.Or(l.Epsilon, 1e-3) }

// Forward returns x normalised by the running statistics.
func (l BatchNorm) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.BatchNorm(x, p[0], p[1], p[2], p[3], l.epsilon())
}

// ForwardTraining returns x normalised by the moments of the batch.
func (l BatchNorm) ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return t.BatchNorm(x, p[0], p[1], p[2], p[3], l.epsilon())
}

// Dropout leaves out a share Rate of the elements, 0 to below 1, in the training pass.
type Dropout struct{ Rate float64 }

// Params returns none.
func (Dropout) Params() []Param { return nil }

// Forward returns x itself.
func (Dropout) Forward(_ []*graph.Node, x *graph.Node) *graph.Node { return x }

// ForwardTraining returns x with a part of it left out, see [graph.Dropout].
func (l Dropout) ForwardTraining(_ []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return t.Dropout(x, l.Rate)
}

// MaxPool takes the maximum over square windows of images (n, height, width, channels).
type MaxPool struct {
	Size, Stride int // Stride 0 = Size
	Padding      int // rows and columns on each side, below Size
}

// Params returns none.
func (MaxPool) Params() []Param { return nil }

// Forward returns the pooled images, see [graph.MaxPool2D].
func (l MaxPool) Forward(_ []*graph.Node, x *graph.Node) *graph.Node {
	return graph.MaxPool2D(x, poolWindow(l.Size, l.Stride, l.Padding))
}

// AvgPool takes the mean over square windows of images (n, height, width, channels).
type AvgPool struct {
	Size, Stride int // Stride 0 = Size
	Padding      int // rows and columns on each side, below Size
}

// Params returns none.
func (AvgPool) Params() []Param { return nil }

// Forward returns the pooled images, see [graph.AvgPool2D].
func (l AvgPool) Forward(_ []*graph.Node, x *graph.Node) *graph.Node {
	return graph.AvgPool2D(x, poolWindow(l.Size, l.Stride, l.Padding))
}

func poolWindow(size, stride, padding int) graph.Window {
	pair := func(n int) [2]int { return [2]int{n, n} }
	return graph.Window{Size: pair(size), Stride: pair(stride), Before: pair(padding), After: pair(padding)}
}

// Flatten makes one row of each sample.
type Flatten struct{}

// Params returns none.
func (Flatten) Params() []Param { return nil }

// Forward returns x (n, ...) as (n, width).
func (Flatten) Forward(_ []*graph.Node, x *graph.Node) *graph.Node {
	s := x.Shape()
	return graph.Reshape(x, s[0], s.TotalSize()/s[0])
}

// Activation is a function of each element as a layer: Activation(graph.ReLU).
type Activation func(*graph.Node) *graph.Node

// Params returns none.
func (Activation) Params() []Param { return nil }

// Forward returns f(x).
func (f Activation) Forward(_ []*graph.Node, x *graph.Node) *graph.Node { return f(x) }

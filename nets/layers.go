package nets

import (
	"cmp"

	"lethe/graph"
)

// Dense is an affine layer, xW + b for x (n, ..., In): each position of a sequence is a row of its
// own.
type Dense struct {
	In, Out int
	He      bool // W starts uniform in +-sqrt(6/In), for a ReLU behind it, and not Glorot-uniform
}

// Params returns W (In, Out) and b (Out).
func (l Dense) Params() []Param {
	atLeast(1, "Dense", setting{"In", l.In}, setting{"Out", l.Out})
	w := Weight("W", l.In, l.Out)
	if l.He {
		w = graph.HeWeight("W", l.In, l.Out)
	}
	return []Param{w, Bias("b", l.Out)}
}

// Forward returns xW + b: (n, ..., Out).
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

// Params returns W (Size, Size, In, Out), uniform in +-sqrt(6/(Size Size In)) at the start (He et
// al. 2015), and b (Out).
func (l Conv) Params() []Param {
	atLeast(1, "Conv", setting{"In", l.In}, setting{"Out", l.Out}, setting{"Size", l.Size})
	atLeast(0, "Conv", setting{"Stride", l.Stride}, setting{"Dilation", l.Dilation}, setting{"Padding", l.Padding})
	if l.Same && l.Padding != 0 {
		refuse("Conv", "Same and Padding are both set")
	}
	if n := float64(l.Size) * float64(l.Size) * float64(l.In) * float64(l.Out); n > mostParameters {
		refuse("Conv", "filters of %d by %d for %d and %d channels are more numbers than any machine holds", l.Size, l.Size, l.In, l.Out)
	}
	w := graph.HeWeight("W", l.Size*l.Size*l.In, l.Out)
	w.Shape = []int{l.Size, l.Size, l.In, l.Out}
	return []Param{w, Bias("b", l.Out)}
}

// Forward returns the filtered images (n, height', width', Out), see [graph.Conv2D].
func (l Conv) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	w := graph.Window{Stride: [2]int{l.Stride, l.Stride}, Dilation: [2]int{l.Dilation, l.Dilation}, Before: [2]int{l.Padding, l.Padding},
		After: [2]int{l.Padding, l.Padding}}
	if l.Same {
		w = w.Same([2]int{l.Size, l.Size})
	}
	return graph.Add(graph.Conv2D(x, p[0], w), p[1])
}

// LayerNorm normalizes each row of Width numbers of x (n, ..., Width) by its own mean and variance,
// see [graph.LayerNorm].
type LayerNorm struct {
	Width   int     // at least 2: the variance of one number is 0
	Epsilon float64 // added to the variance; 0 = 1e-5
}

// Params returns gain and bias (Width), which start at 1 and 0.
func (l LayerNorm) Params() []Param {
	atLeast(2, "LayerNorm", setting{"Width", l.Width})
	checkEpsilon("LayerNorm", l.Epsilon)
	return []Param{graph.Constant("gain", 1, l.Width), Bias("bias", l.Width)}
}

// Forward returns gain*(x - mean)/sqrt(variance + Epsilon) + bias: (n, ..., Width).
func (l LayerNorm) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	if s := x.Shape(); len(s) < 2 || s[len(s)-1] != l.Width {
		refuse("LayerNorm", "rows of shape %v: want (n, ..., %d)", s, l.Width)
	}
	return graph.LayerNorm(x, p[0], p[1], cmp.Or(l.Epsilon, 1e-5))
}

// BatchNorm normalizes each channel of x (n, ..., Channels), see [graph.BatchNorm]: by the moments
// of the batch in the training pass, and by running statistics, which [Model.EstimateStatistics]
// finds, in the evaluation pass.
type BatchNorm struct {
	Channels int
	Epsilon  float64 // added to the variance; 0 = 1e-3
}

// Params returns gain and bias, which start at 1 and 0, and the running mean and variance, which
// are Fixed and start at 0 and 1; all (Channels).
func (l BatchNorm) Params() []Param {
	atLeast(1, "BatchNorm", setting{"Channels", l.Channels})
	checkEpsilon("BatchNorm", l.Epsilon)
	mean, variance := Bias("mean", l.Channels), graph.Constant("variance", 1, l.Channels)
	mean.Fixed, variance.Fixed = true, true
	return []Param{graph.Constant("gain", 1, l.Channels), Bias("bias", l.Channels), mean, variance}
}

func (l BatchNorm) epsilon() float64 { return cmp.Or(l.Epsilon, 1e-3) }

// Forward returns x normalized by the running statistics.
func (l BatchNorm) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.BatchNorm(x, p[0], p[1], p[2], p[3], l.epsilon())
}

// ForwardTraining returns x normalized by the moments of the batch.
func (l BatchNorm) ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return t.BatchNorm(x, p[0], p[1], p[2], p[3], l.epsilon())
}

// Dropout leaves out a share Rate of the elements, 0 to below 1, in the training pass.
type Dropout struct{ Rate float64 }

// Params returns none.
func (l Dropout) Params() []Param {
	checkRate("Dropout", "Rate", l.Rate)
	return nil
}

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
func (l MaxPool) Params() []Param {
	checkPool("MaxPool", l.Size, l.Stride, l.Padding)
	return nil
}

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
func (l AvgPool) Params() []Param {
	checkPool("AvgPool", l.Size, l.Stride, l.Padding)
	return nil
}

// Forward returns the pooled images, see [graph.AvgPool2D].
func (l AvgPool) Forward(_ []*graph.Node, x *graph.Node) *graph.Node {
	return graph.AvgPool2D(x, poolWindow(l.Size, l.Stride, l.Padding))
}

func checkPool(layer string, size, stride, padding int) {
	atLeast(1, layer, setting{"Size", size})
	atLeast(0, layer, setting{"Stride", stride}, setting{"Padding", padding})
	if padding >= size {
		refuse(layer, "Padding is %d: it has to be below Size, %d, or a window could lie in it as a whole", padding, size)
	}
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

// Reshape gives each sample another shape: rows of 784 numbers become images with Shape {28, 28,
// 1}.
type Reshape struct {
	Shape []int // of a sample, in row-major order; one dimension may be -1, which is found from the others
}

// Params returns none.
func (l Reshape) Params() []Param {
	open := 0
	for _, d := range l.Shape {
		if d == -1 {
			open++
		} else {
			atLeast(1, "Reshape", setting{"a dimension of Shape", d})
		}
	}
	if len(l.Shape) == 0 || open > 1 {
		refuse("Reshape", "Shape is %v: give at least one dimension, and -1 for one at most", l.Shape)
	}
	return nil
}

// Forward returns x (n, ...) as (n, Shape...).
func (l Reshape) Forward(_ []*graph.Node, x *graph.Node) *graph.Node {
	s := x.Shape()
	shape, have, want := []int{s[0]}, s.TotalSize()/s[0], 1
	for _, d := range l.Shape {
		if d != -1 {
			if want > have/d {
				refuse("Reshape", "samples of shape %v have %d numbers, Shape %v has more", s[1:], have, l.Shape)
			}
			want *= d
		}
	}
	for _, d := range l.Shape {
		if d == -1 {
			d = have / want
			want *= d
		}
		shape = append(shape, d)
	}
	if want != have {
		refuse("Reshape", "samples of shape %v have %d numbers, which do not fill Shape %v", s[1:], have, l.Shape)
	}
	return graph.Reshape(x, shape...)
}

// Activation is a function of each element as a layer: Activation(graph.ReLU). It may be any
// function that keeps the samples apart.
type Activation func(*graph.Node) *graph.Node

// Params returns none.
func (f Activation) Params() []Param {
	if f == nil {
		refuse("Activation", "the function is nil")
	}
	return nil
}

// Forward returns f(x).
func (f Activation) Forward(_ []*graph.Node, x *graph.Node) *graph.Node { return f(x) }

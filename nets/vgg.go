package nets

import (
	"cmp"

	"lethe/graph"
)

// VGG is a convolutional network of blocks of twice [3x3 convolution that keeps the size, ReLU,
// batch normalization] and maximum pooling by 2, followed by a dense layer with ReLU and batch
// normalization and one for the outputs (Simonyan and Zisserman 2015;
// docs/paper.md#poisoned-labels). The zero value is the paper's network for images of 32x32x3 and
// 10 classes, with 1,798,282 parameters that are trained.
type VGG struct {
	Height, Width, Channels int       // of the images; 0 = 32, 32, 3
	Blocks                  []int     // channels of each block; nil = 128, 128, 128
	Dense                   int       // width of the dense layer; 0 = 512
	Classes                 int       // outputs; 0 = 10
	Dropout                 []float64 // share left out behind each block; nil = none where Blocks is given, else 0.1, 0.1, 0.2
}

func (v VGG) layers() sequence {
	v.Height, v.Width, v.Channels = cmp.Or(v.Height, 32), cmp.Or(v.Width, 32), cmp.Or(v.Channels, 3)
	v.Dense, v.Classes = cmp.Or(v.Dense, 512), cmp.Or(v.Classes, 10)
	if v.Blocks == nil {
		v.Blocks = []int{128, 128, 128}
		if v.Dropout == nil {
			v.Dropout = []float64{0.1, 0.1, 0.2}
		}
	}
	v.check()
	var ls sequence
	in, h, w := v.Channels, v.Height, v.Width
	for i, c := range v.Blocks {
		for range 2 {
			ls = append(ls, Conv{In: in, Out: c, Size: 3, Same: true}, Activation(graph.ReLU), BatchNorm{Channels: c})
			in = c
		}
		ls = append(ls, MaxPool{Size: 2})
		h, w = h/2, w/2
		if i < len(v.Dropout) && v.Dropout[i] != 0 {
			ls = append(ls, Dropout{Rate: v.Dropout[i]})
		}
	}
	return append(ls, Flatten{}, Dense{In: h * w * in, Out: v.Dense, He: true}, Activation(graph.ReLU), BatchNorm{Channels: v.Dense},
		Dense{In: v.Dense, Out: v.Classes})
}

// check refuses sizes that no network has, the defaults being in place.
func (v VGG) check() {
	atLeast(1, "VGG", setting{"Height", v.Height}, setting{"Width", v.Width}, setting{"Channels", v.Channels}, setting{"Dense", v.Dense},
		setting{"Classes", v.Classes})
	for _, c := range v.Blocks {
		atLeast(1, "VGG", setting{"a width of Blocks", c})
	}
	for _, rate := range v.Dropout {
		checkRate("VGG", "a rate of Dropout", rate)
	}
	if len(v.Dropout) > len(v.Blocks) {
		refuse("VGG", "%d rates of Dropout for %d blocks", len(v.Dropout), len(v.Blocks))
	}
	if n := len(v.Blocks); n > 30 || min(v.Height, v.Width)>>n == 0 {
		refuse("VGG", "%d blocks halve images of %d by %d to nothing: take fewer blocks or larger images", n, v.Height, v.Width)
	}
}

// Params returns conv1/W, conv1/b, norm1/gain, norm1/bias, norm1/mean, norm1/variance, and so on,
// to dense2/b.
func (v VGG) Params() []Param { return v.layers().Params() }

// Forward returns the outputs before the loss (n, Classes) for images (n, Height, Width, Channels).
func (v VGG) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return v.layers().Forward(p, x) }

// ForwardTraining is Forward with the statistics of the batch, and with dropout.
func (v VGG) ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return v.layers().pass(p, x, t)
}

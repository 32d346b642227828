package network

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lethe/graph"
	"lethe/nets"
)

// Shape is what a network is given.
type Shape struct {
	// Sample is the shape of one sample: [20] for rows of 20 columns, [28, 28, 1] for images
	// (height, width, channels), [64] for windows of 64 tokens, [50, 3] for sequences of 50 rows.
	Sample []int
	// Vocabulary above 0 says that a sample is a window of token ids below it.
	Vocabulary int
	// Targets is the number of labels of a sample; 0 = 1.
	Targets int
}

// File is a network.yaml with every size in place.
type File struct {
	Inputs    Shape
	Classes   int     // of the labels; 0 = a regression
	Layers    []Layer // one behind the other
	Loss      string  // LossLogistic, LossSoftmax or LossSquared
	L2        float64 // lambda of unlearn.Problem, whose loss is a sum over the samples
	Precision string  // Float64 or Float32
	// Names says what a state dict calls a layer ("dense1": "fc1") or a parameter ("dense1/W":
	// "fc1.weight"); see [Import]. nil = found by order and shape.
	Names map[string]string
}

// The losses of a network.yaml, and its precisions.
const (
	LossLogistic = "logistic" // two classes, one output: nets.Logistic
	LossSoftmax  = "softmax"  // an output for each class: nets.SoftmaxCrossEntropy
	LossSquared  = "squared"  // targets: nets.Squared

	Float64 = "float64"
	Float32 = "float32"
)

var losses = map[string]nets.Loss{LossLogistic: nets.Logistic, LossSoftmax: nets.SoftmaxCrossEntropy, LossSquared: nets.Squared}

// Parse returns the network of a short form or of the network.yaml at that path, for samples of
// that shape whose labels are of so many classes; 0 classes are a regression. The short forms are
//
//	linear         a linear model; its L2 is 1
//	mlp:64,64      affine layers of these widths with tanh between them, and one for the outputs
//	cnn:16,32      for each width a 3x3 convolution, ReLU and maximum pooling by 2; then a dense layer
//	vgg:64,128     nets.VGG with blocks of these widths
//	lstm:64,64     layers of long short-term memory, on tokens behind an embedding of the first width
//	gru:64         the same of gated recurrent units
//
// What a file says of its inputs and classes has to agree with what is given here; where one of the
// two is silent (a nil Shape.Sample), the other counts. A fault in a file is an error that names
// the line.
func Parse(spec string, inputs Shape, classes int) (*File, error) {
	name, widths, _ := strings.Cut(spec, ":")
	if slices.Contains(shortForms, name) {
		f, err := short(name, widths, inputs, classes)
		if err != nil {
			return nil, fmt.Errorf("network %q: %w", spec, err)
		}
		return f, nil
	}
	ext := strings.ToLower(filepath.Ext(spec))
	if _, err := os.Stat(spec); err != nil && ext != ".yaml" && ext != ".yml" {
		return nil, fmt.Errorf("network %q is neither a short form nor a file.%s The short forms are linear, mlp:64,64, cnn:16,32, vgg:64,128, "+
			"lstm:64,64 and gru:64; a file ends with .yaml", spec, didYouMean(name, shortForms))
	}
	return read(spec, inputs, classes)
}

// outputs is the number of outputs of a sample that the loss needs; the loss has to be set.
func (f *File) outputs() int {
	targets := max(f.Inputs.Targets, 1)
	if f.Loss == LossSoftmax {
		return f.Classes * targets
	}
	return targets
}

// Build returns the network and its loss.
func (f *File) Build() (nets.Network, nets.Loss, error) {
	loss, ok := losses[f.Loss]
	if !ok {
		return nil, nil, fmt.Errorf("network: the loss %q is not known: take %s, %s or %s", f.Loss, LossLogistic, LossSoftmax, LossSquared)
	}
	net := network(f.Layers)
	if err := graph.Build(func() { net.Params() }); err != nil {
		return nil, nil, fmt.Errorf("network: %w", err)
	}
	return net, loss, nil
}

// network joins layers. A single layer is the network itself, so that its parameters keep their
// names and a linear model is known to be convex.
func network(layers []Layer) nets.Network {
	ls := make([]nets.Network, len(layers))
	for i, l := range layers {
		ls[i] = kinds[l.Kind].build(l)
	}
	if len(ls) == 1 && kinds[layers[0].Kind].whole {
		return ls[0]
	}
	return nets.Sequential(ls...)
}

// Options are those of nets.NewModel that the file asks for.
func (f *File) Options() []nets.Option {
	if f.Precision == Float32 {
		return []nets.Option{nets.Float32()}
	}
	return []nets.Option{nets.Float64()}
}

// Model returns the network and the loss of [File.Build] as a model, by [File.Options] and those
// given here.
func (f *File) Model(opts ...nets.Option) (*nets.Model, error) {
	net, loss, err := f.Build()
	if err != nil {
		return nil, err
	}
	return nets.NewModel(net, loss, append(f.Options(), opts...)...)
}

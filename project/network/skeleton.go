package network

import (
	"errors"

	"lethe/nets"
)

// Shape is what a network is given.
type Shape struct {
	Sample     []int `yaml:"sample,flow"`          // of one sample: [20] columns, [28, 28, 1] images, [64] tokens
	Vocabulary int   `yaml:"vocabulary,omitempty"` // above 0: a sample is a window of token ids below it
	Targets    int   `yaml:"targets,omitempty"`    // labels of a sample; 0 = 1
}

// File is a network.yaml with every size in place.
type File struct {
	Inputs    Shape
	Classes   int               // of the labels; 0 = a regression
	Layers    []Layer           // one behind the other
	Loss      string            // logistic, softmax or squared
	L2        float64           // the regularizer of the problem, see unlearn.Problem
	Precision string            // float64 or float32
	Names     map[string]string // for Import: what the state dict calls a layer or a parameter
}

// Layer is one layer.
type Layer struct{ Kind string }

// Parse returns the network of a short form, "linear", "mlp:64,64", "cnn:16,32", "lstm:64,64" or
// "gru:64", or of the network.yaml at that path, for samples of that shape with labels of so many
// classes; 0 classes are a regression.
func Parse(spec string, inputs Shape, classes int) (*File, error) {
	return nil, errors.ErrUnsupported
}

// Build returns the network and its loss.
func (f *File) Build() (nets.Network, nets.Loss, error) { return nil, nil, errors.ErrUnsupported }

// Options are those of nets.NewModel that the file asks for.
func (f *File) Options() []nets.Option { return nil }

// Model returns Build's network and loss as a model, by Options.
func (f *File) Model() (*nets.Model, error) { return nil, errors.ErrUnsupported }

// Write writes the file, with all sizes and in one form, as a whole or not at all.
func (f *File) Write(path string) error { return errors.ErrUnsupported }

// Imported is a network with parameters that another program trained.
type Imported struct {
	File  *File     // the network, with what the import settled
	Theta []float64 // in the order of the network's Params
	Notes []string  // what was ignored, turned or assumed
}

// Import reads a PyTorch state dict in a safetensors file.
func Import(path string, f *File) (*Imported, error) { return nil, errors.ErrUnsupported }

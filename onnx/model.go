package onnx

import (
	"slices"

	"lethe/nets"
)

// Options says how a file is read.
type Options struct {
	// Output names the value of the file's graph that is the network's output before the loss; empty
	// if it is to be found: the input of the last softmax or sigmoid, the scores of a LinearClassifier,
	// or the first output.
	Output string
	// Loss is "softmax", "logistic" or "squared"; empty if it is to be found, see [Model.Loss].
	Loss string
	// MaxBytes is how large the file and those beside it may be together; 0 = 2 GiB.
	MaxBytes int64
}

// Model is an ONNX file, and the network that it describes.
type Model struct {
	path      string
	file      *file
	externals []*external
	nodes     []*node // what the output needs, in order
	inputs    []Value
	params    []*parameter
	constants map[string]value // initializers that are no parameters
	head      head
	classes   []string
	notes     []string
	batchAxis int // of the first input
	fixed     int // samples that the file was made for; 0 if any number
	made      map[*node]made
	recording bool
	trains    bool
	affine    error // why the outputs are not x W + b; nil if they are
	linear    error // why they are not f(x) W + b, with an f without parameters; nil if they are
}

// parameter is an initializer that is learned, or a running statistic.
type parameter struct {
	data   *tensorData
	value  value
	fixed  bool
	number int  // of the initializer in the file
	tie    *tie // nil unless the initializer holds the parameter twice
}

// Inputs returns the inputs of the file's graph.
func (m *Model) Inputs() []Value { return slices.Clone(m.inputs) }

// Outputs returns the outputs of the file's graph.
func (m *Model) Outputs() []Value { return slices.Clone(m.file.outputs) }

// Notes says what a user should know of how the file was read, one sentence each.
func (m *Model) Notes() []string { return slices.Clone(m.notes) }

// Classes returns the names of the classes, in the order of the outputs; nil if the file has none.
func (m *Model) Classes() []string { return slices.Clone(m.classes) }

// Loss returns the loss that the file's last nodes stand for: SoftmaxCrossEntropy before a softmax
// or several outputs, Logistic before a sigmoid, Squared for a regression or a single output.
// Several sigmoids, of which the largest is the class, have OneAgainstAll. Two sigmoids whose scores
// are opposite, as the file of a classifier of two classes may have them, are one output with Logistic.
func (m *Model) Loss() nets.Loss { return m.head.loss.function() }

// Theta returns the file's numbers, in the order of the parameters of [Model.Network].
func (m *Model) Theta() []float64 {
	var theta []float64
	for _, p := range m.params {
		theta = append(theta, p.value.floats...)
	}
	return theta
}

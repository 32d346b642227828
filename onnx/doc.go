// Package onnx reads an ONNX file as a differentiable network, and writes it back with other
// weights.
//
// [Load] decodes the file of an exporter (PyTorch, scikit-learn, Keras) and finds the outputs before
// the last softmax or sigmoid, the logits. [Model.Network] is then a nets.Network whose parameters
// are the file's floating-point initializers, by their names there, and [Model.Save] writes the
// file again in which only the numbers of changed initializers differ.
package onnx

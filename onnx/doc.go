// Package onnx reads an ONNX file as a differentiable network, and writes it back with other
// weights.
//
// [Load] decodes the file of an exporter (PyTorch, scikit-learn, Keras), finds the output before
// the last softmax or sigmoid and the loss that belongs to it, and makes a [Model]. [Model.Network]
// is then a nets.Network whose parameters are the file's floating-point initializers, by their
// names there, and [Model.Save] writes the file again: only the numbers of initializers that
// changed differ.
//
//	file, err := onnx.Load("model.onnx", onnx.Options{})
//	if err != nil {
//		return err
//	}
//	model, err := nets.NewModel(file.Network(), file.Loss())
//	if err != nil {
//		return err
//	}
//	theta := file.Theta() // to be changed
//	if err := file.Save("changed.onnx", theta); err != nil {
//		return err
//	}
//
// The network is built for each size of batch from the file's nodes: what depends on shapes and on
// constants alone is computed at once, the rest becomes operations of package graph.
package onnx

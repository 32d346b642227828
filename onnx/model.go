package onnx

// Model is an ONNX file.
type Model struct{}

// segment is a run of numbers in the file: where, and how many.
type segment struct{ at, n int }

type tensorProto struct{}

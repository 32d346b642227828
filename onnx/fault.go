package onnx

import "fmt"

// fault is what is wrong with a node of the file; it is panicked with while a network is built.
type fault struct {
	node    *node
	message string
	cause   error
}

func (f *fault) Error() string {
	if f.node == nil {
		return f.message
	}
	return fmt.Sprintf("%v: %s", f.node, f.message)
}

func (f *fault) Unwrap() error { return f.cause }

// wanted is panicked with where numbers have to be known when a network is built and are taken from
// parameters: these are constants then, and the network is built again.
type wanted struct {
	origins origins
	fault
}

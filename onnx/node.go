package onnx

import "fmt"

// node is a node of the file's graph.
type node struct {
	name, op, domain string
	in, out          []string // an empty name stands for an optional one that is left out
	attrs            map[string]attribute
	index            int   // its place in the file
	version          int64 // of the operator set of its domain
}

// key is the operator's name in the registry.
func (n *node) key() string { return key(n.domain, n.op) }

// key joins a domain and an operator; that of ONNX itself goes without saying.
func key(domain, op string) string {
	if domain == "" || domain == "ai.onnx" {
		return op
	}
	return domain + "." + op
}

// String names the node for messages.
func (n *node) String() string { return fmt.Sprintf("%s (%s)", n.label(), n.key()) }

// label is the node's name or, where it has none, its first output.
func (n *node) label() string {
	switch {
	case n.name != "":
		return fmt.Sprintf("node %q", n.name)
	case len(n.out) > 0 && n.out[0] != "":
		return fmt.Sprintf("the node of output %q", n.out[0])
	}
	return fmt.Sprintf("node %d", n.index+1)
}

// attrKind is the type of an attribute, in the numbers of the file.
type attrKind int

const (
	attrFloat   attrKind = 1
	attrInt     attrKind = 2
	attrText    attrKind = 3
	attrTensor  attrKind = 4
	attrGraph   attrKind = 5
	attrFloats  attrKind = 6
	attrInts    attrKind = 7
	attrTexts   attrKind = 8
	attrTensors attrKind = 9
	attrGraphs  attrKind = 10
)

func (k attrKind) String() string {
	names := map[attrKind]string{attrFloat: "a number", attrInt: "a whole number", attrText: "a text", attrTensor: "a tensor", attrGraph: "a graph",
		attrFloats: "numbers", attrInts: "whole numbers", attrTexts: "texts", attrTensors: "tensors", attrGraphs: "graphs"}
	if s, ok := names[k]; ok {
		return s
	}
	return fmt.Sprintf("of type %d", int(k))
}

// attribute is one attribute of a node; kind says which field holds it.
type attribute struct {
	kind   attrKind
	f      float64
	i      int64
	s      string
	floats []float64
	ints   []int64
	texts  []string
	tensor *tensorData
	places []segment // of floats in the file
	ref    string    // name of the function's attribute that it stands for
}

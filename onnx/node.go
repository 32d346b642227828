package onnx

import "fmt"

// node is a node of the file's graph.
type node struct {
	name, op, domain string
	in, out          []string // an empty name stands for an optional one that is left out
	attrs            map[string]attribute
	index            int // its place in the file
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

// String names the node for messages: by its name or, where it has none, its first output.
func (n *node) String() string {
	switch {
	case n.name != "":
		return fmt.Sprintf("node %q (%s)", n.name, n.key())
	case len(n.out) > 0 && n.out[0] != "":
		return fmt.Sprintf("the node of output %q (%s)", n.out[0], n.key())
	}
	return fmt.Sprintf("node %d (%s)", n.index+1, n.key())
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
	tensor *tensorProto
	places []segment // of floats in the file
	ref    string    // name of the function's attribute that it stands for
}

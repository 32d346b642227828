package onnx

import (
	"math"
	"strings"

	"lethe/graph"
)

// withConstants are the activations of recurrent layers that have constants alpha and beta, with
// what these are where the file says nothing, in the order in which they are taken from it.
var withConstants = map[string]struct {
	constants []float64
	f         func(x *graph.Node, c []float64) *graph.Node
}{
	"affine":    {[]float64{1, 0}, func(x *graph.Node, c []float64) *graph.Node { return graph.Shift(graph.Scale(x, c[0]), c[1]) }},
	"leakyrelu": {[]float64{0.01}, func(x *graph.Node, c []float64) *graph.Node { return graph.LeakyReLU(x, c[0]) }},
	"thresholdedrelu": {[]float64{1}, func(x *graph.Node, c []float64) *graph.Node {
		return thresholded(x, c[0])
	}},
	"scaledtanh": {[]float64{1, 1}, func(x *graph.Node, c []float64) *graph.Node {
		return graph.Scale(graph.Tanh(graph.Scale(x, c[1])), c[0])
	}},
	"hardsigmoid": {[]float64{0.2, 0.5}, func(x *graph.Node, c []float64) *graph.Node { return hardSigmoid(x, c[0], c[1]) }},
	"elu":         {[]float64{1}, func(x *graph.Node, c []float64) *graph.Node { return graph.ELU(x, c[0]) }},
}

// plainActivations are those without constants.
var plainActivations = map[string]func(*graph.Node) *graph.Node{
	"relu": graph.ReLU, "tanh": graph.Tanh, "sigmoid": graph.Sigmoid, "softsign": softsign, "softplus": graph.Softplus,
}

// activations are the functions of direction d, behind a limit to what they are given if there is
// one. That of a memory, the third, has none, as in onnxruntime.
func (r *recurrence) activations(d int) []func(*graph.Node) *graph.Node {
	k := len(r.kind.functions)
	names := r.textsOf("activations", r.kind.functions...)
	if len(names) != k && len(names) != k*r.directions {
		r.fail("%d activations for %d directions: want %d for each", len(names), r.directions, k)
	}
	alphas, betas := r.floatsOf("activation_alpha"), r.floatsOf("activation_beta")
	var fs []func(*graph.Node) *graph.Node
	for i, name := range names {
		f := r.activation(name, &alphas, &betas)
		if i%k < 2 {
			f = r.limited(f)
		}
		fs = append(fs, f)
	}
	if len(fs) == k {
		return fs
	}
	return fs[d*k : (d+1)*k]
}

// activation finds a function and takes its constants from those that are left.
func (r *recurrence) activation(name string, alphas, betas *[]float64) func(*graph.Node) *graph.Node {
	name = strings.ToLower(name)
	if f, ok := plainActivations[name]; ok {
		return f
	}
	s, ok := withConstants[name]
	if !ok {
		r.fail("activation %q is not one of ONNX's", name)
	}
	c := append([]float64(nil), s.constants...)
	for i, left := range []*[]float64{alphas, betas} {
		if i < len(c) && len(*left) > 0 {
			c[i], *left = (*left)[0], (*left)[1:]
		}
	}
	return func(x *graph.Node) *graph.Node { return s.f(x, c) }
}

// limited clips what an activation is given, if the node says so.
func (r *recurrence) limited(f func(*graph.Node) *graph.Node) func(*graph.Node) *graph.Node {
	limit := r.float("clip", 0)
	if limit <= 0 {
		return f
	}
	return func(x *graph.Node) *graph.Node { return f(between(x, -limit, limit)) }
}

// between is x from lo to hi, which are constants and may be infinite.
func between(x *graph.Node, lo, hi float64) *graph.Node {
	if !math.IsInf(lo, -1) {
		x = graph.Maximum(x, graph.Fixed(x, []float64{lo}))
	}
	if !math.IsInf(hi, 1) {
		x = graph.Minimum(x, graph.Fixed(x, []float64{hi}))
	}
	return x
}

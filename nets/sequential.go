package nets

import (
	"fmt"

	"lethe/graph"
)

// Sequential returns the network of layers one behind the other; each is a network of its own, a
// stock one or the user's. Parameters are named after their layer and its number among those of its
// kind: conv1/W, norm1/gain, dense2/b, and layer1/... for networks that are no stock layers. Where
// a layer has a training pass of its own, so has the network. An error names the layer.
func Sequential(layers ...Network) Network {
	s := sequence(layers)
	if s.trains() {
		return trainingSequence{s}
	}
	return s
}

// Residual returns the layer x + f(x) for the network f of the given layers, see [Sequential] (He
// et al. 2016).
func Residual(layers ...Network) Network {
	s := sequence(layers)
	if s.trains() {
		return trainingResidual{residual{s}}
	}
	return residual{s}
}

type sequence []Network

func (s sequence) trains() bool {
	for _, l := range s {
		if _, ok := l.(TrainingNetwork); ok {
			return true
		}
	}
	return false
}

// Params returns the parameters of the layers, in order.
func (s sequence) Params() []Param {
	var ps []Param
	for i, name := range s.names() {
		s.at(i, func() {
			for _, p := range s[i].Params() {
				p.Name = name + "/" + p.Name
				ps = append(ps, p)
			}
		})
	}
	return ps
}

// names are those of the layers: kind and number. Layers without parameters do not count.
func (s sequence) names() []string {
	names, count := make([]string, len(s)), map[string]int{}
	for i, l := range s {
		if isNil(l) {
			refuse("Sequential", "layer %d of %d is nil", i+1, len(s))
		}
		kind := layerKind(l)
		s.at(i, func() {
			if len(l.Params()) > 0 {
				count[kind]++
			}
		})
		names[i] = fmt.Sprint(kind, count[kind])
	}
	return names
}

// at calls f, and says of an error in which layer it was.
func (s sequence) at(i int, f func()) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *graph.Error:
			panic(&graph.Error{Op: r.Op, Node: r.Node, Message: fmt.Sprintf("%s (layer %d of %d, %T)", r.Message, i+1, len(s), s[i])})
		default:
			panic(r)
		}
	}()
	f()
}

func layerKind(l Network) string {
	switch l.(type) {
	case Conv, *Conv:
		return "conv"
	case Dense, *Dense:
		return "dense"
	case BatchNorm, *BatchNorm:
		return "norm"
	case LayerNorm, *LayerNorm:
		return "layernorm"
	case Embedding, *Embedding:
		return "embedding"
	case Positions, *Positions:
		return "positions"
	case Attention, *Attention:
		return "attention"
	case LSTMLayer, *LSTMLayer:
		return "lstm"
	case GRULayer, *GRULayer:
		return "gru"
	case residual, trainingResidual:
		return "residual"
	}
	return "layer"
}

// Forward returns the outputs of the last layer.
func (s sequence) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return s.pass(p, x, nil) }

func (s sequence) pass(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	for i, l := range s {
		s.at(i, func() {
			n := len(l.Params())
			if n > len(p) {
				refuse("Sequential", "the layer describes %d parameters and gets %d: Params has to return the same each time", n, len(p))
			}
			own, training := l.(TrainingNetwork)
			if t != nil && training {
				x = own.ForwardTraining(p[:n:n], x, t)
			} else {
				x = l.Forward(p[:n:n], x)
			}
			if x == nil {
				refuse("Forward", "it returned nil: return a node of the graph that it is given")
			}
			p = p[n:]
		})
	}
	return x
}

type trainingSequence struct{ sequence }

// ForwardTraining returns the outputs of the last layer in the training pass.
func (s trainingSequence) ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return s.pass(p, x, t)
}

type residual struct{ layers sequence }

// Params returns the parameters of the layers, in order.
func (r residual) Params() []Param { return r.layers.Params() }

// Forward returns x + f(x).
func (r residual) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return r.pass(p, x, nil) }

func (r residual) pass(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	y := r.layers.pass(p, x, t)
	if !y.Shape().Eq(x.Shape()) {
		refuse("Residual", "its layers turn %v into %v: they have to keep the shape", x.Shape(), y.Shape())
	}
	return graph.Add(x, y)
}

type trainingResidual struct{ residual }

// ForwardTraining is Forward in the training pass.
func (r trainingResidual) ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return r.pass(p, x, t)
}

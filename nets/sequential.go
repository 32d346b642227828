package nets

import (
	"fmt"

	"lethe/graph"
)

// Sequential returns the network of layers one behind the other; each is a network of its own, a stock one or the user's. Parameters are
// named after their layer and its number among those of its kind: conv1/W, norm1/gain, dense2/b, and layer1/... for networks that are no
// stock layers. Where a layer has a training pass of its own, so has the network.
func Sequential(layers ...Network) Network {
	for _, l := range layers {
		if _, ok := l.(TrainingNetwork); ok {
			return trainingSequence{layers}
		}
	}
	return sequence(layers)
}

type sequence []Network

// Params returns the parameters of the layers, in order.
func (s sequence) Params() []Param {
	var ps []Param
	count := map[string]int{}
	for _, l := range s {
		kind := layerKind(l)
		own := l.Params()
		if len(own) > 0 {
			count[kind]++
		}
		for _, p := range own {
			p.Name = fmt.Sprintf("%s%d/%s", kind, count[kind], p.Name)
			ps = append(ps, p)
		}
	}
	return ps
}

func layerKind(l Network) string {
	switch l.(type) {
	case Conv, *Conv:
		return "conv"
	case Dense, *Dense:
		return "dense"
	case BatchNorm, *BatchNorm:
		return "norm"
	}
	return "layer"
}

// Forward returns the outputs of the last layer.
func (s sequence) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return s.pass(p, x, nil) }

func (s sequence) pass(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	for _, l := range s {
		n := len(l.Params())
		own, training := l.(TrainingNetwork)
		if t != nil && training {
			x = own.ForwardTraining(p[:n], x, t)
		} else {
			x = l.Forward(p[:n], x)
		}
		p = p[n:]
	}
	return x
}

type trainingSequence struct{ sequence }

// ForwardTraining returns the outputs of the last layer in the training pass.
func (s trainingSequence) ForwardTraining(p []*graph.Node, x *graph.Node, t *Training) *graph.Node {
	return s.pass(p, x, t)
}

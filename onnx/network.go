package onnx

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
	"lethe/nets"
)

// Network returns the file as a network, up to the output before the loss. Its parameters are the
// initializers that are learned, and the running statistics of batch normalizations, by their names
// and shapes in the file. It starts at the file's numbers, whatever the seed. A sample may have the
// shape of the file's input, with channels in front or behind, or be a row of as many numbers.
func (m *Model) Network() nets.Network {
	if m.trains {
		return trainingNetwork{network{m}}
	}
	return network{m}
}

type network struct{ m *Model }

// Params returns the file's parameters, in the file's order.
func (n network) Params() []nets.Param {
	var ps []nets.Param
	for _, p := range n.m.params {
		start := func(_ *rand.Rand, dst []float64) { copy(dst, p.value.floats) }
		ps = append(ps, nets.Param{Name: p.data.name, Shape: slices.Clone(p.value.shape), Fixed: p.fixed, Init: start})
	}
	return ps
}

// Forward returns the outputs before the loss, one row a sample.
func (n network) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return n.m.forward(p, x, nil) }

type trainingNetwork struct{ network }

// ForwardTraining is Forward with batches that normalize themselves, and with dropout.
func (n trainingNetwork) ForwardTraining(p []*graph.Node, x *graph.Node, t *nets.Training) *graph.Node {
	return n.m.forward(p, x, t)
}

// forward panics as functions of package graph do.
func (m *Model) forward(p []*graph.Node, x *graph.Node, t *nets.Training) *graph.Node {
	var out *graph.Node
	if _, _, err := m.build(p, x, t, func(v value) { out = m.head.take(v) }); err != nil {
		panic(&graph.Error{Op: "onnx", Message: err.Error()})
	}
	return out
}

// build builds the network and calls finish with its output.
func (m *Model) build(p []*graph.Node, x *graph.Node, t *nets.Training, finish func(value)) (b *builder, out value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *wanted:
			err = r
		case *fault:
			err = r
		default:
			panic(r)
		}
	}()
	b = &builder{file: m.file, like: x, rows: x.Shape()[0], fixed: m.fixed, training: t, params: p, values: maps.Clone(m.constants),
		made: m.made, recording: m.made != nil && t == nil && m.recording}
	for i, n := range p {
		b.values[m.params[i].data.name] = value{kind: floats, shape: m.params[i].whole().shape, raw: m.params[i].initializer(n), from: origins{i}}
	}
	err = m.place(b, x)
	if err == nil {
		b.run(m.nodes)
		out = b.values[m.head.name]
		finish(out)
	}
	return b, out, err
}

// trial builds the network for 2 samples, and before it, to see what becomes of them, for as many
// as the file was exported for, if it was for a fixed number. Where the file leaves sizes free, the
// first of a few that fit are taken.
func (m *Model) trial() (b *builder, out value, err error) {
	if m.fixed > 0 && m.made == nil {
		m.made, m.recording = map[*node]made{}, true
		_, _, err := m.trialOf(m.fixed)
		m.recording = false
		if _, isWanted := err.(*wanted); err != nil && !isWanted {
			return nil, value{}, err
		} else if isWanted {
			m.made = nil
			return nil, value{}, err
		}
	}
	b, out, err = m.trialOf(2)
	if _, isWanted := err.(*wanted); err != nil && !isWanted && m.fixed > 0 {
		err = fmt.Errorf("%w; the file was exported for batches of %d, which may be the cause: export it with a free batch axis", err, m.fixed)
	}
	return b, out, err
}

// freeSizes are tried for the sizes that the file leaves free.
var freeSizes = []int{8, 32, 28, 64, 224, 1, 16, 128, 3}

func (m *Model) trialOf(rows int) (b *builder, out value, err error) {
	var first error
	for _, free := range freeSizes {
		b, out, err = m.tryAt(rows, free)
		if first == nil {
			first = err
		}
		if _, isWanted := err.(*wanted); err == nil || isWanted || !m.sizesFree() {
			return b, out, err
		}
	}
	return b, out, first
}

func (m *Model) tryAt(rows, free int) (b *builder, out value, err error) {
	broken := graph.Build(func() {
		g := gorgonia.NewGraph()
		var p []*graph.Node
		for _, q := range m.params {
			p = append(p, graph.Input(g, tensor.Float64, "parameter "+q.data.name, q.value.shape...))
		}
		x := graph.Input(g, tensor.Float64, "x", append([]int{rows}, m.sample(free)...)...)
		b, out, err = m.build(p, x, nil, func(v value) { m.head.take(v) })
	})
	if broken != nil {
		return nil, value{}, fmt.Errorf("%w", broken)
	}
	return b, out, err
}

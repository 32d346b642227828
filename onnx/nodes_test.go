package onnx

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
)

// single is one node test of the ONNX project: a graph of one node with inputs and outputs.
type single struct {
	file      *file
	nodes     []*node
	in, out   []value
	tolerance float64
}

func readSingle(t *testing.T, dir string) *single {
	data, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
	require.NoError(t, err)
	f, err := decode(data)
	require.NoError(t, err)
	require.NoError(t, f.prepare())
	l, err := link(f)
	require.NoError(t, err)
	var names []string
	for _, v := range f.outputs {
		names = append(names, v.Name)
	}
	s := &single{file: f, tolerance: 1e-5}
	s.nodes, err = l.order(names...)
	require.NoError(t, err)
	require.NoError(t, checkOperators(s.nodes))
	s.in = readTensors(t, filepath.Join(dir, "test_data_set_0"), "input")
	s.out = readTensors(t, filepath.Join(dir, "test_data_set_0"), "output")
	require.NotEmpty(t, s.out)
	return s
}

// known runs the node on known numbers.
func (s *single) known(t *testing.T) {
	b := &builder{file: s.file, values: map[string]value{}}
	for i, v := range s.in {
		b.values[s.file.inputs[i].Name] = v
	}
	require.NoError(t, graph.Build(func() { b.run(s.nodes) }))
	for i, want := range s.out {
		got := b.values[s.file.outputs[i].Name]
		require.Truef(t, got.known(), "output %d", i)
		requireClose(t, want, got, s.tolerance, "of known numbers, output "+s.file.outputs[i].Name)
	}
}

// differentiable builds the node on floating-point inputs that are nodes of a graph, but for those
// whose numbers have to be known, and returns these nodes, by number, and the outputs.
func (s *single) differentiable(t *testing.T) (in map[int]*graph.Node, outs []*graph.Node) {
	constant := map[int]bool{}
	for {
		g := gorgonia.NewGraph()
		b := &builder{file: s.file, values: map[string]value{}, like: graph.Input(g, tensor.Float64, "like", 1)}
		in = map[int]*graph.Node{}
		var numbers []int
		for i, v := range s.in {
			name := s.file.inputs[i].Name
			if v.kind == floats && v.size() > 0 && !constant[i] {
				in[i] = graph.Input(g, tensor.Float64, name, v.shape...)
				v = value{kind: floats, shape: v.shape, raw: in[i], from: origins{len(numbers)}}
				b.params, numbers = append(b.params, in[i]), append(numbers, i)
			}
			b.values[name] = v
		}
		err := built(b, s.nodes)
		var w *wanted
		if errors.As(err, &w) {
			for _, k := range w.origins {
				constant[numbers[k]] = true
			}
			continue
		}
		require.NoError(t, err)
		for i := range s.out {
			v := b.values[s.file.outputs[i].Name]
			if v.kind != floats || v.known() {
				v = value{}
			}
			outs = append(outs, v.raw)
			if v.raw != nil {
				outs[i] = v.node()
				require.Equal(t, append([]int{}, s.out[i].shape...), append([]int{}, shapeOf(outs[i])...), "shape of output %d", i)
			}
		}
		return in, outs
	}
}

func built(b *builder, nodes []*node) (err error) {
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
	b.run(nodes)
	return nil
}

// evaluated runs the node on nodes of a graph.
func (s *single) evaluated(t *testing.T) {
	in, outs := s.differentiable(t)
	for i, n := range outs {
		if n == nil || len(in) == 0 {
			continue
		}
		got := evaluate(t, s.feed(in, nil, 0), n)[0]
		requireClose(t, s.out[i], value{kind: floats, shape: s.out[i].shape, floats: got}, s.tolerance, "of nodes, output "+s.file.outputs[i].Name)
	}
}

// feed is the values of the inputs, moved by step along a direction.
func (s *single) feed(in map[int]*graph.Node, direction map[int][]float64, step float64) map[*graph.Node]gorgonia.Value {
	feed := map[*graph.Node]gorgonia.Value{}
	for i, n := range in {
		xs := slices.Clone(s.in[i].floats)
		for k := range xs {
			if direction != nil {
				xs[k] += step * direction[i][k]
			}
		}
		if n.IsScalar() {
			feed[n] = gorgonia.NewF64(xs[0])
		} else {
			feed[n] = tensor.New(tensor.WithShape(s.in[i].shape...), tensor.WithBacking(xs))
		}
	}
	return feed
}

func evaluate(t *testing.T, feed map[*graph.Node]gorgonia.Value, outs ...*graph.Node) [][]float64 {
	p, err := graph.Compile(outs...)
	require.NoError(t, err)
	vs, err := p.Run(feed)
	require.NoError(t, err)
	var all [][]float64
	for _, v := range vs {
		switch x := v.Data().(type) {
		case []float64:
			all = append(all, x)
		case float64:
			all = append(all, []float64{x})
		}
	}
	return all
}

// withoutSlope are the tests at points without a slope: 0 to a negative power, and NaN.
var withoutSlope = []string{"pow", "cast_DOUBLE_to_FLOAT"}

// shift moves the inputs a little, off the points at which functions such as ReLU have no slope.
func (s *single) shift() {
	r := rand.New(rand.NewPCG(3, 4))
	for i, v := range s.in {
		xs := slices.Clone(v.floats)
		for k := range xs {
			xs[k] += 1e-3 * (1 + r.Float64())
		}
		s.in[i].floats = xs
	}
}

// slopes compares the derivative of a random sum of the outputs along a random direction with
// differences.
func (s *single) slopes(t *testing.T) {
	in, outs := s.differentiable(t)
	r := rand.New(rand.NewPCG(1, 2))
	var total *graph.Node
	for _, n := range outs {
		if n == nil || len(in) == 0 {
			continue
		}
		w := make([]float64, n.Shape().TotalSize())
		for i := range w {
			w[i] = r.NormFloat64()
		}
		part := graph.Sum(graph.Mul(n, graph.Fixed(n, w, shapeOf(n)...)))
		if total == nil {
			total = part
		} else {
			total = graph.Add(total, part)
		}
	}
	if total == nil {
		return
	}
	direction, wrt, along := map[int][]float64{}, []*graph.Node{}, []*graph.Node{}
	for i := range s.in {
		if in[i] == nil {
			continue
		}
		d := make([]float64, s.in[i].size())
		for k := range d {
			d[k] = r.NormFloat64()
		}
		direction[i], wrt = d, append(wrt, in[i])
		along = append(along, graph.Fixed(in[i], d, s.in[i].shape...))
	}
	grad, err := graph.Grad(total, wrt...)
	require.NoError(t, err)
	slope := graph.Fixed(total, []float64{0})
	for i, g := range grad {
		slope = graph.Add(slope, graph.Sum(graph.Mul(g, along[i])))
	}
	at := func(step float64) (f, df float64) {
		out := evaluate(t, s.feed(in, direction, step), total, slope)
		return out[0][0], out[1][0]
	}
	const h = 1e-6
	lowF, _ := at(-h)
	highF, _ := at(h)
	f, df := at(0)
	require.False(t, math.IsInf(f, 0) || f != f, "the sum is %v", f)
	numeric := (highF - lowF) / (2 * h)
	require.InDelta(t, numeric, df, 2e-6*max(1, math.Abs(df), math.Abs(f)*1e-3), "derivative")
}

// Every node test of the ONNX project that is there gives the outputs that belong to it, on known
// numbers and on nodes of a graph, with the right derivatives.
func TestNodesOfTheONNXProject(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(reference(t, "node"), "test_*"))
	require.NoError(t, err)
	require.Greater(t, len(dirs), 100)
	for _, dir := range dirs {
		name := strings.TrimPrefix(filepath.Base(dir), "test_")
		t.Run(name, func(t *testing.T) {
			s := readSingle(t, dir)
			s.known(t)
			s.evaluated(t)
			if !slices.Contains(withoutSlope, name) {
				s.shift()
				s.slopes(t)
			}
		})
	}
}

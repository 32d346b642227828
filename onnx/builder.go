package onnx

import (
	"errors"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
	"lethe/nets"
)

// maxValue is the number of elements, for each sample, from which on a value is taken for a
// mistake.
const maxValue = 1 << 27

// builder is one network being built: for a batch of rows samples, or for known inputs.
type builder struct {
	file       *file
	like       *graph.Node    // some node of the graph, for constants
	rows       int            // samples in the batch; 0 where all is known
	fixed      int            // samples that the file was made for, 0 if any number
	training   *nets.Training // nil in the evaluation pass
	params     []*graph.Node  // by number
	statistics []origins      // pairs of a running mean and variance
	values     map[string]value
	made       map[*node]made // of a file for a fixed number of samples
	recording  bool           // made is being found
	spent      *int           // elements of known values that were made
}

// run builds nodes, each behind those that make its inputs.
func (b *builder) run(nodes []*node) {
	b.spent = new(int)
	for _, n := range nodes {
		b.step(n)
	}
}

// step builds one node. Where all its inputs are known it is evaluated at once.
func (b *builder) step(n *node) {
	c := &call{builder: b, node: n, in: make([]value, len(n.in))}
	known, data := true, false
	var from origins
	for i, name := range n.in {
		if name == "" {
			continue
		}
		v, ok := b.values[name]
		if !ok {
			c.fail("it reads %q, an output that is not computed", name)
		}
		c.in[i] = v
		known, data, from = known && v.known(), data || v.data, from.with(v.from)
	}
	var outs []value
	c.named(func() {
		if known {
			outs = c.fold()
		} else {
			outs = operators[n.key()](c)
		}
	})
	for i, v := range outs {
		if v.raw != nil {
			v.data, v.from = data, from
		}
		if name := at(n.out, i); name != "" && v.kind != absent {
			c.checkSize(v)
			b.values[name] = v
		}
	}
}

// named says of a panic of f at which node of the file it was.
func (c *call) named(f func()) {
	defer func() {
		r := recover()
		var g *graph.Error
		if err, ok := r.(error); ok && errors.As(err, &g) {
			panic(&fault{node: c.node, message: g.Error(), cause: g})
		}
		if r != nil {
			panic(r)
		}
	}()
	f()
}

// checkSize refuses a value of more elements than a model should need for a sample.
func (c *call) checkSize(v value) {
	total, most := 1, maxValue*max(c.rows, 1)
	for _, d := range v.shape {
		if d > 0 && total > most/d {
			c.fail("it makes a value of shape %v, more than a model should need", v.shape)
		}
		total *= max(d, 1)
	}
}

// fold applies the operator to known inputs and evaluates what it builds.
func (c *call) fold() []value {
	outer := c.builder
	defer func() { c.builder = outer }()
	inner := *outer
	inner.like, inner.training = graph.Input(gorgonia.NewGraph(), tensor.Float64, "like", 1), nil
	c.builder = &inner
	outs := operators[c.node.key()](c)
	var nodes []*graph.Node
	for _, v := range outs {
		if v.raw != nil {
			c.room(v.shape)
			nodes = append(nodes, v.node())
		}
	}
	if len(nodes) == 0 {
		return outs
	}
	found := c.evaluate(nodes)
	for i, v := range outs {
		if v.raw != nil {
			outs[i] = v.with(found[0])
			found = found[1:]
		}
	}
	return outs
}

// with is a value whose numbers are now known.
func (v value) with(xs []float64) value {
	out := value{kind: v.kind, shape: v.shape}
	if v.kind == floats {
		out.floats = xs
		return out
	}
	for _, x := range xs {
		out.ints = append(out.ints, int64(x))
	}
	return out
}

// evaluate runs nodes that depend on no input.
func (c *call) evaluate(nodes []*graph.Node) [][]float64 {
	p, err := graph.Compile(nodes...)
	var f *graph.Frame[float64]
	if err == nil {
		f, err = graph.NewFrame[float64](p)
	}
	if err == nil {
		err = f.Run(nil)
	}
	if err != nil {
		c.fail("%v", err)
	}
	out := make([][]float64, len(nodes))
	for k := range nodes {
		out[k] = append([]float64(nil), f.Output(k)...)
	}
	return out
}

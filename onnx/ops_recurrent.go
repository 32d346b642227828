package onnx

import (
	"slices"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"RNN": func(c *call) []value {
			return recur(c, cellKind{gates: 1, functions: []string{"Tanh"}, make: simpleCell})
		},
		"GRU": func(c *call) []value {
			return recur(c, cellKind{gates: 3, functions: []string{"Sigmoid", "Tanh"}, make: gruCell})
		},
		"LSTM": func(c *call) []value {
			return recur(c, cellKind{gates: 4, functions: []string{"Sigmoid", "Tanh", "Tanh"}, memory: true, make: lstmCell})
		},
	})
}

// cellKind is one kind of recurrent layer.
type cellKind struct {
	gates     int
	functions []string // its usual activations
	memory    bool     // it carries a memory besides its state
	make      func(d *direction) step
}

// step is one step of a cell: z (n, gates*units) is the input's share of the gates with its biases,
// h and m are state and memory before it, nil where they are 0.
type step func(z, h, m *graph.Node) (state, memory *graph.Node)

// recurrence is a recurrent layer: sequences x (n, steps, in), n rows, and where samples end.
type recurrence struct {
	*call
	kind                cellKind
	x                   *graph.Node
	n, steps, in, units int
	directions          int
	lengths             func(t int) *graph.Node // mask (n, 1) of the sequences that have step t; nil where all have
	batchFirst, linear  bool
}

// direction is one direction of a layer: its weights w (in, gates*units) and u (units,
// gates*units), the biases bw and bu (gates*units) of both, nil where there are none, and peepholes
// p (3*units).
type direction struct {
	*recurrence
	w, u, bw, bu, p *graph.Node
	f               []func(*graph.Node) *graph.Node
	// split says that the last gate's biases stay apart: its product with the state has one of its
	// own.
	split bool
}

// recur builds the layer: all states, the last ones and, where there is a memory, the last of it.
func recur(c *call, kind cellKind) []value {
	r := newRecurrence(c, kind)
	backwards := []bool{false}
	switch d := c.text("direction", "forward"); d {
	case "forward":
	case "reverse":
		backwards[0] = true
	case "bidirectional":
		backwards = []bool{false, true}
	default:
		c.fail("direction %q has to be forward, reverse or bidirectional", d)
	}
	if len(backwards) != r.directions {
		c.fail("weights of shape %v for %d directions", c.in[1].shape, len(backwards))
	}
	var all, states, memories []*graph.Node
	for d, back := range backwards {
		hs, h, m := r.run(d, back)
		all, states, memories = append(all, graph.Reshape(graph.Stack(hs...), r.n, r.steps, 1, r.units)), append(states, h), append(memories, m)
	}
	out := []value{r.sequence(graph.Concat(2, all...)), r.last(states)}
	if kind.memory {
		out = append(out, r.last(memories))
	}
	return out
}

// sequence is the value of all states (n, steps, directions, units).
func (r *recurrence) sequence(y *graph.Node) value {
	if r.batchFirst {
		return result(y)
	}
	return permuted(y, 1, 2, 0, 3)
}

// last is the value of what each direction ends with, (n, units).
func (r *recurrence) last(xs []*graph.Node) value {
	y := graph.Stack(xs...) // (n, directions, units)
	if r.batchFirst {
		return result(y)
	}
	return permuted(y, 1, 0, 2)
}

func newRecurrence(c *call, kind cellKind) *recurrence {
	r := &recurrence{call: c, kind: kind, batchFirst: c.int("layout", 0) == 1, linear: c.int("linear_before_reset", 0) != 0}
	x, w, u := c.arg(0), c.arg(1), c.arg(2)
	if len(x.shape) != 3 || len(w.shape) != 3 || len(u.shape) != 3 {
		c.fail("inputs of shapes %v, %v and %v: want three axes each", x.shape, w.shape, u.shape)
	}
	if r.batchFirst {
		r.x = c.inOrder(x, 0, 1, 2)
	} else {
		r.x = c.inOrder(x, 1, 0, 2)
	}
	s := shapeOf(r.x)
	r.n, r.steps, r.in, r.units, r.directions = s[0], s[1], s[2], u.shape[2], w.shape[0]
	if asked := c.int("hidden_size", int64(r.units)); asked != int64(r.units) {
		c.fail("hidden_size is %d, and the weights of shape %v have %d units", asked, u.shape, r.units)
	}
	wide := kind.gates * r.units
	c.want(1, r.directions, wide, r.in)
	c.want(2, r.directions, wide, r.units)
	if c.has(3) {
		c.want(3, r.directions, 2*wide)
	}
	if c.has(7) && kind.memory {
		c.want(7, r.directions, 3*r.units)
	}
	r.readLengths()
	return r
}

// want makes sure that input i has a shape.
func (c *call) want(i int, shape ...int) {
	if s := c.arg(i).shape; !slices.Equal(s, shape) {
		c.fail("input %d (%q) has shape %v, and has to have %v", i+1, c.nameOf(i), s, shape)
	}
}

// row is row d of an input, without its first axis.
func (r *recurrence) row(i, d int) *graph.Node {
	if !r.has(i) {
		return nil
	}
	n := r.tensor(i)
	return graph.Reshape(graph.Slice(n, 0, d, d+1), shapeOf(n)[1:]...)
}

// direction gathers the weights of direction d.
func (r *recurrence) direction(d int) *direction {
	o := &direction{recurrence: r, w: graph.Transpose(r.row(1, d)), u: graph.Transpose(r.row(2, d)), f: r.activations(d), split: r.kind.gates == 3 && r.linear}
	if b := r.row(3, d); b != nil {
		wide := r.kind.gates * r.units
		o.bw, o.bu = graph.Slice(b, 0, 0, wide), graph.Slice(b, 0, wide, 2*wide)
	}
	if r.kind.memory {
		o.p = r.row(7, d)
	}
	return o
}

// inputs are the shares of the input in the gates of all steps, (n, steps, gates*units): one
// product, since they do not wait for each other.
func (d *direction) inputs() *graph.Node {
	b := d.bw
	switch {
	case b == nil:
	case d.split: // all but the last gate add both
		k := 2 * d.units
		b = graph.Concat(0, graph.Add(graph.Slice(b, 0, 0, k), graph.Slice(d.bu, 0, 0, k)), graph.Slice(b, 0, k, 3*d.units))
	default:
		b = graph.Add(b, d.bu)
	}
	return graph.Affine(d.x, d.w, b)
}

// run follows the sequences in one direction: the state at each step, and state and memory at the
// end.
func (r *recurrence) run(d int, back bool) (states []*graph.Node, h, m *graph.Node) {
	o := r.direction(d)
	z, next := o.inputs(), r.kind.make(o)
	h = r.initial(5, d)
	if r.kind.memory {
		m = r.initial(6, d)
	}
	states = make([]*graph.Node, r.steps)
	for k := range r.steps {
		t := k
		if back {
			t = r.steps - 1 - k
		}
		h2, m2 := next(graph.Reshape(graph.Slice(z, 1, t, t+1), r.n, r.kind.gates*r.units), h, m)
		states[t] = h2
		if mask := r.lengths; mask != nil {
			here := mask(t)
			states[t] = graph.Where(here, h2, r.zeros(nil))
			h2 = graph.Where(here, h2, r.zeros(h))
			if m2 != nil {
				m2 = graph.Where(here, m2, r.zeros(m))
			}
		}
		h, m = h2, m2
	}
	return states, h, m
}

// zeros is x, or zeros where it is nil.
func (r *recurrence) zeros(x *graph.Node) *graph.Node {
	if x != nil {
		return x
	}
	return graph.Fixed(r.x, []float64{0})
}

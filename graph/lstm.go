package graph

// LSTM returns the states h_1, ..., h_T, each (n, units), of a layer of long short-term memory
// (Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000) on
// sequences x (n, T, in), for w (in, 4 units), u (units, 4 units) and b (4 units):
//
//	i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of the four blocks of x_t w + h_{t-1} u + b,
//	c_t = f c_{t-1} + i g,  h_t = o tanh(c_t),  h_0 = c_0 = 0.
//
// Each step adds nodes of its own, so that building a graph takes time that grows with T^2: a
// second or so at a few hundred steps. The order of the blocks is that of Keras and, with w and u
// transposed, of PyTorch. [Stack] makes one sequence of the states, for a layer above.
func LSTM(x, w, u, b *Node) []*Node {
	d := dims(x)
	if len(d) != 3 || len(dims(u)) != 2 {
		fail("LSTM", "x has shape %v and u %v, want [n T in] and [units 4*units]", d, dims(u))
	}
	steps, units := d[1], dims(u)[0]
	for _, p := range []struct {
		name      string
		have, own []int
	}{{"w", dims(w), []int{d[2], 4 * units}}, {"u", dims(u), []int{units, 4 * units}}, {"b", dims(b), []int{4 * units}}} {
		if !sameShape(p.have, p.own) {
			fail("LSTM", "%s has shape %v, want %v for x %v", p.name, p.have, p.own, d)
		}
	}
	// One product for all steps: they do not wait for each other here.
	z := Affine(x, w, b)
	states := make([]*Node, steps)
	var h, c *Node
	for t := range steps {
		now := Reshape(Slice(z, 1, t, t+1), d[0], 4*units)
		var before *Node
		if h != nil {
			before = MatMul(h, u)
		}
		gate := func(k int) *Node {
			y := Slice(now, 1, k*units, (k+1)*units)
			if before == nil {
				return y
			}
			return Add(y, Slice(before, 1, k*units, (k+1)*units))
		}
		i, g, o := Sigmoid(gate(0)), Tanh(gate(2)), Sigmoid(gate(3))
		if c == nil {
			c = Mul(i, g)
		} else {
			c = Add(Mul(Sigmoid(gate(1)), c), Mul(i, g))
		}
		h = Mul(o, Tanh(c))
		states[t] = h
	}
	return states
}

// Stack joins T nodes of shape (n, ...) along a new second axis: (n, T, ...).
func Stack(xs ...*Node) *Node {
	if len(xs) == 0 {
		fail("Stack", "nothing to join")
	}
	rows := make([]*Node, len(xs))
	for t, x := range xs {
		d := dims(x)
		if len(d) == 0 {
			fail("Stack", "a scalar has no rows")
		}
		rows[t] = Reshape(x, append([]int{d[0], 1}, d[1:]...)...)
	}
	return Concat(1, rows...)
}

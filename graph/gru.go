package graph

// GRU returns the states h_1, ..., h_T, each (n, units), of a layer of gated recurrent units (Cho
// et al. 2014, with the reset gate behind the product) on sequences x (n, T, in), for w (in, 3
// units), u (units, 3 units), b (3 units) and c (units):
//
//	r, z = sigmoid of the first two blocks of x_t w + b + h_{t-1} u,
//	k    = tanh((x_t w + b)_3 + r (h_{t-1} u_3 + c)),
//	h_t  = (1 - z) k + z h_{t-1},  h_0 = 0.
//
// The order of the blocks is that of PyTorch, whose two biases are b and c but for their sum in r
// and z, where two would say the same.
func GRU(x, w, u, b, c *Node) []*Node {
	d := dims(x)
	if len(d) != 3 || len(dims(u)) != 2 {
		fail("GRU", "x has shape %v and u %v, want [n T in] and [units 3*units]", d, dims(u))
	}
	steps, units := d[1], dims(u)[0]
	for _, p := range []struct {
		name      string
		have, own []int
	}{{"w", dims(w), []int{d[2], 3 * units}}, {"u", dims(u), []int{units, 3 * units}}, {"b", dims(b), []int{3 * units}}, {"c", dims(c), []int{units}}} {
		if !sameShape(p.have, p.own) {
			fail("GRU", "%s has shape %v, want %v for x %v", p.name, p.have, p.own, d)
		}
	}
	// One product for all steps: they do not wait for each other here.
	all := Affine(x, w, b)
	block := func(y *Node, k int) *Node { return Slice(y, 1, k*units, (k+1)*units) }
	states := make([]*Node, steps)
	var h *Node
	for t := range steps {
		now := Reshape(Slice(all, 1, t, t+1), d[0], 3*units)
		if h == nil { // the state before is 0
			r, z := Sigmoid(block(now, 0)), Sigmoid(block(now, 1))
			k := Tanh(Add(block(now, 2), Mul(r, c)))
			h = Sub(k, Mul(z, k))
			states[t] = h
			continue
		}
		before := MatMul(h, u)
		r := Sigmoid(Add(block(now, 0), block(before, 0)))
		z := Sigmoid(Add(block(now, 1), block(before, 1)))
		k := Tanh(Add(block(now, 2), Mul(r, Add(block(before, 2), c))))
		h = Add(k, Mul(z, Sub(h, k)))
		states[t] = h
	}
	return states
}

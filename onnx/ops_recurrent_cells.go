package onnx

import "lethe/graph"

// gate is block k of a product of all gates.
func (d *direction) gate(x *graph.Node, k int) *graph.Node {
	return graph.Slice(x, 1, k*d.units, (k+1)*d.units)
}

// before is the state's share of the gates; nil where the state is 0.
func (d *direction) before(h *graph.Node) *graph.Node {
	if h == nil {
		return nil
	}
	return graph.MatMul(h, d.u)
}

// plus adds block k of y, which may be nil, to that of x.
func (d *direction) plus(x, y *graph.Node, k int) *graph.Node {
	if y == nil {
		return d.gate(x, k)
	}
	return graph.Add(d.gate(x, k), d.gate(y, k))
}

// simpleCell: h' = f(z + hU).
func simpleCell(d *direction) step {
	return func(z, h, _ *graph.Node) (state, memory *graph.Node) {
		return d.f[0](d.plus(z, d.before(h), 0)), nil
	}
}

// gruCell has the gates update, reset and hidden: h' = (1 - z) k + z h with k = g(x_k + (r h)U), or
// g(x_k + r(hU + b)) where the reset comes behind the product.
func gruCell(d *direction) step {
	w := 2 * d.units
	uz, uk := graph.Slice(d.u, 1, 0, w), graph.Slice(d.u, 1, w, w+d.units)
	var bias *graph.Node
	if d.split && d.bu != nil {
		bias = graph.Slice(d.bu, 0, w, w+d.units)
	}
	return func(x, h, _ *graph.Node) (state, memory *graph.Node) {
		var before *graph.Node
		switch {
		case h == nil:
		case d.split:
			before = graph.MatMul(h, d.u)
		default:
			before = graph.MatMul(h, uz)
		}
		z, r := d.f[0](d.plus(x, before, 0)), d.f[0](d.plus(x, before, 1))
		k := d.gate(x, 2)
		switch {
		case d.split:
			if inner := addIf(blockOf(d, before), bias); inner != nil {
				k = graph.Add(k, graph.Mul(r, inner))
			}
		case h != nil:
			k = graph.Add(k, graph.MatMul(graph.Mul(r, h), uk))
		}
		k = d.f[1](k)
		if h == nil {
			return graph.Sub(k, graph.Mul(z, k)), nil
		}
		return graph.Add(k, graph.Mul(z, graph.Sub(h, k))), nil
	}
}

// blockOf is the last of the three blocks of x, nil where that is.
func blockOf(d *direction, x *graph.Node) *graph.Node {
	if x == nil {
		return nil
	}
	return d.gate(x, 2)
}

// addIf adds what is there.
func addIf(x, y *graph.Node) *graph.Node {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return graph.Add(x, y)
}

// lstmCell has the gates input, output, forget and cell, of which all but the last may see the
// memory through peepholes, in the order input, output, forget: m' = f m + i g, h' = o h(m').
func lstmCell(d *direction) step {
	peep := func(x, m *graph.Node, k int) *graph.Node {
		if d.p == nil || m == nil {
			return x
		}
		return graph.Add(x, graph.Mul(m, graph.Slice(d.p, 0, k*d.units, (k+1)*d.units)))
	}
	coupled := d.int("input_forget", 0) != 0
	return func(z, h, m *graph.Node) (state, memory *graph.Node) {
		before := d.before(h)
		i := d.f[0](peep(d.plus(z, before, 0), m, 0))
		g := d.f[1](d.plus(z, before, 3))
		memory = graph.Mul(i, g)
		if m != nil {
			f := graph.Shift(graph.Neg(i), 1)
			if !coupled {
				f = d.f[0](peep(d.plus(z, before, 2), m, 2))
			}
			memory = graph.Add(graph.Mul(f, m), memory)
		}
		o := d.f[0](peep(d.plus(z, before, 1), memory, 1))
		return graph.Mul(o, d.f[2](memory)), memory
	}
}

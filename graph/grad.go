package graph

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// Grad returns the gradient of the scalar y by each node of wrt, as new nodes of the same shapes.
// They can be differentiated again, to any order. A node of wrt on which y does not depend has
// gradient zero.
//
// gorgonia.Grad, called a second time on one graph, silently returns the first gradient; this is a
// reverse pass of its own, which keeps adjoints in a map and leaves no mark on the nodes.
func Grad(y *Node, wrt ...*Node) ([]*Node, error) {
	var out []*Node
	err := Build(func() {
		if d := dims(y); len(d) != 0 {
			panic(&Error{Op: "Grad", Node: describe(y), Message: fmt.Sprintf("y has shape %v and must be a scalar: take graph.Sum of it first", d)})
		}
		out = vjp([]*Node{y}, []*Node{onesLike(y)}, wrt)
	})
	return out, err
}

// VJP returns sum_k (d ys[k]/d wrt)' u[k] for each node of wrt, the vector-Jacobian product. u[k]
// has the shape of ys[k].
func VJP(ys, u, wrt []*Node) ([]*Node, error) {
	var out []*Node
	err := Build(func() {
		checkPairs("VJP", ys, u)
		out = vjp(ys, u, wrt)
	})
	return out, err
}

// HVP returns the product of the Hessian of the scalar y by wrt with v, block by block; v[k] has
// the shape of wrt[k] and does not depend on wrt. It is the gradient of grad(y)'v (Pearlmutter
// 1994).
func HVP(y *Node, wrt, v []*Node) ([]*Node, error) {
	g, err := Grad(y, wrt...)
	if err != nil {
		return nil, err
	}
	var out []*Node
	err = Build(func() {
		checkPairs("HVP", wrt, v)
		checkConstant("HVP", v, wrt)
		out = vjp(g, v, wrt)
	})
	return out, err
}

// JVP returns sum_k (d ys/d wrt[k]) v[k] for each node of ys, the Jacobian-vector product: the
// derivative of ys along v. It is taken as the derivative of u'(d ys/d wrt) v by u, in which u no
// longer occurs.
func JVP(ys, wrt, v []*Node) ([]*Node, error) {
	var out []*Node
	err := Build(func() {
		checkPairs("JVP", wrt, v)
		checkConstant("JVP", v, wrt)
		out = jvp(ys, wrt, v)
	})
	return out, err
}

// GGNVP returns the product of the generalized Gauss-Newton matrix J' H J with v, where J is the
// Jacobian of out by wrt and H the Hessian of the scalar loss by out (Schraudolph 2002, section
// 3.2). The matrix is positive semi-definite when the loss is convex in out.
func GGNVP(out, loss *Node, wrt, v []*Node) ([]*Node, error) {
	var res []*Node
	err := Build(func() {
		checkPairs("GGNVP", wrt, v)
		checkConstant("GGNVP", v, wrt)
		if len(dims(loss)) != 0 {
			fail("GGNVP", "the loss %s must be a scalar", describe(loss))
		}
		jv := jvp([]*Node{out}, wrt, v)
		g := vjp([]*Node{loss}, []*Node{onesLike(loss)}, []*Node{out})
		hjv := vjp(g, jv, []*Node{out})
		res = vjp([]*Node{out}, hjv, wrt)
	})
	return res, err
}

var cotangents atomic.Uint64

func jvp(ys, wrt, v []*Node) []*Node {
	u := make([]*Node, len(ys))
	for i, y := range ys {
		u[i] = Input(y.Graph(), y.Dtype(), fmt.Sprintf("cotangent %d", cotangents.Add(1)), dims(y)...)
	}
	return vjp(vjp(ys, u, wrt), v, u)
}

func checkPairs(op string, a, b []*Node) {
	if len(a) != len(b) {
		fail(op, "%d nodes with %d vectors", len(a), len(b))
	}
	for i := range a {
		if !sameShape(dims(a[i]), dims(b[i])) {
			fail(op, "vector %d has shape %v, its node %s", i, dims(b[i]), describe(a[i]))
		}
	}
}

func checkConstant(op string, v, wrt []*Node) {
	for _, n := range topological(v) {
		if n.Op() == nil && slices.Contains(wrt, n) {
			fail(op, "the vector depends on %s, by which is differentiated", describe(n))
		}
	}
}

// vjp is the reverse pass. seeds[k] is the adjoint of ys[k].
func vjp(ys, seeds, wrt []*Node) []*Node {
	checkWrt("Grad", ys, wrt)
	y2, w2 := make([]*Node, len(ys)), make([]*Node, len(wrt))
	for i, y := range ys {
		y2[i] = rewrite(y)
		if seeds[i].Dtype() != y.Dtype() || seeds[i].Graph() != y.Graph() && seeds[i].Graph() != nil && y.Graph() != nil {
			fail("Grad", "vector %s is of another graph or type than %s", describe(seeds[i]), describe(y))
		}
	}
	for i, w := range wrt {
		w2[i] = rewrite(w)
	}
	order := topological(y2)
	active := activeNodes(order, w2)
	found := adjoints{}
	for i, y := range y2 {
		if active[y] {
			found.add(y, seeds[i])
		}
	}
	for _, n := range slices.Backward(order) {
		o := operatorOf(n)
		if o == nil || !active[n] {
			continue
		}
		if dy := found.of(n); dy != nil {
			in := inputsOf(n)
			need := make([]bool, len(in))
			for i, c := range in {
				need[i] = active[c]
			}
			for i, a := range o.adjoint(in, n, dy, need) {
				if need[i] {
					found.add(in[i], a)
				}
			}
		}
	}
	out := make([]*Node, len(wrt))
	for i, w := range w2 {
		if out[i] = found.of(w); out[i] == nil {
			out[i] = zerosLike(w)
		}
	}
	return out
}

// checkWrt refuses nodes by which nothing of ys can be differentiated: of another graph, say, which
// would have a gradient of zero.
func checkWrt(op string, ys, wrt []*Node) {
	for _, n := range slices.Concat(ys, wrt) {
		dims(n)
	}
	for _, w := range wrt {
		if len(ys) > 0 && w.Graph() != ys[0].Graph() && w.Graph() != nil && ys[0].Graph() != nil {
			fail(op, "%s belongs to another graph than %s", describe(w), describe(ys[0]))
		}
		if isSparse(w) {
			fail(op, "%s is sparse: nothing is differentiated by sparse rows", describe(w))
		}
	}
}

// activeNodes marks the nodes that depend on a node of wrt.
func activeNodes(order, wrt []*Node) map[*Node]bool {
	active := make(map[*Node]bool, len(order))
	for _, w := range wrt {
		active[w] = true
	}
	for _, n := range order {
		for _, c := range inputsOf(n) {
			if active[c] {
				active[n] = true
			}
		}
	}
	return active
}

// topological lists the nodes that ys depend on, arguments first. It keeps a stack of its own:
// graphs can be deep.
func topological(ys []*Node) []*Node {
	type frame struct {
		n    *Node
		in   []*Node
		next int
	}
	var order []*Node
	seen := map[*Node]bool{}
	for _, y := range ys {
		if seen[y] {
			continue
		}
		seen[y] = true
		stack := []frame{{n: y, in: inputsOf(y)}}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.next == len(f.in) {
				order = append(order, f.n)
				stack = stack[:len(stack)-1]
				continue
			}
			c := f.in[f.next]
			f.next++
			if !seen[c] {
				seen[c] = true
				stack = append(stack, frame{n: c, in: inputsOf(c)})
			}
		}
	}
	return order
}

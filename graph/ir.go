package graph

import (
	"fmt"
	"slices"
	"strings"
)

// value is one node of a program in single-assignment form: an operator applied to earlier values.
// Common subexpressions are one value.
type value struct {
	op    operator // nil for a dense input
	in    []int
	shape []int
	size  int
	node  *Node // the input that it stands for
	uses  int   // by other values and as an output
}

// ir is what a program computes, before it is decided how.
type ir struct {
	values  []value
	outputs []int
	inputs  map[*Node]int
	varying []bool // by value: depends on an input that varies from run to run
}

// newIR lists what outputs need, with stock operations replaced.
func newIR(outputs, varying []*Node) *ir {
	roots := make([]*Node, len(outputs))
	for i, n := range outputs {
		roots[i] = rewrite(n)
	}
	p := &ir{inputs: map[*Node]int{}}
	number := map[string]int{}
	id := map[*Node]int{}
	for _, n := range topological(roots) {
		v := value{op: operatorOf(n), shape: dims(n), size: size(dims(n))}
		for _, c := range inputsOf(n) {
			v.in = append(v.in, id[c])
		}
		var key string
		if v.op == nil || isSparse(n) {
			v.node = n
			key = fmt.Sprintf("input %p", n)
		} else {
			key = fmt.Sprint(v.op, v.in)
		}
		k, ok := number[key]
		if !ok {
			k = len(p.values)
			p.values = append(p.values, v)
			number[key] = k
			if v.node != nil {
				p.inputs[n] = k
			}
		}
		id[n] = k
	}
	for _, n := range roots {
		p.outputs = append(p.outputs, id[n])
	}
	p.foldTransposes()
	p.countUses()
	p.joinProducts()
	p.joinConvolutions()
	p.countUses()
	p.markVarying(varying)
	return p
}

func (p *ir) markVarying(varying []*Node) {
	p.varying = make([]bool, len(p.values))
	for i, v := range p.values {
		p.varying[i] = v.node != nil && slices.Contains(varying, v.node)
		for _, c := range v.in {
			p.varying[i] = p.varying[i] || p.varying[c]
		}
	}
}

// countUses counts how often each value that an output needs is read; the others count 0.
func (p *ir) countUses() {
	for i := range p.values {
		p.values[i].uses = 0
	}
	for _, o := range p.outputs {
		p.values[o].uses++
	}
	for i := len(p.values) - 1; i >= 0; i-- {
		if p.values[i].uses > 0 {
			for _, c := range p.values[i].in {
				p.values[c].uses++
			}
		}
	}
}

// foldTransposes reads a transposed matrix through the flags of the product that uses it.
func (p *ir) foldTransposes() {
	for i := range p.values {
		m, ok := p.values[i].op.(matmul)
		if !ok {
			continue
		}
		in := slices.Clone(p.values[i].in)
		for side := range in {
			t, ok := p.values[in[side]].op.(transpose)
			if !ok || !swapsLastTwo(t.perm) {
				continue
			}
			in[side] = p.values[in[side]].in[0]
			if side == 0 {
				m.ta = !m.ta
			} else {
				m.tb = !m.tb
			}
		}
		p.values[i].op, p.values[i].in = m, in
	}
}

func swapsLastTwo(perm []int) bool {
	n := len(perm)
	for i := range n - 2 {
		if perm[i] != i {
			return false
		}
	}
	return n >= 2 && perm[n-1] == n-2 && perm[n-2] == n-1
}

// products is a sum of matrix products, added up where they are written: inputs come in pairs.
type products struct{ flags []matmul }

func (s products) String() string {
	var b strings.Builder
	for _, m := range s.flags {
		fmt.Fprint(&b, m)
	}
	return "products " + b.String()
}
func (s products) infer(in [][]int) ([]int, error)             { return s.flags[0].infer(in[:2]) }
func (products) adjoint([]*Node, *Node, *Node, []bool) []*Node { return nil } // never part of a graph

// joinProducts turns a sum of two products that are used nowhere else into one value.
func (p *ir) joinProducts() {
	terms := func(k int) ([]matmul, []int) {
		v := p.values[k]
		if v.uses != 1 {
			return nil, nil
		}
		switch o := v.op.(type) {
		case matmul:
			return []matmul{o}, v.in
		case products:
			return o.flags, v.in
		}
		return nil, nil
	}
	for i := range p.values {
		b, ok := p.values[i].op.(binary)
		if !ok || b.kind != kAdd || p.values[i].in[0] == p.values[i].in[1] {
			continue
		}
		f1, in1 := terms(p.values[i].in[0])
		f2, in2 := terms(p.values[i].in[1])
		if f1 != nil && f2 != nil {
			p.values[i].op = products{flags: slices.Concat(f1, f2)}
			p.values[i].in = slices.Concat(in1, in2)
		}
	}
}

// convSum is a sum of members of the convolution family, added up where the first is written:
// inputs come in pairs, and behind them, with bias, a vector that each pixel of the first, a conv,
// starts with.
type convSum struct {
	terms []operator
	bias  bool
}

func (s convSum) String() string                              { return fmt.Sprintf("convsum%v %v", s.terms, s.bias) }
func (s convSum) infer(in [][]int) ([]int, error)             { return s.terms[0].infer(in[:2]) }
func (convSum) adjoint([]*Node, *Node, *Node, []bool) []*Node { return nil } // never part of a graph

// joinConvolutions turns a sum of two convolutions that are used nowhere else, or of one and a
// vector for each channel, into one value.
func (p *ir) joinConvolutions() {
	terms := func(k int) convSum {
		v := p.values[k]
		if v.uses != 1 {
			return convSum{}
		}
		switch o := v.op.(type) {
		case conv, convInput, convFilter:
			return convSum{terms: []operator{o}}
		case convSum:
			return o
		}
		return convSum{}
	}
	for i := range p.values {
		b, ok := p.values[i].op.(binary)
		if !ok || b.kind != kAdd {
			continue
		}
		in := p.values[i].in
		s, t := terms(in[0]), terms(in[1])
		if len(s.terms) == 0 || len(t.terms) > 0 && t.bias {
			in, s, t = []int{in[1], in[0]}, t, s
		}
		if len(s.terms) == 0 || t.bias || in[0] == in[1] {
			continue
		}
		of := p.values[in[0]].in
		if len(t.terms) > 0 {
			other := p.values[in[1]].in
			pairs := 2 * len(s.terms)
			p.values[i].op = convSum{terms: slices.Concat(s.terms, t.terms), bias: s.bias}
			p.values[i].in = slices.Concat(of[:pairs], other, of[pairs:])
			continue
		}
		w := p.values[in[1]]
		_, forward := s.terms[0].(conv)
		if _, ok := w.op.(broadcast); ok && forward && !s.bias && sameShape(p.values[w.in[0]].shape, w.shape[len(w.shape)-1:]) {
			p.values[i].op = convSum{terms: s.terms, bias: true}
			p.values[i].in = slices.Concat(of, w.in)
		}
	}
}

// alias follows reshapes to the value that holds the numbers.
func (p *ir) alias(i int) int {
	for {
		if _, ok := p.values[i].op.(reshape); !ok {
			return i
		}
		i = p.values[i].in[0]
	}
}

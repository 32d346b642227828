package onnx

import (
	"fmt"
	"slices"
	"strings"
)

// links says which node makes each name of the file, and what else a name may stand for.
type links struct {
	maker  map[string]*node
	leaves map[string]bool // inputs and initializers
}

// link finds the maker of each name. A name that two things make is an error.
func link(f *file) (*links, error) {
	l := &links{maker: map[string]*node{}, leaves: map[string]bool{}}
	inits := map[string]bool{}
	for _, t := range f.inits {
		if inits[t.name] {
			return nil, fmt.Errorf("two initializers have the name %q", t.name)
		}
		inits[t.name], l.leaves[t.name] = true, true
	}
	inputs := map[string]bool{}
	for _, v := range f.inputs { // old files list initializers among the inputs
		if inputs[v.Name] {
			return nil, fmt.Errorf("two inputs have the name %q", v.Name)
		}
		inputs[v.Name], l.leaves[v.Name] = true, true
	}
	for _, n := range f.nodes {
		for _, name := range n.out {
			if name == "" {
				continue
			}
			if other := l.maker[name]; other != nil {
				return nil, fmt.Errorf("%v and %v both make %q", other, n, name)
			}
			if l.leaves[name] {
				return nil, fmt.Errorf("%v makes %q, which is an input or an initializer", n, name)
			}
			l.maker[name] = n
		}
	}
	return l, nil
}

// order returns the nodes that the given names depend on, each behind those that make its inputs. A
// name that nothing makes and a cycle are errors. It needs no deep stack for a deep graph.
func (l *links) order(names ...string) ([]*node, error) {
	var out []*node
	state := map[*node]int{} // 1: its inputs are being made, 2: done
	type step struct {
		n    *node
		next int
	}
	var stack []step
	push := func(name string, reader *node) error {
		n := l.maker[name]
		switch {
		case name == "" || l.leaves[name]:
			return nil
		case n == nil && reader == nil:
			return fmt.Errorf("nothing makes the output %q", name)
		case n == nil:
			return fmt.Errorf("%v reads %q, which nothing makes: no input, initializer or node has that name", reader, name)
		case state[n] == 1:
			return fmt.Errorf("%v depends on itself, through %q: the graph has a cycle", n, name)
		case state[n] == 0:
			state[n] = 1
			stack = append(stack, step{n: n})
		}
		return nil
	}
	for _, name := range names {
		if err := push(name, nil); err != nil {
			return nil, err
		}
		for len(stack) > 0 {
			s := &stack[len(stack)-1]
			if s.next == len(s.n.in) {
				state[s.n] = 2
				out, stack = append(out, s.n), stack[:len(stack)-1]
				continue
			}
			s.next++
			if err := push(s.n.in[s.next-1], s.n); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// checkOperators returns one error that lists all nodes whose operator is not supported, and those
// with graphs of their own.
func checkOperators(nodes []*node) error {
	missing := map[string][]string{}
	for _, n := range nodes {
		op := n.key()
		if g := n.subgraphs(); g != "" {
			op += " with a graph of its own, " + g
		} else if operators[op] != nil {
			continue
		}
		missing[op] = append(missing[op], n.label())
	}
	if len(missing) == 0 {
		return nil
	}
	e := &MissingError{}
	for op, at := range missing {
		e.Operators = append(e.Operators, fmt.Sprintf("%s (%s)", op, strings.Join(at, ", ")))
	}
	slices.Sort(e.Operators)
	return e
}

// subgraphs names the attributes that are graphs, as of If and Loop.
func (n *node) subgraphs() string {
	var names []string
	for name, a := range n.attrs {
		if a.kind == attrGraph || a.kind == attrGraphs {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// MissingError is the error of [Load] for a file with operators that are not supported.
type MissingError struct {
	Operators []string // each with the names of the nodes
}

func (e *MissingError) Error() string {
	return "these operators are not supported: " + strings.Join(e.Operators, "; ")
}

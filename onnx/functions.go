package onnx

import (
	"fmt"
	"maps"
	"slices"
)

// maxNodes bounds what functions that call functions may grow to.
const maxNodes = 1 << 20

// inline replaces the nodes that call a function of the file by the function's nodes, with names of
// their own. An operator that Lethe has itself stays.
func (f *file) inline() error {
	known := map[string]*function{}
	for _, fn := range f.functions {
		known[key(fn.domain, fn.name)] = fn
	}
	i := &inliner{known: known}
	for _, n := range f.nodes {
		n.version = f.opsets[n.domain]
		if err := i.add(n, 0); err != nil {
			return err
		}
	}
	f.nodes = i.out
	return nil
}

type inliner struct {
	known map[string]*function
	out   []*node
	calls int
}

func (i *inliner) add(n *node, depth int) error {
	fn := i.known[n.key()]
	switch {
	case fn == nil || operators[n.key()] != nil:
		i.out = append(i.out, n)
		if len(i.out) > maxNodes {
			return fmt.Errorf("its functions grow to more than %d nodes", maxNodes)
		}
		return nil
	case depth > 64:
		return fmt.Errorf("%v: functions call each other more than 64 deep, or in a circle", n)
	case len(n.in) > len(fn.in) || len(n.out) > len(fn.out):
		return fmt.Errorf("%v has %d inputs and %d outputs, and its function takes %d and %d", n, len(n.in), len(n.out), len(fn.in), len(fn.out))
	}
	i.calls++
	names := map[string]string{"": ""}
	for k, name := range fn.in {
		names[name] = at(n.in, k)
	}
	for k, name := range fn.out {
		if at(n.out, k) != "" {
			names[name] = n.out[k]
		}
	}
	prefix := fmt.Sprintf("%s#%d/", fn.name, i.calls)
	for _, inner := range fn.nodes {
		if err := i.add(copyOf(inner, fn, n, names, prefix), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// copyOf is a node of a function as the call n of it has it.
func copyOf(inner *node, fn *function, n *node, names map[string]string, prefix string) *node {
	rename := func(in []string) []string {
		out := make([]string, len(in))
		for k, name := range in {
			to, ok := names[name]
			if !ok {
				to = prefix + name
			}
			out[k] = to
		}
		return out
	}
	c := *inner
	c.name = n.label() + "/" + inner.name
	c.in, c.out = rename(inner.in), rename(inner.out)
	c.index, c.version = n.index, fn.opsets[inner.domain]
	c.attrs = maps.Clone(inner.attrs)
	for _, name := range slices.Sorted(maps.Keys(inner.attrs)) {
		ref := inner.attrs[name].ref
		if ref == "" {
			continue
		}
		a, ok := n.attrs[ref]
		if !ok {
			a, ok = fn.defaults[ref]
		}
		delete(c.attrs, name)
		if ok {
			c.attrs[name] = a
		}
	}
	return &c
}

// at is element k of a list, empty where there is none.
func at(names []string, k int) string {
	if k < len(names) {
		return names[k]
	}
	return ""
}

package graph

import (
	"cmp"
	"maps"
	"slices"
)

// adjoints holds what a reverse pass has found for each node so far, to be added up when the node's turn comes.
type adjoints map[*Node][]*Node

func (a adjoints) add(n, x *Node) {
	if x != nil {
		a[n] = append(a[n], x)
	}
}

// of returns the sum of what was found for n, nil if that is nothing.
func (a adjoints) of(n *Node) *Node {
	parts := joinPads(a[n])
	if len(parts) == 0 {
		return nil
	}
	sum := parts[0]
	for _, x := range parts[1:] {
		sum = Add(sum, x)
	}
	a[n] = []*Node{sum}
	return sum
}

// joinPads turns padded nodes that do not overlap, as the adjoints of the slices of one node are, into one concatenation: to write a sum of
// k of them takes k times the memory traffic.
func joinPads(parts []*Node) []*Node {
	byAxis := map[int][]*Node{}
	var rest []*Node
	for _, x := range parts {
		if o, ok := operatorOf(x).(pad); ok {
			byAxis[o.axis] = append(byAxis[o.axis], x)
		} else {
			rest = append(rest, x)
		}
	}
	var out []*Node
	for _, axis := range slices.Sorted(maps.Keys(byAxis)) {
		out = append(out, joinAlong(axis, byAxis[axis])...)
	}
	return append(out, rest...)
}

func joinAlong(axis int, pads []*Node) []*Node {
	if len(pads) < 2 {
		return pads
	}
	sorted := slices.Clone(pads)
	slices.SortStableFunc(sorted, func(x, y *Node) int { return cmp.Compare(operatorOf(x).(pad).before, operatorOf(y).(pad).before) })
	var pieces []*Node
	at := 0
	shape := slices.Clone(dims(pads[0]))
	total := shape[axis]
	gap := func(n int) {
		if n > 0 {
			shape[axis] = n
			pieces = append(pieces, newFill(pads[0].Graph(), pads[0].Dtype(), 0, shape))
		}
	}
	for _, x := range sorted {
		before, in := operatorOf(x).(pad).before, inputsOf(x)[0]
		if before < at {
			return pads // they overlap
		}
		gap(before - at)
		pieces = append(pieces, in)
		at = before + dims(in)[axis]
	}
	gap(total - at)
	return []*Node{Concat(axis, pieces...)}
}

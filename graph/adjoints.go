package graph

import (
	"cmp"
	"maps"
	"slices"
)

// adjoints holds what a reverse pass has found for each node so far, to be added up when the node's
// turn comes.
type adjoints map[*Node][]*Node

func (a adjoints) add(n, x *Node) {
	if x != nil {
		a[n] = append(a[n], x)
	}
}

// of returns the sum of what was found for n, nil if that is nothing.
func (a adjoints) of(n *Node) *Node {
	parts := joinOuter(joinPads(a[n]))
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

// joinPads turns padded nodes that do not overlap, as the adjoints of the slices of one node are,
// into one concatenation: to write a sum of k of them takes k times the memory traffic.
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

// fewRows is the number of rows up to which several products X'Y are worth being made one: the time
// to read and write the result once for each counts beside that of the multiplications.
const fewRows = 128

// joinOuter turns the products X_t'Y_t of one shape, as the adjoints of a matrix that is used at
// every step of a sequence are, into one product of the X_t and Y_t below each other.
func joinOuter(parts []*Node) []*Node {
	var rest, xs, ys []*Node
	for _, p := range parts {
		o, ok := operatorOf(p).(matmul)
		if !ok || !o.ta || o.tb || len(dims(p)) != 2 || dims(inputsOf(p)[0])[0] > fewRows {
			rest = append(rest, p)
			continue
		}
		xs, ys = append(xs, inputsOf(p)[0]), append(ys, inputsOf(p)[1])
	}
	if len(xs) < 4 {
		return parts
	}
	return append(rest, apply(matmul{ta: true}, Concat(0, xs...), Concat(0, ys...)))
}

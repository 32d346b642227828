package onnx

import (
	"fmt"
	"slices"
	"strings"

	"lethe/graph"
)

// checkInputs makes sure that samples can be given to the file's inputs, and finds the axis that
// counts them: the first, but for a later one that is free and called a batch.
func (m *Model) checkInputs() error {
	if len(m.inputs) == 0 {
		return fmt.Errorf("the graph has no input")
	}
	for _, v := range m.inputs {
		switch v.Type {
		case "string":
			return fmt.Errorf("input %q holds strings: encode them as numbers before the model, as Lethe does when it reads data", v.Name)
		case "unknown", "sequence", "map":
			return fmt.Errorf("input %q is no tensor of a known type: tensors are read", v.Name)
		}
		if v.Dims == nil {
			return fmt.Errorf("input %q has no shape in the file: export the model with one", v.Name)
		}
		if len(v.Dims) == 0 {
			return fmt.Errorf("input %q is a single number: its first axis has to count samples", v.Name)
		}
	}
	first := m.inputs[0]
	for i, name := range first.Dims {
		if first.sizes[0] > 0 && first.sizes[i] < 0 && strings.Contains(strings.ToLower(name), "batch") {
			m.batchAxis = i
		}
	}
	m.fixed = max(first.sizes[m.batchAxis], 0)
	if len(m.inputs) == 1 {
		return nil
	}
	for _, v := range m.inputs {
		if len(v.sizes) > 2 || len(v.sizes) == 2 && v.sizes[1] < 0 {
			return fmt.Errorf("it has %d inputs, and %v is no column: of several inputs each has to be a column or columns of a table", len(m.inputs), v)
		}
	}
	return nil
}

// sample is the shape of a sample, with a size for each axis that is free.
func (m *Model) sample(free int) []int {
	if len(m.inputs) > 1 {
		return []int{m.columns(m.inputs)}
	}
	s := slices.Delete(slices.Clone(m.inputs[0].sizes), m.batchAxis, m.batchAxis+1)
	for i, d := range s {
		if d < 0 {
			s[i] = free
		}
	}
	return s
}

func (m *Model) sizesFree() bool {
	return len(m.inputs) == 1 && slices.Contains(slices.Delete(slices.Clone(m.inputs[0].sizes), m.batchAxis, m.batchAxis+1), -1)
}

// columns is the number of columns that inputs have together.
func (m *Model) columns(vs []Value) int {
	n := 0
	for _, v := range vs {
		n += width(v)
	}
	return n
}

func width(v Value) int {
	if len(v.sizes) == 1 {
		return 1
	}
	return v.sizes[1]
}

// place gives the inputs their values: a batch x of samples.
func (m *Model) place(b *builder, x *graph.Node) error {
	if len(m.inputs) > 1 {
		return m.placeColumns(b, x)
	}
	v := m.inputs[0]
	out, ok := fit(x, v.sizes, m.batchAxis)
	if !ok {
		return fmt.Errorf("samples of shape %v do not fit the input %v: want the sizes of its other axes, channels in front or behind, or a row of as many numbers",
			[]int(x.Shape())[1:], v)
	}
	out.kind, out.data = kindOf(v), true
	b.values[v.Name] = out
	return nil
}

// placeColumns shares the columns of x out among the inputs in their order.
func (m *Model) placeColumns(b *builder, x *graph.Node) error {
	s := shapeOf(x)
	if want := m.columns(m.inputs); len(s) != 2 || s[1] != want {
		return fmt.Errorf("samples of shape %v do not fit the %d inputs, which have %d columns together", s[1:], len(m.inputs), want)
	}
	at := 0
	for _, v := range m.inputs {
		part := graph.Slice(x, 1, at, at+width(v))
		if len(v.sizes) == 1 {
			part = graph.Reshape(part, s[0])
		}
		b.values[v.Name] = value{kind: kindOf(v), shape: shapeOf(part), raw: part, data: true}
		at += width(v)
	}
	return nil
}

func kindOf(v Value) kind {
	for _, e := range elements {
		if e.name == v.Type {
			return e.kind
		}
	}
	return floats
}

// fit gives a batch x (n, ...) the axes that the file's input has, of which one counts samples.
func fit(x *graph.Node, sizes []int, batch int) (value, bool) {
	s := shapeOf(x)
	sample := slices.Delete(slices.Clone(sizes), batch, batch+1)
	d := s[1:]
	order := make([]int, len(sample)) // of the axes of d
	for i := range order {
		order[i] = i
	}
	switch {
	case fits(d, sample):
	case len(d) == 3 && fits([]int{d[2], d[0], d[1]}, sample):
		order = []int{2, 0, 1}
	case reshaped(d, sample) != nil:
		d = reshaped(d, sample)
		x = graph.Reshape(x, append([]int{s[0]}, d...)...)
	default:
		return value{}, false
	}
	perm := make([]int, len(order))
	for i, a := range order {
		perm[i] = a + 1
	}
	perm = slices.Insert(perm, batch, 0)
	if slices.IsSorted(perm) {
		return result(x), true
	}
	return permuted(x, perm...), true
}

func fits(d, sizes []int) bool {
	return slices.EqualFunc(d, sizes, func(have, want int) bool { return want < 0 || have == want })
}

// reshaped is the shape that the file has for a row of numbers, or for axes that differ in those of
// one element only; nil if there is none.
func reshaped(d, sizes []int) []int {
	free, total := -1, 1
	for i, n := range sizes {
		switch {
		case n >= 0:
			total *= n
		case free >= 0:
			return nil
		default:
			free = i
		}
	}
	out := slices.Clone(sizes)
	if free >= 0 {
		if size(d)%total != 0 {
			return nil
		}
		out[free] = size(d) / total
	}
	several := func(n int) bool { return n > 1 }
	if size(out) != size(d) || len(d) != 1 && !slices.Equal(filter(d, several), filter(out, several)) &&
		!(len(sizes) == 1 && len(filter(d[:len(d)-1], several)) == len(filter(d, several))) {
		return nil
	}
	return out
}

func filter(xs []int, keep func(int) bool) []int {
	return slices.DeleteFunc(slices.Clone(xs), func(x int) bool { return !keep(x) })
}

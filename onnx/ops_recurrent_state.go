package onnx

import (
	"slices"

	"lethe/graph"
)

// initial is the state or memory, input i, with which direction d begins, (n, units); nil where it
// is
// 0. One that an exporter wrote down for another number of samples has to be the same for all.
func (r *recurrence) initial(i, d int) *graph.Node {
	if !r.has(i) {
		return nil
	}
	v := r.call.in[i]
	batch, axis := 1, 0
	if r.batchFirst {
		batch, axis = 0, 1
	}
	if len(v.shape) != 3 || v.shape[axis] != r.directions || v.shape[2] != r.units {
		r.fail("input %d (%q) has shape %v for %d directions of %d units", i+1, r.nameOf(i), v.shape, r.directions, r.units)
	}
	rows := v.shape[batch]
	if v.known() || r.zeroAsWritten(i) || rows != r.n && rows > 1 {
		xs := r.knownFloats(i)
		if !slices.ContainsFunc(xs, func(x float64) bool { return x != 0 }) {
			return nil
		}
		if rows != r.n && !sameAlong(xs, v.shape, batch) {
			r.fail("input %d (%q) has the states of %d samples, which differ, for a batch of %d: export the model with a free number of samples", i+1, r.nameOf(i), rows, r.n)
		}
	}
	h := r.tensor(i)
	if !r.batchFirst {
		h = r.inOrder(v, 1, 0, 2)
	}
	h = graph.Slice(h, 1, d, d+1)
	if rows == r.n && (v.data || rows > 1) {
		return graph.Reshape(h, r.n, r.units)
	}
	return graph.BroadcastTo(graph.Reshape(graph.Slice(h, 0, 0, 1), r.units), r.n, r.units)
}

// zeroAsWritten reports whether input i is an initializer of zeros: those that an exporter writes
// down where a layer begins with nothing, and nothing that was learned.
func (r *recurrence) zeroAsWritten(i int) bool {
	t := r.file.initializer(r.nameOf(i))
	if t == nil {
		return false
	}
	v, err := t.value(r.file.data)
	return err == nil && !slices.ContainsFunc(v.floats, func(x float64) bool { return x != 0 })
}

// readLengths finds where the sequences end, if input 5 says that any does before the last step.
func (r *recurrence) readLengths() {
	if !r.has(4) {
		return
	}
	v := r.call.in[4]
	if len(v.shape) != 1 {
		r.fail("input 5 (%q) has shape %v: want the length of each sequence", r.nameOf(4), v.shape)
	}
	if !v.known() {
		if v.shape[0] != r.n {
			r.fail("input 5 (%q) has %d lengths for %d sequences", r.nameOf(4), v.shape[0], r.n)
		}
		ends := graph.Reshape(r.tensor(4), r.n, 1)
		r.lengths = func(t int) *graph.Node { return graph.Greater(ends, graph.Fixed(ends, []float64{float64(t)})) }
		return
	}
	lengths := r.knownInts(4)
	if short := slices.Min(lengths); short == slices.Max(lengths) {
		r.sameLengths(int(min(short, int64(r.steps))))
		return
	}
	if len(lengths) != r.n {
		r.fail("input 5 (%q) has %d lengths, which differ, for a batch of %d: export the model with a free number of samples", r.nameOf(4), len(lengths), r.n)
	}
	r.lengths = func(t int) *graph.Node {
		mask := make([]float64, r.n)
		for k, n := range lengths {
			if int64(t) < n {
				mask[k] = 1
			}
		}
		return graph.Fixed(r.x, mask, r.n, 1)
	}
}

// sameLengths is readLengths where all sequences have one length.
func (r *recurrence) sameLengths(length int) {
	if length == r.steps {
		return
	}
	r.lengths = func(t int) *graph.Node {
		here := 0.0
		if t < length {
			here = 1
		}
		return graph.Fixed(r.x, []float64{here})
	}
}

package onnx

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// cellState is what one sample of one direction carries.
type cellState struct{ h, m []float64 }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// recurrentByDefinition follows one sample in one direction, number by number.
type recurrentByDefinition struct {
	op               string
	linear           bool
	w, u, b, p       func(row, col int) float64 // of the direction; b and p by col alone
	gates, units, in int
	state            cellState
}

// sum is gate g's input of unit k: that of x, of a state h, and the biases of both.
func (d *recurrentByDefinition) sum(x, h []float64, g, k int, stateBias bool) float64 {
	row := g*d.units + k
	s := d.b(0, row)
	if stateBias {
		s += d.b(0, d.gates*d.units+row)
	}
	for i, v := range x {
		s += d.w(row, i) * v
	}
	for i, v := range h {
		s += d.u(row, i) * v
	}
	return s
}

func (d *recurrentByDefinition) step(x []float64) {
	h, m := slices.Clone(d.state.h), slices.Clone(d.state.m)
	var reset []float64
	for k := range d.units {
		if d.op == "GRU" {
			reset = append(reset, logistic(d.sum(x, h, 1, k, true))*h[k])
		}
	}
	for k := range d.units {
		switch d.op {
		case "RNN":
			d.state.h[k] = math.Tanh(d.sum(x, h, 0, k, true))
		case "GRU":
			z := logistic(d.sum(x, h, 0, k, true))
			own := math.Tanh(d.sum(x, reset, 2, k, true))
			if d.linear {
				both, input := d.sum(nil, h, 2, k, true)-d.b(0, 2*d.units+k), d.sum(x, nil, 2, k, false)
				own = math.Tanh(input + logistic(d.sum(x, h, 1, k, true))*both)
			}
			d.state.h[k] = (1-z)*own + z*h[k]
		case "LSTM":
			i := logistic(d.sum(x, h, 0, k, true) + d.p(0, k)*m[k])
			f := logistic(d.sum(x, h, 2, k, true) + d.p(0, 2*d.units+k)*m[k])
			d.state.m[k] = f*m[k] + i*math.Tanh(d.sum(x, h, 3, k, true))
			o := logistic(d.sum(x, h, 1, k, true) + d.p(0, d.units+k)*d.state.m[k])
			d.state.h[k] = o * math.Tanh(d.state.m[k])
		}
	}
}

// Recurrent layers in either direction and in both, from given states, on sequences of different
// lengths, in both layouts, are what their definitions say.
func TestRecurrentLayersByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	for trial := range 36 {
		op := []string{"RNN", "GRU", "LSTM"}[trial%3]
		direction := []string{"forward", "reverse", "bidirectional"}[trial/3%3]
		batchFirst, linear, short := r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
		t.Run(fmt.Sprint(trial, op, direction, batchFirst, linear, short), func(t *testing.T) {
			recurrentCase(r, op, direction, batchFirst, linear, short).check(t)
		})
	}
}

func recurrentCase(r *rand.Rand, op, direction string, batchFirst, linear, short bool) *single {
	const steps, n, in, units = 3, 2, 3, 2
	gates := map[string]int{"RNN": 1, "GRU": 3, "LSTM": 4}[op]
	backwards := map[string][]bool{"forward": {false}, "reverse": {true}, "bidirectional": {false, true}}[direction]
	dirs := len(backwards)
	swap := func(a, b int, rest ...int) []int { // the first axes in the order of the layout
		if batchFirst {
			a, b = b, a
		}
		return append([]int{a, b}, rest...)
	}
	x, h0, m0 := drawn(r, swap(steps, n, in)...), drawn(r, swap(dirs, n, units)...), drawn(r, swap(dirs, n, units)...)
	w, u, b, p := drawn(r, dirs, gates*units, in), drawn(r, dirs, gates*units, units), drawn(r, dirs, 2*gates*units), drawn(r, dirs, 3*units)
	lengths := []int64{steps, steps}
	var ends value
	if short {
		lengths[1] = 2
		ends = numbers(lengths...)
	}
	all := value{kind: floats, shape: []int{steps, dirs, n, units}}
	if batchFirst {
		all.shape = []int{n, steps, dirs, units}
	}
	all.floats = make([]float64, size(all.shape))
	h1, m1 := value{kind: floats, shape: h0.shape, floats: make([]float64, h0.size())}, value{kind: floats, shape: m0.shape, floats: make([]float64, m0.size())}
	for d, back := range backwards {
		for i := range n {
			cell := recurrentByDefinition{op: op, linear: linear, gates: gates, units: units, in: in,
				w: func(row, col int) float64 { return w.at(d, row, col) }, u: func(row, col int) float64 { return u.at(d, row, col) },
				b: func(_, col int) float64 { return b.at(d, col) }, p: func(_, col int) float64 { return p.at(d, col) }}
			for k := range units {
				cell.state.h, cell.state.m = append(cell.state.h, h0.at(swap(d, i, k)...)), append(cell.state.m, m0.at(swap(d, i, k)...))
			}
			for s := range int(lengths[i]) {
				at := s
				if back {
					at = int(lengths[i]) - 1 - s
				}
				var now []float64
				for k := range in {
					now = append(now, x.at(swap(at, i, k)...))
				}
				cell.step(now)
				for k, v := range cell.state.h {
					place := []int{at, d, i, k}
					if batchFirst {
						place = []int{i, at, d, k}
					}
					all.set(v, place...)
				}
			}
			for k := range units {
				h1.set(cell.state.h[k], swap(d, i, k)...)
				m1.set(cell.state.m[k], swap(d, i, k)...)
			}
		}
	}
	attrs := map[string]attribute{"hidden_size": attrWhole(units), "direction": attrString(direction)}
	if batchFirst {
		attrs["layout"] = attrWhole(1)
	}
	if linear && op == "GRU" {
		attrs["linear_before_reset"] = attrWhole(1)
	}
	if op == "LSTM" {
		return singleNode(op, attrs, []value{all, h1, m1}, x, w, u, b, ends, h0, m0, p)
	}
	return singleNode(op, attrs, []value{all, h1}, x, w, u, b, ends, h0)
}

// set writes an element of a value.
func (v value) set(x float64, place ...int) {
	k := 0
	for i, d := range v.shape {
		k = k*d + place[i]
	}
	v.floats[k] = x
}

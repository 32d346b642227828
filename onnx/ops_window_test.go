package onnx

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// moving is how a window moves along each axis, for the definitions below.
type moving struct{ in, size, stride, dilation, before, after []int }

func drawMoving(r *rand.Rand, axes int, small bool) moving {
	var m moving
	for range axes {
		size := 1 + r.IntN(3)
		pad := func() int { return r.IntN(3) }
		if small { // a pooling's padding is smaller than its windows
			pad = func() int { return r.IntN(size) }
		}
		m.in, m.size = append(m.in, 5+r.IntN(3)), append(m.size, size)
		m.stride, m.dilation = append(m.stride, 1+r.IntN(3)), append(m.dilation, 1+r.IntN(2))
		m.before, m.after = append(m.before, pad()), append(m.after, pad())
	}
	return m
}

func (m moving) attrs() map[string]attribute {
	return map[string]attribute{"kernel_shape": attrWholes(m.size...), "strides": attrWholes(m.stride...), "dilations": attrWholes(m.dilation...),
		"pads": attrWholes(slices.Concat(m.before, m.after)...)}
}

// windows counts windows: those that fit, and with ceil also one that begins in the image or in the
// padding in front and reaches beyond the padding behind.
func (m moving) windows(ceil bool) []int {
	out := make([]int, len(m.in))
	for i := range out {
		for at := -m.before[i]; ; at += m.stride[i] {
			last := at + m.dilation[i]*(m.size[i]-1)
			if last < m.in[i]+m.after[i] {
				out[i]++
				continue
			}
			if whole := at - m.stride[i] + m.dilation[i]*(m.size[i]-1); ceil && at < m.in[i] && whole < m.in[i]+m.after[i]-1 {
				out[i]++
			}
			break
		}
	}
	return out
}

// element is the position that element k of the window at the given place covers, and whether it
// lies in the image and whether in the image or its padding.
func (m moving) element(window, k []int) (at []int, image, padded bool) {
	image, padded = true, true
	for i := range k {
		p := window[i]*m.stride[i] - m.before[i] + k[i]*m.dilation[i]
		at = append(at, p)
		image = image && p >= 0 && p < m.in[i]
		padded = padded && p < m.in[i]+m.after[i]
	}
	return at, image, padded
}

// Convolutions along one to three axes, with strides, dilations, uneven padding and groups, are the
// sums over their windows.
func TestConvolutionsByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	for trial := range 24 {
		m := drawMoving(r, 1+trial%3, false)
		groups, in, out := []int{1, 2, 3, 8}[r.IntN(4)], 1+r.IntN(2), 1+r.IntN(2)
		x := drawn(r, slices.Concat([]int{2, groups * in}, m.in)...)
		w, b := drawn(r, slices.Concat([]int{groups * out, in}, m.size)...), drawn(r, groups*out)
		if slices.Contains(m.windows(false), 0) {
			continue
		}
		y := value{kind: floats, shape: slices.Concat([]int{2, groups * out}, m.windows(false))}
		eachPlace(y.shape, func(p []int) {
			sum := b.at(p[1])
			eachPlace(slices.Concat([]int{in}, m.size), func(k []int) {
				if at, image, _ := m.element(p[2:], k[1:]); image {
					sum += x.at(slices.Concat([]int{p[0], p[1]/out*in + k[0]}, at)...) * w.at(slices.Concat([]int{p[1]}, k)...)
				}
			})
			y.floats = append(y.floats, sum)
		})
		attrs := m.attrs()
		attrs["group"] = attrWhole(groups)
		t.Run(fmt.Sprint(trial), func(t *testing.T) { singleNode("Conv", attrs, []value{y}, x, w, b).check(t) })
	}
}

// Maxima and means along one to three axes are those of the elements of their windows.
func TestPoolingByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 7))
	for trial := range 30 {
		m := drawMoving(r, 1+trial%3, true)
		ceil, counted := r.IntN(2) == 0, r.IntN(2) == 0
		x := drawn(r, slices.Concat([]int{2, 2}, m.in)...)
		shape := slices.Concat([]int{2, 2}, m.windows(ceil))
		largest, place, mean := value{kind: floats, shape: shape}, value{kind: ints, shape: shape}, value{kind: floats, shape: shape}
		empty := false // a window of padding alone, whose mean is none
		eachPlace(shape, func(p []int) {
			top, where, sum, n := math.Inf(-1), 0, 0.0, 0.0
			eachPlace(m.size, func(k []int) {
				at, image, padded := m.element(p[2:], k)
				if image {
					at = slices.Concat(p[:2], at)
					v := x.at(at...)
					if v > top {
						top, where = v, 0
						for i, d := range x.shape {
							where = where*d + at[i]
						}
					}
					sum += v
				}
				if image || counted && padded {
					n++
				}
			})
			empty = empty || n == 0 || math.IsInf(top, -1)
			largest.floats, place.ints, mean.floats = append(largest.floats, top), append(place.ints, int64(where)), append(mean.floats, sum/n)
		})
		if empty {
			continue
		}
		attrs := m.attrs()
		if ceil {
			attrs["ceil_mode"] = attrWhole(1)
		}
		if counted {
			attrs["count_include_pad"] = attrWhole(1)
		}
		t.Run(fmt.Sprint(trial), func(t *testing.T) {
			singleNode("MaxPool", attrs, []value{largest, place}, x).check(t)
			singleNode("AveragePool", attrs, []value{mean}, x).check(t)
		})
	}
}

// Padding shows the positions that a walk from end to end passes.
func TestPaddingByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 7))
	for trial := range 24 {
		mode := []string{"constant", "edge", "reflect", "wrap"}[trial%4]
		before, after := r.IntN(4), r.IntN(4)
		if mode == "constant" {
			before, after = before-2, after-1
		}
		const n = 4
		x, with := drawn(r, 2, n, 3), drawn(r)
		y := value{kind: floats, shape: []int{2, before + n + after, 3}}
		eachPlace(y.shape, func(p []int) {
			q, inside := p[1]-before, true
			switch mode {
			case "constant":
				inside = q >= 0 && q < n
			case "edge":
				q = max(0, min(n-1, q))
			case "wrap":
				for q < 0 {
					q += n
				}
				q %= n
			case "reflect":
				for q < 0 || q >= n {
					if q = max(q, -q); q >= n {
						q = 2*(n-1) - q
					}
				}
			}
			if inside {
				y.floats = append(y.floats, x.at(p[0], q, p[2]))
			} else {
				y.floats = append(y.floats, with.floats[0])
			}
		})
		in := []value{x, numbers(int64(before), int64(after)), with, numbers(-2)}
		t.Run(fmt.Sprint(mode, before, after), func(t *testing.T) {
			singleNode("Pad", map[string]attribute{"mode": attrString(mode)}, []value{y}, in...).check(t)
		})
	}
}

package graph

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// imageTensor is a tensor (n, h, w, c) that is 0 outside.
type imageTensor struct {
	shape []int
	data  []float64
}

func (t imageTensor) inside(y, x int) bool {
	return y >= 0 && y < t.shape[1] && x >= 0 && x < t.shape[2]
}

func (t imageTensor) at(n, y, x, c int) float64 {
	if !t.inside(y, x) {
		return 0
	}
	return t.data[((n*t.shape[1]+y)*t.shape[2]+x)*t.shape[3]+c]
}

// eachWindow calls f for each window of an image with the places of its elements.
func eachWindow(w Window, shape []int, f func(n int, places [][2]int)) {
	count := func(i, size int) int {
		return (size+w.Before[i]+w.After[i]-w.Dilation[i]*(w.Size[i]-1)-1)/w.Stride[i] + 1
	}
	for n := range shape[0] {
		for i := range count(0, shape[1]) {
			for j := range count(1, shape[2]) {
				var places [][2]int
				for k := range w.Size[0] {
					for l := range w.Size[1] {
						places = append(places, [2]int{i*w.Stride[0] - w.Before[0] + k*w.Dilation[0], j*w.Stride[1] - w.Before[1] + l*w.Dilation[1]})
					}
				}
				f(n, places)
			}
		}
	}
}

var testWindows = []Window{
	{Size: [2]int{3, 3}},
	{Size: [2]int{3, 3}, Before: [2]int{1, 1}, After: [2]int{1, 1}},
	{Size: [2]int{1, 1}},
	{Size: [2]int{1, 1}, Stride: [2]int{2, 3}},
	{Size: [2]int{2, 3}, Stride: [2]int{2, 1}, Before: [2]int{1, 0}, After: [2]int{0, 2}},
	{Size: [2]int{3, 2}, Stride: [2]int{3, 2}, Before: [2]int{0, 1}, After: [2]int{2, 1}},
	{Size: [2]int{2, 2}, Dilation: [2]int{3, 2}},
	{Size: [2]int{2, 2}, Dilation: [2]int{1, 4}, Stride: [2]int{2, 2}, Before: [2]int{0, 3}, After: [2]int{1, 5}},
	{Size: [2]int{7, 8}},
}

// TestConv2D compares with the sum over the window, element by element.
func TestConv2D(t *testing.T) {
	for _, w := range testWindows {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			g := G.NewGraph()
			x := imageTensor{[]int{2, 7, 8, 3}, draws(1, 2*7*8*3)}
			f := draws(2, w.Size[0]*w.Size[1]*3*4)
			nx, nf := Input(g, tensor.Float64, "x", x.shape...), Input(g, tensor.Float64, "f", w.Size[0], w.Size[1], 3, 4)
			asked := w
			w = w.filled("", w.Size, [2]int{1, 1})
			var want []float64
			eachWindow(w, x.shape, func(n int, places [][2]int) {
				for o := range 4 {
					sum := 0.0
					for k, at := range places {
						for c := range 3 {
							sum += x.at(n, at[0], at[1], c) * f[(k*3+c)*4+o]
						}
					}
					want = append(want, sum)
				}
			})
			p, err := Compile(Conv2D(nx, nf, asked))
			require.NoError(t, err)
			out, err := p.Run(map[*Node]G.Value{nx: tensor.New(tensor.WithShape(x.shape...), tensor.WithBacking(x.data)),
				nf: tensor.New(tensor.WithShape(dims(nf)...), tensor.WithBacking(f))})
			require.NoError(t, err)
			assert.InDeltaSlice(t, want, out[0].Data(), 1e-12)
		})
	}
}

// TestPooling compares with the maximum and the mean over the elements of the window that lie in the image.
func TestPooling(t *testing.T) {
	for _, w := range testWindows {
		if max(w.Before[0], w.After[0]) >= w.Size[0] || max(w.Before[1], w.After[1]) >= w.Size[1] {
			continue
		}
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			g := G.NewGraph()
			x := imageTensor{[]int{2, 7, 8, 3}, draws(1, 2*7*8*3)}
			nx := Input(g, tensor.Float64, "x", x.shape...)
			asked := w
			w = w.filled("", w.Size, w.Size)
			var largest, mean []float64
			eachWindow(w, x.shape, func(n int, places [][2]int) {
				for c := range 3 {
					top, sum, count := math.Inf(-1), 0.0, 0.0
					for _, at := range places {
						if x.inside(at[0], at[1]) {
							v := x.at(n, at[0], at[1], c)
							top, sum, count = max(top, v), sum+v, count+1
						}
					}
					largest, mean = append(largest, top), append(mean, sum/count)
				}
			})
			p, err := Compile(MaxPool2D(nx, asked), AvgPool2D(nx, asked))
			require.NoError(t, err)
			out, err := p.Run(map[*Node]G.Value{nx: tensor.New(tensor.WithShape(x.shape...), tensor.WithBacking(x.data))})
			require.NoError(t, err)
			assert.Equal(t, largest, out[0].Data())
			assert.InDeltaSlice(t, mean, out[1].Data(), 1e-14)
		})
	}
}

// Of equal elements the first gets the adjoint, the padding none.
func TestMaxPoolTies(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, tensor.Float64, "x", 1, 2, 2, 1)
	d, err := Grad(Sum(MaxPool2D(x, Window{Size: [2]int{2, 2}, Stride: [2]int{1, 1}, Before: [2]int{1, 1}})), x)
	require.NoError(t, err)
	p, err := Compile(d...)
	require.NoError(t, err)
	out, err := p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(1, 2, 2, 1), tensor.WithBacking([]float64{-1, -1, -1, -1}))})
	require.NoError(t, err)
	assert.Equal(t, []float64{4, 0, 0, 0}, out[0].Data())
}

// The tiles of columns must not show: images whose columns are many tiles agree with the same images one by one.
func TestConvolutionTiles(t *testing.T) {
	const n, h, w, c, o = 3, 40, 41, 20, 4
	x, f, d := draws(1, n*h*w*c), draws(2, 9*c*o), draws(3, n*h*w*o)
	run := func(n int, x, d []float64) [][]float64 {
		g := G.NewGraph()
		nx, nf, nd := Input(g, tensor.Float64, "x", n, h, w, c), Input(g, tensor.Float64, "f", 3, 3, c, o), Input(g, tensor.Float64, "d", n, h, w, o)
		win := Window{}.Same([2]int{3, 3})
		y := Conv2D(nx, nf, win)
		grads, err := VJP([]*Node{y}, []*Node{nd}, []*Node{nx, nf})
		require.NoError(t, err)
		p, err := Compile(append(grads, y)...)
		require.NoError(t, err)
		require.Less(t, columnLimit, n*h*w*9*c)
		out, err := p.Run(map[*Node]G.Value{nx: tensor.New(tensor.WithShape(n, h, w, c), tensor.WithBacking(x)),
			nf: tensor.New(tensor.WithShape(3, 3, c, o), tensor.WithBacking(f)), nd: tensor.New(tensor.WithShape(n, h, w, o), tensor.WithBacking(d))})
		require.NoError(t, err)
		var data [][]float64
		for _, v := range out {
			data = append(data, v.Data().([]float64))
		}
		return data
	}
	all := run(n, x, d)
	filters := make([]float64, len(f))
	for i := range n {
		one := run(1, x[i*h*w*c:(i+1)*h*w*c], d[i*h*w*o:(i+1)*h*w*o])
		assert.InDeltaSlice(t, one[0], all[0][i*h*w*c:(i+1)*h*w*c], 1e-11)
		assert.InDeltaSlice(t, one[2], all[2][i*h*w*o:(i+1)*h*w*o], 1e-11)
		for k, g := range one[1] {
			filters[k] += g
		}
	}
	assert.InDeltaSlice(t, filters, all[1], 1e-9)
}

func TestMoments(t *testing.T) {
	for _, positions := range []int{1, 5, 400} {
		t.Run(fmt.Sprint(positions), func(t *testing.T) { checkMoments(t, positions) })
	}
}

func checkMoments(t *testing.T, positions int) {
	x, weight := draws(1, 4*positions*3), []float64{1, 0, 0.5, 2}
	g := G.NewGraph()
	nx, nw := Input(g, tensor.Float64, "x", 4, positions, 3), Input(g, tensor.Float64, "w", 4)
	mean, variance := Moments(nx, nw)
	p, err := Compile(mean, variance)
	require.NoError(t, err)
	out, err := p.Run(map[*Node]G.Value{nx: tensor.New(tensor.WithShape(4, positions, 3), tensor.WithBacking(x)),
		nw: tensor.New(tensor.WithShape(4), tensor.WithBacking(weight))})
	require.NoError(t, err)
	for c := range 3 {
		sum, squares, mass := 0.0, 0.0, 0.0
		for i, w := range weight {
			for p := range positions {
				v := x[(i*positions+p)*3+c]
				sum, squares, mass = sum+w*v, squares+w*v*v, mass+w
			}
		}
		m := sum / mass
		assert.InDelta(t, m, out[0].Data().([]float64)[c], 1e-13)
		assert.InDelta(t, squares/mass-m*m, out[1].Data().([]float64)[c], 1e-13)
	}
}

func TestImageErrors(t *testing.T) {
	g := G.NewGraph()
	x, f := Input(g, tensor.Float64, "x", 2, 5, 6, 3), Input(g, tensor.Float64, "f", 3, 3, 3, 4)
	for want, build := range map[string]func(){
		"they take 2 channels":             func() { Conv2D(x, Input(g, tensor.Float64, "a", 3, 3, 2, 4), Window{}) },
		"smaller than a window":            func() { Conv2D(x, Input(g, tensor.Float64, "b", 6, 3, 3, 4), Window{}) },
		"want (height, width, channels in": func() { Conv2D(x, Input(g, tensor.Float64, "c", 3, 3, 3), Window{}) },
		"leave Window.Size out":            func() { Conv2D(x, f, Window{Size: [2]int{2, 3}}) },
		"no padding negative":              func() { Conv2D(x, f, Window{Before: [2]int{-1, 0}}) },
		"want (n, height, width, channels)": func() {
			Conv2D(Input(g, tensor.Float64, "d", 2, 5, 6), f, Window{})
		},
		"have to be at least 1":  func() { MaxPool2D(x, Window{}) },
		"in the padding":         func() { MaxPool2D(x, Window{Size: [2]int{2, 2}, Before: [2]int{2, 0}}) },
		"want (n, ..., channels": func() { Moments(x, Input(g, tensor.Float64, "w", 3)) },
	} {
		var e *Error
		require.ErrorAs(t, Build(build), &e, want)
		assert.Contains(t, e.Error(), want)
	}
}

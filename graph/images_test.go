package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
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

// TestPooling compares with the maximum and the mean over the elements of the window that lie in
// the image.
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

// TestRandomConvolutions compares the three members of the family, and sums of them, with loops
// over all elements, in tiles of any size. Every third trial is in single precision, with as many
// channels and pixels as direct kernels want; a sum of 2,000 products of about 1 has an error of up
// to 1e-3 there, and a wrong element one of about 1.
func TestRandomConvolutions(t *testing.T) {
	usual, can := columnLimit, direct
	t.Cleanup(func() { columnLimit, direct = usual, can })
	r := rand.New(rand.NewPCG(1, 3))
	for trial := range 180 {
		single := trial%3 == 2
		direct = can && trial%4 != 0 // columns in single precision, too
		columnLimit = []int{1, 20, 100, 1000, usual}[r.IntN(5)]
		n, h, w, c, o := 1+r.IntN(3), 1+r.IntN(6), 1+r.IntN(6), 1+r.IntN(3), 1+r.IntN(3)
		dt, tolerance := tensor.Float64, 1e-11
		if single {
			dt, tolerance, w, c, o = tensor.Float32, 1e-3, 4+r.IntN(16), 1+r.IntN(20), 14+r.IntN(40)
		}
		pair := func(least, most int) [2]int { return [2]int{least + r.IntN(most), least + r.IntN(most)} }
		win := Window{Size: pair(1, 3), Stride: pair(1, 3), Dilation: pair(1, 3), Before: pair(0, 4), After: pair(0, 4)}
		if r.IntN(2) == 0 {
			win.Stride = [2]int{1, 1}
		}
		if r.IntN(2) == 0 {
			win.Dilation = [2]int{1, 1}
		}
		out, err := win.outputs(h, w)
		if err != nil {
			continue
		}
		op := conv{w: win, each: r.IntN(2) == 0}
		filters := []int{win.Size[0], win.Size[1], c, o}
		images, filtered := []int{n, h, w, c}, []int{n, out[0], out[1], o}
		if op.each {
			filters = append([]int{n}, filters...)
		}
		x, f, d, b := draws(uint64(trial), size(images)), draws(uint64(trial)+1000, size(filters)), draws(uint64(trial)+2000, size(filtered)), draws(5, o)
		y, dx, df := make([]float64, len(d)), make([]float64, len(x)), make([]float64, len(f))
		p := 0
		eachWindow(win, images, func(image int, places [][2]int) {
			for k, at := range places {
				if at[0] < 0 || at[0] >= h || at[1] < 0 || at[1] >= w {
					continue
				}
				if op.each {
					k += image * len(places)
				}
				for ci := range c {
					for co := range o {
						xi, fi, di := ((image*h+at[0])*w+at[1])*c+ci, (k*c+ci)*o+co, p*o+co
						y[di] += x[xi] * f[fi]
						dx[xi] += d[di] * f[fi]
						df[fi] += x[xi] * d[di]
					}
				}
			}
			p++
		})
		g := G.NewGraph()
		nx, nf, nd, nb := Input(g, dt, "x", images...), Input(g, dt, "f", filters...), Input(g, dt, "d", filtered...),
			Input(g, dt, "b", o)
		program, err := Compile(
			apply(op, nx, nf), apply(op.input(images), nd, nf), apply(convFilter(op), nx, nd),
			Add(Add(nb, apply(op, Scale(nx, 2), nf)), apply(op, nx, Scale(nf, 3))),
			Add(apply(op.input(images), Scale(nd, 2), nf), apply(op.input(images), nd, Scale(nf, 3))),
			Add(apply(convFilter(op), Scale(nx, 2), nd), apply(convFilter(op), nx, Scale(nd, 3))))
		require.NoError(t, err)
		value := func(v []float64, shape []int) G.Value {
			if single {
				return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(narrowed(v)))
			}
			return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
		}
		got, err := program.Run(map[*Node]G.Value{nx: value(x, images), nf: value(f, filters), nd: value(d, filtered), nb: value(b, []int{o})})
		require.NoError(t, err)
		for k, want := range [][]float64{y, dx, df, y, dx, df} {
			for i, v := range want {
				if k >= 3 {
					v *= 5
				}
				if k == 3 {
					v += b[i%o]
				}
				require.InDelta(t, v, number(got[k], i), tolerance, "trial %d: %+v each %v, limit %d, images %v, output %d element %d", trial, win, op.each,
					columnLimit, images, k, i)
			}
		}
	}
}

// number is element i of a value.
func number(v G.Value, i int) float64 {
	switch x := v.Data().(type) {
	case []float64:
		return x[i]
	case []float32:
		return float64(x[i])
	case float32:
		return float64(x)
	}
	return v.Data().(float64)
}

// NaN is the largest wherever it stands, so that it does not get lost.
func TestMaxPoolPassesNaNOn(t *testing.T) {
	for at := range 4 {
		g := G.NewGraph()
		x := Input(g, tensor.Float64, "x", 1, 2, 2, 2)
		p, err := Compile(MaxPool2D(x, Window{Size: [2]int{2, 2}}))
		require.NoError(t, err)
		data := []float64{1, 5, 4, 6, 3, 7, 2, 8}
		data[2*at] = math.NaN()
		out, err := p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(1, 2, 2, 2), tensor.WithBacking(data))})
		require.NoError(t, err)
		y := out[0].Data().([]float64)
		assert.True(t, math.IsNaN(y[0]), "NaN in place %d", at)
		assert.Equal(t, 8.0, y[1])
	}
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

// narrowed is v in single precision.
func narrowed(v []float64) []float32 {
	x := make([]float32, len(v))
	for i, f := range v {
		x[i] = float32(f)
	}
	return x
}

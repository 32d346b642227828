package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Equal largest elements share one unit of adjoint, whatever the axes; the second derivative of a
// maximum is 0.
func TestMaxSharesAmongTies(t *testing.T) {
	third := 1.0 / 3
	inf := math.Inf(1)
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, _ float64) {
		for _, c := range []struct {
			name  string
			shape []int
			axes  []int
			x, g  []float64
		}{
			{"all", []int{2, 2}, nil, []float64{5, 5, 1, 5}, []float64{third, third, 0, third}},
			{"rows", []int{2, 3}, []int{1}, []float64{1, 2, 2, 3, 0, 1}, []float64{0, 0.5, 0.5, 1, 0, 0}},
			{"columns", []int{2, 3}, []int{0}, []float64{1, 2, 2, 1, 0, 2}, []float64{0.5, 1, 0.5, 0.5, 0, 0.5}},
			{"axes apart", []int{2, 1, 3}, []int{0, 2}, []float64{7, 7, 1, 0, 7, 1}, []float64{third, third, 0, 0, third, 0}},
			{"zeros of both signs", []int{3}, nil, []float64{0, math.Copysign(0, -1), -1}, []float64{0.5, 0.5, 0}},
			{"infinities", []int{3}, nil, []float64{inf, 1, inf}, []float64{0.5, 0, 0.5}},
			{"all masked", []int{2}, nil, []float64{-inf, -inf}, []float64{0.5, 0.5}},
		} {
			v := make([]float64, len(c.x))
			for i := range v {
				v[i] = float64(i + 1)
			}
			_, g, h, j := derivatives(t, dt, func(x *Node) *Node { return Max(x, c.axes...) }, c.x, nil, v, c.shape...)
			assert.InDeltaSlice(t, c.g, g, 2*eps, c.name)
			assert.Equal(t, make([]float64, len(v)), h, c.name)
			want, sum := 0.0, 0.0
			for i := range v {
				want += c.g[i] * v[i]
			}
			for _, s := range j {
				sum += s
			}
			assert.InDelta(t, want, sum, 8*eps, "%s: J'v", c.name)
			// the Hessian of the squared maximum is twice the shares' outer product
			_, _, h, _ = derivatives(t, dt, func(x *Node) *Node { return Square(Max(x)) }, []float64{2, 2, 1, 2}, nil, []float64{1, 0, 0, 0}, 4)
			assert.InDeltaSlice(t, []float64{2. / 9, 2. / 9, 0, 2. / 9}, h, 2*eps)
		}
	})
}

// A window of equal pixels gives one unit of adjoint, to the first.
func TestMaxPoolGivesOneUnit(t *testing.T) {
	_, g, _, _ := derivatives(t, tensor.Float64, func(x *Node) *Node { return MaxPool2D(x, Window{Size: [2]int{2, 2}}) }, filled(4, 3), nil, filled(4, 1), 1, 2, 2, 1)
	assert.Equal(t, []float64{1, 0, 0, 0}, g)
}

// Norms at 0 and at the ends of the range, with slopes x/|x| and curvatures; a row at 0 does not
// spoil the others.
func TestNormAtTheEnds(t *testing.T) {
	roots := map[string]func(x *Node) *Node{
		"Norm":                 func(x *Node) *Node { return Norm(x, 1) },
		"root of squares":      func(x *Node) *Node { return Sqrt(Sum(Square(x), 1)) },
		"root of products":     func(x *Node) *Node { return Sqrt(Reshape(Sum(Mul(x, x), 1), dims(x)[0], 1)) },
		"root of powers":       func(x *Node) *Node { return PowC(Sum(PowC(x, 2), -1), 0.5) },
		"norm of columns":      func(x *Node) *Node { return Norm(Transpose(x), 0) },
		"root of scaled means": func(x *Node) *Node { return Sqrt(Scale(Mean(Square(x), 1), 2)) },
		"stock root": func(x *Node) *Node {
			return gorgonia.Must(gorgonia.Sqrt(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(x)), 1))))
		},
	}
	for name, f := range roots {
		t.Run(name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, _ float64) {
				big, small := 1e37, 1e-37
				if dt == tensor.Float64 {
					big, small = 1e307, 1e-307
				}
				for _, s := range []float64{1, big, small, small * 1e-4} {
					if s < small && name == "root of scaled means" {
						continue // a factor more in the subnormal range
					}
					x, v := []float64{3 * s, -4 * s, 0, 0, 0, s}, []float64{1, 0, 1, 1, 1, 0}
					y, g, h, _ := derivatives(t, dt, f, x, nil, v, 3, 2)
					tol := 8 * eps
					if s < small {
						tol = 1e-4
					}
					assert.InDelta(t, 5, y[0]/s, 5*tol, "|x| at scale %g", s)
					assert.Zero(t, y[1])
					assert.InDelta(t, 1, y[2]/s, 2*tol)
					assert.InDeltaSlice(t, []float64{0.6, -0.8, 0, 0, 0, 1}, g, 2*tol, "slopes at scale %g", s)
					if s == 1 {
						assert.InDeltaSlice(t, []float64{0.128, 0.096, 0, 0, 1, 0}, h, 4*eps, "curvature")
					}
					assert.Equal(t, []float64{0, 0}, h[2:4], "curvature at 0")
				}
			})
		})
	}
}

// A root whose adjoint a mask makes 0 adds nothing to the gradient, though its slope is infinite;
// without a mask it says so.
func TestRootsAtZeroBehindAMask(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, _ float64) {
		for name, f := range map[string]func(x *Node) *Node{
			"square root": func(x *Node) *Node { return Sqrt(x) }, "cube root": func(x *Node) *Node { return PowC(x, 1.0/3) },
		} {
			_, g, h, _ := derivatives(t, dt, f, []float64{0, 1}, []float64{0, 2}, []float64{1, 1}, 2)
			assert.Zero(t, g[0], name)
			assert.Zero(t, h[0], name)
			assert.Greater(t, g[1], 0.5)
			_, g, _, _ = derivatives(t, dt, f, []float64{0, 1}, nil, []float64{1, 1}, 2)
			assert.True(t, math.IsInf(g[0], 1), name)
		}
	})
}

// A weight matrix with rows of length 1 has per-sample gradients, through the norm of a parameter.
func TestPerSampleThroughNormOfAParameter(t *testing.T) {
	g := gorgonia.NewGraph()
	x, w := Input(g, tensor.Float64, "x", 3, 2), Input(g, tensor.Float64, "w", 2, 4)
	unit := Div(w, Reshape(Sqrt(Sum(Square(w), 1)), 2, 1))
	unit = Mul(unit, Reshape(Mean(Softmax(w, 1), 1), 2, 1))
	losses := SoftmaxCrossEntropy(MatMul(x, unit), Fixed(x, []float64{0, 3, 1}, 3))
	rows, err := PerSample(losses, w)
	require.NoError(t, err)
	whole, err := Grad(Sum(losses), w)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(3, 4))
	random := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return x
	}
	out := evaluate(t, map[*Node]gorgonia.Value{x: numbersIn(tensor.Float64, random(6), 3, 2), w: numbersIn(tensor.Float64, random(8), 2, 4)}, Sum(rows[0], 0), whole[0])
	assert.InDeltaSlice(t, out[1], out[0], 1e-14)
}

// Means, moments and pooled means of numbers whose sum or squares overflow.
func TestMeansOfLargeNumbers(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, _ float64) {
		big := 3e38
		if dt == tensor.Float64 {
			big = 1.7e308
		}
		for name, f := range map[string]func(x *Node) *Node{
			"rows": func(x *Node) *Node { return Mean(x, 1) }, "columns": func(x *Node) *Node { return Mean(Transpose(x), 0) },
			"both": func(x *Node) *Node { return Mean(x) },
			"pool": func(x *Node) *Node { return AvgPool2D(Reshape(x, 2, 2, 2, 1), Window{Size: [2]int{2, 2}}) },
		} {
			y, g, _, _ := derivatives(t, dt, f, filled(8, big), nil, filled(8, 1), 2, 4)
			for _, v := range y {
				assert.InEpsilon(t, big, v, 4*eps, name)
			}
			assert.InDelta(t, float64(len(y))/8, g[0], 4*eps, name)
		}
		root := math.Sqrt(big) / 2 // its square is a quarter of the largest number
		x := []float64{root, -root, root, -root, root, -root, root, -root}
		mean, variance := momentsOf(t, dt, x, 2, 4)
		assert.InDelta(t, 0, mean/root, 4*eps)
		assert.InEpsilon(t, big/4, variance, 8*eps)
		mean, variance = momentsOf(t, dt, filled(8, big), 2, 4)
		assert.InEpsilon(t, big, mean, 4*eps)
		assert.LessOrEqual(t, variance, big*eps*big*eps)
	})
}

func momentsOf(t *testing.T, dt tensor.Dtype, x []float64, n, positions int) (mean, variance float64) {
	g := gorgonia.NewGraph()
	in := Input(g, dt, "x", n, positions, 1)
	m, v := Moments(in, Fixed(in, filled(n, 1), n))
	out := evaluate(t, map[*Node]gorgonia.Value{in: numbersIn(dt, x, n, positions, 1)}, m, v)
	return out[0][0], out[1][0]
}

// Mean and variance of numbers far from 0 are those of the numbers, to rounding, and so is what a
// normalization makes of them.
func TestMomentsOfALargeOffset(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, _ float64) {
		offset := 0x1p17
		if dt == tensor.Float64 {
			offset = 0x1p46
		}
		r := rand.New(rand.NewPCG(5, 6))
		const n, positions = 7, 300
		x, sum := make([]float64, n*positions), 0.0
		for i := range x {
			x[i] = float64(r.IntN(64)) / 64 // exact with the offset
			sum += x[i]
		}
		mean, variance := sum/float64(len(x)), 0.0
		for i := range x {
			variance += (x[i] - mean) * (x[i] - mean) / float64(len(x))
			x[i] += offset
		}
		m, v := momentsOf(t, dt, x, n, positions)
		assert.InDelta(t, mean, m-offset, eps*offset)
		assert.InEpsilon(t, variance, v, 1e3*eps)
		y, _, _, _ := derivatives(t, dt, func(x *Node) *Node {
			return LayerNorm(x, Fixed(x, filled(positions, 1), positions), Fixed(x, filled(positions, 0), positions), 0)
		},
			x[:positions], nil, filled(positions, 0), 1, positions)
		want := normalized(x[:positions], 0)
		assert.InDeltaSlice(t, want, y, 50*eps)
		y, _, _, _ = derivatives(t, dt, func(x *Node) *Node {
			mean, variance := Fixed(x, []float64{offset}, 1), Fixed(x, []float64{0.25}, 1)
			return BatchNorm(x, Fixed(x, []float64{1}, 1), Fixed(x, []float64{0.5}, 1), mean, variance, 0)
		}, x[:4], nil, filled(4, 0), 4, 1)
		for i := range y {
			assert.InDelta(t, 2*(x[i]-offset)+0.5, y[i], 8*eps)
		}
	})
}

func normalized(x []float64, epsilon float64) []float64 {
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += (v - x[0]) / float64(len(x))
	}
	for _, v := range x {
		variance += (v - x[0] - mean) * (v - x[0] - mean) / float64(len(x))
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = (v - x[0] - mean) / math.Sqrt(variance+epsilon)
	}
	return out
}

// A layer normalization without epsilon does not depend on the scale of its row, of which its slope
// is the inverse.
func TestLayerNormAtTheEnds(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, _ float64) {
		base := []float64{1, -2, 4, 0.5}
		f := func(x *Node) *Node { return LayerNorm(x, Fixed(x, filled(4, 1), 4), Fixed(x, filled(4, 0), 4), 0) }
		u, v := []float64{1, 2, -1, 0.5}, []float64{0.5, -1, 2, 1}
		y0, g0, _, _ := derivatives(t, dt, f, base, u, v, 1, 4)
		assert.InDeltaSlice(t, normalized(base, 0), y0, 8*eps)
		exponents := []int{90, -90, 40, -60}
		if dt == tensor.Float64 {
			exponents = []int{900, -900, 510, -505}
		}
		for _, e := range exponents {
			s := math.Ldexp(1, e)
			x := make([]float64, 4)
			for i := range x {
				x[i] = base[i] * s
			}
			y, g, _, _ := derivatives(t, dt, f, x, u, v, 1, 4)
			assert.InDeltaSlice(t, y0, y, 8*eps, "2^%d", e)
			for i := range g {
				g[i] *= s
			}
			assert.InDeltaSlice(t, g0, g, 16*eps, "slope at 2^%d", e)
		}
	})
}

// Factors that single precision does not hold, alone or multiplied together, where it holds what
// they give.
func TestScaleByNumbersOutOfRange(t *testing.T) {
	for _, c := range []struct {
		x, want float64
		f       func(x *Node) *Node
	}{
		{1e30, 1e-20, func(x *Node) *Node { return Scale(x, 1e-50) }},
		{1e-30, 1e20, func(x *Node) *Node { return Scale(x, 1e50) }},
		{-1e30, -1e-30, func(x *Node) *Node { return Scale(Scale(x, 1e-30), 1e-30) }},
		{1e-30, 1e30, func(x *Node) *Node { return Scale(Scale(x, 1e30), 1e30) }},
		{2, 2, func(x *Node) *Node { return Scale(Scale(x, 1e30), 1e-30) }},
		{1e38, 1e-38, func(x *Node) *Node { return Scale(x, 1e-76) }},
	} {
		y, g, _, _ := derivatives(t, tensor.Float32, c.f, []float64{c.x}, []float64{c.x}, []float64{1}, 1)
		assert.InEpsilon(t, c.want, y[0], 1e-6)
		assert.InEpsilon(t, c.want, g[0], 1e-6)
	}
	y, _, _, _ := derivatives(t, tensor.Float64, func(x *Node) *Node { return Scale(Scale(x, 1e-200), 1e-200) }, []float64{1e300}, nil, []float64{1}, 1)
	assert.InEpsilon(t, 1e-100, y[0], 1e-14)
	y, _, _, _ = derivatives(t, tensor.Float32, func(x *Node) *Node { return PowC(x, 1.0/3) }, []float64{0x1p120}, nil, []float64{1}, 1)
	assert.InEpsilon(t, 0x1p40, y[0], 0x1p-24)
}

// Adjoints of quotients and reciprocals at the ends: the quotient is formed before a square could
// overflow.
func TestReciprocalSlopeAtTheEnds(t *testing.T) {
	for _, x := range []float64{1e-25, 1e25} {
		for name, f := range map[string]func(x *Node) *Node{
			"Recip": Recip, "Div": func(x *Node) *Node { return Div(Fixed(x, []float64{1}, 1), x) },
		} {
			_, g, _, _ := derivatives(t, tensor.Float32, f, []float64{x}, []float64{x}, []float64{1}, 1)
			assert.InEpsilon(t, -1/x, g[0], 1e-6, fmt.Sprint(name, " at ", x))
		}
	}
}

// Norms of per-sample gradients whose squares leave the range, of each form of a factor.
func TestFactorNormsAtTheEnds(t *testing.T) {
	sparse := &Sparse[float32]{Rows: 2, Cols: 4, Indptr: []int{0, 2, 3}, Indices: []int32{0, 3, 1}, Values: []float32{3e-25, 4e-25, 2e25}}
	g := gorgonia.NewGraph()
	rows, x := Input(g, tensor.Float32, "rows", 2, 2), Input(g, tensor.Float32, "x", 2, 1, 2)
	xs, ds, d := Input(g, tensor.Float32, "xs", 2, 2, 4), Input(g, tensor.Float32, "ds", 2, 2, 4), Input(g, tensor.Float32, "d", 2, 2)
	sp := SparseInput(g, tensor.Float32, "sparse", 2, 4)
	var out []*Node
	for _, f := range []Factor{
		{Rows: rows, shape: []int{2}}, {X: x, D: x, shape: []int{2, 2}}, {X: xs, D: ds, shape: []int{4, 4}}, {X: sp, D: d, shape: []int{4, 2}},
	} {
		norms, scale := f.Norms()
		out = append(out, norms, scale)
	}
	got := evaluate(t, map[*Node]gorgonia.Value{
		rows: numbersIn(tensor.Float32, []float64{3e-25, 4e-25, 3e25, 4e25}, 2, 2),
		x:    numbersIn(tensor.Float32, []float64{3e-15, 4e-15, 3e15, 4e15}, 2, 1, 2),
		// two positions, whose outer products are orthogonal
		xs: numbersIn(tensor.Float32, []float64{3e-25, 0, 0, 0, 0, 4e-25, 0, 0, 3e25, 0, 0, 0, 0, 4e25, 0, 0}, 2, 2, 4),
		ds: numbersIn(tensor.Float32, []float64{0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0}, 2, 2, 4),
		d:  numbersIn(tensor.Float32, []float64{3, 4, 0, 1}, 2, 2), sp: sparse,
	}, out...)
	for k, want := range map[int][]float64{0: {5e-25, 5e25}, 2: {25e-30, 25e30}, 4: {5e-25, 5e25}, 6: {25e-25, 2e25}} {
		for i := range want {
			assert.InEpsilon(t, want[i], got[k][i], 1e-6, "form %d, sample %d", k/2, i)
		}
	}
	assert.InEpsilon(t, 5e-25*math.Sqrt2, got[5][0], 1e-6)
	assert.InEpsilon(t, 5e-25, Length([]float32{3e-25, 4e-25}), 1e-6)
	assert.InEpsilon(t, 5e200, Length([]float64{3e200, 4e200}), 1e-14)
}

// A power at 0 whose exponent makes the slope 0 or the term vanish.
func TestPowerOfZero(t *testing.T) {
	_, g, h, _ := derivatives(t, tensor.Float64, func(x *Node) *Node {
		return Pow(Slice(x, 0, 0, 2), Slice(x, 0, 2, 4))
	}, []float64{0, 0, 0, 2}, nil, []float64{1, 1, 0, 0}, 4)
	assert.Equal(t, []float64{0, 0}, g[:2])
	assert.Equal(t, 0.0, g[3])
	assert.Equal(t, 2.0, h[1])
}

package graph

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// inBoth runs a test in both precisions; eps is the distance of 1 from its neighbor, least the
// smallest number with all its digits.
func inBoth(t *testing.T, f func(t *testing.T, dt tensor.Dtype, eps, least float64)) {
	t.Run("float64", func(t *testing.T) { f(t, tensor.Float64, 0x1p-52, 0x1p-1022) })
	t.Run("float32", func(t *testing.T) { f(t, tensor.Float32, 0x1p-23, 0x1p-126) })
}

// numbersIn makes a value of type dt.
func numbersIn(dt tensor.Dtype, x []float64, shape ...int) gorgonia.Value {
	if dt == tensor.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64(nil), x...)))
	}
	f := make([]float32, len(x))
	for i, v := range x {
		f[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f))
}

// evaluate runs nodes of a graph with the inputs given.
func evaluate(t *testing.T, feed map[*Node]gorgonia.Value, nodes ...*Node) [][]float64 {
	t.Helper()
	p, err := Compile(nodes...)
	require.NoError(t, err)
	vs, err := p.Run(feed)
	require.NoError(t, err)
	out := make([][]float64, len(vs))
	for i, v := range vs {
		switch x := v.Data().(type) {
		case []float64:
			out[i] = x
		case []float32:
			for _, e := range x {
				out[i] = append(out[i], float64(e))
			}
		case float64:
			out[i] = []float64{x}
		case float32:
			out[i] = []float64{float64(x)}
		}
	}
	return out
}

// derivatives evaluates y = f(x), the gradient of u'y by x, its Hessian times v, and Jv, for an
// input x of the given shape.
func derivatives(t *testing.T, dt tensor.Dtype, f func(x *Node) *Node, x, u, v []float64, shape ...int) (y, grad, hvp, jvp []float64) {
	t.Helper()
	g := gorgonia.NewGraph()
	in, dir := Input(g, dt, "x", shape...), Input(g, dt, "v", shape...)
	out := f(in)
	loss := Sum(out)
	if u != nil {
		loss = Sum(Mul(out, Fixed(in, u, dims(out)...)))
	}
	first, err := Grad(loss, in)
	require.NoError(t, err)
	second, err := HVP(loss, []*Node{in}, []*Node{dir})
	require.NoError(t, err)
	forward, err := JVP([]*Node{out}, []*Node{in}, []*Node{dir})
	require.NoError(t, err)
	r := evaluate(t, map[*Node]gorgonia.Value{in: numbersIn(dt, x, shape...), dir: numbersIn(dt, v, shape...)}, out, first[0], second[0], forward[0])
	return r[0], r[1], r[2], r[3]
}

func filled(n int, c float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = c
	}
	return x
}

// near says whether got is want to within ulps times eps of its size; numbers below least have
// their last digit there.
func near(t *testing.T, want *big.Float, got, ulps, eps, least float64, what string, args ...any) {
	t.Helper()
	w, _ := want.Float64()
	if eps > 1e-10 {
		s, _ := want.Float32()
		w = float64(s)
	}
	if w == got {
		return
	}
	off, _ := sub(want, num(got)).Float64()
	assert.LessOrEqual(t, math.Abs(off), ulps*eps*max(math.Abs(w), least), "%s: want %g, got %g", fmt.Sprintf(what, args...), w, got)
}

// activations have their value, slope and curvature in closed form, in which nothing cancels. kappa
// is how many times the relative error of a rounded inner argument counts.
var activations = []struct {
	name                    string
	build                   func(x *Node) *Node
	value, slope, curvature func(x float64) *big.Float
	kappa                   func(x float64) float64
}{
	{"sigmoid", Sigmoid, bigSigmoid, bigSigmoidSlope,
		func(x float64) *big.Float { return neg(mul(bigSigmoidSlope(x), bigTanh(x/2))) }, nil},
	{"tanh", Tanh, bigTanh, bigTanhSlope,
		func(x float64) *big.Float { return mul(num(-2), mul(bigTanh(x), bigTanhSlope(x))) }, nil},
	{"softplus", Softplus, bigSoftplus, bigSigmoid, bigSigmoidSlope, nil},
	{"log-sigmoid", func(x *Node) *Node { return Neg(Softplus(Neg(x))) },
		func(x float64) *big.Float { return neg(bigSoftplus(-x)) },
		func(x float64) *big.Float { return bigSigmoid(-x) },
		func(x float64) *big.Float { return neg(bigSigmoidSlope(x)) }, nil},
	{"exp", Exp, func(x float64) *big.Float { return bigExp(num(x)) }, func(x float64) *big.Float { return bigExp(num(x)) },
		func(x float64) *big.Float { return bigExp(num(x)) }, nil},
	{"expm1", Expm1, func(x float64) *big.Float { return sub(bigExp(num(x)), num(1)) },
		func(x float64) *big.Float { return bigExp(num(x)) }, func(x float64) *big.Float { return bigExp(num(x)) }, nil},
	{"ELU", func(x *Node) *Node { return ELU(x, 1) }, func(x float64) *big.Float {
		if x > 0 {
			return num(x)
		}
		return sub(bigExp(num(x)), num(1))
	}, func(x float64) *big.Float { return bigExp(num(min(x, 0))) },
		func(x float64) *big.Float {
			if x > 0 {
				return num(0)
			}
			return bigExp(num(x))
		}, nil},
	{"normal distribution", Phi, bigPhi, bigDensity, func(x float64) *big.Float { return mul(num(-x), bigDensity(x)) }, nil},
	{"GELU", GELU, func(x float64) *big.Float { return mul(num(x), bigPhi(x)) },
		func(x float64) *big.Float { return add(bigPhi(x), mul(num(x), bigDensity(x))) },
		func(x float64) *big.Float { return mul(bigDensity(x), sub(num(2), mul(num(x), num(x)))) }, nil},
	{"GELU by tanh", GELUTanh, func(x float64) *big.Float { return mul(num(x), bigInner(x)[0]) },
		func(x float64) *big.Float { i := bigInner(x); return add(i[0], mul(num(x), i[1])) },
		func(x float64) *big.Float { i := bigInner(x); return add(mul(num(2), i[1]), mul(num(x), i[2])) },
		func(x float64) float64 { return 4 * math.Abs(x) * (1 + 0.05*x*x) }},
	{"erf", Erf, func(x float64) *big.Float { return bigErf(x) }, bigErfSlope,
		func(x float64) *big.Float { return mul(mul(num(-2), num(x)), bigErfSlope(x)) }, nil},
	{"logistic loss of 0", func(x *Node) *Node { return logisticOf(x, 0) }, bigSoftplus, bigSigmoid, bigSigmoidSlope, nil},
	{"logistic loss of 1", func(x *Node) *Node { return logisticOf(x, 1) }, func(x float64) *big.Float { return bigSoftplus(-x) },
		func(x float64) *big.Float { return neg(bigSigmoid(-x)) }, bigSigmoidSlope, nil},
	{"logistic loss of 1/4", func(x *Node) *Node { return logisticOf(x, 0.25) },
		func(x float64) *big.Float {
			return add(mul(num(0.75), bigSoftplus(x)), mul(num(0.25), bigSoftplus(-x)))
		},
		func(x float64) *big.Float { return sub(mul(num(0.75), bigSigmoid(x)), mul(num(0.25), bigSigmoid(-x))) }, bigSigmoidSlope, nil},
}

func logisticOf(x *Node, y float64) *Node {
	n := dims(x)[0]
	return Logistic(Reshape(x, n, 1), Fixed(x, filled(n, y), n))
}

func bigErfSlope(x float64) *big.Float {
	return mul(quo(num(2), num(0).Sqrt(bigPi())), bigExp(neg(mul(num(x), num(x)))))
}

// bigErf sums 2/sqrt(pi)*exp(-x^2)*sum_k 2^k*x^(2k+1)/(2k+1)!!.
func bigErf(x float64) *big.Float {
	if math.Abs(x) > 7 {
		return num(math.Copysign(1, x))
	}
	square, sum, term := mul(num(2), mul(num(x), num(x))), num(x), num(x)
	for k := 1.0; k < 500; k++ {
		term = quo(mul(term, square), num(2*k+1))
		sum = add(sum, term)
	}
	return mul(bigErfSlope(x), sum)
}

// bigInner is the sigmoid of GELUTanh with its first two derivatives.
func bigInner(x float64) [3]*big.Float {
	if math.Abs(x) > 100 {
		return [3]*big.Float{num(max(0, math.Copysign(1, x))), num(0), num(0)}
	}
	c := mul(num(2), num(0).Sqrt(quo(num(2), bigPi())))
	square := mul(num(x), num(x))
	k := num(0.044715)
	u := mul(c, mul(num(x), add(num(1), mul(k, square))))
	u1 := mul(c, add(num(1), mul(num(3), mul(k, square))))
	u2 := mul(c, mul(num(6*x), k))
	one := num(1)
	z := bigExp(neg(num(0).Abs(u)))
	small, large := quo(z, add(one, z)), quo(one, add(one, z))
	s, slope, half := large, mul(small, large), sub(small, large) // half = 1 - 2s
	if x < 0 {
		s, half = small, sub(large, small)
	}
	return [3]*big.Float{s, mul(slope, u1), mul(slope, add(u2, mul(mul(u1, u1), half)))}
}

func TestActivationsAtConfidentEnds(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, least float64) {
		points := []float64{0, 0x1p-100, 0x1p-30, 0x1p-10, 0.125, 0.5, 1, 2.25, 3, 4.5, 7, 9, 10, 12.5, 15, 18, 25, 37, 40, 60, 80, 87, 300, 700, 1e4, 1e30, 3e38}
		if dt == tensor.Float64 {
			points = append(points, 1e200, math.MaxFloat64)
		}
		var x []float64
		for _, p := range points {
			if dt == tensor.Float32 {
				p = float64(float32(p))
			}
			x = append(x, p, -p)
		}
		for _, a := range activations {
			t.Run(a.name, func(t *testing.T) {
				y, g, h, j := derivatives(t, dt, a.build, x, nil, filled(len(x), 1), len(x))
				for i, p := range x {
					ulps := 12.0
					if a.kappa != nil {
						ulps += a.kappa(p)
					}
					if (a.name == "exp" || a.name == "expm1") && p > 80 {
						continue
					}
					near(t, a.value(p), y[i], ulps, eps, least, "value at %g", p)
					near(t, a.slope(p), g[i], ulps, eps, least, "slope at %g", p)
					near(t, a.slope(p), j[i], ulps, eps, least, "Jacobian-vector product at %g", p)
					near(t, a.curvature(p), h[i], ulps, eps, least, "curvature at %g", p)
				}
			})
		}
	})
}

// Infinite arguments have the limits of value, slope and curvature.
func TestActivationsAtInfinity(t *testing.T) {
	inf := math.Inf(1)
	inBoth(t, func(t *testing.T, dt tensor.Dtype, _, _ float64) {
		for _, c := range []struct {
			name  string
			build func(x *Node) *Node
			y, dy [2]float64 // at -Inf and +Inf; all curvatures are 0
		}{
			{"sigmoid", Sigmoid, [2]float64{0, 1}, [2]float64{}},
			{"tanh", Tanh, [2]float64{-1, 1}, [2]float64{}},
			{"softplus", Softplus, [2]float64{0, inf}, [2]float64{0, 1}},
			{"relu", ReLU, [2]float64{0, inf}, [2]float64{0, 1}},
			{"erf", Erf, [2]float64{-1, 1}, [2]float64{}},
			{"ELU", func(x *Node) *Node { return ELU(x, 1) }, [2]float64{-1, inf}, [2]float64{0, 1}},
			{"GELU", GELU, [2]float64{0, inf}, [2]float64{0, 1}},
			{"GELU by tanh", GELUTanh, [2]float64{0, inf}, [2]float64{0, 1}},
			{"logistic loss of 0", func(x *Node) *Node { return logisticOf(x, 0) }, [2]float64{0, inf}, [2]float64{0, 1}},
			{"logistic loss of 1", func(x *Node) *Node { return logisticOf(x, 1) }, [2]float64{inf, 0}, [2]float64{-1, 0}},
		} {
			y, g, h, _ := derivatives(t, dt, c.build, []float64{-inf, inf}, nil, []float64{1, 1}, 2)
			for i := range 2 {
				assert.Equal(t, c.y[i], y[i]+0, "%s, value %d", c.name, i)
				assert.Equal(t, c.dy[i], g[i]+0, "%s, slope %d", c.name, i)
				assert.Equal(t, 0.0, h[i]+0, "%s, curvature %d", c.name, i)
			}
		}
	})
}

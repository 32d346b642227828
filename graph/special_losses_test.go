package graph

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

// bigSoftmax are the probabilities of logits; -Inf has none.
func bigSoftmax(x []float64) []*big.Float {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	p, sum := make([]*big.Float, len(x)), num(0)
	for i, v := range x {
		if p[i] = num(0); !math.IsInf(v, -1) {
			p[i] = bigExp(sub(num(v), num(top)))
		}
		sum = add(sum, p[i])
	}
	for i := range p {
		p[i] = quo(p[i], sum)
	}
	return p
}

// spread is sum_k p_k (v_j - v_k), and the sum of the terms' sizes: no digit of the latter may be
// lost to a large p.
func bigSpread(p []*big.Float, v []float64, j int) (s, size *big.Float) {
	s, size = num(0), num(0)
	for k := range p {
		term := mul(p[k], sub(num(v[j]), num(v[k])))
		s, size = add(s, term), add(size, num(0).Abs(term))
	}
	return s, size
}

// Value, gradient, Hessian and Gauss-Newton product of the cross-entropy of confident and of
// shifted logits, to the last digits.
func TestCrossEntropyKeepsItsDigits(t *testing.T) {
	inf := math.Inf(1)
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, least float64) {
		for _, base := range [][]float64{
			{0, 0, 0}, {1, -2, 0.5}, {20, 0, -20}, {-30, 5, 5}, {80, -1, 2}, {-80, -79, 0}, {0.25, 60, 60.5}, {-inf, 1, 2}, {40, -inf, 1}, {-inf, -inf, 3},
		} {
			for _, shift := range []float64{0, 1e4, -1e4, 1e6} {
				x := make([]float64, len(base))
				for i, v := range base {
					x[i] = v + shift
				}
				p := bigSoftmax(base)
				v := []float64{1, -0.5, 3}
				for label := range base {
					if math.IsInf(base[label], -1) {
						continue
					}
					what := fmt.Sprintf("logits %v, label %d", x, label)
					y, g, h, j := derivatives(t, dt, func(x *Node) *Node { return SoftmaxCrossEntropy(x, Fixed(x, []float64{float64(label)}, 1)) },
						x, nil, v, 1, 3)
					odds := num(0)
					for k := range p {
						if k != label {
							odds = add(odds, p[k])
						}
					}
					odds = quo(odds, p[label])
					near(t, bigLog1p(odds), y[0], 8, eps, least, "%s: loss", what)
					if label == 0 {
						logarithms(t, dt, eps, least, x, base, p, v)
					}
					jv, size := num(0), num(0)
					for k := range p {
						want := p[k]
						if k == label {
							want = neg(mul(odds, p[label]))
						}
						near(t, want, g[k], 8, eps, least, "%s: slope %d", what, k)
						s, scale := bigSpread(p, v, k)
						within, _ := mul(p[k], scale).Float64()
						off, _ := sub(mul(p[k], s), num(h[k])).Float64()
						assert.LessOrEqual(t, math.Abs(off), 10*eps*max(within, least), "%s: Hessian product %d is %g", what, k, h[k])
						jv, size = add(jv, mul(want, num(v[k]))), add(size, num(0).Abs(mul(want, num(v[k]))))
					}
					within, _ := size.Float64()
					off, _ := sub(jv, num(j[0])).Float64()
					assert.LessOrEqual(t, math.Abs(off), 8*eps*max(within, least), "%s: J'v", what)
				}
			}
		}
	})
}

// logarithms checks LogSoftmax: values, the gradient of a sum u'y and its Hessian product.
func logarithms(t *testing.T, dt tensor.Dtype, eps, least float64, x, base []float64, p []*big.Float, v []float64) {
	if math.IsInf(base[0], -1) || math.IsInf(base[2], -1) {
		return
	}
	for _, u := range [][]float64{{1, 0, -2}, {1, 0, 0}} {
		y, g, h, _ := derivatives(t, dt, func(x *Node) *Node { return LogSoftmax(x, 1) }, x, u, v, 1, 3)
		total := u[0] + u[1] + u[2]
		for k := range p {
			if p[k].Sign() == 0 {
				assert.True(t, math.IsInf(y[k], -1))
				continue
			}
			rest := num(0)
			for j := range p {
				if j != k {
					rest = add(rest, p[j])
				}
			}
			near(t, neg(bigLog1p(quo(rest, p[k]))), y[k], 8, eps, least, "log-softmax %d of %v", k, x)
			// u_k - p_k sum(u), in the form in which nothing cancels for a p_k near 1
			a, b := mul(num(u[k]), rest), mul(p[k], num(u[k]-total))
			size, _ := add(num(0).Abs(a), num(0).Abs(b)).Float64()
			off, _ := sub(add(a, b), num(g[k])).Float64()
			assert.LessOrEqual(t, math.Abs(off), 10*eps*max(size, least), "slope %d of the log-softmax of %v", k, x)
			s, scale := bigSpread(p, v, k) // the Hessian is -sum(u) times the Jacobian of the softmax
			within, _ := mul(p[k], scale).Float64()
			off, _ = add(mul(num(total), mul(p[k], s)), num(h[k])).Float64()
			assert.LessOrEqual(t, math.Abs(off), 10*eps*max(within, least), "Hessian product %d of the log-softmax of %v", k, x)
		}
	}
}

// What rows with infinities give: y, its gradient, and the product of its Hessian with (1, 2, 4).
func TestRowsWithInfinities(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	entropy := func(label float64) func(x *Node) *Node {
		return func(x *Node) *Node { return SoftmaxCrossEntropy(x, Fixed(x, []float64{label}, 1)) }
	}
	last := func(f func(x *Node, axis int) *Node) func(x *Node) *Node {
		return func(x *Node) *Node { return f(x, 1) }
	}
	zero := []float64{0, 0, 0}
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, _ float64) {
		for _, c := range []struct {
			name       string
			build      func(x *Node) *Node
			x, y, g, h []float64
		}{
			{"log-sum-exp, masked", last(LogSumExp), []float64{-inf, 0, 0}, []float64{math.Ln2}, []float64{0, 0.5, 0.5}, []float64{0, -0.5, 0.5}},
			{"log-sum-exp, all masked", last(LogSumExp), []float64{-inf, -inf, -inf}, []float64{-inf}, zero, zero},
			{"log-sum-exp, infinite", last(LogSumExp), []float64{3, inf, -inf}, []float64{inf}, []float64{0, 1, 0}, zero},
			{"log-sum-exp, two infinite", last(LogSumExp), []float64{inf, 1, inf}, []float64{inf}, []float64{0.5, 0, 0.5}, []float64{-0.75, 0, 0.75}},
			{"log-sum-exp, NaN", last(LogSumExp), []float64{nan, 1, inf}, []float64{nan}, nil, nil},
			{"log-sum-exp, large", last(LogSumExp), []float64{3e38, 0, -3e38}, []float64{3e38}, []float64{1, 0, 0}, zero},
			{"softmax, masked", last(Softmax), []float64{-inf, 0, 0}, []float64{0, 0.5, 0.5}, zero, zero},
			{"softmax, infinite", last(Softmax), []float64{3, inf, 1}, []float64{0, 1, 0}, zero, zero},
			{"softmax, two infinite", last(Softmax), []float64{inf, -inf, inf}, []float64{0.5, 0, 0.5}, zero, zero},
			{"softmax, all masked", last(Softmax), []float64{-inf, -inf, -inf}, []float64{nan, nan, nan}, nil, nil},
			{"log-softmax, masked", last(LogSoftmax), []float64{-inf, 0, 0}, []float64{-inf, -math.Ln2, -math.Ln2}, []float64{1, -0.5, -0.5}, []float64{0, 1.5, -1.5}},
			{"log-softmax, infinite", last(LogSoftmax), []float64{3, inf, 1}, []float64{-inf, 0, -inf}, []float64{1, -2, 1}, zero},
			{"entropy, masked", entropy(1), []float64{-inf, 0, 0}, []float64{math.Ln2}, []float64{0, -0.5, 0.5}, []float64{0, -0.5, 0.5}},
			{"entropy, label masked", entropy(0), []float64{-inf, 0, 0}, []float64{inf}, []float64{-1, 0.5, 0.5}, []float64{0, -0.5, 0.5}},
			{"entropy, only the label", entropy(0), []float64{7, -inf, -inf}, []float64{0}, zero, zero},
			{"entropy, all masked", entropy(0), []float64{-inf, -inf, -inf}, []float64{inf}, []float64{-1, 0, 0}, zero},
			{"entropy, label infinite", entropy(1), []float64{3, inf, -inf}, []float64{0}, zero, zero},
			{"entropy, another infinite", entropy(0), []float64{3, inf, -inf}, []float64{inf}, []float64{-1, 1, 0}, zero},
			{"entropy, NaN", entropy(0), []float64{3, nan, -inf}, []float64{nan}, []float64{nan, nan, nan}, nil},
			{"entropy, far apart", entropy(1), []float64{1e38, -1e38, 0}, []float64{2e38}, []float64{1, -1, 0}, zero},
		} {
			y, g, h, _ := derivatives(t, dt, c.build, c.x, nil, []float64{1, 2, 4}, 1, 3)
			for _, r := range []struct {
				what      string
				want, got []float64
			}{{"value", c.y, y}, {"slope", c.g, g}, {"Hessian product", c.h, h}} {
				for i, w := range r.want {
					if math.IsInf(w, 0) || w != w {
						assert.True(t, r.got[i] == w || w != w && r.got[i] != r.got[i], "%s, %s %d: want %v, got %v", c.name, r.what, i, w, r.got[i])
					} else {
						assert.InDelta(t, w, r.got[i], 4*eps*max(1, math.Abs(w)), "%s, %s %d", c.name, r.what, i)
					}
				}
			}
		}
	})
}

// log(exp(0) + exp(-z)) is log1p(exp(-z)), which 1 + exp(-z) would round away.
func TestLogSumExpNextToZero(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, least float64) {
		for _, z := range []float64{1, 10, 20, 40, 80} {
			y, _, _, _ := derivatives(t, dt, func(x *Node) *Node { return LogSumExp(x, -1) }, []float64{-z, 0, -2 * z}, nil, filled(3, 1), 3)
			near(t, bigLog1p(add(bigExp(num(-z)), bigExp(num(-2*z)))), y[0], 6, eps, least, "z = %g", z)
		}
	})
}

// Half the square of 1.9e19 is a number of single precision, the square is not.
func TestSquaredErrorAtTheEnd(t *testing.T) {
	y, g, h, _ := derivatives(t, tensor.Float32, func(x *Node) *Node { return SquaredError(x, Fixed(x, []float64{0, 0}, 2)) },
		[]float64{1.9e19, -3}, nil, []float64{1, 2}, 2, 1)
	assert.InEpsilon(t, 1.805e38, y[0], 1e-6)
	assert.InEpsilon(t, 1.9e19, g[0], 1e-6)
	assert.Equal(t, []float64{1, 2}, h)
	assert.Equal(t, 4.5, y[1])
}

// Labels of 0, 1 and between in one block give what each gives alone, whatever the length.
func TestLogisticOfMixedLabels(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, eps, least float64) {
		labels := []float64{0, 1, 0.25, 1, 0, 0.75, 0, 1, 1}
		outputs := []float64{-40, 40, 3, -2, 0, 20, 1e4, -1e4, math.Inf(1)}
		y, g, h, _ := derivatives(t, dt, func(x *Node) *Node { return Logistic(x, Fixed(x, labels, 9)) }, outputs, nil, filled(9, 1), 9, 1)
		for i, b := range labels[:8] {
			z := outputs[i]
			near(t, add(mul(num(1-b), bigSoftplus(z)), mul(num(b), bigSoftplus(-z))), y[i], 6, eps, least, "loss %d", i)
			near(t, sub(mul(num(1-b), bigSigmoid(z)), mul(num(b), bigSigmoid(-z))), g[i], 6, eps, least, "slope %d", i)
			near(t, bigSigmoidSlope(z), h[i], 6, eps, least, "curvature %d", i)
		}
		assert.Equal(t, []float64{0, 0, 0}, []float64{y[8], g[8] + 0, h[8]})
	})
}

package vec

import "math"

// unaryGeneric is the portable form of the kernels of one operand.
func unaryGeneric[T Float](o op, dst, x []T) {
	switch o {
	case opNeg:
		for i, v := range x {
			dst[i] = -v
		}
	case opAbs:
		for i, v := range x {
			dst[i] = T(math.Abs(float64(v)))
		}
	case opSign:
		for i, v := range x {
			dst[i] = sign(v)
		}
	case opSqrt:
		for i, v := range x {
			dst[i] = T(math.Sqrt(float64(v)))
		}
	case opRecip:
		for i, v := range x {
			dst[i] = 1 / v
		}
	case opReLU:
		for i, v := range x {
			if v < 0 {
				v = 0
			}
			dst[i] = v
		}
	default:
		transcendentalGeneric(o, dst, x)
	}
}

// transcendentalGeneric computes in float64 for both types; float32 results are then off by hardly
// more than the last rounding.
func transcendentalGeneric[T Float](o op, dst, x []T) {
	switch o {
	case opExp:
		for i, v := range x {
			dst[i] = T(exp(float64(v)))
		}
	case opLog:
		for i, v := range x {
			dst[i] = T(log(float64(v)))
		}
	case opTanh:
		for i, v := range x {
			dst[i] = T(math.Tanh(float64(v)))
		}
	case opSigmoid:
		for i, v := range x {
			dst[i] = T(sigmoid(float64(v)))
		}
	case opSoftplus:
		for i, v := range x {
			dst[i] = T(softplus(float64(v)))
		}
	case opErf:
		for i, v := range x {
			dst[i] = T(math.Erf(float64(v)))
		}
	case opNormal:
		for i, v := range x {
			dst[i] = T(normal(float64(v)))
		}
	case opSigmoidSlope:
		for i, v := range x {
			dst[i] = T(sigmoidSlope(float64(v)))
		}
	case opTanhSlope:
		for i, v := range x {
			dst[i] = T(tanhSlope(float64(v)))
		}
	}
}

func sign[T Float](v T) T {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return v // 0 or NaN
}

// exp is math.Exp, which on amd64 overflows from 709.1 on and not, as it should, from 709.8.
func exp(x float64) float64 {
	if x > 709 {
		h := math.Exp(x / 2)
		return h * h
	}
	return math.Exp(x)
}

// log is math.Log, which on amd64 is wrong for subnormal numbers.
func log(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// sigmoid takes the exponential of -|x| only, which cannot overflow; z/(1+z) = z - z*z/(1+z) is
// less rounded the second way.
func sigmoid(x float64) float64 {
	z := math.Exp(-math.Abs(x))
	if x < 0 {
		return z - z*z/(1+z)
	}
	return 1 / (1 + z)
}

// softplus(x) = max(x, 0) + log(1 + exp(-|x|)).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// sigmoidSlope is z/(1+z)^2 for z = exp(-|x|).
func sigmoidSlope(x float64) float64 {
	z := math.Exp(-math.Abs(x))
	return z / ((1 + z) * (1 + z))
}

// tanhSlope is 4z/(1+z)^2 for z = exp(-2|x|).
func tanhSlope(x float64) float64 {
	if math.Abs(x) > 350 { // z would be subnormal and the result not yet
		h := 2 * math.Exp(-math.Abs(x))
		return h * h
	}
	return 4 * sigmoidSlope(2*x)
}

// gauss is exp(-a*x^2); the rounding error of the square is taken along as a factor of its own.
func gauss(x, a float64) float64 {
	x = min(math.Abs(x), 40)
	square := x * x
	return math.Exp(-a*square) * (1 - a*math.FMA(x, x, -square))
}

// rootHalf and rootHalfLow add up to 1/sqrt(2) with twice the digits.
const (
	rootHalf    float64 = 1 / math.Sqrt2
	rootHalfLow float64 = -4.833646656726457e-17
)

// normal is erfc(-x/sqrt(2))/2. What is lost in rounding z = -x/sqrt(2) would count z^2 times in
// the tail; erfc'(z) is about -2z*erfc(z) there.
func normal(x float64) float64 {
	z := -x * rootHalf
	y := math.Erfc(z) / 2
	if z > 1 && y > 0 {
		y *= 1 - 2*z*(math.FMA(-x, rootHalf, -z)-x*rootHalfLow)
	}
	return y
}

func binaryGeneric[T Float](o op, dst, x, y []T) {
	switch o {
	case opAdd:
		for i, v := range x {
			dst[i] = v + y[i]
		}
	case opSub:
		for i, v := range x {
			dst[i] = v - y[i]
		}
	case opMul:
		for i, v := range x {
			dst[i] = v * y[i]
		}
	case opDiv:
		for i, v := range x {
			dst[i] = v / y[i]
		}
	case opMax:
		for i, v := range x {
			dst[i] = max(v, y[i])
		}
	case opEq:
		for i, v := range x {
			dst[i] = bit[T](v == y[i])
		}
	case opGt:
		for i, v := range x {
			dst[i] = bit[T](v > y[i])
		}
	case opGe:
		for i, v := range x {
			dst[i] = bit[T](v >= y[i])
		}
	case opGate:
		for i, v := range x {
			if v > 0 {
				dst[i] = y[i]
			} else {
				dst[i] = 0
			}
		}
	case opOver:
		for i, v := range x {
			if y[i] != 0 {
				dst[i] = v / y[i]
			} else {
				dst[i] = 0
			}
		}
	case opShare:
		for i, v := range x {
			if v != 0 {
				dst[i] = v / y[i]
			} else {
				dst[i] = 0
			}
		}
	case opFade:
		for i, v := range x {
			if y[i] != 0 {
				dst[i] = v * y[i]
			} else {
				dst[i] = 0
			}
		}
	}
}

func bit[T Float](b bool) T {
	if b {
		return 1
	}
	return 0
}

func scalarGeneric[T Float](o op, dst, x []T, a T) {
	switch o {
	case opAddS:
		for i, v := range x {
			dst[i] = v + a
		}
	case opMulS:
		for i, v := range x {
			dst[i] = v * a
		}
	case opAxpy:
		for i, v := range x {
			dst[i] += a * v
		}
	case opGauss:
		for i, v := range x {
			dst[i] = T(gauss(float64(v), float64(a)))
		}
	}
}

func powGeneric[T Float](dst, x []T, p float64) {
	for i, v := range x {
		dst[i] = T(math.Pow(float64(v), p))
	}
}

// sumGeneric adds in eight interleaved partial sums, which are then added pairwise.
func sumGeneric[T Float](x []T) T {
	var s [8]T
	for ; len(x) >= 8; x = x[8:] {
		for k := range s {
			s[k] += x[k]
		}
	}
	for k, v := range x {
		s[k] += v
	}
	return (s[0] + s[4]) + (s[1] + s[5]) + ((s[2] + s[6]) + (s[3] + s[7]))
}

func dotGeneric[T Float](x, y []T) T {
	var s [8]T
	for ; len(x) >= 8; x, y = x[8:], y[8:] {
		y := y[:8]
		for k := range s {
			s[k] += x[k] * y[k]
		}
	}
	for k, v := range x {
		s[k] += v * y[k]
	}
	return (s[0] + s[4]) + (s[1] + s[5]) + ((s[2] + s[6]) + (s[3] + s[7]))
}

func maxGeneric[T Float](x []T) T {
	m := T(math.Inf(-1))
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

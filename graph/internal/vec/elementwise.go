package vec

// Neg computes dst = -x.
func Neg[T Float](dst, x []T) { unary(opNeg, dst, x) }

// Abs computes dst = |x|.
func Abs[T Float](dst, x []T) { unary(opAbs, dst, x) }

// Sign computes dst = -1, 0 or 1, and NaN for NaN.
func Sign[T Float](dst, x []T) { unary(opSign, dst, x) }

// Sqrt computes dst = sqrt(x), rounded correctly.
func Sqrt[T Float](dst, x []T) { unary(opSqrt, dst, x) }

// Recip computes dst = 1/x, rounded correctly.
func Recip[T Float](dst, x []T) { unary(opRecip, dst, x) }

// ReLU computes dst = max(x, 0), and NaN for NaN.
func ReLU[T Float](dst, x []T) { unary(opReLU, dst, x) }

// Exp computes dst = exp(x) to 2 ulp.
func Exp[T Float](dst, x []T) { unary(opExp, dst, x) }

// Log computes dst = log(x) to 2 ulp: -Inf for 0, NaN below 0.
func Log[T Float](dst, x []T) { unary(opLog, dst, x) }

// Tanh computes dst = tanh(x) to 2 ulp.
func Tanh[T Float](dst, x []T) { unary(opTanh, dst, x) }

// Sigmoid computes dst = 1/(1+exp(-x)) to 2 ulp, for very negative x too.
func Sigmoid[T Float](dst, x []T) { unary(opSigmoid, dst, x) }

// Softplus computes dst = log(1+exp(x)) to 2 ulp, without overflow.
func Softplus[T Float](dst, x []T) { unary(opSoftplus, dst, x) }

// Erf computes dst = erf(x), the Gaussian error function, to 2 ulp.
func Erf[T Float](dst, x []T) { unary(opErf, dst, x) }

// Normal computes dst = Phi(x), the standard normal distribution function, to 8 ulp, for very
// negative x too.
func Normal[T Float](dst, x []T) { unary(opNormal, dst, x) }

// SigmoidSlope computes dst = s(x)s(-x), the derivative of the sigmoid s, to 4 ulp.
func SigmoidSlope[T Float](dst, x []T) { unary(opSigmoidSlope, dst, x) }

// TanhSlope computes dst = 1/cosh(x)^2, the derivative of tanh, to 4 ulp.
func TanhSlope[T Float](dst, x []T) { unary(opTanhSlope, dst, x) }

// Gauss computes dst = exp(-a*x^2) to 3 ulp, for a = 1/2 or 1.
func Gauss[T Float](dst, x []T, a T) { scalar(opGauss, dst, x, a) }

// Add computes dst = x + y.
func Add[T Float](dst, x, y []T) { binary(opAdd, dst, x, y) }

// Sub computes dst = x - y.
func Sub[T Float](dst, x, y []T) { binary(opSub, dst, x, y) }

// Mul computes dst = x*y, element by element.
func Mul[T Float](dst, x, y []T) { binary(opMul, dst, x, y) }

// Div computes dst = x/y, element by element.
func Div[T Float](dst, x, y []T) { binary(opDiv, dst, x, y) }

// Max computes dst = max(x, y), and NaN where either is NaN.
func Max[T Float](dst, x, y []T) { binary(opMax, dst, x, y) }

// Eq computes dst = 1 where x == y, else 0.
func Eq[T Float](dst, x, y []T) { binary(opEq, dst, x, y) }

// Gt computes dst = 1 where x > y, else 0.
func Gt[T Float](dst, x, y []T) { binary(opGt, dst, x, y) }

// Ge computes dst = 1 where x >= y, else 0.
func Ge[T Float](dst, x, y []T) { binary(opGe, dst, x, y) }

// Gate writes y where x > 0 and 0 elsewhere.
func Gate[T Float](dst, x, y []T) { binary(opGate, dst, x, y) }

// Over computes dst = x/y, and 0 where y is 0.
func Over[T Float](dst, x, y []T) { binary(opOver, dst, x, y) }

// Share computes dst = x/y, and 0 where x is 0, even if y is 0 too.
func Share[T Float](dst, x, y []T) { binary(opShare, dst, x, y) }

// Fade computes dst = x*y, and 0 where y is 0, even if x is infinite.
func Fade[T Float](dst, x, y []T) { binary(opFade, dst, x, y) }

// AddS computes dst = x + a.
func AddS[T Float](dst, x []T, a T) { scalar(opAddS, dst, x, a) }

// MulS computes dst = a*x.
func MulS[T Float](dst, x []T, a T) { scalar(opMulS, dst, x, a) }

// AddTo computes dst += x.
func AddTo[T Float](dst, x []T) { binary(opAdd, dst, dst, x) }

// Axpy computes dst += a*x.
func Axpy[T Float](dst []T, a T, x []T) { scalar(opAxpy, dst, x, a) }

// PowS computes dst = x^p. The powers -1, 0, 1/2, 1, 2 and 3 are products, quotients and roots, the
// rest is math.Pow.
func PowS[T Float](dst, x []T, p float64) {
	x = x[:len(dst)]
	switch p {
	case 0:
		for i := range dst {
			dst[i] = 1
		}
	case 1:
		copy(dst, x)
	case 2:
		Mul(dst, x, x)
	case 3:
		for i, v := range x {
			dst[i] = v * v * v
		}
	case -1:
		Recip(dst, x)
	case 0.5:
		Sqrt(dst, x)
	default:
		powGeneric(dst, x, p)
	}
}

func unary[T Float](o op, dst, x []T) {
	x = x[:len(dst)]
	if accelerated && unaryFast(o, dst, x) {
		return
	}
	unaryGeneric(o, dst, x)
}

func binary[T Float](o op, dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	if accelerated && binaryFast(o, dst, x, y) {
		return
	}
	binaryGeneric(o, dst, x, y)
}

func scalar[T Float](o op, dst, x []T, a T) {
	x = x[:len(dst)]
	if accelerated && scalarFast(o, dst, x, a) {
		return
	}
	scalarGeneric(o, dst, x, a)
}

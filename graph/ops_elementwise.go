package graph

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// unary is an element-wise function of one argument, with a constant c where the kind has one.
type unary struct {
	kind unaryKind
	c    float64
}

type unaryKind uint8

const (
	kNeg unaryKind = iota
	kExp
	kLog
	kSqrt
	kSquare
	kAbs
	kSign
	kTanh
	kSigmoid
	kSoftplus
	kReLU
	kErf
	kRecip
	kNormal       // Phi(x)
	kSigmoidSlope // s(x)s(-x), s the sigmoid
	kTanhSlope    // 1/cosh(x)^2
	kExpm1        // e^x - 1
	kSin
	kCos
	kFloor
	kCeil
	kRound        // to the nearest whole number, halves to even ones
	kLeaky        // x for x > 0, c*x otherwise
	kScale        // c*x
	kShift        // x + c
	kPowC         // x^c
	kGauss        // exp(-c*x^2), c = 1/2 or 1
	kClip         // x where |x| < c, c with the sign of x otherwise
	kScaledSquare // c*x*x
)

var unaryNames = [...]string{"neg", "exp", "log", "sqrt", "square", "abs", "sign", "tanh", "sigmoid", "softplus", "relu", "erf", "recip",
	"normal", "sigmoidslope", "tanhslope", "expm1", "sin", "cos", "floor", "ceil", "round", "leaky", "scale", "shift", "pow", "gauss", "clip", "scaledsquare"}

func (u unary) String() string {
	if u.kind >= kLeaky {
		return fmt.Sprintf("%s[%x]", unaryNames[u.kind], math.Float64bits(u.c))
	}
	return unaryNames[u.kind]
}

func (u unary) infer(in [][]int) ([]int, error) { return in[0], nil }

func (u unary) adjoint(in []*Node, y, dy *Node, need []bool) []*Node {
	x := in[0]
	if !need[0] {
		return []*Node{nil}
	}
	var d *Node
	switch u.kind {
	case kNeg:
		d = Neg(dy)
	case kExp:
		d = Mul(dy, y)
	case kLog:
		d = apply(binary{kind: kShare}, dy, x)
	case kSqrt: // no adjoint is none at 0 too, where the slope is infinite
		d = Scale(apply(binary{kind: kShare}, dy, y), 0.5)
	case kSquare:
		d = Scale(Mul(dy, x), 2)
	case kAbs:
		d = Mul(dy, apply(unary{kind: kSign}, x))
	case kSign, kFloor, kCeil, kRound: // constant almost everywhere
		return []*Node{nil}
	case kExpm1: // not y + 1, which has lost its digits where x is very negative
		d = Mul(dy, Exp(x))
	case kSin:
		d = Mul(dy, Cos(x))
	case kCos:
		d = Neg(Mul(dy, Sin(x)))
	case kTanh: // from x: 1 - y^2 would have lost its digits where y is near 1
		d = Mul(apply(unary{kind: kTanhSlope}, x), dy)
	case kSigmoid:
		d = Mul(apply(unary{kind: kSigmoidSlope}, x), dy)
	case kTanhSlope:
		d = Scale(Mul(Mul(dy, y), Tanh(x)), -2)
	case kSigmoidSlope: // s' (1 - 2s), of which the second factor is -tanh(x/2)
		d = Neg(Mul(Mul(dy, y), Tanh(Scale(x, 0.5))))
	case kSoftplus:
		d = Mul(dy, Sigmoid(x))
	case kReLU:
		d = apply(binary{kind: kGate}, y, dy)
	case kErf: // 2/sqrt(pi) exp(-x^2)
		d = Scale(apply(binary{kind: kFade}, dy, apply(unary{kind: kGauss, c: 1}, x)), 2/math.SqrtPi)
	case kNormal: // the normal density
		d = Scale(apply(binary{kind: kFade}, dy, apply(unary{kind: kGauss, c: 0.5}, x)), 1/math.Sqrt(2*math.Pi))
	case kGauss:
		d = Scale(apply(binary{kind: kFade}, x, apply(binary{kind: kFade}, dy, y)), -2*u.c)
	case kRecip:
		d = Neg(Mul(Mul(dy, y), y))
	case kLeaky:
		d = apply(binary{kind: kLeakyGate, c: u.c}, x, dy)
	case kScale:
		d = Scale(dy, u.c)
	case kShift:
		d = dy
	case kPowC:
		d = powSlope(x, dy, u.c)
	case kClip:
		inside := Shift(Neg(Abs(x)), u.c)
		d = apply(binary{kind: kGate}, inside, dy)
	case kScaledSquare:
		d = Scale(Mul(dy, x), 2*u.c)
	}
	return []*Node{d}
}

// powSlope is dy*c*x^(c-1). For c from 0 to 1 that is infinite at 0, and still none where dy is.
func powSlope(x, dy *Node, c float64) *Node {
	if c > 0 && c < 1 {
		return Scale(apply(binary{kind: kShare}, dy, PowC(x, 1-c)), c)
	}
	return Scale(Mul(dy, PowC(x, c-1)), c)
}

// binary is an element-wise function of two arguments of one shape.
type binary struct {
	kind binaryKind
	c    float64
}

type binaryKind uint8

const (
	kAdd binaryKind = iota
	kSub
	kMul
	kDiv
	kPow           // a^b
	kEq            // 1 where a == b, else 0
	kGt            // 1 where a > b, else 0
	kGe            // 1 where a >= b, else 0
	kGate          // b where a > 0, else 0
	kOver          // a/b, 0 where b is 0
	kShare         // a/b, 0 where a is 0
	kFade          // ab, 0 where b is 0
	kLogistic      // the logistic loss of output a and label b, see logistic.go
	kLogisticSlope // its derivative by a
	kLeakyGate     // b where a > 0, else c*b
)

var binaryNames = [...]string{"add", "sub", "mul", "div", "power", "eq", "gt", "ge", "gate", "over", "share", "fade", "logistic", "logisticslope", "leakygate"}

func (b binary) String() string {
	if b.kind == kLeakyGate {
		return fmt.Sprintf("%s[%x]", binaryNames[b.kind], math.Float64bits(b.c))
	}
	return binaryNames[b.kind]
}

func (b binary) infer(in [][]int) ([]int, error) {
	if !sameShape(in[0], in[1]) {
		return nil, fmt.Errorf("shapes %v and %v differ", in[0], in[1])
	}
	return in[0], nil
}

func (b binary) adjoint(in []*Node, y, dy *Node, need []bool) []*Node {
	p, q := in[0], in[1]
	var dp, dq *Node
	first := func(f func() *Node) {
		if need[0] {
			dp = f()
		}
	}
	second := func(f func() *Node) {
		if need[1] {
			dq = f()
		}
	}
	same := func() *Node { return dy }
	switch b.kind {
	case kAdd:
		first(same)
		second(same)
	case kSub:
		first(same)
		second(func() *Node { return Neg(dy) })
	case kMul:
		first(func() *Node { return Mul(dy, q) })
		second(func() *Node { return Mul(dy, p) })
	case kDiv:
		first(func() *Node { return Div(dy, q) })
		second(func() *Node { return Neg(Div(Mul(dy, y), q)) })
	case kPow:
		first(func() *Node { return apply(binary{kind: kFade}, apply(b, p, Shift(q, -1)), Mul(dy, q)) })
		second(func() *Node { return apply(binary{kind: kFade}, Log(p), Mul(dy, y)) })
	case kEq, kGt, kGe: // constant almost everywhere
	case kGate, kLeakyGate:
		second(func() *Node { return apply(b, p, dy) })
	case kOver, kShare:
		first(func() *Node { return apply(b, dy, q) })
		second(func() *Node { return Neg(apply(b, Mul(dy, y), q)) })
	case kFade: // no adjoint is none beside an infinite p too
		first(func() *Node { return Mul(dy, q) })
		second(func() *Node { return apply(b, p, dy) })
	case kLogistic:
		first(func() *Node { return Mul(dy, apply(binary{kind: kLogisticSlope}, p, q)) })
		second(func() *Node { return Neg(Mul(dy, p)) })
	case kLogisticSlope:
		first(func() *Node { return Mul(dy, apply(unary{kind: kSigmoidSlope}, p)) })
		second(func() *Node { return Neg(dy) })
	}
	return []*Node{dp, dq}
}

// elementwise applies b to its operands, broadcast against each other.
func elementwise(b binary, x, y *Node) *Node {
	s, err := broadcastShape(dims(x), dims(y))
	if err != nil {
		fail(b.String(), "%v", err)
	}
	return apply(b, BroadcastTo(x, s...), BroadcastTo(y, s...))
}

// Neg returns -x.
func Neg(x *Node) *Node {
	if o, ok := operatorOf(x).(unary); ok && o.kind == kNeg {
		return inputsOf(x)[0]
	}
	return apply(unary{kind: kNeg}, x)
}

// Exp returns e^x.
func Exp(x *Node) *Node { return apply(unary{kind: kExp}, x) }

// Log returns the natural logarithm of x.
func Log(x *Node) *Node { return apply(unary{kind: kLog}, x) }

// Sqrt returns the square root of x. Its slope at 0 is infinite; where the root itself has no
// adjoint, as behind a mask, x has none either. The root of a sum or mean of squares is built as a
// [Norm], whose slope at 0 is 0.
func Sqrt(x *Node) *Node {
	if n := rootOfSquares(x); n != nil {
		return n
	}
	return apply(unary{kind: kSqrt}, x)
}

// Square returns x*x.
func Square(x *Node) *Node { return apply(unary{kind: kSquare}, x) }

// Abs returns |x|. Its derivative at 0 is taken to be 0.
func Abs(x *Node) *Node { return apply(unary{kind: kAbs}, x) }

// Tanh returns the hyperbolic tangent of x.
func Tanh(x *Node) *Node { return apply(unary{kind: kTanh}, x) }

// Sigmoid returns 1/(1+exp(-x)).
func Sigmoid(x *Node) *Node { return apply(unary{kind: kSigmoid}, x) }

// Softplus returns log(1+exp(x)), without overflow.
func Softplus(x *Node) *Node { return apply(unary{kind: kSoftplus}, x) }

// ReLU returns max(x, 0). Its derivative at 0 is taken to be 0.
func ReLU(x *Node) *Node { return apply(unary{kind: kReLU}, x) }

// LeakyReLU returns x where x > 0 and slope*x elsewhere, for a finite slope.
func LeakyReLU(x *Node, slope float64) *Node {
	if math.IsInf(slope, 0) {
		fail("LeakyReLU", "the slope is %v: give a finite number", slope)
	}
	return apply(unary{kind: kLeaky, c: slope}, x)
}

// Erf returns the error function of x.
func Erf(x *Node) *Node { return apply(unary{kind: kErf}, x) }

// Recip returns 1/x.
func Recip(x *Node) *Node { return apply(unary{kind: kRecip}, x) }

// Scale returns c*x for a constant c.
func Scale(x *Node, c float64) *Node {
	if o, ok := operatorOf(x).(unary); ok && o.kind == kScale && inRange(x, o.c*c) {
		return Scale(inputsOf(x)[0], o.c*c)
	}
	switch c {
	case 1:
		return x
	case -1:
		return Neg(x)
	}
	if c != 0 && !inRange(x, c) && math.Abs(c) <= math.MaxFloat64 && x.Dtype() == tensor.Float32 {
		// Single precision does not hold c, but may well hold c*x: multiply twice.
		fraction, e := math.Frexp(c)
		return scaleOnce(Scale(x, math.Ldexp(fraction, e/2)), math.Ldexp(1, e-e/2))
	}
	return scaleOnce(x, c)
}

func scaleOnce(x *Node, c float64) *Node { return apply(unary{kind: kScale, c: c}, x) }

// inRange says whether the precision of x holds c with all its digits, so that multiplying by it
// once is as good as by its factors.
func inRange(x *Node, c float64) bool {
	c = math.Abs(c)
	if x.Dtype() == tensor.Float32 {
		return c >= 0x1p-126 && c <= math.MaxFloat32
	}
	return c >= 0x1p-1022 && c <= math.MaxFloat64
}

// Shift returns x + c for a constant c.
func Shift(x *Node, c float64) *Node {
	if c == 0 {
		return x
	}
	return apply(unary{kind: kShift, c: c}, x)
}

// PowC returns x^c for a constant c. x must be positive unless c is a whole number.
func PowC(x *Node, c float64) *Node {
	switch c {
	case 0:
		return onesLike(x)
	case 1:
		return x
	case 2:
		return Square(x)
	case 0.5:
		return Sqrt(x)
	case -1:
		return Recip(x)
	}
	return apply(unary{kind: kPowC, c: c}, x)
}

// Pow returns x^y element by element, for x > 0; operands are broadcast. A constant y may be a
// whole number for any x, see [PowC].
func Pow(x, y *Node) *Node {
	if f, ok := operatorOf(y).(fill); ok {
		s, err := broadcastShape(dims(x), dims(y))
		if err != nil {
			fail("Pow", "%v", err)
		}
		return PowC(BroadcastTo(x, s...), f.c)
	}
	return elementwise(binary{kind: kPow}, x, y)
}

// Add returns x + y; operands are broadcast by NumPy's rules.
func Add(x, y *Node) *Node { return elementwise(binary{kind: kAdd}, x, y) }

// Sub returns x - y; operands are broadcast.
func Sub(x, y *Node) *Node { return elementwise(binary{kind: kSub}, x, y) }

// Mul returns the element-wise product x*y; operands are broadcast.
func Mul(x, y *Node) *Node {
	if isOnes(x) && sameShape(dims(x), dims(y)) {
		return y
	}
	if isOnes(y) && sameShape(dims(x), dims(y)) {
		return x
	}
	return elementwise(binary{kind: kMul}, x, y)
}

// Div returns x/y element by element; operands are broadcast.
func Div(x, y *Node) *Node { return elementwise(binary{kind: kDiv}, x, y) }

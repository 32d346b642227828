package graph

import (
	"fmt"
	"math"
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
	kLeaky // x for x > 0, c*x otherwise
	kScale // c*x
	kShift // x + c
	kPowC  // x^c
)

var unaryNames = [...]string{"neg", "exp", "log", "sqrt", "square", "abs", "sign", "tanh", "sigmoid", "softplus", "relu", "erf", "recip", "leaky", "scale", "shift", "pow"}

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
		d = Div(dy, x)
	case kSqrt:
		d = Scale(Div(dy, y), 0.5)
	case kSquare:
		d = Scale(Mul(dy, x), 2)
	case kAbs:
		d = Mul(dy, apply(unary{kind: kSign}, x))
	case kSign:
		return []*Node{nil}
	case kTanh:
		d = apply(binary{kind: kTanhGrad}, y, dy)
	case kSigmoid:
		d = apply(binary{kind: kSigmoidGrad}, y, dy)
	case kSoftplus:
		d = Mul(dy, Sigmoid(x))
	case kReLU:
		d = apply(binary{kind: kGate}, y, dy)
	case kErf: // 2/sqrt(pi) exp(-x^2)
		d = Scale(Mul(dy, Exp(Neg(Square(x)))), 2/math.SqrtPi)
	case kRecip:
		d = Neg(Mul(dy, Square(y)))
	case kLeaky:
		d = apply(binary{kind: kLeakyGate, c: u.c}, x, dy)
	case kScale:
		d = Scale(dy, u.c)
	case kShift:
		d = dy
	case kPowC:
		d = Scale(Mul(dy, PowC(x, u.c-1)), u.c)
	}
	return []*Node{d}
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
	kPow         // a^b
	kEq          // 1 where a == b, else 0
	kGt          // 1 where a > b, else 0
	kGe          // 1 where a >= b, else 0
	kGate        // b where a > 0, else 0
	kTanhGrad    // b(1 - a^2)
	kSigmoidGrad // b a(1 - a)
	kLeakyGate   // b where a > 0, else c*b
)

var binaryNames = [...]string{"add", "sub", "mul", "div", "power", "eq", "gt", "ge", "gate", "tanhgrad", "sigmoidgrad", "leakygate"}

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
		first(func() *Node { return Mul(dy, Mul(q, apply(b, p, Shift(q, -1)))) })
		second(func() *Node { return Mul(dy, Mul(y, Log(p))) })
	case kEq, kGt, kGe: // constant almost everywhere
	case kGate, kLeakyGate:
		second(func() *Node { return apply(b, p, dy) })
	case kTanhGrad:
		first(func() *Node { return Scale(Mul(dy, Mul(p, q)), -2) })
		second(func() *Node { return apply(b, p, dy) })
	case kSigmoidGrad: // q p (1-p): by p it is q(1 - 2p)
		first(func() *Node { return Mul(dy, Mul(q, Shift(Scale(p, -2), 1))) })
		second(func() *Node { return apply(b, p, dy) })
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

// Sqrt returns the square root of x.
func Sqrt(x *Node) *Node { return apply(unary{kind: kSqrt}, x) }

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

// LeakyReLU returns x where x > 0 and slope*x elsewhere.
func LeakyReLU(x *Node, slope float64) *Node { return apply(unary{kind: kLeaky, c: slope}, x) }

// Erf returns the error function of x.
func Erf(x *Node) *Node { return apply(unary{kind: kErf}, x) }

// GELU returns x*Phi(x), with Phi the standard normal distribution function (the exact form, not the tanh fit).
func GELU(x *Node) *Node {
	return Scale(Mul(x, Shift(Erf(Scale(x, 1/math.Sqrt2)), 1)), 0.5)
}

// Recip returns 1/x.
func Recip(x *Node) *Node { return apply(unary{kind: kRecip}, x) }

// Scale returns c*x for a constant c.
func Scale(x *Node, c float64) *Node {
	switch o := operatorOf(x).(type) {
	case unary:
		if o.kind == kScale {
			return Scale(inputsOf(x)[0], o.c*c)
		}
	}
	switch c {
	case 1:
		return x
	case -1:
		return Neg(x)
	}
	return apply(unary{kind: kScale, c: c}, x)
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

// Pow returns x^y element by element, for x > 0; operands are broadcast.
func Pow(x, y *Node) *Node { return elementwise(binary{kind: kPow}, x, y) }

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

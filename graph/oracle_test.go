package graph

import (
	"math"
	"math/big"
)

// Numbers of 256 bits, from which the tests of special points take the truth.

func num(x float64) *big.Float       { return new(big.Float).SetPrec(256).SetFloat64(x) }
func add(x, y *big.Float) *big.Float { return num(0).Add(x, y) }
func sub(x, y *big.Float) *big.Float { return num(0).Sub(x, y) }
func mul(x, y *big.Float) *big.Float { return num(0).Mul(x, y) }
func quo(x, y *big.Float) *big.Float { return num(0).Quo(x, y) }
func neg(x *big.Float) *big.Float    { return num(0).Neg(x) }

// bigExp sums the series of exp(x/2^60) and squares 60 times.
func bigExp(x *big.Float) *big.Float {
	if f, _ := x.Float64(); f < -1e5 {
		return num(0)
	}
	const halvings = 60
	r := num(0).SetMantExp(x, -halvings)
	sum, term := num(1), num(1)
	for k := 1.0; k < 8; k++ {
		term = quo(mul(term, r), num(k))
		sum = add(sum, term)
	}
	for range halvings {
		sum = mul(sum, sum)
	}
	return sum
}

// bigLog1p improves a guess of log(1 + z), z >= 0, by Halley's method.
func bigLog1p(z *big.Float) *big.Float {
	f, _ := z.Float64()
	x, y := add(num(1), z), num(math.Log1p(f))
	if f < 1e-40 {
		return z
	}
	for range 3 {
		e := bigExp(y)
		y = add(y, quo(mul(num(2), sub(x, e)), add(x, e)))
	}
	return y
}

func bigSigmoid(x float64) *big.Float {
	z := bigExp(num(-math.Abs(x)))
	if x < 0 {
		return quo(z, add(num(1), z))
	}
	return quo(num(1), add(num(1), z))
}

func bigSigmoidSlope(x float64) *big.Float { return mul(bigSigmoid(x), bigSigmoid(-x)) }

func bigSoftplus(x float64) *big.Float {
	return add(num(max(x, 0)), bigLog1p(bigExp(num(-math.Abs(x)))))
}

// bigTanh sums the series of sinh over cosh, or takes what exp(-2|x|) leaves of 1.
func bigTanh(x float64) *big.Float {
	if math.Abs(x) < 1e-3 {
		s := mul(num(x), num(x))
		sinh, cosh, term := num(x), num(1), num(1)
		for k := 1.0; k < 12; k++ {
			term = quo(mul(term, s), mul(num(2*k), num(2*k-1)))
			cosh = add(cosh, term)
			sinh = add(sinh, quo(mul(term, num(x)), num(2*k+1)))
		}
		return quo(sinh, cosh)
	}
	z := bigExp(mul(num(-2), num(math.Abs(x))))
	y := quo(sub(num(1), z), add(num(1), z))
	if x < 0 {
		return neg(y)
	}
	return y
}

func bigTanhSlope(x float64) *big.Float {
	z := bigExp(mul(num(-2), num(math.Abs(x))))
	return quo(mul(num(4), z), mul(add(num(1), z), add(num(1), z)))
}

func bigPi() *big.Float {
	pi, _, err := big.ParseFloat("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803", 10, 256, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return pi
}

// bigDensity is the normal density.
func bigDensity(x float64) *big.Float {
	return quo(bigExp(quo(mul(num(x), num(x)), num(-2))), num(0).Sqrt(mul(num(2), bigPi())))
}

// bigPhi is 1/2 + density*sum_k x^(2k+1)/(2k+1)!! for x > -4 and the density over Laplace's
// continued fraction of the tail below.
func bigPhi(x float64) *big.Float {
	switch {
	case x > 30:
		return num(1)
	case x < -1e3:
		return num(0)
	case x < -4:
		a := num(-x)
		f := a
		for k := 600.0; k > 0; k-- {
			f = add(a, quo(num(k), f))
		}
		return quo(bigDensity(x), f)
	}
	square, sum, term := mul(num(x), num(x)), num(x), num(x)
	for k := 1.0; k < 1500; k++ {
		term = quo(mul(term, square), num(2*k+1))
		sum = add(sum, term)
	}
	return add(num(0.5), mul(bigDensity(x), sum))
}

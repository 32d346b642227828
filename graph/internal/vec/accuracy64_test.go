package vec

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// oracles computes the functions of the table with 256 bits.
var oracles = map[string]func(x float64) *big.Float{
	"Exp": func(x float64) *big.Float { return bigExp(num(x)) },
	"Log": func(x float64) *big.Float {
		fraction, e := math.Frexp(x)
		return bigLog(num(x), math.Log(fraction)+float64(e)*math.Ln2)
	},
	"Tanh": func(x float64) *big.Float {
		if math.Abs(x) < 0x1p-60 {
			return num(x) // the next term is x^3/3
		}
		e := bigExp(num(2 * x))
		return quo(sub(e, num(1)), add(e, num(1)))
	},
	"Sigmoid":  func(x float64) *big.Float { return quo(num(1), add(num(1), bigExp(num(-x)))) },
	"Softplus": bigSoftplus,
	"Erf":      bigErf,
	"Normal":   bigNormal,
	"SigmoidSlope": func(x float64) *big.Float {
		z := bigExp(num(-math.Abs(x)))
		return quo(z, mul(add(num(1), z), add(num(1), z)))
	},
	"TanhSlope": func(x float64) *big.Float {
		z := bigExp(mul(num(-2), num(math.Abs(x))))
		return quo(mul(num(4), z), mul(add(num(1), z), add(num(1), z)))
	},
	"Gauss/2": func(x float64) *big.Float { return bigGauss(x, 0.5) },
	"Gauss":   func(x float64) *big.Float { return bigGauss(x, 1) },
}

func num(x float64) *big.Float       { return new(big.Float).SetPrec(256).SetFloat64(x) }
func add(x, y *big.Float) *big.Float { return num(0).Add(x, y) }
func sub(x, y *big.Float) *big.Float { return num(0).Sub(x, y) }
func mul(x, y *big.Float) *big.Float { return num(0).Mul(x, y) }
func quo(x, y *big.Float) *big.Float { return num(0).Quo(x, y) }

// bigExp sums the series of exp(x/2^40) and squares 40 times.
func bigExp(x *big.Float) *big.Float {
	const halvings = 40
	r := num(0).SetMantExp(x, -halvings)
	sum, term := num(1), num(1)
	for k := 1.0; k < 14; k++ {
		term = quo(mul(term, r), num(k))
		sum = add(sum, term)
	}
	for range halvings {
		sum = mul(sum, sum)
	}
	return sum
}

// bigLog improves a guess by y += 2(x - e^y)/(x + e^y), which triples the number of right digits.
func bigLog(x *big.Float, guess float64) *big.Float {
	y := num(guess)
	for range 2 {
		e := bigExp(y)
		y = add(y, quo(mul(num(2), sub(x, e)), add(x, e)))
	}
	return y
}

func bigSoftplus(x float64) *big.Float {
	z := bigExp(num(x))
	if x < -45 {
		return sub(z, quo(mul(z, z), num(2))) // the next term is z^3/3
	}
	return bigLog(add(num(1), z), max(x, 0)+math.Log1p(math.Exp(-math.Abs(x))))
}

const piDigits = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803"

// bigErf sums 2/sqrt(pi)*exp(-x^2)*sum_k 2^k*x^(2k+1)/(2k+1)!!, all of whose terms have one sign.
func bigErf(x float64) *big.Float {
	if math.Abs(x) > 7 {
		return num(math.Copysign(1, x)) // 1 - 4e-23
	}
	square := mul(num(x), num(x))
	sum, term := num(x), num(x)
	for k := 1.0; k < 400; k++ {
		term = quo(mul(term, mul(square, num(2))), num(2*k+1))
		sum = add(sum, term)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-120 {
			break
		}
	}
	pi, _, err := big.ParseFloat(piDigits, 10, 256, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return quo(mul(mul(num(2), sum), bigExp(num(0).Neg(square))), num(0).Sqrt(pi))
}

func bigGauss(x, a float64) *big.Float {
	if math.Abs(x) > 60 {
		return num(0) // exp(-1800) is
	}
	return bigExp(mul(num(-a), mul(num(x), num(x))))
}

// bigNormal is 1/2 + phi(x)*sum_k x^(2k+1)/(2k+1)!! for x > -4 and phi(x) over Laplace's continued
// fraction of the tail below.
func bigNormal(x float64) *big.Float {
	pi, _, err := big.ParseFloat(piDigits, 10, 256, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	density := quo(bigGauss(x, 0.5), num(0).Sqrt(mul(num(2), pi)))
	if x > 20 {
		return num(1)
	}
	if x < -4 {
		a := num(-x)
		f := a
		for k := 600.0; k > 0; k-- {
			f = add(a, quo(num(k), f))
		}
		return quo(density, f)
	}
	square, sum, term := mul(num(x), num(x)), num(x), num(x)
	for k := 1.0; k < 900; k++ {
		term = quo(mul(term, square), num(2*k+1))
		sum = add(sum, term)
	}
	return add(num(0.5), mul(density, sum))
}

// points64 is how many random arguments each function is tried at.
const points64 = 1500

// arguments64 draws from the whole exponent range, from where the functions bend, and from where
// they saturate.
func arguments64(name string) []float64 {
	rng := rand.New(rand.NewPCG(64, 1))
	x := []float64{
		0, 1, -1, 0.5, -0.5, 2, 1 - 0x1p-53, 1 + 0x1p-52, math.Ln2, -math.Ln2,
		709.78, -708.4, -745.13, -745.14, 1e-300, -1e-300, 5e-324,
	}
	for len(x) < points64 {
		sign := float64(2*rng.IntN(2) - 1)
		x = append(x, sign*rng.Float64(), sign*5*rng.Float64(), sign*40*rng.Float64(), sign*745*rng.Float64(),
			sign*math.Exp2(-1074*rng.Float64()), sign*math.Exp2(-20*rng.Float64()), 1+sign*math.Exp2(-30*rng.Float64()))
	}
	if name == "Log" {
		for i, v := range x {
			x[i] = max(math.Abs(v), 5e-324)
		}
		for range points64 / 4 {
			x = append(x, math.Float64frombits(rng.Uint64N(0x7ff0000000000000)))
		}
	}
	return x
}

func TestFloat64Accuracy(t *testing.T) {
	for _, f := range functions {
		x := arguments64(f.name)
		want := make([]*big.Float, len(x))
		for i, v := range x {
			want[i] = oracles[f.name](v)
		}
		both(t, func(t *testing.T) {
			t.Run(f.name, func(t *testing.T) {
				y := make([]float64, len(x))
				f.f64(y, x)
				worst, at := 0.0, 0.0
				for i, v := range y {
					nearest, _ := want[i].Float64()
					if math.IsInf(nearest, 0) || math.IsInf(v, 0) || v != v {
						require.Equal(t, nearest, v, "f(%g)", x[i])
						continue
					}
					difference, _ := sub(want[i], num(v)).Float64()
					if e := math.Abs(difference / ulp64(nearest)); e > worst {
						worst, at = e, x[i]
					}
				}
				require.LessOrEqual(t, worst, ulps(f.name, 64), "at %v", at)
				t.Logf("largest error %.3f ulp, at %v", worst, at)
			})
		})
	}
}

// ulp64 is the distance of float64 numbers around v.
func ulp64(v float64) float64 {
	_, e := math.Frexp(v)
	return math.Ldexp(1, max(e-53, -1074))
}

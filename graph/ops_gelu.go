package graph

import "math"

// Phi returns the standard normal distribution function of x, which keeps its digits for very
// negative x, where 1 + erf(x/sqrt(2)) has none.
func Phi(x *Node) *Node { return apply(unary{kind: kNormal}, x) }

// GELU returns x*Phi(x), with Phi the standard normal distribution function (Hendrycks and Gimpel
// 2016, the exact form). See [GELUTanh].
func GELU(x *Node) *Node { return apply(binary{kind: kFade}, x, Phi(x)) }

// geluEnd is where the sigmoid of GELUTanh and its slope are exactly 0 or 1 and 0, in double
// precision too.
const geluEnd = 32

// GELUTanh returns x/2*(1 + tanh(u)), u = sqrt(2/pi)*(x + 0.044715x^3), the fit to [GELU] that BERT
// and GPT-2 use (Hendrycks and Gimpel 2016, section 2). It is computed as x*sigmoid(2u), which
// keeps its digits for very negative x.
func GELUTanh(x *Node) *Node {
	c := apply(unary{kind: kClip, c: geluEnd}, x) // so that the cube does not overflow
	u := Mul(c, Shift(Scale(Square(c), 0.044715), 1))
	return apply(binary{kind: kFade}, x, Sigmoid(Scale(u, 2*math.Sqrt(2/math.Pi))))
}

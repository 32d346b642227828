package graph

// Expm1 returns e^x - 1, which keeps its digits where x is small.
func Expm1(x *Node) *Node { return apply(unary{kind: kExpm1}, x) }

// ELU returns x where x > 0 and alpha*(e^x - 1) elsewhere (Clevert, Unterthiner and Hochreiter
// 2015). Its derivative at 0 is taken to be alpha, which is the one of both sides for alpha = 1.
func ELU(x *Node, alpha float64) *Node {
	// The exponential of x itself may be infinite where it has no part in the result.
	below := apply(binary{kind: kGate}, Not(x), x)
	return Add(ReLU(x), Scale(Expm1(below), alpha))
}

// Sin returns the sine of x.
func Sin(x *Node) *Node { return apply(unary{kind: kSin}, x) }

// Cos returns the cosine of x.
func Cos(x *Node) *Node { return apply(unary{kind: kCos}, x) }

// Sign returns -1, 0 or 1 as x is below, at or above 0. Nothing is differentiated by x.
func Sign(x *Node) *Node { return apply(unary{kind: kSign}, x) }

// Floor returns the largest whole number that is not above x. Nothing is differentiated by x.
func Floor(x *Node) *Node { return apply(unary{kind: kFloor}, x) }

// Ceil returns the smallest whole number that is not below x. Nothing is differentiated by x.
func Ceil(x *Node) *Node { return apply(unary{kind: kCeil}, x) }

// Round returns the whole number nearest to x, of two the even one. Nothing is differentiated by x.
func Round(x *Node) *Node { return apply(unary{kind: kRound}, x) }

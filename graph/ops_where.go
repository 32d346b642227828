package graph

// Equal returns 1 where x = y and 0 elsewhere; operands are broadcast. Nothing is differentiated by
// them, and the same holds for [Greater], [GreaterOrEqual] and [Not]. These are masks for [Where];
// [Mul] of two masks is true where both are.
func Equal(x, y *Node) *Node { return elementwise(binary{kind: kEq}, x, y) }

// Greater returns 1 where x > y and 0 elsewhere; operands are broadcast.
func Greater(x, y *Node) *Node { return elementwise(binary{kind: kGt}, x, y) }

// GreaterOrEqual returns 1 where x >= y and 0 elsewhere; operands are broadcast.
func GreaterOrEqual(x, y *Node) *Node { return elementwise(binary{kind: kGe}, x, y) }

// Not returns 1 where the mask is not above 0 and 0 elsewhere.
func Not(mask *Node) *Node { return apply(binary{kind: kGe}, zerosLike(mask), mask) }

// Where returns x where the mask is above 0 and y elsewhere; operands are broadcast. What the other
// side is there has no part in the result or its derivatives, be it infinite or no number.
func Where(mask, x, y *Node) *Node {
	return Add(elementwise(binary{kind: kGate}, mask, x), elementwise(binary{kind: kGate}, Not(mask), y))
}

// Maximum returns the larger of x and y, and NaN where one is NaN; operands are broadcast. Where
// they are equal the derivative is that of x.
func Maximum(x, y *Node) *Node { return Where(Add(Greater(y, x), isNaN(y)), y, x) }

// Minimum returns the smaller of x and y, and NaN where one is NaN; operands are broadcast. Where
// they are equal the derivative is that of x.
func Minimum(x, y *Node) *Node { return Where(Add(Greater(x, y), isNaN(y)), y, x) }

func isNaN(x *Node) *Node { return Not(Equal(x, x)) }

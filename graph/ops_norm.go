package graph

import (
	"fmt"
	"math"
)

// norm is the Euclidean norm along neighboring axes, which vanish from the shape.
type norm struct{ axes []int }

func (n norm) String() string                  { return fmt.Sprintf("norm%v", n.axes) }
func (n norm) infer(in [][]int) ([]int, error) { return sum(n).infer(in) }

// adjoint: dx = x/|x| dy, and 0 where the norm is: there it has a kink, of whose slopes 0 is the
// middle. The quotient stands for itself, so that neither a square nor a product of small numbers
// occurs.
func (n norm) adjoint(in []*Node, y, dy *Node, _ []bool) []*Node {
	shape := dims(in[0])
	whole := func(r *Node) *Node { return BroadcastTo(keepDims(r, shape, n.axes), shape...) }
	return []*Node{Mul(apply(binary{kind: kOver}, in[0], whole(y)), whole(dy))}
}

// Norm returns the Euclidean norm of x along the given axes (all if none is named), which vanish
// from its shape, without overflow or underflow on the way. Where x is 0 its first and second
// derivatives are taken to be 0.
func Norm(x *Node, axes ...int) *Node {
	if len(dims(x)) == 0 && len(axes) == 0 {
		return Abs(x)
	}
	for _, run := range neighbors(checkAxes("Norm", x, axes)) {
		x = apply(norm{axes: run}, x)
	}
	return x
}

// rootOfSquares returns the root of x as a norm where x is a sum or a mean of squares, perhaps
// reshaped or multiplied by a constant; nil where it is not.
func rootOfSquares(x *Node) *Node {
	var root *Node
	switch o := operatorOf(x).(type) {
	case reshape:
		if root = rootOfSquares(inputsOf(x)[0]); root != nil {
			return Reshape(root, dims(x)...)
		}
	case sum:
		return normOf(inputsOf(x)[0], o.axes)
	case mean:
		in := inputsOf(x)[0]
		if root = normOf(in, o.axes); root != nil {
			return Scale(root, 1/math.Sqrt(float64(o.count(dims(in)))))
		}
	case unary:
		if o.kind == kScale && o.c > 0 {
			if root = rootOfSquares(inputsOf(x)[0]); root != nil {
				return Scale(root, math.Sqrt(o.c))
			}
		}
	}
	return nil
}

// normOf is the root of the sum along axes of x, a square or again a sum or mean of squares.
func normOf(x *Node, axes []int) *Node {
	in := inputsOf(x)
	switch o := operatorOf(x).(type) {
	case unary:
		if o.kind == kSquare {
			return apply(norm{axes: axes}, in[0])
		}
	case binary:
		if o.kind == kMul && in[0] == in[1] {
			return apply(norm{axes: axes}, in[0])
		}
	case sum, mean:
		if root := rootOfSquares(x); root != nil {
			return apply(norm{axes: axes}, root)
		}
	}
	return nil
}

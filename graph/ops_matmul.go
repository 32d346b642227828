package graph

import (
	"fmt"
	"slices"
)

// matmul is the product of two matrices, or of two stacks of matrices with the same leading
// dimensions, each transposed if its flag is set.
type matmul struct{ ta, tb bool }

func (m matmul) String() string { return fmt.Sprintf("matmul[%v %v]", m.ta, m.tb) }

func (m matmul) infer(in [][]int) ([]int, error) {
	a, b := in[0], in[1]
	if len(a) < 2 || len(a) != len(b) {
		return nil, fmt.Errorf("shapes %v and %v: both must have the same number of dimensions, at least 2", a, b)
	}
	lead := len(a) - 2
	if !sameShape(a[:lead], b[:lead]) {
		return nil, fmt.Errorf("leading dimensions of %v and %v differ", a, b)
	}
	r, k := a[lead], a[lead+1]
	if m.ta {
		r, k = k, r
	}
	k2, c := b[lead], b[lead+1]
	if m.tb {
		k2, c = c, k2
	}
	if k != k2 {
		return nil, fmt.Errorf("shapes %v and %v (transposed: %v, %v): inner dimensions %d and %d differ", a, b, m.ta, m.tb, k, k2)
	}
	return append(slices.Clone(a[:lead]), r, c), nil
}

func (m matmul) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	a, b := in[0], in[1]
	var da, db *Node
	if need[0] {
		if m.ta {
			da = apply(matmul{ta: m.tb, tb: true}, b, dy)
		} else {
			da = apply(matmul{tb: !m.tb}, dy, b)
		}
	}
	if need[1] {
		if m.tb {
			db = apply(matmul{ta: true, tb: m.ta}, dy, a)
		} else {
			db = apply(matmul{ta: !m.ta}, a, dy)
		}
	}
	return []*Node{da, db}
}

// MatMul returns the matrix product of a (..., m, k) and b (..., k, n): (..., m, n). Leading
// dimensions are broadcast against each other. For a (..., m, k) and a matrix b (k, n) the leading
// dimensions of a are rows of one product.
func MatMul(a, b *Node) *Node {
	da, db := dims(a), dims(b)
	if len(da) < 2 || len(db) < 2 {
		fail("MatMul", "shapes %v and %v: both must be matrices or stacks of them (Reshape a vector to [n 1] or [1 n])", da, db)
	}
	if len(da) > 2 && len(db) == 2 {
		rows := size(da[:len(da)-1])
		y := apply(matmul{}, Reshape(a, rows, da[len(da)-1]), b)
		return Reshape(y, append(slices.Clone(da[:len(da)-1]), db[1])...)
	}
	lead, err := broadcastShape(da[:len(da)-2], db[:len(db)-2])
	if err != nil {
		fail("MatMul", "%v", err)
	}
	a = BroadcastTo(a, append(slices.Clone(lead), da[len(da)-2:]...)...)
	b = BroadcastTo(b, append(slices.Clone(lead), db[len(db)-2:]...)...)
	return apply(matmul{}, a, b)
}

// Affine returns xW + b for rows x (..., in), W (in, out) and b (out): (..., out). x may be sparse
// rows; b may be nil.
func Affine(x, w, b *Node) *Node {
	var y *Node
	if checkNode(x); isSparse(x) {
		y = SparseMul(x, w)
	} else {
		y = MatMul(x, w)
	}
	if b == nil {
		return y
	}
	if d := dims(y); !sameShape(dims(b), d[len(d)-1:]) {
		fail("Affine", "bias of shape %v for %d outputs: want [%d]", dims(b), d[len(d)-1], d[len(d)-1])
	}
	return Add(y, b)
}

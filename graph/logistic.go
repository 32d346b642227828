package graph

import (
	"math"

	"lethe/graph/internal/vec"
)

// The logistic loss of output z and label y, log(1 + exp(z)) - yz, is computed as (1-y) softplus(z)
// + y softplus(-z), in which nothing cancels, and its slope as (1-y) s(z) - y s(-z), s the sigmoid.
// A label of 0 or 1 takes one of the terms only, so that an infinite output on the right side costs
// nothing; others are worked on one by one.

// logisticLosses works on a block; dst may be z or y.
func logisticLosses[T Float](dst, z, y []T) {
	var b logisticBlock[T]
	b.split(dst, z, y, func(z, y float64) float64 { return (1-y)*softplus(z) + y*softplus(-z) })
	vec.Softplus(dst, dst)
	b.join(dst)
}

// logisticSlopes works on a block; dst may be z or y.
func logisticSlopes[T Float](dst, z, y []T) {
	var b logisticBlock[T]
	b.split(dst, z, y, func(z, y float64) float64 { return (1-y)*sigmoid(z) - y*sigmoid(-z) })
	vec.Sigmoid(dst, dst)
	vec.Mul(dst, dst, b.side[:len(dst)])
	b.join(dst)
}

// logisticBlock says of each element of a block whether its label is 0 (side 1), 1 (side -1) or
// another number (side 0), and holds what the last have for a result.
type logisticBlock[T Float] struct {
	side, between [blockLen]T
	mixed         bool
}

// split writes z, with its sign changed for labels of 1, to dst.
func (b *logisticBlock[T]) split(dst, z, y []T, f func(z, y float64) float64) {
	for i, v := range z {
		switch y[i] {
		case 0:
			b.side[i] = 1
		case 1:
			b.side[i] = -1
		default:
			b.between[i], b.mixed = T(f(float64(v), float64(y[i]))), true
		}
		dst[i] = v * b.side[i]
	}
}

func (b *logisticBlock[T]) join(dst []T) {
	if !b.mixed {
		return
	}
	for i := range dst {
		if b.side[i] == 0 {
			dst[i] = b.between[i]
		}
	}
}

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sigmoid(x float64) float64 {
	z := math.Exp(-math.Abs(x))
	if x < 0 {
		return z / (1 + z)
	}
	return 1 / (1 + z)
}

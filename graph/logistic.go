package graph

import "math"

// The logistic loss of output z and label y, log(1 + exp(z)) - yz, is computed as (1-y) softplus(z) + y softplus(-z), in which nothing
// cancels, and its slope as (1-y) s(z) - y s(-z), s the sigmoid. A label of 0 or 1 takes one of the terms only, so that an infinite output
// on the right side costs nothing. Both are computed in double precision.

func logisticLosses[T Float](dst, z, y []T) {
	for i, v := range z {
		a, b := float64(v), float64(y[i])
		switch b {
		case 0:
			dst[i] = T(softplus(a))
		case 1:
			dst[i] = T(softplus(-a))
		default:
			dst[i] = T((1-b)*softplus(a) + b*softplus(-a))
		}
	}
}

func logisticSlopes[T Float](dst, z, y []T) {
	for i, v := range z {
		a, b := float64(v), float64(y[i])
		switch b {
		case 0:
			dst[i] = T(sigmoid(a))
		case 1:
			dst[i] = T(-sigmoid(-a))
		default:
			dst[i] = T((1-b)*sigmoid(a) - b*sigmoid(-a))
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

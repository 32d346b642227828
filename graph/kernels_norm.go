package graph

import (
	"math"

	"lethe/graph/internal/vec"
)

// meanStrips is a [strips]: sums that overflow are added up in shares, which cannot.
func meanStrips[T Float](dst, x []T, n, w int) {
	sumStrips(dst, x, n, w)
	count := T(n)
	for c, s := range dst {
		if dst[c] = s / count; math.IsInf(float64(s), 0) || s != s {
			share := 0.0
			for r := range n {
				share += float64(x[r*w+c]) / float64(n)
			}
			dst[c] = T(share)
		}
	}
}

// normStrips is a [strips]: squares are added up as they are, and scaled where their sum comes near
// the ends of the range.
func normStrips[T Float](dst, x []T, n, w int) {
	if w == 1 {
		dst[0] = rootOrScaled(vec.Dot(x[:n], x[:n]), x, n, 1)
		return
	}
	for c := range dst {
		dst[c] = x[c] * x[c]
	}
	for r := 1; r < n; r++ {
		for c, v := range x[r*w : (r+1)*w] {
			dst[c] += v * v
		}
	}
	for c, s := range dst {
		dst[c] = rootOrScaled(s, x[c:], n, w)
	}
}

// rootOrScaled is the root of s, the sum of the squares of n elements of x at distance w, or where
// a square of some weight may have lost digits or overflowed, of the sum of the scaled squares.
func rootOrScaled[T Float](s T, x []T, n, w int) T {
	least, most := 0x1p-960, math.MaxFloat64
	if isSingle[T]() {
		least, most = 0x1p-100, math.MaxFloat32
	}
	if v := float64(s); v >= least && v <= most {
		return T(math.Sqrt(v))
	}
	largest := 0.0
	for r := range n {
		largest = max(largest, math.Abs(float64(x[r*w])))
	}
	if largest == 0 || math.IsInf(largest, 0) || largest != largest {
		return T(largest)
	}
	_, e := math.Frexp(largest)
	squares := 0.0
	for r := range n {
		v := math.Ldexp(float64(x[r*w]), -e)
		squares += v * v
	}
	return T(math.Ldexp(math.Sqrt(squares), e))
}

func isSingle[T Float]() bool {
	var x any = T(0)
	_, ok := x.(float32)
	return ok
}

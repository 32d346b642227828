package vec

// reduceBlock is how many elements are added in T before the partial results are added in float64,
// so that long float32 sums keep their accuracy.
const reduceBlock = 4096

// Sum returns the sum of x, 0 for an empty x.
func Sum[T Float](x []T) T {
	if len(x) <= reduceBlock {
		return sumBlock(x)
	}
	total := 0.0
	for ; len(x) > 0; x = x[min(reduceBlock, len(x)):] {
		total += float64(sumBlock(x[:min(reduceBlock, len(x))]))
	}
	return T(total)
}

// Dot returns sum_i x_i*y_i, 0 for an empty x; y must be at least as long as x.
func Dot[T Float](x, y []T) T {
	y = y[:len(x)]
	if len(x) <= reduceBlock {
		return dotBlock(x, y)
	}
	total := 0.0
	for len(x) > 0 {
		n := min(reduceBlock, len(x))
		total += float64(dotBlock(x[:n], y[:n]))
		x, y = x[n:], y[n:]
	}
	return T(total)
}

// MaxValue returns the largest element: -Inf for an empty x, NaN if any element is NaN.
func MaxValue[T Float](x []T) T {
	if accelerated && len(x) > 0 {
		return maxFast(x)
	}
	return maxGeneric(x)
}

func sumBlock[T Float](x []T) T {
	if accelerated {
		return sumFast(x)
	}
	return sumGeneric(x)
}

func dotBlock[T Float](x, y []T) T {
	if accelerated {
		return dotFast(x, y)
	}
	return dotGeneric(x, y)
}

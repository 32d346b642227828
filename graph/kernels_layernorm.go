package graph

import (
	"math"

	"lethe/graph/internal/vec"
)

// standardizeRow writes x - mean to y and returns 1/sqrt(variance + epsilon), as r*2^-e so that it
// is finite.
func standardizeRow[T Float](y, x []T, epsilon float64) (r float64, e int) {
	n := float64(len(x))
	centerRow(y, x)
	variance := float64(vec.Dot(y, y)) / n
	least, most := 0x1p-960, math.MaxFloat64
	if isSingle[T]() {
		least, most = 0x1p-100, math.MaxFloat32
	}
	if variance+epsilon >= least && variance <= most {
		return 1 / math.Sqrt(variance+epsilon), 0
	}
	largest := 0.0
	for _, v := range y {
		largest = max(largest, math.Abs(float64(v)))
	}
	if largest > 0 && largest <= math.MaxFloat64 { // scaled to at most 1
		_, e = math.Frexp(largest)
	}
	squares := 0.0
	for _, v := range y {
		s := math.Ldexp(float64(v), -e)
		squares += s * s
	}
	return 1 / math.Sqrt(squares/n+math.Ldexp(math.Ldexp(epsilon, -e), -e)), e
}

// centerRow takes the mean off twice: the second time there is only what rounding a large mean
// left.
func centerRow[T Float](y, x []T) {
	n := float64(len(x))
	mean := float64(vec.Sum(x)) / n
	if math.IsInf(mean, 0) {
		mean = 0
		for _, v := range x {
			mean += float64(v) / n
		}
	}
	vec.AddS(y, x, T(-mean))
	vec.AddS(y, y, T(-float64(vec.Sum(y))/n))
}

func standardizeRows[T Float](y, x []T, n int, epsilon float64) {
	for lo := 0; lo < len(x); lo += n {
		row := y[lo : lo+n]
		r, e := standardizeRow(row, x[lo:lo+n], epsilon)
		if e != 0 {
			for i, v := range row {
				row[i] = T(math.Ldexp(float64(v), -e) * r)
			}
			continue
		}
		vec.MulS(row, row, T(r))
	}
}

// inverseDeviations needs one row of working memory.
func inverseDeviations[T Float](y, x, row []T, epsilon float64) {
	n := len(row)
	for k := range y {
		r, e := standardizeRow(row, x[k*n:(k+1)*n], epsilon)
		y[k] = T(math.Ldexp(r, -e))
	}
}

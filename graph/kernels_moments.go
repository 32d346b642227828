package graph

import (
	"math"

	"lethe/graph/internal/vec"
)

// momentsWidth is how many elements are worked on at a time: whole positions, few of which would be
// short vectors.
func momentsWidth(channels int) int { return channels * max(1, 512/channels) }

// lowerMoments adds up each sample's positions in the precision of the program, and the samples in
// double. The variance is taken around a mean that is rounded; what that is off by is measured with
// it, and both are corrected, so that a large mean costs no digits.
func lowerMoments[T Float](in []int, shapes [][]int, out int) kernel[T] {
	n, c := shapes[0][0], shapes[0][len(shapes[0])-1]
	positions := size(shapes[0]) / (n * c)
	wide := momentsWidth(c)
	return func(m *machine[T]) {
		x, weight, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		sum, row, means, squares := m.block[:wide], m.block[wide:2*wide], m.block[2*wide:3*wide], m.block[3*wide:4*wide]
		totals, mass := make([]float64, 2*c), 0.0
		over := func(add func(x []T)) {
			clear(totals)
			mass = 0
			for i, w := range weight {
				if w == 0 {
					continue
				}
				clear(sum)
				clear(squares)
				for sample := x[i*positions*c : (i+1)*positions*c]; len(sample) > 0; {
					k := min(wide, len(sample))
					add(sample[:k])
					sample = sample[k:]
				}
				for at := c; at < wide; at += c {
					vec.AddTo(sum[:c], sum[at:at+c])
					vec.AddTo(squares[:c], squares[at:at+c])
				}
				for k := range c {
					totals[k] += float64(w) * float64(sum[k])
					totals[c+k] += float64(w) * float64(squares[k])
				}
				mass += float64(w) * float64(positions)
			}
		}
		over(func(x []T) { vec.AddTo(sum[:len(x)], x) })
		for k, t := range totals[:c] {
			means[k] = T(t / mass)
		}
		for at := c; at < wide; at += c {
			copy(means[at:at+c], means[:c])
		}
		over(func(x []T) {
			off := row[:len(x)]
			vec.Sub(off, x, means[:len(x)])
			vec.AddTo(sum[:len(x)], off)
			vec.Mul(off, off, off)
			vec.AddTo(squares[:len(x)], off)
		})
		for k := range c {
			off := totals[k] / mass
			mean, variance := float64(means[k])+off, totals[c+k]/mass-off*off
			if !(math.Abs(mean) <= math.MaxFloat64 && math.Abs(variance) <= math.MaxFloat64) {
				mean, variance = scaledMoments(x[k:], weight, positions, c)
			}
			y[k], y[c+k] = T(mean), T(max(variance, 0))
		}
	}
}

// scaledMoments are the moments of one channel, every c-th element of x, where sums or squares
// overflow.
func scaledMoments[T Float](x, weight []T, positions, c int) (mean, variance float64) {
	largest, mass := 0.0, 0.0
	each := func(f func(x, w float64)) {
		for i, w := range weight {
			for p := range positions {
				if w != 0 {
					f(float64(x[(i*positions+p)*c]), float64(w))
				}
			}
		}
	}
	each(func(x, w float64) { largest, mass = max(largest, math.Abs(x)), mass+w })
	if math.IsInf(largest, 0) || largest != largest {
		return math.NaN(), math.NaN()
	}
	_, e := math.Frexp(largest)
	each(func(x, w float64) { mean += w / mass * math.Ldexp(x, -e) })
	each(func(x, w float64) {
		off := math.Ldexp(x, -e) - mean
		variance += w / mass * off * off
	})
	return math.Ldexp(mean, e), math.Ldexp(variance, 2*e)
}

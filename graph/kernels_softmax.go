package graph

import (
	"math"

	"lethe/graph/internal/vec"
)

// expRow writes exp(x - max(x)) to y, and returns max(x), where it is and the sum of the other
// elements of y, without the 1 of the largest: next to that 1 a small sum would lose its digits.
// Elements at +Inf count as equal, and others as nothing beside them. A row with a NaN, or of -Inf,
// has no place of the largest: at is -1, y is NaN or 0.
func expRow[T Float](y, x []T) (top T, at int, rest float64) {
	top = vec.MaxValue(x)
	if top != top || math.IsInf(float64(top), -1) {
		fillWith(y, top)
		if top == top {
			clear(y)
		}
		return top, -1, 0
	}
	for x[at] != top {
		at++
	}
	if math.IsInf(float64(top), 1) {
		vec.Eq(y, x, fillWith(y, top))
	} else {
		vec.AddS(y, x, -top)
		vec.Exp(y, y)
	}
	y[at] = 0
	rest = float64(vec.Sum(y))
	y[at] = 1
	return top, at, rest
}

func softmaxRows[T Float](y, x []T, n int, slope bool) {
	for lo := 0; lo < len(x); lo += n {
		row := y[lo : lo+n]
		_, at, rest := expRow(row, x[lo:lo+n])
		switch {
		case at >= 0:
			vec.MulS(row, row, T(1/(1+rest)))
		case !slope:
			fillWith(row, T(math.NaN()))
		}
	}
}

// softmaxSlopeRows measures d from its value where p is largest: with a p of almost 1 there, the
// differences from the mean p'd would have to come out of numbers that are almost equal. With
// centered set the factor p is left out.
func softmaxSlopeRows[T Float](y, p, d []T, n int, centered bool) {
	for lo := 0; lo < len(p); lo += n {
		q, row := p[lo:lo+n], y[lo:lo+n]
		at := largestAt(q)
		vec.AddS(row, d[lo:lo+n], -d[lo+at])
		vec.AddS(row, row, -vec.Dot(q, row))
		if !centered {
			vec.Mul(row, row, q)
		}
	}
}

// largestAt is the place of the largest element, the last of a row with a NaN.
func largestAt[T Float](x []T) (at int) {
	for top := vec.MaxValue(x); at < len(x)-1 && x[at] != top; {
		at++
	}
	return at
}

// centerTRows takes 1 - p, by which d counts where p is largest, from the other elements of p.
func centerTRows[T Float](y, p, d []T, n int) {
	for lo := 0; lo < len(p); lo += n {
		q, u, row := p[lo:lo+n], d[lo:lo+n], y[lo:lo+n]
		at := largestAt(q)
		others, rest := T(0), T(0)
		for k := range n {
			if k != at {
				others, rest = others+u[k], rest+q[k]
			}
		}
		vec.MulS(row, q, -(others + u[at]))
		vec.AddTo(row, u)
		row[at] = u[at]*rest - q[at]*others
	}
}

func logSoftmaxRows[T Float](y, x []T, n int) {
	for lo := 0; lo < len(x); lo += n {
		a, row := x[lo:lo+n], y[lo:lo+n]
		top, at, rest := expRow(row, a)
		switch {
		case at < 0:
			fillWith(row, T(math.NaN()))
		case math.IsInf(float64(top), 1):
			vec.MulS(row, row, T(1/(1+rest)))
			vec.Log(row, row)
		default:
			size := math.Log1p(rest)
			for k, v := range a {
				row[k] = T(float64(v) - float64(top) - size)
			}
		}
	}
}

// logSumExpRows needs one row of working memory.
func logSumExpRows[T Float](y, x, row []T) {
	n := len(row)
	for r := range y {
		top, _, rest := expRow(row, x[r*n:(r+1)*n])
		y[r] = T(float64(top) + math.Log1p(rest))
	}
}

// lowerCrossEntropy needs one row of working memory.
func lowerCrossEntropy[T Float](in []int, n, out int) kernel[T] {
	return func(m *machine[T]) {
		x, labels, y, row := m.vals[in[0]], m.vals[in[1]], m.vals[out], m.block[:n]
		for r := range y {
			a := x[r*n : (r+1)*n]
			label, _ := indexOf(m, labels[r], n, "class", r)
			top, _, rest := expRow(row, a)
			gap := float64(top) - float64(a[label])
			switch {
			case top == a[label] && math.IsInf(float64(top), 1):
				gap = 0
			case math.IsInf(float64(a[label]), -1) && top == top:
				gap = math.Inf(1) // in a row of -Inf too
			}
			y[r] = T(gap + math.Log1p(rest))
		}
	}
}

func lowerCrossEntropySlope[T Float](in []int, n, out int) kernel[T] {
	return func(m *machine[T]) {
		x, labels, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		for r, f := range labels {
			row := y[r*n : (r+1)*n]
			label, _ := indexOf(m, f, n, "class", r)
			_, at, rest := expRow(row, x[r*n:(r+1)*n])
			var others float64 // than the label
			switch {
			case at < 0: // NaN, or zeros: then the slope of the label's own output is left
				row[label]--
				continue
			case at == label:
				others = rest
			default:
				others = 1 + rest - float64(row[label])
			}
			vec.MulS(row, row, T(1/(1+rest)))
			row[label] = T(-others / (1 + rest))
		}
	}
}

package graph

import (
	"fmt"
	"math"
	"slices"

	"lethe/graph/internal/blas"
	"lethe/graph/internal/vec"
)

// machine is what kernels work on: the memory of every value, for one run.
type machine[T Float] struct {
	vals   [][]T        // by value
	sparse []*Sparse[T] // by value, for sparse inputs
	block  []T          // registers of element-wise groups
	err    error        // what a kernel found wrong with the data
}

type kernel[T Float] func(m *machine[T])

// lowerAll makes the kernels of all steps.
func lowerAll[T Float](p *Program) []kernel[T] {
	ks := make([]kernel[T], len(p.schedule.steps))
	for k, st := range p.schedule.steps {
		if p.groups[k] != nil {
			ks[k] = lowerGroup[T](p.groups[k])
		} else {
			ks[k] = lower[T](p.ir, st.values[0])
		}
	}
	return ks
}

// lower makes the kernel of a step of one operation, value i.
func lower[T Float](p *ir, i int) kernel[T] {
	v := p.values[i]
	in := make([]int, len(v.in))
	shapes := make([][]int, len(v.in))
	for k, c := range v.in {
		in[k], shapes[k] = p.alias(c), p.values[c].shape
	}
	switch o := v.op.(type) {
	case matmul:
		return lowerProducts[T](products{flags: []matmul{o}}, in, shapes, i, v)
	case products:
		return lowerProducts[T](o, in, shapes, i, v)
	case sparseMul:
		return lowerSparseMul[T](in, shapes, i)
	case sparseMulT:
		return lowerSparseMulT[T](in, shapes, i)
	case sparseDense:
		return func(m *machine[T]) { writeDense(m.vals[i], m.sparse[in[0]]) }
	case sparseSquares:
		return func(m *machine[T]) { squareRows(m.vals[i], m.sparse[in[0]]) }
	case sum:
		return lowerReduce[T](o.axes, in[0], shapes[0], i, sumStrips[T])
	case maxAlong:
		return lowerReduce[T](o.axes, in[0], shapes[0], i, maxStrips[T])
	case transpose:
		return lowerTranspose[T](o, in[0], shapes[0], i)
	case slice:
		return lowerCut[T](o.axis, o.lo, o.hi, in[0], shapes[0], i)
	case pad:
		return lowerPad[T](o, in[0], shapes[0], i)
	case concat:
		return lowerConcat[T](o, in, shapes, i)
	case gather:
		return lowerGather[T](in, shapes, i)
	case scatter:
		return lowerScatter[T](o, in, shapes, i)
	case oneHot:
		return lowerOneHot[T](o, in[0], i)
	case softmax:
		n := shapes[0][len(shapes[0])-1]
		return func(m *machine[T]) { softmaxRows(m.vals[i], m.vals[in[0]], n) }
	case logSumExp:
		n := shapes[0][len(shapes[0])-1]
		return func(m *machine[T]) { logSumExpRows(m.vals[i], m.vals[in[0]], m.block[:n]) }
	}
	panic(fmt.Sprintf("graph: operator %v has no kernel", v.op)) // unreachable: the op table of the tests has every operator
}

// lowerProducts multiplies through BLAS; the second and later products are added where the first was written.
func lowerProducts[T Float](o products, in []int, shapes [][]int, out int, v value) kernel[T] {
	lead := len(v.shape) - 2
	stack := size(v.shape[:lead])
	rows, cols := v.shape[lead], v.shape[lead+1]
	return func(m *machine[T]) {
		c := m.vals[out]
		for t, f := range o.flags {
			a, b := m.vals[in[2*t]], m.vals[in[2*t+1]]
			sa, sb := shapes[2*t][lead:], shapes[2*t+1][lead:]
			inner := sa[1]
			if f.ta {
				inner = sa[0]
			}
			var beta T
			if t > 0 {
				beta = 1
			}
			na, nb, nc := sa[0]*sa[1], sb[0]*sb[1], rows*cols
			for k := range stack {
				blas.Gemm(f.ta, f.tb, rows, cols, inner, 1, a[k*na:(k+1)*na], sa[1], b[k*nb:(k+1)*nb], sb[1], beta, c[k*nc:(k+1)*nc], cols)
			}
		}
	}
}

func lowerSparseMul[T Float](in []int, shapes [][]int, out int) kernel[T] {
	n := shapes[1][1]
	return func(m *machine[T]) {
		x, w, y := m.sparse[in[0]], m.vals[in[1]], m.vals[out]
		if n == 1 {
			sparseMulVec(y, x, w)
			return
		}
		clear(y)
		for r := range x.Rows {
			row := y[r*n : (r+1)*n]
			for k := x.Indptr[r]; k < x.Indptr[r+1]; k++ {
				c := int(x.Indices[k])
				vec.Axpy(row, x.Values[k], w[c*n:(c+1)*n])
			}
		}
	}
}

func sparseMulVec[T Float](y []T, x *Sparse[T], w []T) {
	for r := range x.Rows {
		lo, hi := x.Indptr[r], x.Indptr[r+1]
		ind, val := x.Indices[lo:hi], x.Values[lo:hi]
		var s T
		for k, c := range ind {
			s += val[k] * w[c]
		}
		y[r] = s
	}
}

func lowerSparseMulT[T Float](in []int, shapes [][]int, out int) kernel[T] {
	n := shapes[1][1]
	return func(m *machine[T]) {
		x, d, y := m.sparse[in[0]], m.vals[in[1]], m.vals[out]
		clear(y)
		for r := range x.Rows {
			lo, hi := x.Indptr[r], x.Indptr[r+1]
			ind, val := x.Indices[lo:hi], x.Values[lo:hi]
			if n == 1 {
				s := d[r]
				for k, c := range ind {
					y[c] += val[k] * s
				}
				continue
			}
			row := d[r*n : (r+1)*n]
			for k, c := range ind {
				vec.Axpy(y[int(c)*n:(int(c)+1)*n], val[k], row)
			}
		}
	}
}

func writeDense[T Float](y []T, x *Sparse[T]) {
	clear(y)
	for r := range x.Rows {
		for k := x.Indptr[r]; k < x.Indptr[r+1]; k++ {
			y[r*x.Cols+int(x.Indices[k])] += x.Values[k]
		}
	}
}

func squareRows[T Float](y []T, x *Sparse[T]) {
	for r := range x.Rows {
		row := x.Values[x.Indptr[r]:x.Indptr[r+1]]
		y[r] = vec.Dot(row, row)
	}
}

// strips reduces n rows of length w, each after each, to one row.
type strips[T Float] func(dst, x []T, n, w int)

func sumStrips[T Float](dst, x []T, n, w int) {
	if w == 1 {
		dst[0] = vec.Sum(x[:n])
		return
	}
	copy(dst, x[:w])
	for r := 1; r < n; r++ {
		vec.AddTo(dst, x[r*w:(r+1)*w])
	}
}

func maxStrips[T Float](dst, x []T, n, w int) {
	if w == 1 {
		dst[0] = vec.MaxValue(x[:n])
		return
	}
	copy(dst, x[:w])
	for r := 1; r < n; r++ {
		vec.Max(dst, dst, x[r*w:(r+1)*w])
	}
}

// lowerReduce reduces neighbouring axes, seen as (outer, n, w). [Sum] and [Max] split others.
func lowerReduce[T Float](axes []int, in int, shape []int, out int, f strips[T]) kernel[T] {
	outer, n, w := size(shape[:axes[0]]), 1, size(shape[axes[len(axes)-1]+1:])
	for _, a := range axes {
		n *= shape[a]
	}
	return func(m *machine[T]) {
		x, y := m.vals[in], m.vals[out]
		for k := range outer {
			f(y[k*w:(k+1)*w], x[k*n*w:(k+1)*n*w], n, w)
		}
	}
}

func lowerTranspose[T Float](o transpose, in int, shape []int, out int) kernel[T] {
	n := len(shape)
	if swapsLastTwo(o.perm) {
		r, c := shape[n-2], shape[n-1]
		stack := size(shape[:n-2])
		return func(m *machine[T]) {
			x, y := m.vals[in], m.vals[out]
			for k := range stack {
				vec.Transpose(y[k*r*c:(k+1)*r*c], x[k*r*c:(k+1)*r*c], r, c)
			}
		}
	}
	strides := rowMajor(shape)
	outShape, step := make([]int, n), make([]int, n)
	for i, a := range o.perm {
		outShape[i], step[i] = shape[a], strides[a]
	}
	return func(m *machine[T]) { gatherStrided(m.vals[out], m.vals[in], outShape, step) }
}

func rowMajor(shape []int) []int {
	s := make([]int, len(shape))
	w := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = w
		w *= shape[i]
	}
	return s
}

// gatherStrided writes x read with the given strides to y in row-major order.
func gatherStrided[T Float](y, x []T, shape, strides []int) {
	n := len(shape)
	inner, step := shape[n-1], strides[n-1]
	index := make([]int, n-1)
	at := 0
	for o := 0; o < len(y); o += inner {
		row := y[o : o+inner]
		if step == 1 {
			copy(row, x[at:at+inner])
		} else {
			for j := range row {
				row[j] = x[at+j*step]
			}
		}
		for d := n - 2; d >= 0; d-- {
			index[d]++
			at += strides[d]
			if index[d] < shape[d] {
				break
			}
			at -= shape[d] * strides[d]
			index[d] = 0
		}
	}
}

func lowerCut[T Float](axis, lo, hi, in int, shape []int, out int) kernel[T] {
	outer, d, w := size(shape[:axis]), shape[axis], size(shape[axis+1:])
	return func(m *machine[T]) {
		x, y := m.vals[in], m.vals[out]
		n := (hi - lo) * w
		for k := range outer {
			copy(y[k*n:(k+1)*n], x[(k*d+lo)*w:])
		}
	}
}

func lowerPad[T Float](o pad, in int, shape []int, out int) kernel[T] {
	outer, w := size(shape[:o.axis]), size(shape[o.axis+1:])
	n, before, after := shape[o.axis]*w, o.before*w, o.after*w
	return func(m *machine[T]) {
		x, y := m.vals[in], m.vals[out]
		for k := range outer {
			row := y[k*(before+n+after) : (k+1)*(before+n+after)]
			clear(row[:before])
			copy(row[before:], x[k*n:(k+1)*n])
			clear(row[before+n:])
		}
	}
}

func lowerConcat[T Float](o concat, in []int, shapes [][]int, out int) kernel[T] {
	outer := size(shapes[0][:o.axis])
	widths := make([]int, len(in))
	total := 0
	for k, s := range shapes {
		widths[k] = size(s[o.axis:])
		total += widths[k]
	}
	return func(m *machine[T]) {
		y := m.vals[out]
		at := 0
		for k, c := range in {
			x, w := m.vals[c], widths[k]
			for r := range outer {
				copy(y[r*total+at:r*total+at+w], x[r*w:(r+1)*w])
			}
			at += w
		}
	}
}

// indexOf reads a whole number from 0 to n-1; anything else is the data's fault and ends the run with an error.
func indexOf[T Float](m *machine[T], x T, n int, what string) (int, bool) {
	i := int(x)
	if T(i) != x || i < 0 || i >= n {
		if m.err == nil {
			m.err = fmt.Errorf("graph: %s %v is not a whole number from 0 to %d", what, x, n-1)
		}
		return 0, false
	}
	return i, true
}

func lowerGather[T Float](in []int, shapes [][]int, out int) kernel[T] {
	rows, w := shapes[0][0], size(shapes[0][1:])
	return func(m *machine[T]) {
		table, index, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		for k, x := range index {
			r, _ := indexOf(m, x, rows, "index")
			copy(y[k*w:(k+1)*w], table[r*w:(r+1)*w])
		}
	}
}

func lowerScatter[T Float](o scatter, in []int, shapes [][]int, out int) kernel[T] {
	w := size(shapes[0][len(shapes[1]):])
	return func(m *machine[T]) {
		x, index, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		clear(y)
		for k, f := range index {
			if r, ok := indexOf(m, f, o.rows, "index"); ok {
				vec.AddTo(y[r*w:(r+1)*w], x[k*w:(k+1)*w])
			}
		}
	}
}

func lowerOneHot[T Float](o oneHot, in, out int) kernel[T] {
	return func(m *machine[T]) {
		y := m.vals[out]
		clear(y)
		for k, f := range m.vals[in] {
			if c, ok := indexOf(m, f, o.classes, "class"); ok {
				y[k*o.classes+c] = 1
			}
		}
	}
}

func softmaxRows[T Float](y, x []T, n int) {
	for lo := 0; lo < len(x); lo += n {
		a, b := x[lo:lo+n], y[lo:lo+n]
		vec.AddS(b, a, -vec.MaxValue(a))
		vec.Exp(b, b)
		vec.MulS(b, b, 1/vec.Sum(b))
	}
}

// logSumExpRows needs one row of working memory.
func logSumExpRows[T Float](y, x, row []T) {
	n := len(row)
	for r := range y {
		a := x[r*n : (r+1)*n]
		top := vec.MaxValue(a)
		vec.AddS(row, a, -top)
		vec.Exp(row, row)
		y[r] = T(math.Log(float64(vec.Sum(row)))) + top
	}
}

// neighbours splits sorted axes into runs of adjacent ones, last run first.
func neighbours(axes []int) [][]int {
	var runs [][]int
	for _, a := range axes {
		if k := len(runs) - 1; k >= 0 && runs[k][len(runs[k])-1] == a-1 {
			runs[k] = append(runs[k], a)
		} else {
			runs = append(runs, []int{a})
		}
	}
	slices.Reverse(runs)
	return runs
}

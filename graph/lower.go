package graph

import "fmt"

// machine is what kernels work on: the memory of every value, for one run.
type machine[T Float] struct {
	vals   [][]T        // by value
	sparse []*Sparse[T] // by value, for sparse inputs
	block  []T          // working memory of the step at hand
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
	case dropoutMask:
		return lowerDropout[T](o, in[0], i)
	case conv, convInput, convFilter, convSum:
		return lowerConv[T](o, in, shapes, i, v)
	case poolIndex:
		return lowerPoolIndex[T](o, in[0], shapes, i, v)
	case poolGather:
		return lowerPoolGather[T](o, in, shapes, i)
	case poolScatter:
		return lowerPoolScatter[T](o, in, shapes, i, v)
	case avgPool:
		return lowerAvgPool[T](o, in[0], shapes, i, v)
	case avgSpread:
		return lowerAvgSpread[T](o, in[0], shapes, i, v)
	case moments:
		return lowerMoments[T](in, shapes, i)
	case softmax:
		n := shapes[0][len(shapes[0])-1]
		return func(m *machine[T]) { softmaxRows(m.vals[i], m.vals[in[0]], n) }
	case logSumExp:
		n := shapes[0][len(shapes[0])-1]
		return func(m *machine[T]) { logSumExpRows(m.vals[i], m.vals[in[0]], m.block[:n]) }
	}
	panic(fmt.Sprintf("graph: operator %v has no kernel", v.op)) // unreachable: the op table of the tests has every operator
}

// workspace is how many elements of working memory the kernel of value i needs.
func (p *ir) workspace(i int) int {
	v := p.values[i]
	width := func() int { shape := p.values[v.in[0]].shape; return shape[len(shape)-1] }
	switch v.op.(type) {
	case logSumExp:
		return width()
	case poolIndex:
		return 2 * width()
	case moments:
		return 3 * momentsWidth(width())
	case conv, convInput, convFilter, convSum:
		in := make([][]int, len(v.in))
		for k, c := range v.in {
			in[k] = p.values[c].shape
		}
		return convWorkspace(v.op, in, v.shape)
	}
	return 0
}

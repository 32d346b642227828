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
	case sparseNorms:
		return func(m *machine[T]) { rowNorms(m.vals[i], m.sparse[in[0]]) }
	case sum:
		return lowerReduce[T](o.axes, in[0], shapes[0], i, sumStrips[T])
	case mean:
		return lowerReduce[T](o.axes, in[0], shapes[0], i, meanStrips[T])
	case norm:
		return lowerReduce[T](o.axes, in[0], shapes[0], i, normStrips[T])
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
	default:
		if k := lowerRows[T](v.op, in, shapes, i); k != nil {
			return k
		}
	}
	panic(fmt.Sprintf("graph: operator %v has no kernel", v.op)) // unreachable: the op table of the tests has every operator
}

// lowerRows makes the kernels of operations on rows along the last axis; nil for others.
func lowerRows[T Float](o operator, in []int, shapes [][]int, out int) kernel[T] {
	if len(shapes) == 0 || len(shapes[0]) == 0 {
		return nil
	}
	n := shapes[0][len(shapes[0])-1]
	switch o := o.(type) {
	case softmax:
		return func(m *machine[T]) { softmaxRows(m.vals[out], m.vals[in[0]], n, o.slope) }
	case softmaxSlope:
		return func(m *machine[T]) { softmaxSlopeRows(m.vals[out], m.vals[in[0]], m.vals[in[1]], n, false) }
	case center:
		return func(m *machine[T]) { softmaxSlopeRows(m.vals[out], m.vals[in[0]], m.vals[in[1]], n, true) }
	case centerT:
		return func(m *machine[T]) { centerTRows(m.vals[out], m.vals[in[0]], m.vals[in[1]], n) }
	case logSoftmax:
		return func(m *machine[T]) { logSoftmaxRows(m.vals[out], m.vals[in[0]], n) }
	case logSumExp:
		return func(m *machine[T]) { logSumExpRows(m.vals[out], m.vals[in[0]], m.block[:n]) }
	case crossEntropy:
		return lowerCrossEntropy[T](in, n, out)
	case crossEntropySlope:
		return lowerCrossEntropySlope[T](in, n, out)
	case standardize:
		if o.inverse {
			return func(m *machine[T]) { inverseDeviations(m.vals[out], m.vals[in[0]], m.block[:n], o.epsilon) }
		}
		return func(m *machine[T]) { standardizeRows(m.vals[out], m.vals[in[0]], n, o.epsilon) }
	}
	return nil
}

// workspace is how many elements of working memory the kernel of value i needs.
func (p *ir) workspace(i int) int {
	v := p.values[i]
	width := func() int { shape := p.values[v.in[0]].shape; return shape[len(shape)-1] }
	switch v.op.(type) {
	case logSumExp, crossEntropy, standardize:
		return width()
	case poolIndex:
		return 2 * width()
	case moments:
		return 4 * momentsWidth(width())
	case conv, convInput, convFilter, convSum:
		in := make([][]int, len(v.in))
		for k, c := range v.in {
			in[k] = p.values[c].shape
		}
		return convWorkspace(v.op, in, v.shape)
	}
	return 0
}

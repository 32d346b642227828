package graph

// view is how a slice is read where it stands: element (i, j, ...) of shape lies at offset +
// i*strides[0] + j*strides[1] + ... of a value that has memory.
type view struct {
	base           int
	offset         int
	shape, strides []int
}

// isView says whether value i is a slice, or a reshape of one, that can be read in place.
func (p *ir) isView(i int) bool {
	_, ok := p.values[p.alias(i)].op.(slice)
	return ok && p.view(i).base != p.alias(i)
}

// view follows slices and reshapes to the value in whose memory i lies. A reshape that does not fit
// the strides ends the way: its argument is the base then.
func (p *ir) view(i int) view {
	v := p.values[i]
	switch o := v.op.(type) {
	case slice:
		w := p.view(v.in[0])
		return view{base: w.base, offset: w.offset + o.lo*w.strides[o.axis], shape: v.shape, strides: w.strides}
	case reshape:
		w := p.view(v.in[0])
		if strides := reshapeStrides(w.shape, w.strides, v.shape); strides != nil {
			return view{base: w.base, offset: w.offset, shape: v.shape, strides: strides}
		}
		return view{base: p.alias(i), shape: v.shape, strides: rowMajor(v.shape)}
	}
	return view{base: i, shape: v.shape, strides: rowMajor(v.shape)}
}

// reshapeStrides returns the strides of the same elements in another shape: any where they lie in
// one piece, and otherwise one that only adds or drops dimensions of size 1; nil if there are none.
func reshapeStrides(shape, strides, into []int) []int {
	if inOnePiece(shape, strides) {
		return rowMajor(into)
	}
	out := make([]int, len(into))
	k := 0
	for i, d := range into {
		if d == 1 {
			continue
		}
		for k < len(shape) && shape[k] == 1 {
			k++
		}
		if k == len(shape) || shape[k] != d {
			return nil
		}
		out[i] = strides[k]
		k++
	}
	return out
}

func inOnePiece(shape, strides []int) bool {
	w := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 && strides[i] != w {
			return false
		}
		w *= shape[i]
	}
	return true
}

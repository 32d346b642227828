package unlearn

import (
	"fmt"
	"slices"

	"lethe/datasets"
)

// compare finds out whether the request changes anything. It is called before removed samples leave
// a.Data, and stops at the first sample whose change counts.
func (a *Applied) compare(r Request, d *datasets.Dataset, affected, gone []bool) {
	a.same = true
	named := 0
	for i, is := range affected {
		if !is {
			continue
		}
		named++
		if !gone[i] && sameSample(d, a.Data, i) {
			continue
		}
		a.same = false
		if d.Weight(i) != 0 || !gone[i] && a.Data.Weight(i) != 0 {
			return
		}
	}
	a.unchanged = true
	switch {
	case !a.same:
		a.nothing = "the request changes nothing in the loss: the samples that it changes have weight 0"
	case r.Empty():
		a.nothing = "the request changes nothing: it names no sample and no feature"
	case named == 0:
		a.nothing = "the request changes nothing: the features that it removes are zero in every sample already"
	default:
		a.nothing = fmt.Sprintf("the request changes nothing: the %d samples that it names are already as it asks", named)
	}
	if a.same {
		a.Data = d
	}
}

// sameSample reports whether sample i of a and of b, which have the same kind and shape, are equal:
// features, labels and weight.
func sameSample(a, b *datasets.Dataset, i int) bool {
	k := a.Width()
	return a.Weight(i) == b.Weight(i) && slices.Equal(a.Y[i*k:(i+1)*k], b.Y[i*k:(i+1)*k]) && sameFeatures(a.X, b.X, i)
}

func sameFeatures(a, b datasets.Features, i int) bool {
	switch x := a.(type) {
	case *datasets.Dense:
		y, ok := b.(*datasets.Dense)
		return ok && slices.Equal(x.Data[i*x.Cols:(i+1)*x.Cols], y.Data[i*y.Cols:(i+1)*y.Cols])
	case *datasets.CSR:
		y, ok := b.(*datasets.CSR)
		return ok && sameSparse(x, y, i)
	case *datasets.Images:
		y, ok := b.(*datasets.Images)
		size := x.Height * x.Width * x.Channels
		return ok && slices.Equal(x.Pixels[i*size:(i+1)*size], y.Pixels[i*size:(i+1)*size])
	case *datasets.Tensor:
		y, ok := b.(*datasets.Tensor)
		size := len(x.Data) / max(x.N, 1)
		return ok && slices.Equal(x.Data[i*size:(i+1)*size], y.Data[i*size:(i+1)*size])
	case *datasets.Tokens:
		y, ok := b.(*datasets.Tokens)
		return ok && slices.Equal(x.Text[x.Starts[i]:x.Starts[i]+x.Length], y.Text[y.Starts[i]:y.Starts[i]+y.Length])
	}
	return false
}

// sameSparse compares rows; a value of 0 may be stored or not.
func sameSparse(a, b *datasets.CSR, i int) bool {
	j, k := a.Indptr[i], b.Indptr[i]
	for {
		for j < a.Indptr[i+1] && a.Values[j] == 0 {
			j++
		}
		for k < b.Indptr[i+1] && b.Values[k] == 0 {
			k++
		}
		switch ended := k == b.Indptr[i+1]; {
		case j == a.Indptr[i+1] || ended:
			return ended && j == a.Indptr[i+1]
		case a.Indices[j] != b.Indices[k] || a.Values[j] != b.Values[k]:
			return false
		}
		j, k = j+1, k+1
	}
}

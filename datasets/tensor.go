package datasets

import (
	"errors"
	"fmt"
	"slices"
)

// Tensor holds N samples of any shape as numbers: images that are no bytes, [height width
// channels]; series, [steps values]; rows of embeddings, [places width].
type Tensor struct {
	N      int
	Sample []int     // shape of one sample, at least one dimension
	Data   []float64 // N times the product of Sample, sample after sample, each row-major
}

// Len returns the number of samples.
func (x *Tensor) Len() int { return x.N }

// Shape returns Sample.
func (x *Tensor) Shape() []int { return x.Sample }

// size is the number of elements of a sample.
func (x *Tensor) size() int {
	n := 1
	for _, d := range x.Sample {
		n *= d
	}
	return n
}

// Slice returns samples lo to hi-1, sharing memory.
func (x *Tensor) Slice(lo, hi int) Features {
	k := x.size()
	return &Tensor{N: hi - lo, Sample: x.Sample, Data: x.Data[lo*k : hi*k : hi*k]}
}

// Subset returns a copy of the given samples.
func (x *Tensor) Subset(rows []int) Features {
	k := x.size()
	out := &Tensor{N: len(rows), Sample: x.Sample, Data: make([]float64, 0, len(rows)*k)}
	for _, r := range rows {
		out.Data = append(out.Data, x.Data[r*k:(r+1)*k]...)
	}
	return out
}

func (x *Tensor) check() error {
	if len(x.Sample) == 0 {
		return errors.New("samples without a shape: Sample is empty; give [1] for a single number each")
	}
	return checkSize("numbers", len(x.Data), append([]int{x.N}, x.Sample...)...)
}

// place writes element k of a sample by its indices: [1 0 2].
func (x *Tensor) place(k int) string {
	at := make([]int, len(x.Sample))
	for i, d := range slices.Backward(x.Sample) {
		at[i], k = k%d, k/d
	}
	return fmt.Sprint(at)
}

func concatTensors(first *Tensor, parts []Features) *Tensor {
	out := &Tensor{Sample: first.Sample}
	for _, p := range parts {
		out.N += p.Len()
	}
	out.Data = make([]float64, 0, out.N*out.size())
	for _, p := range parts {
		out.Data = append(out.Data, p.(*Tensor).Data...)
	}
	return out
}

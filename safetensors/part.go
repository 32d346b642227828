package safetensors

import "fmt"

// Part names one piece of a flat vector: a tensor, row-major, of that shape.
type Part struct {
	Name  string
	Shape []int
}

// Split cuts the data of a flat vector into the tensors that its parts describe, in their order.
// The tensors share its memory. Parts that do not make up the whole vector are an error.
func Split(parts []Part, dtype DType, data []byte) ([]Tensor, error) {
	tensors, at := make([]Tensor, len(parts)), uint64(0)
	for i, p := range parts {
		tensors[i] = Tensor{Name: p.Name, DType: dtype, Shape: p.Shape}
		size, err := tensors[i].size()
		if err != nil {
			return nil, err
		}
		if size > uint64(len(data))-at {
			return nil, fmt.Errorf("tensor %q of shape %v goes beyond the end of the vector", p.Name, p.Shape)
		}
		tensors[i].Data = data[at : at+size : at+size]
		at += size
	}
	if left := uint64(len(data)) - at; left > 0 {
		return nil, fmt.Errorf("the tensors leave %d numbers of the vector over", left/uint64(widths[dtype]))
	}
	return tensors, nil
}

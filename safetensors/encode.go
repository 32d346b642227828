package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// entry describes one tensor in the header.
type entry struct {
	DType   DType     `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"` // from the beginning of the data
}

// Encode writes f to w: in the header metadata by key and tensors in their order; in the data the
// wider types first, so that all are aligned. Equal files have equal bytes.
func Encode(w io.Writer, f *File) error {
	if err := f.Check(); err != nil {
		return err
	}
	order := byWidth(f.Tensors)
	header, err := encodeHeader(f, order)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, i := range order {
		if _, err := w.Write(f.Tensors[i].Data); err != nil {
			return err
		}
	}
	return nil
}

// byWidth is the order of the data.
func byWidth(tensors []Tensor) []int {
	order := make([]int, len(tensors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(widths[tensors[b].DType], widths[tensors[a].DType]) })
	return order
}

// encodeHeader returns all that stands before the data.
func encodeHeader(f *File, order []int) ([]byte, error) {
	offsets, end := make([][2]uint64, len(order)), uint64(0)
	for _, i := range order {
		offsets[i] = [2]uint64{end, end + uint64(len(f.Tensors[i].Data))}
		end = offsets[i][1]
	}
	var buf bytes.Buffer
	buf.WriteString("12345678{") // the length follows
	field := func(name string, value any) error {
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		text, err := json.Marshal(value)
		if buf.Len() > len("12345678{") {
			buf.WriteByte(',')
		}
		buf.Write(append(append(key, ':'), text...))
		return err
	}
	if len(f.Metadata) > 0 {
		if err := field(metadataKey, f.Metadata); err != nil {
			return nil, err
		}
	}
	for i, t := range f.Tensors {
		if err := field(t.Name, entry{t.DType, append([]int{}, t.Shape...), offsets[i]}); err != nil {
			return nil, err
		}
	}
	buf.WriteByte('}')
	for buf.Len()%8 != 0 {
		buf.WriteByte(' ')
	}
	if n := buf.Len() - 8; n > headerLimit {
		return nil, fmt.Errorf("the header would take %d bytes, the limit is %d: shorten the metadata", n, headerLimit)
	}
	binary.LittleEndian.PutUint64(buf.Bytes(), uint64(buf.Len()-8))
	return buf.Bytes(), nil
}

package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// parseHeader returns the tensors, without data, and their offsets.
func parseHeader(header []byte) (f *File, offsets [][2]uint64, err error) {
	if !utf8.Valid(header) {
		return nil, nil, errors.New("it is not UTF-8")
	}
	f = &File{}
	dec := json.NewDecoder(bytes.NewReader(header))
	err = object(dec, func(key string) error {
		if key == metadataKey {
			f.Metadata = map[string]string{}
			return parseMetadata(dec, f.Metadata)
		}
		t, at, err := parseTensor(dec, key)
		f.Tensors, offsets = append(f.Tensors, t), append(offsets, at)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if rest := bytes.TrimLeft(header[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, nil, fmt.Errorf("it goes on with %q after the JSON object", rest[:min(len(rest), 20)])
	}
	return f, offsets, nil
}

func parseMetadata(dec *json.Decoder, to map[string]string) error {
	return object(dec, func(key string) error {
		var text *string
		if err := dec.Decode(&text); err != nil || text == nil {
			return fmt.Errorf("metadata %q is not a text", key)
		}
		to[key] = *text
		return nil
	})
}

// parseTensor reads a tensor's description; fields that the format does not know are passed over.
func parseTensor(dec *json.Decoder, name string) (Tensor, [2]uint64, error) {
	t := Tensor{Name: name}
	var ends []uint64
	err := object(dec, func(key string) error {
		var err error
		switch key {
		case "dtype":
			err = dec.Decode(&t.DType)
		case "shape":
			err = dec.Decode(&t.Shape)
		case "data_offsets":
			err = dec.Decode(&ends)
		default:
			var other json.RawMessage
			err = dec.Decode(&other)
		}
		if err != nil {
			return fmt.Errorf("%s is unreadable: %w", key, err)
		}
		return nil
	})
	if err != nil {
		return t, [2]uint64{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	if t.DType == "" || t.Shape == nil || len(ends) != 2 {
		return t, [2]uint64{}, fmt.Errorf("tensor %q needs a dtype, a shape and two data_offsets", name)
	}
	size, err := t.size()
	if err != nil {
		return t, [2]uint64{}, err
	}
	if ends[0] > ends[1] || ends[1]-ends[0] != size {
		return t, [2]uint64{}, fmt.Errorf("tensor %q has the data offsets %v, but its %s of shape %v are %d bytes", name, ends, t.DType, t.Shape, size)
	}
	return t, [2]uint64(ends), nil
}

// object walks through a JSON object and calls field after each key; field reads the value. A key
// that is there twice is an error: json.Unmarshal would take the last one.
func object(dec *json.Decoder, field func(key string) error) error {
	if t, err := dec.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return fmt.Errorf("%v stands where a JSON object has to be", t)
	}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok || seen[key] {
			return fmt.Errorf("%q is there twice", t)
		}
		seen[key] = true
		if err := field(key); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// checkLayout makes sure that the tensors lie one after the other and fill the data's length.
func checkLayout(tensors []Tensor, offsets [][2]uint64, length uint64) error {
	order := make([]int, len(tensors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(offsets[a][:], offsets[b][:]) })
	end, before := uint64(0), "the header"
	for _, i := range order {
		if c := cmp.Compare(offsets[i][0], end); c != 0 {
			what := map[int]string{-1: "overlaps with", 1: "leaves a gap after"}[c]
			return fmt.Errorf("is damaged: tensor %q begins at byte %d of the data and %s %s, which ends at %d; write it again",
				tensors[i].Name, offsets[i][0], what, before, end)
		}
		end, before = offsets[i][1], fmt.Sprintf("%q", tensors[i].Name)
	}
	if end > length {
		return fmt.Errorf("is truncated: it has %d of the data's %d bytes; write or fetch it again", length, end)
	}
	if end < length {
		return fmt.Errorf("is damaged: it is %d bytes too long; write or fetch it again", length-end)
	}
	return nil
}

package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrForeign is wrapped by the error about a file that is of another format.
var ErrForeign = errors.New("is not a safetensors file")

// Decode reads a file of size bytes from r. What the header asks for is checked against size before
// any of it is allocated, and what is allocated grows with the bytes that come, so neither a
// hostile header nor a wrong size costs more memory than three times what is there. Errors are
// worded to follow the file's name; one about a file of another format wraps [ErrForeign].
func Decode(r io.Reader, size int64) (*File, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	f, offsets, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("has a header that cannot be used: %w; write it again", err)
	}
	length := uint64(size) - 8 - uint64(len(header))
	if err := checkLayout(f.Tensors, offsets, length); err != nil {
		return nil, err
	}
	data, err := readFull(r, length)
	if err != nil {
		return nil, err
	}
	for i, at := range offsets {
		f.Tensors[i].Data = data[at[0]:at[1]:at[1]]
	}
	return f, nil
}

// firstRead is how many bytes are believed to come before any of them has.
const firstRead = 1 << 16

// readFull reads n bytes. The size that was promised may be wrong too: memory grows with what
// comes, and at most three times that are held at a time.
func readFull(r io.Reader, n uint64) ([]byte, error) {
	data := make([]byte, 0, min(n, firstRead))
	for uint64(len(data)) < n {
		if len(data) == cap(data) {
			data = append(make([]byte, 0, min(n, 2*uint64(cap(data)))), data...)
		}
		more, err := io.ReadFull(r, data[len(data):cap(data)])
		data = data[:len(data)+more]
		if err != nil {
			return nil, fmt.Errorf("could not be read: %w", err)
		}
	}
	return data, nil
}

// readHeader returns the JSON object with its padding.
func readHeader(r io.Reader, size int64) ([]byte, error) {
	if size < 8 {
		return nil, fmt.Errorf("is truncated, or no safetensors file: it has %d bytes; write or fetch it again", size)
	}
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, fmt.Errorf("could not be read: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n < 2 || n > headerLimit {
		return nil, fmt.Errorf("%w: its first 8 bytes would be a header's length of %d (2 to %d are possible)", ErrForeign, n, headerLimit)
	}
	header, err := readFull(r, min(n, uint64(size)-8))
	if err != nil {
		return nil, err
	}
	if len(header) > 0 && header[0] != '{' {
		return nil, fmt.Errorf("%w: its header begins with %q instead of %q", ErrForeign, header[0], '{')
	}
	if uint64(len(header)) < n {
		return nil, fmt.Errorf("is truncated: it has %d of the header's %d bytes; write or fetch it again", len(header), n)
	}
	return header, nil
}

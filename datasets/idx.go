package datasets

import (
	"encoding/binary"
	"io"
)

// LoadIDX reads images and their labels from two IDX files (the format of MNIST), plain or gzipped. A network sees byte/255.
func LoadIDX(images, labels string) (*Dataset, error) { return loadIDX(withFile, images, labels) }

// loadIDX is LoadIDX of files that are opened by with.
func loadIDX(with func(name string, read func(r io.Reader) error) error, images, labels string) (d *Dataset, err error) {
	var x *Images
	var y []byte
	err = with(images, func(r io.Reader) error {
		x, err = ReadIDXImages(r, images)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = with(labels, func(r io.Reader) error {
		y, err = ReadIDXLabels(r, labels)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := checkNotEmpty(images, x); err != nil {
		return nil, err
	}
	if len(y) != x.N {
		return nil, malformed(labels, 0, "%d labels for the %d images of %s", len(y), x.N, images)
	}
	d = &Dataset{Name: images, X: x, Y: make([]float64, len(y))}
	for i, c := range y {
		d.Y[i] = float64(c)
		d.Classes = max(d.Classes, int(c)+1)
	}
	return d, nil
}

// ReadIDXImages reads bytes with 3 axes (count, height, width) or 4 (and channel); name stands in messages.
func ReadIDXImages(r io.Reader, name string) (*Images, error) {
	shape, data, err := readIDX(r, name)
	if err != nil {
		return nil, err
	}
	x := &Images{Channels: 1, Pixels: data, Scale: 255}
	switch len(shape) {
	case 4:
		x.Channels = shape[3]
		fallthrough
	case 3:
		x.N, x.Height, x.Width = shape[0], shape[1], shape[2]
	default:
		return nil, malformed(name, 0, "%d axes, images have 3 (or 4 with channels)", len(shape))
	}
	if x.N > 0 && x.size() == 0 {
		return nil, malformed(name, 0, "images of shape %v are empty", shape[1:])
	}
	return x, nil
}

// ReadIDXLabels reads one byte a sample; name stands in messages.
func ReadIDXLabels(r io.Reader, name string) ([]byte, error) {
	shape, data, err := readIDX(r, name)
	if err != nil {
		return nil, err
	}
	if len(shape) != 1 {
		return nil, malformed(name, 0, "%d axes, labels have 1", len(shape))
	}
	return data, nil
}

// maxIDX bounds what an IDX file is believed to hold.
const maxIDX = 1 << 33

// readIDX reads an array of bytes: 0, 0, the type (8: unsigned byte), the number of axes, each length in 4 bytes,
// big-endian, and the data. Memory grows with what is read, not with what the header claims.
func readIDX(r io.Reader, name string) (shape []int, data []byte, err error) {
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, nil, malformed(name, 0, "not an IDX file: %v", err)
	}
	if magic[0] != 0 || magic[1] != 0 || magic[2] != 8 || magic[3] == 0 || magic[3] > 4 {
		return nil, nil, malformed(name, 0, "begins with % x, an IDX file of bytes with 00 00 08 and 1 to 4 axes", magic)
	}
	lengths := make([]uint32, magic[3])
	if err := binary.Read(r, binary.BigEndian, lengths); err != nil {
		return nil, nil, malformed(name, 0, "the header is cut off")
	}
	for _, l := range lengths {
		shape = append(shape, int(l))
	}
	n, ok := elements(shape, maxIDX)
	if !ok {
		return nil, nil, malformed(name, 0, "shape %v is too large to be true", shape)
	}
	data, err = io.ReadAll(io.LimitReader(r, int64(n)+1))
	if err != nil {
		return nil, nil, malformed(name, 0, "%v", err)
	}
	if len(data) != n {
		return nil, nil, malformed(name, 0, "%s data for shape %v (%d bytes)", moreOrLess(len(data), n), shape, n)
	}
	return shape, data, nil
}

func moreOrLess(have, want int) string {
	if have > want {
		return "more"
	}
	return "not enough"
}

package datasets

import (
	"encoding/binary"
	"io"
	"slices"
	"strconv"
)

// IDX says how to read images and their labels from two IDX files (the format of MNIST). A label is
// the number of its class, so that only their number depends on what occurs.
type IDX struct {
	Classes int     // number of classes; 0 = the largest label and 1
	Like    *Coding // coding of the data set whose classes these are; nil = its own
}

// LoadIDX reads images and their labels from two IDX files, plain or gzipped, as the zero [IDX]
// does. A network sees byte/255.
func LoadIDX(images, labels string) (*Dataset, error) { return IDX{}.Load(images, labels) }

// Load reads the two files, plain or gzipped. A network sees byte/255. The classes are called by
// their numbers.
func (o IDX) Load(images, labels string) (*Dataset, error) { return o.load(withFile, images, labels) }

// load is Load of files that are opened by with.
func (o IDX) load(with func(name string, read func(r io.Reader) error) error, images, labels string) (d *Dataset, err error) {
	classes, err := o.classes(labels)
	if err != nil {
		return nil, err
	}
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
	if classes == nil {
		classes = digitsUpTo(int(slices.Max(y)) + 1)
	}
	d = &Dataset{Name: images, X: x, Y: make([]float64, len(y)), Classes: len(classes), ClassNames: classes}
	for i, c := range y {
		if int(c) >= len(classes) {
			return nil, malformed(labels, 0, "image %d: the label %d is not among the %d classes, counted from 0", i, c, len(classes))
		}
		d.Y[i] = float64(c)
	}
	if d.Coding = o.Like; o.Like == nil {
		d.Coding = &Coding{Classes: slices.Clone(classes)}
	}
	return d, nil
}

// classes returns the names of the classes, nil if they are not known before.
func (o IDX) classes(file string) ([]string, error) {
	switch {
	case o.Classes < 0 || o.Classes > 256:
		return nil, malformed(file, 0, "%d classes; a label of one byte has 1 to 256, and 0 means those that occur", o.Classes)
	case o.Like == nil && o.Classes > 0:
		return digitsUpTo(o.Classes), nil
	case o.Like == nil:
		return nil, nil
	}
	if err := o.Like.Check(); err != nil {
		return nil, err
	}
	if o.Like.Columns != nil || o.Like.Width > 0 || o.Like.UnitRows {
		return nil, malformed(file, 0, "it cannot be read by the coding in Like, which is that of rows of features, not of images")
	}
	if len(o.Like.Classes) == 0 || o.Classes > 0 && o.Classes != len(o.Like.Classes) {
		return nil, malformed(file, 0, "the coding in Like has %d classes; give one that has those of these labels, and in Classes their number or 0", len(o.Like.Classes))
	}
	return slices.Clone(o.Like.Classes), nil
}

// digitsUpTo returns the numbers 0 to n-1 as names.
func digitsUpTo(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// ReadIDXImages reads bytes with 3 axes (count, height, width) or 4 (and channel); name stands in
// messages.
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

// readIDX reads an array of bytes: 0, 0, the type (8: unsigned byte), the number of axes, each
// length in 4 bytes, big-endian, and the data. Memory grows with what is read, not with what the
// header claims.
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

// Package safetensors reads and writes the safetensors format: named tensors with shapes and a
// precision, and metadata, in one file that PyTorch, JAX and others read and write without running
// code from it (github.com/huggingface/safetensors).
//
// A file is the length of the header in 8 bytes, little-endian; the header, a JSON object
//
//	{"__metadata__": {key: text}, name: {"dtype": "F64", "shape": [3, 4], "data_offsets": [begin, end]}, ...},
//
// filled up with spaces so that the data begins at a multiple of 8; and the data, little-endian and
// row-major, without gaps.
package safetensors

import (
	"fmt"
	"io/fs"
	"maps"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/renameio/v2"
)

// File is what one file holds. The order of the tensors is that of the header.
type File struct {
	Tensors  []Tensor
	Metadata map[string]string // nil: none
}

// Tensor is one named tensor. No dimensions is a number, and a dimension of 0 is allowed.
type Tensor struct {
	Name  string
	DType DType
	Shape []int
	Data  []byte // little-endian, row-major
}

// DType is the type of a tensor's elements, by the format's name for it.
type DType string

// The floating-point types, which [Tensor.Float64] reads. Files may hold others (integers, truth
// values, complex numbers, 8-bit floats), which are kept as they are.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16" // the upper half of F32
)

// widths are the bytes of an element of each type that is known.
var widths = map[DType]int{
	F64: 8, F32: 4, F16: 2, BF16: 2, "C64": 8, "I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1,
	"F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1,
}

const (
	headerLimit = 100_000_000 // bytes, that of the reference implementation
	metadataKey = "__metadata__"
)

// Read reads the file at path. A file that cannot be read in full is an error that names it, what
// is wrong and what to do.
func Read(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("safetensors: %s is no regular file (%v): give the path of a file", path, info.Mode().Type())
	}
	file, err := Decode(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s %w", path, err)
	}
	return file, nil
}

// Write writes the file at path as a whole or, on error, not at all: what stood there before then
// stays. Equal files have equal bytes. In a folder that only its owner may enter a new file is for
// the owner only, too.
func Write(path string, f *File) error {
	if err := f.Check(); err != nil {
		return fmt.Errorf("safetensors: %s: %w", path, err)
	}
	if err := write(path, f); err != nil {
		return fmt.Errorf("safetensors: %s could not be written (does its folder exist, is the disk full?): %w", path, err)
	}
	return nil
}

func write(path string, f *File) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(filepath.Dir(path)); err == nil && info.Mode().Perm()&0o077 == 0 {
		mode = 0o600
	}
	out, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(mode), renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	err = Encode(out, f)
	if err == nil {
		err = out.CloseAtomicallyReplace()
	}
	if err != nil {
		_ = out.Cleanup() // the first error tells more
	}
	return err
}

// Check returns what would keep f from being written: names or metadata that are not UTF-8, a name
// used twice, a type that is not known, data that do not fit their shape.
func (f *File) Check() error {
	seen := map[string]bool{}
	for _, t := range f.Tensors {
		if t.Name == metadataKey || seen[t.Name] || !utf8.ValidString(t.Name) {
			return fmt.Errorf("tensor name %q is used twice, is not UTF-8 or is reserved: rename it", t.Name)
		}
		seen[t.Name] = true
		size, err := t.size()
		if err != nil {
			return err
		}
		if size != uint64(len(t.Data)) {
			return fmt.Errorf("tensor %q has %d bytes of data, its %s of shape %v are %d", t.Name, len(t.Data), t.DType, t.Shape, size)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.Metadata)) {
		if !utf8.ValidString(key) || !utf8.ValidString(f.Metadata[key]) {
			return fmt.Errorf("metadata %q is not UTF-8: encode it as text", key)
		}
	}
	return nil
}

// size is the number of bytes that the shape asks for.
func (t Tensor) size() (uint64, error) {
	width, known := widths[t.DType]
	if !known {
		return 0, fmt.Errorf("tensor %q has the unknown type %q: convert it to one of %s", t.Name, t.DType, knownTypes())
	}
	size := uint64(width)
	for _, d := range t.Shape {
		hi, lo := bits.Mul64(size, uint64(d))
		if d < 0 || hi != 0 || lo > 1<<62 {
			return 0, fmt.Errorf("tensor %q has the impossible shape %v", t.Name, t.Shape)
		}
		size = lo
	}
	return size, nil
}

func knownTypes() string {
	var names []string
	for name := range widths {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

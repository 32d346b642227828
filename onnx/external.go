package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// external is a file beside the model that holds numbers of its initializers.
type external struct {
	location string // as the model names it, below the model's folder
	data     []byte
}

// readExternal finds the numbers of the tensors that stand in other files. These lie in the model's
// folder or below: neither a name nor a link leads out of it. left is how many bytes may be read.
func readExternal(dir string, tensors []*tensorData, left int64) ([]*external, error) {
	var files []*external
	var root *os.Root
	for _, t := range tensors {
		if t.external == nil {
			continue
		}
		if root == nil {
			var err error
			if root, err = os.OpenRoot(dir); err != nil {
				return nil, err
			}
			defer root.Close()
		}
		e := find(files, t.external["location"])
		if e == nil {
			var err error
			if e, err = readBeside(root, t, left); err != nil {
				return nil, fmt.Errorf("tensor %q: its external data: %w", t.name, err)
			}
			files, left = append(files, e), left-int64(len(e.data))
		}
		if err := t.place(e); err != nil {
			return nil, fmt.Errorf("tensor %q: its external data: %w", t.name, err)
		}
	}
	return files, nil
}

func find(files []*external, location string) *external {
	for _, e := range files {
		if e.location == location {
			return e
		}
	}
	return nil
}

// readBeside reads a file below root.
func readBeside(root *os.Root, t *tensorData, left int64) (*external, error) {
	name := t.external["location"]
	if err := checkLocation(name); err != nil {
		return nil, err
	}
	info, err := root.Stat(filepath.FromSlash(name))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no file %q beside the model: put it there", name)
	case err != nil:
		return nil, fmt.Errorf("%q: %w: the file has to lie in the model's folder, and no link may lead out of it", name, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is no ordinary file", name)
	case info.Size() > left:
		return nil, tooLarge(name, info.Size())
	}
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, left+1))
	if err == nil && int64(len(data)) > left {
		err = tooLarge(name, int64(len(data)))
	}
	return &external{location: name, data: data}, err
}

func tooLarge(name string, n int64) error {
	return fmt.Errorf("%q has %d bytes, and with the files before it that is more than Options.MaxBytes", name, n)
}

// checkLocation refuses names of files that are not in the model's folder.
func checkLocation(name string) error {
	if name == "" {
		return errors.New("it has no location")
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) || filepath.Clean(filepath.FromSlash(name)) == "." {
		return fmt.Errorf("%q does not lie in the model's folder: only files there are read", name)
	}
	return nil
}

// place says where in its file a tensor's numbers are, and makes sure that they are all there.
func (t *tensorData) place(e *external) error {
	shape, err := t.shape()
	if err != nil {
		return err
	}
	width := elements[t.typ].width
	if width == 0 {
		return fmt.Errorf("elements of type %v are not read from other files", t.typ)
	}
	offset, err := wholeOf(t.external, "offset", 0)
	if err != nil {
		return err
	}
	want := size(shape) * width
	length, err := wholeOf(t.external, "length", want)
	if err != nil {
		return err
	}
	switch {
	case length != want:
		return fmt.Errorf("it has %d bytes, and %v elements of shape %v take %d", length, t.typ, shape, want)
	case offset > len(e.data) || length > len(e.data)-offset:
		return fmt.Errorf("bytes %d to %d of %q, which has %d: the file is cut short or belongs to another model", offset, offset+length, e.location, len(e.data))
	}
	t.from, t.raw, t.whole, t.places = e, true, nil, []segment{{offset, length}}
	return nil
}

// wholeOf is a number of bytes that is written as a text.
func wholeOf(pairs map[string]string, key string, otherwise int) (int, error) {
	s, ok := pairs[key]
	if !ok {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(s, 10, 62)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("its %s is %q, and has to be a number of bytes", key, s)
	}
	return int(n), nil
}

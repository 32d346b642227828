package request

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxBytes is the size of the largest file of a request that is read.
const maxBytes = 256 << 20

// Read reads a request, and the files that it names: they are relative to its folder. The name says
// the format: .yaml, .yml, .json or .csv. The error is an [Error].
func Read(path string) (*File, error) {
	if _, err := formatOf(path); err != nil {
		return nil, err
	}
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	f, err := Parse(text, filepath.Base(path))
	if err != nil {
		return nil, err
	}
	return f.opened(filepath.Dir(path))
}

// formatOf returns the format that the name of a file says.
func formatOf(path string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".yaml", ".yml", ".json", ".csv":
		return strings.TrimPrefix(ext, "."), nil
	}
	return "", fmt.Errorf("the name of %s does not say what kind of request it is: name it .yaml, .json or .csv", path)
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%s is larger than %d MiB: divide the request", path, maxBytes>>20)
	}
	return text, nil
}

// removalColumns are those of a file of samples to remove.
var removalColumns = []string{"id", "row"}

// opened returns the request with the contents of the files that it names in place of their names.
func (f *File) opened(dir string) (*File, error) {
	out := *f
	out.Remove, out.Correct, out.Labels = nil, nil, nil
	o := &opener{dir: dir}
	for _, r := range f.Remove {
		if r.File == "" {
			out.Remove = append(out.Remove, r)
		} else {
			out.Remove = append(out.Remove, o.open(r.File, r.place(0), keyRemove, removalColumns).Remove...)
		}
	}
	for _, c := range f.Correct {
		if c.File == "" {
			out.Correct = append(out.Correct, c)
		} else {
			out.Correct = append(out.Correct, o.open(c.File, c.at, keyCorrect, columnsOf[keyCorrect]).Correct...)
		}
	}
	for _, l := range f.Labels {
		if l.File == "" {
			out.Labels = append(out.Labels, l)
		} else {
			out.Labels = append(out.Labels, o.open(l.File, l.at, keyLabels, columnsOf[keyLabels]).Labels...)
		}
	}
	if err := o.err(); err != nil {
		return nil, err
	}
	out.files = append(slices.Clone(f.files), o.files...)
	return &out, nil
}

// Files returns the paths of the files that the request names, where [Read] read them.
func (f *File) Files() []string { return slices.Clone(f.files) }

// opener reads the files that a request names.
type opener struct {
	dir   string
	files []string // that were opened
	faults
}

// open returns what a file asks for: one change a line, all of one kind.
func (o *opener) open(name string, at place, action string, known []string) *File {
	path := name
	if !filepath.IsAbs(name) {
		path = filepath.Join(o.dir, name)
	}
	into, p := &File{}, &parser{name: name}
	text, err := readFile(path)
	if err != nil {
		o.add(at, "%v", err)
		return into
	}
	o.files = append(o.files, path)
	if text, err = plain(text, name); err != nil {
		o.faults = append(o.faults, err.(*Error).faults...)
		return into
	}
	heading := "the file has the columns " + strings.Join(known, ", ") + "; of id and row one is enough"
	lines := p.lines(text, known, heading, action == keyRemove)
	for i := range lines {
		p.act(into, action, &lines[i])
	}
	o.faults = append(o.faults, p.faults...)
	return into
}

package onnx

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
)

// Save writes the file again, with theta, in the order of the parameters of [Model.Network], as the
// numbers of its initializers, rounded to the types that they have there. A number that did not
// change keeps its bytes, and so does all else of the file. Files beside the model are written too,
// under the names that the model has for them, below the folder of path. The folder of the loaded
// file is refused for a model with such files, unless path is the loaded file itself: the old model
// would have the new numbers. Each file appears whole, the model last.
func (m *Model) Save(path string, theta []float64) error {
	if err := m.save(path, theta); err != nil {
		return fmt.Errorf("onnx: %s: %w", path, err)
	}
	return nil
}

func (m *Model) save(path string, theta []float64) error {
	data, beside, err := m.encode(theta)
	if err != nil {
		return err
	}
	if len(beside) > 0 && sameFolder(path, m.path) && !sameFile(path, m.path) {
		return fmt.Errorf("its weights stand in %q beside it, which the file that was loaded needs with its own numbers: save it in another folder", m.externals[0].location)
	}
	for i, e := range m.externals {
		to := filepath.Join(filepath.Dir(path), filepath.FromSlash(e.location))
		if filepath.Clean(to) == filepath.Clean(path) {
			return fmt.Errorf("its weights go to a file of that name: give the model another name")
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := renameio.WriteFile(to, beside[i], 0o644, renameio.WithTempDir(filepath.Dir(to))); err != nil {
			return err
		}
	}
	return renameio.WriteFile(path, data, 0o644, renameio.WithTempDir(filepath.Dir(path)))
}

func sameFolder(a, b string) bool { return sameFile(filepath.Dir(a), filepath.Dir(b)) }

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// encode returns the bytes of the file and of those beside it, with theta.
func (m *Model) encode(theta []float64) (data []byte, beside [][]byte, err error) {
	want := 0
	for _, p := range m.params {
		want += p.value.size()
	}
	if len(theta) != want {
		return nil, nil, fmt.Errorf("%d numbers for a model of %d", len(theta), want)
	}
	data = slices.Clone(m.file.data)
	for _, e := range m.externals {
		beside = append(beside, slices.Clone(e.data))
	}
	for _, p := range m.params {
		to := data
		if p.data.from != nil {
			to = beside[slices.Index(m.externals, p.data.from)]
		}
		n := p.value.size()
		if err := p.put(to, p.written(theta[:n])); err != nil {
			return nil, nil, err
		}
		theta = theta[n:]
	}
	return data, beside, nil
}

// put writes the numbers that changed over those of the file.
func (p *parameter) put(to []byte, xs []float64) error {
	width := elements[p.data.typ].width
	before := p.whole().floats
	i, changed := 0, false
	for _, s := range p.data.places {
		for at := s.at; at < s.at+s.len; at += width {
			x := xs[i]
			if x-x != 0 {
				return fmt.Errorf("number %d of parameter %q is %v: only finite numbers are written", i, p.data.name, x)
			}
			if math.Float64bits(x) != math.Float64bits(before[i]) {
				changed = true
				if !p.data.typ.put(to[at:at+width], x) {
					return fmt.Errorf("number %d of parameter %q is %v, which %v does not hold", i, p.data.name, x, p.data.typ)
				}
			}
			i++
		}
	}
	if changed && p.data.external["checksum"] != "" {
		return errors.New("the external data of parameter " + p.data.name + " has a checksum in the model, which would no longer be right: export it without")
	}
	return nil
}

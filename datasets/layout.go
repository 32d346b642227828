package datasets

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// layout is one way to fill the folder of a data set.
type layout struct {
	files    []knownFile
	packed   []knownFile // the same gzipped, any of which may lie there in place of the plain one; nil = none may
	load     func(ctx context.Context, path func(file string) string) (*Named, error)
	unpacked bool // the checksums are those of what is in the files where they are gzipped, however it was compressed
}

type knownFile struct{ name, sha256 string }

// gzipped returns the files with .gz at the end of their names.
func gzipped(files []knownFile) []knownFile {
	packed := slices.Clone(files)
	for i := range packed {
		packed[i].name += ".gz"
	}
	return packed
}

// in returns the layout with its files as they lie in folder, each gzipped where it is not there
// plain, and which are not there either way. Those are called as if gzipped where others are.
func (l layout) in(folder string) (found layout, absent []string, err error) {
	found = l
	found.files = slices.Clone(l.files)
	var gaps []int
	packed := false
	for i, f := range l.files {
		there, err := isFile(filepath.Join(folder, f.name))
		if !there && err == nil && l.packed != nil {
			if there, err = isFile(filepath.Join(folder, l.packed[i].name)); there {
				found.files[i], packed = l.packed[i], true
			}
		}
		if err != nil {
			return found, nil, err
		}
		if !there {
			gaps = append(gaps, i)
		}
	}
	for _, i := range gaps {
		if packed {
			found.files[i] = l.packed[i]
		}
		absent = append(absent, found.files[i].name)
	}
	return found, absent, nil
}

// isFile says whether path is there and no folder; that it cannot be known is an error.
func isFile(path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && !info.IsDir(), err
}

// path returns where a file lies of a layout that was found in folder, by its name when plain.
func (l layout) path(folder string) func(file string) string {
	return func(file string) string {
		if slices.ContainsFunc(l.files, func(f knownFile) bool { return f.name == file+".gz" }) {
			file += ".gz"
		}
		return filepath.Join(folder, file)
	}
}

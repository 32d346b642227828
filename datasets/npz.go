package datasets

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// LoadNPZ reads a NumPy archive: a SciPy matrix (scipy.sparse.save_npz) of any of its formats as
// sparse rows, or a single array as dense rows. Of several arrays one is read by [LoadNPZArray] or
// [NumPy].
func LoadNPZ(path string) (x Features, err error) {
	err = withArchive(path, func(m npzMembers) error {
		x, err = m.features("")
		return err
	})
	return x, err
}

// LoadNPZArray reads the array of that name, without ".npy", from a NumPy archive.
func LoadNPZArray(path, name string) (a *Array, err error) {
	err = withArchive(path, func(m npzMembers) error {
		a, err = m.array(name)
		return err
	})
	return a, err
}

// ReadNPZ is LoadNPZ from a reader of size bytes; name stands in messages.
func ReadNPZ(r io.ReaderAt, size int64, name string) (x Features, err error) {
	err = readArchive(r, size, name, func(m npzMembers) error {
		x, err = m.features("")
		return err
	})
	return x, err
}

// withArchive opens an archive and hands its members to read.
func withArchive(path string, read func(npzMembers) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	return readArchive(f, info.Size(), path, read)
}

func readArchive(r io.ReaderAt, size int64, name string, read func(npzMembers) error) error {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return malformed(name, 0, "%v", err)
	}
	members := npzMembers{}
	for _, f := range archive.File {
		array := strings.TrimSuffix(f.Name, ".npy")
		if members[array] != nil {
			return malformed(name, 0, "array %s is in it twice", array)
		}
		members[array] = f
	}
	if err := read(members); err != nil {
		return malformed(name, 0, "%v", err)
	}
	return nil
}

// npzMembers are the arrays of an archive by name.
type npzMembers map[string]*zip.File

func (m npzMembers) has(name string) bool { return m[name] != nil }

// names returns the names of the arrays, sorted, for messages.
func (m npzMembers) names() string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) > 20 {
		names = append(names[:20], "...")
	}
	return strings.Join(names, ", ")
}

// features returns a sparse matrix, or the dense rows of the array of that name; "" = the only one.
func (m npzMembers) features(name string) (Features, error) {
	if name == "" && (m.has("format") || m.has("indptr")) {
		return m.sparse()
	}
	a, err := m.array(name)
	if err != nil {
		return nil, err
	}
	return a.Dense()
}

// array reads the array of that name; "" = the only one.
func (m npzMembers) array(name string) (*Array, error) {
	if name == "" {
		if len(m) != 1 {
			return nil, fmt.Errorf("%d arrays (%s), neither a SciPy CSR matrix (or one of another format: format, shape, data ...) nor a single array; say which one",
				len(m), m.names())
		}
		for only := range m {
			name = only
		}
	}
	r, err := m.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	a, err := parseNPY(r)
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return a, nil
}

const (
	// maxUnpacked bounds one member, so that a few kB that unpack to everything end in an error.
	maxUnpacked = 1 << 33
	// maxRatio is more than deflate can shrink anything (1032:1), so a member that claims more is
	// not true.
	maxRatio = 1100
)

// open opens a member whose claimed size can be true. Beyond that size nothing comes: the reader
// ends in an error.
func (m npzMembers) open(name string) (io.ReadCloser, error) {
	f := m[name]
	if f == nil {
		return nil, fmt.Errorf("no array %s; there are: %s", name, m.names())
	}
	size, packed := f.UncompressedSize64, f.CompressedSize64
	switch {
	case size > maxUnpacked:
		return nil, fmt.Errorf("array %s: %d bytes, more than the %d that are read", name, size, uint64(maxUnpacked))
	case f.Method == zip.Store && size != packed, size/maxRatio > packed:
		return nil, fmt.Errorf("array %s: %d bytes cannot be packed into %d", name, size, packed)
	}
	if err := beyondBelief(size, packed); err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return r, nil
}

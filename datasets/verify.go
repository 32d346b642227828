package datasets

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// FileCheck is what [Verify] found of one file.
type FileCheck struct {
	Set, File string // "drebin", "x_train.npz"
	Path      string // where it was looked for
	State     FileState
	Sum       string // its SHA-256, or that of what is in it where only that is known; "" if it is not there
}

// FileState says how a file compares with what is known of it.
type FileState string

// The states of a file.
const (
	Absent     FileState = "absent"
	Whole      FileState = "whole"      // the checksum is the known one
	Damaged    FileState = "damaged"    // the checksum is another
	Unknown    FileState = "unknown"    // there, but no checksum is known
	Unreadable FileState = "unreadable" // there, but cannot be read
)

// Verify looks at every file of every named data set in dir, as [Folder] understands it. Of a set
// that may lie in several layouts the one that is there is looked at, or else what comes nearest to
// one; the files of an embedded set are left out when all are absent. Where there is no folder, as
// no home or cache folder is known, all files are absent and have no Path. The error is nil; what
// is wrong with a file is its State.
func Verify(dir string) ([]FileCheck, error) {
	var checks []FileCheck
	for _, s := range sets() {
		folder, l, _ := s.find(dir) // of what is missing, too
		for _, f := range l.files {
			checks = append(checks, l.verify(s.name, folder, f))
		}
	}
	return checks, nil
}

// verify looks at a file of a set in folder, which is "" if there is none.
func (l layout) verify(set, folder string, f knownFile) FileCheck {
	c := FileCheck{Set: set, File: f.name, State: Absent}
	if folder == "" {
		return c
	}
	sum := fileSum
	if l.unpacked {
		sum = contentSum
	}
	c.Path, c.State = filepath.Join(folder, f.name), Unknown
	got, err := sum(c.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.State = Absent
	case err != nil:
		c.State = Unreadable
	case f.sha256 != "" && got == f.sha256:
		c.State = Whole
	case f.sha256 != "":
		c.State = Damaged
	}
	c.Sum = got
	return c
}

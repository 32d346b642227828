package datasets

import (
	"os"
	"path/filepath"
)

// FileCheck is what [Verify] found of one file.
type FileCheck struct {
	Set, File string // "drebin", "x_train.npz"
	Path      string // where it was looked for
	State     FileState
	Sum       string // its SHA-256; "" if it is not there
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

// Verify looks at every file of every named data set in dir, as [Folder] understands it. Of a set that may lie in several
// layouts the one that is there is looked at, or else the first; the files of an embedded set are left out when absent. Where
// there is no folder, as no home or cache folder is known, all files are absent and have no Path. The error
// is nil; what is wrong with a file is its State.
func Verify(dir string) ([]FileCheck, error) {
	folder, _ := Folder(dir) // "" if there is none
	var checks []FileCheck
	for _, s := range sets() {
		l := s.layouts[0]
		if _, found, err := s.find(dir); err == nil {
			l = found
		}
		for _, f := range l.files {
			c := f.verify(s.name, folder)
			if c.State != Absent || !s.embedded {
				checks = append(checks, c)
			}
		}
	}
	return checks, nil
}

// verify looks at a file of a set in folder, which is "" if there is none.
func (f knownFile) verify(set, folder string) FileCheck {
	c := FileCheck{Set: set, File: f.name, State: Absent}
	if folder == "" {
		return c
	}
	c.Path, c.State = filepath.Join(folder, set, f.name), Unknown
	sum, err := fileSum(c.Path)
	switch {
	case os.IsNotExist(err):
		c.State = Absent
	case err != nil:
		c.State = Unreadable
	case f.sha256 != "" && sum == f.sha256:
		c.State = Whole
	case f.sha256 != "":
		c.State = Damaged
	}
	c.Sum = sum
	return c
}

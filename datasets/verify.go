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
// layouts the one that is there is looked at, or else the first; the files of an embedded set are left out when absent.
func Verify(dir string) ([]FileCheck, error) {
	var checks []FileCheck
	for _, s := range sets() {
		folder, err := Folder(dir)
		if err != nil {
			return nil, err
		}
		folder = filepath.Join(folder, s.name)
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

func (f knownFile) verify(set, folder string) FileCheck {
	c := FileCheck{Set: set, File: f.name, Path: filepath.Join(folder, f.name), State: Unknown}
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

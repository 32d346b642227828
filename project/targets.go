package project

import (
	"os"
	"path/filepath"
	"strings"
)

// target is where a command writes: a new folder or a file.
type target struct {
	flag, path string // path "" = nothing is written
}

// checkTargets says which of the places where a command writes lies in a model's folder, which
// would no longer be what was written, or over something that the command reads. --force does not
// help. It is asked before any work.
func checkTargets(targets []target, inputs ...string) error {
	for _, t := range targets {
		if t.path == "" {
			continue
		}
		if dir := modelAbove(t.path); dir != "" {
			return usage("%s %s lies in the model's folder %s, which would not be what was written any more: name a place outside of it", t.flag, t.path, dir)
		}
		for _, in := range inputs {
			if _, err := os.Stat(in); err == nil && overlaps(t.path, in) {
				return usage("%s %s would change %s, which this command reads: name another place", t.flag, t.path, in)
			}
		}
	}
	for i, t := range targets {
		for _, u := range targets[:i] {
			if t.path != "" && u.path != "" && overlaps(t.path, u.path) {
				return usage("%s %s and %s %s are one place, or one in the other: name two", u.flag, u.path, t.flag, t.path)
			}
		}
	}
	return nil
}

// modelAbove returns the model's folder in which a path lies; "" = it lies in none.
func modelAbove(path string) string {
	for dir := filepath.Dir(resolved(path)); ; dir = filepath.Dir(dir) {
		if isFile(filepath.Join(dir, historyName)) && isFile(filepath.Join(dir, dataName)) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// overlaps reports whether two paths are one place, or one lies in the other.
func overlaps(a, b string) bool {
	one, err := os.Stat(a)
	two, missing := os.Stat(b)
	switch {
	case err == nil && missing == nil && os.SameFile(one, two):
		return true
	case missing == nil && !two.IsDir() && within(a, b): // which the file system will refuse
		return resolved(a) == resolved(b)
	}
	return within(a, b) || within(b, a)
}

// within reports whether path lies in dir or is dir.
func within(path, dir string) bool {
	below, err := filepath.Rel(resolved(dir), resolved(path))
	return err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator))
}

// resolved returns a path from the root and without links, as far as it exists.
func resolved(path string) string {
	all, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	for dir, rest := all, ""; ; {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if dir == filepath.Dir(dir) {
			return all
		}
		dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest)
	}
}

package engine

import (
	"path/filepath"
	"runtime/debug"

	"lethe/experiments/internal/records"
)

// Revision returns the commit that a program was built from, and whether it was changed since. Only
// a build from a clone knows it; of others the commit is "".
func Revision(info *debug.BuildInfo) (commit string, changed bool) {
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	return commit, changed
}

// ownCommit is that of this program, with a remark where it was changed; "" where nobody knows.
func ownCommit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, changed := Revision(info)
	if revision != "" && changed {
		revision += " with uncommitted changes"
	}
	return revision
}

// note changes what the folder's configuration says of how the run was made.
func note(dir string, change func(*Machine)) error {
	path := filepath.Join(dir, records.ConfigName)
	c, err := ReadConfig(path)
	if err != nil {
		return err
	}
	change(&c.MadeOn)
	return records.WriteFile(path, c.Encode())
}

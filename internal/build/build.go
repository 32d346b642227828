// Package build says which version of Lethe a program is.
package build

import (
	"runtime/debug"
)

// Version is that of the module; CHANGELOG.md says what it holds.
const Version = "0.1.0"

// Commit returns the commit that the program was built from, with a remark where it was changed; ""
// where nobody knows.
func Commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return commit(info)
}

func commit(info *debug.BuildInfo) string {
	revision, changed := "", false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if revision != "" && changed {
		revision += ", with uncommitted changes"
	}
	return revision
}

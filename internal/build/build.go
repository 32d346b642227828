// Package build says which version of Lethe a program is.
package build

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"lethe/graph"
)

// Version is that of the module; CHANGELOG.md says what it holds.
const Version = "0.1.0"

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

// Info is that of this program.
func Info() *debug.BuildInfo {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info
	}
	return &debug.BuildInfo{}
}

// Commit returns the commit of a build, with a remark where it was changed; "" where nobody knows.
func Commit(info *debug.BuildInfo) string {
	revision, changed := Revision(info)
	if revision != "" && changed {
		revision += ", with uncommitted changes"
	}
	return revision
}

// Text states everything that a report of a fault needs.
func Text(program string, info *debug.BuildInfo) string {
	blas, err := graph.BLAS()
	library := strings.TrimSpace(blas.Name + " " + blas.Core)
	if err != nil {
		library += fmt.Sprintf(" (not the requested library: %v)", err)
	}
	commit := cmp.Or(Commit(info), "unknown (go build in a clone records it)")
	return fmt.Sprintf("%s %s\ncommit %s\nGo     %s %s/%s\nBLAS   %s\n", program, Version, commit,
		strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH, library)
}

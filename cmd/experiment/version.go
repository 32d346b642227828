package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"lethe/experiments"
	"lethe/graph"
)

// version is that of the module; CHANGELOG.md says what it holds.
const version = "0.1.0"

// versionFlag prints the version and ends the program.
type versionFlag bool

// BeforeReset is what kong calls as soon as it meets the flag.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	fmt.Fprint(app.Stdout, versionText(info))
	app.Exit(0)
	return nil
}

// versionText states everything that a report of a fault needs.
func versionText(info *debug.BuildInfo) string {
	blas, err := graph.BLAS()
	library := strings.TrimSpace(blas.Name + " " + blas.Core)
	if err != nil {
		library += fmt.Sprintf(" (not the requested library: %v)", err)
	}
	return fmt.Sprintf("experiment %s\ncommit %s\nGo     %s %s/%s\nBLAS   %s\n", version, commit(info),
		strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH, library)
}

// commit names the commit that the program was built from.
func commit(info *debug.BuildInfo) string {
	revision, changed := experiments.Revision(info)
	revision = cmp.Or(revision, "unknown (go build in a clone records it)")
	if changed {
		revision += ", with uncommitted changes"
	}
	return revision
}

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/graph"
)

func TestVersionNamesProgramCommitGoAndBLAS(t *testing.T) {
	out, _, err := call(t, "--version")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.Len(t, lines, 4)
	assert.Equal(t, "experiment "+version, lines[0])
	assert.Regexp(t, regexp.MustCompile(`^commit ([0-9a-f]{40}|unknown \()`), lines[1])
	assert.Equal(t, "Go     "+strings.TrimPrefix(runtime.Version(), "go")+" "+runtime.GOOS+"/"+runtime.GOARCH, lines[2])
	blas, err := graph.BLAS()
	require.NoError(t, err)
	citation, err := os.ReadFile(filepath.Join("..", "..", "CITATION.cff"))
	require.NoError(t, err)
	assert.Contains(t, string(citation), "\nversion: "+version+"\n")
	assert.Equal(t, strings.TrimSpace("BLAS   "+blas.Name+" "+blas.Core), lines[3])
}

func TestCommitIsThatOfTheBuild(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123abcd"}
	for _, c := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, "unknown (go build in a clone records it)"},
		{[]debug.BuildSetting{{Key: "vcs", Value: "git"}, revision, {Key: "vcs.modified", Value: "false"}}, "0123abcd"},
		{[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}, "0123abcd, with uncommitted changes"},
	} {
		assert.Equal(t, c.want, commit(&debug.BuildInfo{Settings: c.settings}))
	}
}

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/graph"
	"lethe/internal/build"
)

func TestVersionNamesProgramCommitGoAndBLAS(t *testing.T) {
	out, _, err := call(t, "--version")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.Len(t, lines, 4)
	assert.Equal(t, "experiment "+build.Version, lines[0])
	assert.Regexp(t, regexp.MustCompile(`^commit ([0-9a-f]{40}|unknown \()`), lines[1])
	assert.Equal(t, "Go     "+strings.TrimPrefix(runtime.Version(), "go")+" "+runtime.GOOS+"/"+runtime.GOARCH, lines[2])
	blas, err := graph.BLAS()
	require.NoError(t, err)
	citation, err := os.ReadFile(filepath.Join("..", "..", "CITATION.cff"))
	require.NoError(t, err)
	assert.Contains(t, string(citation), "\nversion: "+build.Version+"\n")
	assert.Equal(t, strings.TrimSpace("BLAS   "+blas.Name+" "+blas.Core), lines[3])
}

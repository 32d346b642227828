package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments"
)

// saved is a run that was saved for tests of tables, with verdicts.
func saved(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "experiments", "testdata", "adult-mlp-quick-1"))))
	return dir
}

// A run ends with ten lines at most: its conclusions, their count and its paths.
func TestARunEndsWithTenLines(t *testing.T) {
	dir := saved(t)
	s, err := experiments.Summarize(dir)
	require.NoError(t, err)
	require.NotEmpty(t, s.Conclusions)
	for width, most := range map[int]int{40: 10, 60: 10, 80: 10, 120: 10} {
		lines := strings.Split(strings.TrimSuffix(paint(false).ending(s, dir, width), "\n"), "\n")
		assert.LessOrEqual(t, len(lines), most, strings.Join(lines, "\n"))
		for _, line := range lines[:len(lines)-3] {
			assert.LessOrEqual(t, experiments.Columns(line), width, line)
		}
		assert.Equal(t, "Report   "+filepath.Join(dir, "report.html"), lines[len(lines)-3])
	}
	plain, colored := paint(false).ending(s, dir, 80), paint(true).ending(s, dir, 80)
	assert.NotContains(t, plain, "\x1b")
	assert.NotEqual(t, plain, colored, "verdicts have colors")
	assert.Equal(t, plain, ansi.ReplaceAllString(colored, ""))
}

// Of several runs each has its title, its verdicts and its page.
func TestOneOfSeveralRunsEndsBriefly(t *testing.T) {
	dir := saved(t)
	s, err := experiments.Summarize(dir)
	require.NoError(t, err)
	lines := strings.Split(paint(false).briefEnding(s, dir, 80), "\n")
	assert.Equal(t, []string{s.Title, "  " + counts(s), "  " + filepath.Join(dir, "report.html"), ""}, lines)
	s.Open, s.Counts, s.Targets = "", nil, experiments.Summary{}.Targets
	assert.Equal(t, s.Title+"\n  "+filepath.Join(dir, "report.html")+"\n", paint(false).briefEnding(s, dir, 80))
}

// A smoke run claims nothing.
func TestASmokeRunHasNoVerdicts(t *testing.T) {
	s, err := experiments.Summarize(filepath.Join("..", "..", "experiments", "testdata", "features-linear-smoke-7"))
	require.NoError(t, err)
	assert.Empty(t, s.Conclusions)
	assert.Contains(t, paint(true).ending(s, "dir", 80), "No verdicts: a smoke run")
}

func TestOnlyTablesPrintsTables(t *testing.T) {
	args := []string{"run", "sharding", "--dataset", "diabetes", "--profile", "smoke", "--out"}
	out, _, err := call(t, append(args, t.TempDir())...)
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(out, "\n"), 12, out)
	assert.NotContains(t, out, "affected points", "a column of its tables")
	out, _, err = call(t, append(args, t.TempDir(), "--tables")...)
	require.NoError(t, err)
	assert.Contains(t, out, "affected points")
}

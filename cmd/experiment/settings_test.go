package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments"
)

var update = flag.Bool("update", false, "write docs/settings.md")

func TestSettingsPageIsWhatIsPrinted(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "settings.md")
	page, _, err := call(t, "list", "--settings", "--markdown")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(page), 0o644))
	}
	saved, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(saved), page, "go run ./cmd/experiment list --settings --markdown > docs/settings.md")

	for _, f := range experiments.Fields() {
		assert.Equal(t, 1, strings.Count(page, "\n| `"+f.Name+"` | "), "%s has one row", f.Name)
	}
	for _, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, "|") {
			assert.Equal(t, 6, strings.Count(line, "|")-strings.Count(line, `\|`), "%s has five cells", line)
		}
	}

	_, _, err = call(t, "list", "--markdown")
	require.ErrorContains(t, err, "add --settings")
	assert.Equal(t, misused, exitCode(err))
}

// A list of methods that is too long for the page is in the listing, for each experiment that takes
// it.
func TestListOfSettingsHasTheMethodsOfEachExperiment(t *testing.T) {
	text, _, err := call(t, "list", "--settings")
	require.NoError(t, err)
	words := strings.Join(strings.Fields(text), " ")
	for _, e := range experiments.Experiments() {
		for _, f := range e.Domain.New().Fields() {
			if f.Name == "methods" && e.Takes("methods") {
				assert.Contains(t, words, ": "+strings.Join(f.Words, ", "), e.ID)
			}
		}
	}
	assert.Contains(t, words, "Words for features, residual, fidelity, scatter and runtime: ")
	assert.Contains(t, words, "Words for memorization: ")
	assert.Contains(t, words, "Words for poisoning and correct: ")
}

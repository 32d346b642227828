package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments"
)

// commandsIn returns the command lines of this program that a page shows, each as its words. A
// backslash at the end of a line joins it with the next.
func commandsIn(page string) (out [][]string) {
	page = regexp.MustCompile(`\\\n\s*`).ReplaceAllString(page, " ")
	shown := regexp.MustCompile("(?:go run ./cmd/experiment|`experiment) ([^`\n]*)|`(run [a-z-]+ [^`\n]*)`")
	for _, m := range shown.FindAllStringSubmatch(page, -1) {
		out = append(out, shellWords(m[1]+m[2]))
	}
	return out
}

// shellWords divides a line as a shell does that knows double quotes and comments.
func shellWords(line string) (words []string) {
	for _, m := range regexp.MustCompile(`(^|\s)#.*|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		if strings.HasPrefix(strings.TrimSpace(m[0]), "#") {
			break
		}
		words = append(words, m[2]+m[3])
	}
	return words
}

func TestCommandsInPagesAreFound(t *testing.T) {
	page := "    go run ./cmd/experiment run a --set b=1 \\\n        --set c=2   # d\n\nSee `experiment data fetch e`, `run f --prompt \"g h\"` and `run`.\n"
	assert.Equal(t, [][]string{{"run", "a", "--set", "b=1", "--set", "c=2"}, {"data", "fetch", "e"}, {"run", "f", "--prompt", "g h"}}, commandsIn(page))
}

// placeholder is a folder of the reader's: DIR, RUN-FOLDER.
var placeholder = regexp.MustCompile(`^[A-Z]{3}[A-Z-]*$`)

// readersFile is an error about a file that only a reader has.
var readersFile = regexp.MustCompile(`open .*my\.txt: no such file|holds none of the networks of this run`)

// Every command on a page is one that this program takes; a run's settings are those of its
// experiment.
func TestCommandsInPagesParse(t *testing.T) {
	root := filepath.Join("..", "..")
	var paths []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		paths = append(paths, found...)
	}
	runs := 0
	for _, path := range paths {
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, words := range commandsIn(string(page)) {
			words = slices.DeleteFunc(words, func(w string) bool { return w == "..." }) // and so on
			for i, w := range words {                                                   // what stands for a word of the reader's
				switch {
				case w == "NAME":
					words[i] = "enron"
				case placeholder.MatchString(w):
					words[i] = t.TempDir()
				}
			}
			if strings.HasPrefix(words[0], "-") { // --version prints and ends
				_, _, err = call(t, words...)
				require.NoError(t, err, "%s: %s", path, strings.Join(words, " "))
				continue
			}
			k, err := newParser(io.Discard, io.Discard)
			require.NoError(t, err)
			_, err = k.Parse(words)
			require.NoError(t, err, "%s: %s", path, strings.Join(words, " "))
			line := strings.Join(words, " ")
			if words[0] != "run" || len(words) < 2 || strings.HasPrefix(words[1], "-") { // a flag by its name, or a repeated run whose file is not there
				continue
			}
			runs++
			if !slices.Contains(words, "--dry-run") {
				words = append(words, "--dry-run")
			}
			_, _, err = call(t, append(words, "--out", t.TempDir())...)
			if err != nil && readersFile.MatchString(err.Error()) {
				continue // what is asked for was found right before its files were looked for
			}
			assert.NoError(t, err, "%s: %s", path, line)
		}
	}
	assert.Greater(t, runs, 10)
}

func TestDryRunSaysWhatWouldRunAndDoesNothing(t *testing.T) {
	out := t.TempDir()
	text, _, err := call(t, "run", "residual", "affected", "--profile", "smoke", "--set", "draws=3", "--name", "three", "--out", out, "--dry-run")
	require.NoError(t, err)
	for _, want := range []string{
		"experiment run residual --dataset diabetes --name three --model linear --profile smoke --seed 1 --set draws=3\n", "  begins " + filepath.Join(out, "affected", "spam-linear-smoke-1-three"),
		"the run needs the data set adult: get it by `experiment data fetch adult`",
	} {
		assert.Contains(t, text, want)
	}
	made, err := os.ReadDir(out)
	require.NoError(t, err)
	assert.Empty(t, made)

	_, _, err = call(t, "run", "residual", "--set", "draws=many", "--dry-run")
	require.ErrorContains(t, err, "draws")
	assert.Equal(t, misused, exitCode(err))

	// The command that is printed makes the run that was announced.
	_, _, err = call(t, "run", "affected", "--dataset", "diabetes", "--profile", "smoke", "--out", out, "--quiet")
	require.NoError(t, err)
	config := filepath.Join(out, "affected", "diabetes-linear-smoke-1", "config.yaml")
	planned, _, err := call(t, "run", "--config", config, "--out", out, "--dry-run")
	require.NoError(t, err)
	saved, err := os.ReadFile(config)
	require.NoError(t, err)
	assert.Contains(t, string(saved), strings.SplitN(planned, "\n", 2)[0])
}

// The table of docs/experiments.md asks what the experiments ask, in their order.
func TestPageOfExperimentsAsksTheirQuestions(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "experiments.md"))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "| id | question |\n|---|---|\n")
	require.True(t, found, "docs/experiments.md has no table with the columns id and question")
	table, _, _ = strings.Cut(table, "\n\n")
	var want []string
	for _, e := range experiments.Experiments() {
		want = append(want, "| `"+e.ID+"` | "+inCell(questionAndParts(e))+" |")
	}
	assert.Equal(t, strings.Join(want, "\n"), table, "copy the questions of the experiments to docs/experiments.md")
}

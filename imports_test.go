package lethe_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// arrows says what a package of the module may import of it.
type arrows struct {
	from string
	to   []string
	// tests are what its tests may import besides: their packages may stand above it.
	tests []string
}

// allowed has a line for every package, and names it by its path below the module. A package
// imports only packages of lines above its own, so nothing points up. "gorgonia.org" stands for all
// modules of that host.
var allowed = func() []arrows {
	const in = "experiments/internal/"
	base := []string{"internal/page", "internal/suggest", "internal/wrap", in + "numbers", in + "records", in + "settings", in + "verdict", in + "report"}
	library := []string{"datasets", "graph", "graph/graphtest", "nets", "unlearn", "exposure"}
	work := slices.Concat(base, library, []string{in + "engine", in + "tune", in + "trial"})
	tables := append(slices.Clone(work), in+"tabledata")
	tried := []string{in + "tried"}
	projects := []string{"project/data", "project/request", "project/network", "project/evidence", "project/auditpage", "audit", "datasets", "exposure", "graph", "nets", "onnx", "safetensors", "unlearn"}
	return []arrows{
		{from: "internal/race"},
		{from: "internal/settingstest"},
		{from: "internal/page"},
		{from: "internal/suggest"},
		{from: "internal/wrap"},
		{from: "safetensors"},
		{from: "datasets", tests: []string{"internal/race"}},
		{from: "datasets/internal/fashiongen", to: []string{"datasets"}},
		{from: "datasets/internal/spamgen"},
		{from: "graph/internal/blas"},
		{from: "graph/internal/vec"},
		{from: "graph/internal/tiles"},
		{from: "graph", to: []string{"graph/internal/blas", "graph/internal/tiles", "graph/internal/vec", "gorgonia.org"}},
		{from: "graph/graphtest", to: []string{"graph", "gorgonia.org"}},
		{from: "unlearn", to: []string{"datasets", "safetensors"}, tests: []string{"internal/race", "internal/settingstest", "nets"}},
		{from: "unlearn/objectivetest", to: []string{"datasets", "unlearn"}},
		{from: "nets", to: []string{"datasets", "graph", "safetensors", "gorgonia.org"}, tests: []string{"graph/graphtest", "unlearn", "unlearn/objectivetest"}},
		{from: "onnx", to: []string{"graph", "nets", "gorgonia.org"}, tests: []string{"datasets", "graph/graphtest"}},
		{from: "exposure", to: []string{"datasets"}, tests: []string{"internal/settingstest"}},
		{from: "audit", to: []string{"datasets", "exposure"}, tests: []string{"internal/settingstest"}},
		{from: "internal/build", to: []string{"graph"}},
		{from: "internal/cli", to: []string{"internal/wrap"}},

		{from: "project/data", to: []string{"datasets"}},
		{from: "project/request", to: []string{"project/data", "datasets", "unlearn", "internal/suggest"}},
		{from: "project/evidence", to: []string{"internal/page", "internal/wrap"}},
		{from: "project/auditpage", to: []string{"audit", "internal/page", "internal/wrap"}},
		{from: "project/network", to: []string{"internal/suggest", "graph", "nets", "safetensors"}, tests: []string{"datasets"}},
		{from: "project", to: slices.Concat(projects, []string{"internal/build"})},
		{from: "cmd/lethe", to: []string{"datasets", "project", "project/data", "project/evidence", "safetensors", "internal/build", "internal/cli", "internal/wrap"}, tests: []string{"audit"}},

		{from: in + "numbers"},
		{from: in + "records"},
		{from: in + "settings", to: []string{in + "numbers", "internal/suggest"}},
		{from: in + "metrics"},
		{from: in + "verdict"},
		{from: in + "report", to: []string{"internal/page", "internal/wrap", in + "numbers", in + "records", in + "verdict"}},
		{from: in + "engine", to: append([]string{"datasets", "graph", "internal/build"}, base...)},
		{from: in + "compare", to: append([]string{in + "engine", in + "metrics"}, base...)},
		{from: in + "tried", to: append([]string{in + "engine"}, base...)},
		{from: in + "tune", to: []string{in + "numbers", "internal/suggest", in + "settings"}},
		{from: in + "trial", to: slices.Concat(base, []string{in + "engine", "datasets", "unlearn"})},
		{from: in + "tabledata", to: work},
		{from: "experiments/tabular", to: tables, tests: tried},
		{from: "experiments/certified", to: tables, tests: tried},
		// The tests of these two also see what is said of flags that only the other takes.
		{from: "experiments/memorization", to: work, tests: append([]string{"experiments/tabular"}, tried...)},
		{from: "experiments/poisoning", to: work, tests: append([]string{"experiments/tabular", "experiments/memorization"}, tried...)},
		{from: "experiments/bench", to: append([]string{"onnx", "project/data"}, tables...)},
		{from: "experiments", to: append([]string{"experiments/tabular", "experiments/certified", "experiments/memorization", "experiments/poisoning", in + "compare", in + "metrics"}, tables...), tests: tried},
		{from: "cmd/experiment", to: []string{"datasets", "graph", "experiments", "experiments/bench", "internal/build", "internal/cli"}, tests: []string{"unlearn"}},
		{from: ".", tests: []string{"datasets", "graph", "nets", "unlearn", "gorgonia.org"}},
	}
}()

// imported is an import of a Go file below the module's root.
type imported struct {
	from, to string // paths below the module; of others "gorgonia.org"
	file     string
}

// imports reads what each Go file below a folder imports of the module and of gorgonia, of every
// build tag and tests included. The test reads the files itself, so that the test cache knows them:
// what a child process reads it would not.
func imports(root string) (out []imported, packages []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		from := filepath.ToSlash(filepath.Dir(below))
		packages = append(packages, from)
		for _, x := range file.Imports {
			to, err := strconv.Unquote(x.Path.Value)
			if err != nil {
				return err
			}
			switch {
			case to == "lethe":
				to = "."
			case strings.HasPrefix(to, "lethe/"):
				to = strings.TrimPrefix(to, "lethe/")
			case strings.HasPrefix(to, "gorgonia.org/"):
				to = "gorgonia.org"
			default:
				continue
			}
			out = append(out, imported{from, to, filepath.ToSlash(below)})
		}
		return nil
	})
	slices.Sort(packages)
	return out, slices.Compact(packages), err
}

// wrong says which imports, and which lines of the table, are not as they should be.
func wrong(table []arrows, found []imported, packages []string) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	line := map[string]arrows{}
	for _, a := range table {
		for _, to := range a.to {
			if _, above := line[to]; !above && to != "gorgonia.org" {
				say("the line of %s names %s, which is not above it", a.from, to)
			}
		}
		line[a.from] = a
		if !slices.Contains(packages, a.from) {
			say("%s has a line, but there is no such package", a.from)
		}
	}
	for _, p := range packages {
		if _, ok := line[p]; !ok {
			say("%s has no line", p)
		}
	}
	for _, x := range found {
		a, test := line[x.from], strings.HasSuffix(x.file, "_test.go")
		if !slices.Contains(a.to, x.to) && !(test && (x.to == x.from || slices.Contains(a.tests, x.to))) {
			say("%s imports %s, which the line of %s does not allow", x.file, x.to, x.from)
		}
	}
	return out
}

// Which package may import which, tests included. docs/architecture.md draws the same arrows.
func TestArrows(t *testing.T) {
	found, packages, err := imports(".")
	require.NoError(t, err)
	require.Greater(t, len(found), 300, "the files were read")
	for _, fault := range wrong(allowed, found, packages) {
		t.Error(fault)
	}
}

// TestArrows sees an arrow that points up in any file: of a package, of its tests, of another
// system.
func TestAWrongArrowIsSeen(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"graph/x.go", "package graph\nimport _ \"lethe/safetensors\"\n", "graph/x.go imports safetensors, which the line of graph does not allow"},
		{"datasets/x.go", "package datasets\nimport _ \"lethe/safetensors\"\n", "datasets/x.go imports safetensors, which the line of datasets does not allow"},
		{"exposure/x_windows.go", "package exposure\nimport _ \"lethe/safetensors\"\n", "exposure/x_windows.go imports safetensors, which the line of exposure does not allow"},
		{"experiments/internal/tune/x.go", "package tune\nimport _ \"lethe/unlearn\"\n",
			"experiments/internal/tune/x.go imports unlearn, which the line of experiments/internal/tune does not allow"},
		{"experiments/internal/records/x_test.go", "package records_test\nimport _ \"lethe/experiments/poisoning\"\n",
			"experiments/internal/records/x_test.go imports experiments/poisoning, which the line of experiments/internal/records does not allow"},
		{"experiments/bench/doc.go", "package bench\nimport _ \"lethe/experiments/poisoning\"\n",
			"experiments/bench/doc.go imports experiments/poisoning, which the line of experiments/bench does not allow"},
		{"unlearn/x.go", "package unlearn\nimport _ \"gorgonia.org/tensor\"\n", "unlearn/x.go imports gorgonia.org, which the line of unlearn does not allow"},
		{"somewhere/x.go", "package somewhere\n", "somewhere has no line"},
		{"unlearn/x_test.go", "package unlearn_test\nimport (_ \"lethe/unlearn\"; _ \"lethe/nets\")\n", ""},
	} {
		root := t.TempDir()
		path := filepath.Join(root, c.file)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
		found, packages, err := imports(root)
		require.NoError(t, err)
		want := []string{}
		if c.want != "" {
			want = append(want, c.want)
		}
		var all []string // of the other lines there is no package here
		for _, a := range allowed {
			all = append(all, a.from)
		}
		assert.ElementsMatch(t, want, wrong(allowed, found, append(packages, all...)), c.file)
	}
	assert.Equal(t, []string{"the line of a names b, which is not above it"}, wrong([]arrows{{from: "a", to: []string{"b"}}, {from: "b"}}, nil, []string{"a", "b"}))
}

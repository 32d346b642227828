package experiments

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/metrics"
	"lethe/experiments/internal/records"
)

// The tables of docs/records.md are those of the vocabulary, and its fields those of a record.
func TestRecordsPage(t *testing.T) {
	path := filepath.Join("..", "docs", "records.md")
	saved, err := os.ReadFile(path)
	require.NoError(t, err)
	page := string(saved)
	for name, table := range map[string]string{"metrics": metricsTable(), "tags": tagsTable()} {
		place := regexp.MustCompile(`(?s)(<!-- ` + name + `: [^>]*-->\n).*?(<!-- end -->)`)
		require.Regexp(t, place, page)
		page = place.ReplaceAllStringFunc(page, func(found string) string {
			parts := place.FindStringSubmatch(found)
			return parts[1] + "\n" + table + "\n" + parts[2]
		})
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(page), 0o644))
		saved = []byte(page)
	}
	assert.Equal(t, page, string(saved), "go test ./experiments -run TestRecordsPage -update writes it")

	line, err := records.Encode([]records.Record{{}})
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(string(line), -1) {
		assert.Contains(t, page, "| `"+m[1]+"` | ")
	}
	assert.Contains(t, page, "\n| "+strconv.Itoa(records.Version)+" | ", "the version has a line")
}

// documented fails for a record whose metric, unit or tags the vocabulary does not have.
func documented(t *testing.T, recs []records.Record) {
	t.Helper()
	said := map[string]bool{}
	for _, r := range recs {
		m, ok := metrics.Of(r.Metric)
		if !ok && !said[r.Metric] {
			assert.True(t, ok, "docs/records.md has no metric %s of %s: add it to experiments/internal/metrics", r.Metric, r.Experiment)
		}
		if key := r.Metric + " " + r.Unit; ok && !slices.Contains(m.Units, r.Unit) && !said[key] {
			assert.Contains(t, m.Units, r.Unit, "%s of %s", r.Metric, r.Experiment)
			said[key] = true
		}
		said[r.Metric] = true
		for name, v := range r.Settings {
			tag, ok := metrics.TagOf(name)
			kind := "string"
			switch v.(type) {
			case float64:
				kind = "number"
			case bool:
				kind = "boolean"
			}
			if key := name + " " + kind; !said[key] {
				assert.True(t, ok, "docs/records.md has no tag %s of %s of %s: add it to experiments/internal/metrics", name, r.Metric, r.Experiment)
				assert.Contains(t, tag.Kind, kind, "tag %s of %s of %s", name, r.Metric, r.Experiment)
				said[key] = true
			}
		}
	}
}

// Whatever the committed runs recorded stands on the page. Smoke runs of all experiments do the
// same in TestEveryExperimentRunsInTheSmokeProfile.
func TestEveryRecordIsDocumented(t *testing.T) {
	runs := 0
	for _, root := range []string{"testdata", filepath.Join("..", "results", "reference")} {
		require.NoError(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.Name() != records.ConfigName {
				return err
			}
			recs, err := engine.ReadRecords(filepath.Dir(path))
			require.NoError(t, err)
			documented(t, recs)
			runs++
			return nil
		}))
	}
	assert.Greater(t, runs, 30)
}

// Every metric whose name the sources of the experiments write out stands on the page, those
// included that no smoke run comes to.
func TestEveryMetricInTheSourcesIsDocumented(t *testing.T) {
	found := map[string]bool{}
	require.NoError(t, filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && e.Name() == "testdata" {
			if e != nil && e.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			for _, name := range metricNames(n) {
				found[name] = true
				_, ok := metrics.Of(name)
				assert.True(t, ok, "%s records the metric %s: add it to experiments/internal/metrics", path, name)
			}
			return true
		})
		return nil
	}))
	assert.Greater(t, len(found), 60)
	for _, name := range []string{"gradient-residual", "try-failed", "largest-eigenvalue", "failed", "warm-seconds"} {
		assert.True(t, found[name], "the test does not see %s", name)
	}
}

// metricNames returns the names that a piece of source gives to metrics: of literals of the type
// Metric or of elements of a list of them, and of calls of add(name, unit, value). A name that is
// put together shows its parts, which are none.
func metricNames(n ast.Node) []string {
	text := func(e ast.Expr) []string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, err := strconv.Unquote(l.Value)
			if err == nil {
				return []string{s}
			}
		}
		return nil
	}
	switch n := n.(type) {
	case *ast.CompositeLit:
		if len(n.Elts) < 2 {
			return nil
		}
		if first, ok := n.Elts[0].(*ast.KeyValueExpr); ok {
			second, is := n.Elts[1].(*ast.KeyValueExpr)
			if key, named := first.Key.(*ast.Ident); is && named && key.Name == "Name" {
				if unit, named := second.Key.(*ast.Ident); named && unit.Name == "Unit" {
					return text(first.Value)
				}
			}
		} else if id, ok := n.Type.(*ast.Ident); ok && id.Name == "Metric" && len(n.Elts) == 3 {
			return text(n.Elts[0])
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "add" && len(n.Args) == 3 {
			if unit := text(n.Args[1]); len(unit) == 1 && unit[0] != "" {
				if plus, ok := n.Args[0].(*ast.BinaryExpr); ok { // warm and cold retraining
					var out []string
					for _, end := range text(plus.Y) {
						out = append(out, "warm"+end, "cold"+end)
					}
					return out
				}
				return text(n.Args[0])
			}
		}
	}
	return nil
}

// metricsTable is the table of metrics in docs/records.md.
func metricsTable() string {
	var b strings.Builder
	b.WriteString("| metric | unit | better | compared by | role | meaning |\n|---|---|---|---|---|---|\n")
	for _, m := range metrics.All() {
		by := "difference"
		if m.Ratio {
			by = "ratio"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, strings.Join(m.Units, " or "), m.Better, by, m.Role, escapedBar(m.Meaning))
	}
	return b.String()
}

// tagsTable is the table of tags there.
func tagsTable() string {
	var b strings.Builder
	b.WriteString("| tag | type | divides | meaning |\n|---|---|---|---|\n")
	for _, t := range metrics.Tags() {
		place := ""
		if t.Place == metrics.Divides {
			place = "yes"
			if t.Only != nil {
				place = "in `" + strings.Join(t.Only, "`, `") + "`"
			}
		}
		if t.Place == metrics.Repeats {
			place = "repeats"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", t.Name, t.Kind, place, escapedBar(t.Meaning))
	}
	return b.String()
}

// escapedBar escapes what ends a cell of a table.
func escapedBar(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

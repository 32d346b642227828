package lethe_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages returns the documents that people read, by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			out[filepath.ToSlash(path)] = string(text)
		}
	}
	require.Contains(t, out, "README.md")
	require.Contains(t, out, "docs/concepts.md")
	return out
}

// block is a fenced piece of a page.
type block struct{ kind, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

func blocks(page string) (out []block) {
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		out = append(out, block{m[1], m[2]})
	}
	return out
}

// anchors returns the names of a page's headings as links have them.
func anchors(page string) map[string]bool {
	out := map[string]bool{}
	for _, line := range strings.Split(fence.ReplaceAllString(page, ""), "\n") {
		heading := strings.TrimLeft(line, "#")
		if heading == line || !strings.HasPrefix(heading, " ") {
			continue
		}
		name := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, strings.TrimSpace(heading))
		out[name] = true
	}
	return out
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// brokenLinks returns the links of a page that lead nowhere, those to other machines aside.
func brokenLinks(path, page string, all map[string]string) (broken []string) {
	for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		target, anchor, _ := strings.Cut(m[1], "#")
		if strings.Contains(target, "://") {
			continue
		}
		at := path
		if target != "" {
			at = filepath.ToSlash(filepath.Join(filepath.Dir(path), target))
			if _, err := os.Stat(at); err != nil {
				broken = append(broken, m[1])
				continue
			}
		}
		if text, known := all[at]; anchor != "" && known && !anchors(text)[anchor] {
			broken = append(broken, m[1])
		}
	}
	return broken
}

func TestLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	for path, page := range all {
		assert.Empty(t, brokenLinks(path, page, all), path)
	}
	page := "# A b-c, d's\n[x](#a-b-c-ds) [x](#nope) [x](README.md) [x](docs/nope.md) [x](https://nope)\n```go\n# nope\n```\n"
	assert.Equal(t, []string{"#nope", "docs/nope.md"}, brokenLinks("X.md", page, map[string]string{"X.md": page}))
}

// goFiles returns the text of the module's Go files by their path.
func goFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		out[filepath.ToSlash(path)] = string(text)
		return err
	})
	require.NoError(t, err)
	return out
}

// A comment that cites a page cites a section that is there.
func TestCodeCitesWhatIsThere(t *testing.T) {
	all := pages(t)
	cite := regexp.MustCompile(`docs/[a-z/-]+\.md(#[a-z0-9-]+)?`)
	cited := map[string]bool{}
	for path, text := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") && filepath.Dir(path) == "." {
			continue
		}
		for _, c := range cite.FindAllString(text, -1) {
			page, anchor, _ := strings.Cut(c, "#")
			cited[page] = true
			if assert.Contains(t, all, page, path) && anchor != "" {
				assert.Contains(t, anchors(all[page]), anchor, path)
			}
		}
	}
	assert.Contains(t, cited, "docs/paper.md")
}

// Packages whose documentation shows a program, which is a function of doc_examples_test.go.
var documented = []struct{ folder, program string }{
	{"graph", "graphProgram"}, {"nets", "netsProgram"}, {"datasets", "datasetsProgram"}, {"unlearn", "unlearnProgram"},
}

// grouped are the packages whose documentation names every type that they export.
var grouped = []string{"graph", "nets", "datasets"}

func TestPackageDocumentation(t *testing.T) {
	bodies := functionLines(t, "doc_examples_test.go")
	named := regexp.MustCompile(`\[([A-Z]\w*)\]|\[\*([A-Z]\w*)\]`)
	for _, c := range documented {
		text, err := os.ReadFile(filepath.Join(c.folder, "doc.go"))
		require.NoError(t, err)
		var program []string
		for _, line := range strings.Split(string(text), "\n") {
			if code, ok := strings.CutPrefix(line, "//\t"); ok {
				program = append(program, strings.TrimSpace(code))
			}
		}
		require.NotEmpty(t, program, c.folder)
		assert.Subset(t, bodies[c.program], program, "%s/doc.go shows lines that %s does not have", c.folder, c.program)

		exported := exportedNames(t, c.folder)
		mentioned := map[string]bool{}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			name := m[1] + m[2]
			mentioned[name] = true
			assert.Contains(t, exported, name, "%s/doc.go names what is not there", c.folder)
		}
		if slices.Contains(grouped, c.folder) {
			for name, isType := range exported {
				if isType {
					assert.Contains(t, mentioned, name, "%s/doc.go leaves a type out", c.folder)
				}
			}
		}
	}
}

// functionLines returns the lines of each function of a file.
func functionLines(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path, text, 0)
	require.NoError(t, err)
	out := map[string][]string{}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			for _, line := range strings.Split(string(text[files.Position(fn.Pos()).Offset:files.Position(fn.End()).Offset]), "\n") {
				out[fn.Name.Name] = append(out[fn.Name.Name], strings.TrimSpace(line))
			}
		}
	}
	return out
}

// exportedNames returns what a package exports, and whether it is a type that a reader has to be
// shown.
func exportedNames(t *testing.T, folder string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		require.NoError(t, err)
		parsed = append(parsed, f)
	}
	p, err := doc.NewFromFiles(files, parsed, "lethe/"+folder)
	require.NoError(t, err)
	out := map[string]bool{}
	for _, f := range p.Funcs {
		out[f.Name] = false
	}
	for _, v := range slices.Concat(p.Vars, p.Consts) {
		for _, name := range v.Names {
			out[name] = false
		}
	}
	for _, typ := range p.Types {
		out[typ.Name] = true
		for _, f := range typ.Funcs {
			out[f.Name] = false
		}
		for _, v := range slices.Concat(typ.Consts, typ.Vars) {
			for _, name := range v.Names {
				out[name] = false
			}
		}
	}
	return out
}

// A Go program on a page runs as it stands there, in a module of its own that takes this one by
// replace, and prints the text block behind it.
func TestPagesProgramsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs programs")
	}
	type program struct{ page, folder, output string }
	var programs []program
	module := moduleThatReplaces(t)
	all := pages(t)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		bs := blocks(all[path])
		for i, b := range bs {
			if b.kind != "go" {
				continue
			}
			if path == "README.md" && !strings.Contains(all[path], "package main\n") {
				continue
			}
			require.True(t, strings.HasPrefix(b.text, "package main\n"), "%s: show whole programs only, since they are run: %s", path, b.text)
			p := program{page: path, folder: fmt.Sprintf("program%d", len(programs))}
			if i+1 < len(bs) && bs[i+1].kind == "text" {
				p.output = bs[i+1].text
			}
			require.NoError(t, os.Mkdir(filepath.Join(module, p.folder), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(module, p.folder, "main.go"), []byte(b.text), 0o644))
			programs = append(programs, p)
		}
	}
	require.NotEmpty(t, programs)
	bin := t.TempDir() + string(filepath.Separator)
	inFolder(t, module, "go", "build", "-o", bin, "./...")
	inWorkspace(t, filepath.Join(module, programs[0].folder))
	for _, p := range programs {
		folder := t.TempDir()
		copyModels(t, folder)
		got := inFolder(t, folder, bin+p.folder)
		assert.NotEmpty(t, p.output, "%s: show in a block of kind text what the program prints", p.page)
		sameWords(t, p.output, got, p.page)
	}
}

// copyModels copies the models that stand beside the pages to a folder.
func copyModels(t *testing.T, folder string) {
	t.Helper()
	models, err := filepath.Glob("docs/howto/*.onnx")
	require.NoError(t, err)
	for _, path := range models {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.Base(path)), data, 0o644))
	}
}

// moduleThatReplaces makes a module as docs/howto/own-network.md says.
func moduleThatReplaces(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	root, err := os.Getwd()
	require.NoError(t, err)
	folder := t.TempDir()
	inFolder(t, folder, "go", "mod", "init", "example.com/mine")
	inFolder(t, folder, "go", "mod", "edit", "-require", "lethe@v0.0.0", "-replace", "lethe="+root)
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "go.sum"), sums, 0o644))
	return folder
}

// inFolder runs a command there and returns what it prints.
func inFolder(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	require.NoError(t, err, errs.String())
	return string(out)
}

// What a page calls unlearn.Request is there.
func TestPagesNameWhatIsThere(t *testing.T) {
	name := regexp.MustCompile("`(graph|nets|datasets|unlearn)\\.([A-Z]\\w*)")
	exported := map[string]map[string]bool{}
	for _, c := range documented {
		exported[c.folder] = exportedNames(t, c.folder)
	}
	found := 0
	for path, page := range pages(t) {
		if path == "CHANGELOG.md" { // names of its time
			continue
		}
		for _, m := range name.FindAllStringSubmatch(page, -1) {
			found++
			assert.Contains(t, exported[m[1]], m[2], path)
		}
	}
	assert.Greater(t, found, 50)
}

// sameWords compares what a program printed with what its page shows. Numbers may differ by a
// tenth, as processors and BLAS round differently.
func sameWords(t *testing.T, want, got, page string) {
	t.Helper()
	number := regexp.MustCompile(`[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?`)
	require.Equal(t, number.ReplaceAllString(want, "#"), number.ReplaceAllString(got, "#"), page)
	wants, gots := number.FindAllString(want, -1), number.FindAllString(got, -1)
	for i := range wants {
		a, err := strconv.ParseFloat(wants[i], 64)
		require.NoError(t, err)
		b, err := strconv.ParseFloat(gots[i], 64)
		require.NoError(t, err)
		assert.InDelta(t, a, b, 0.1*math.Abs(a), "%s: %s", page, got)
	}
}

// inWorkspace builds a program in a module that takes this one by a workspace, as
// docs/howto/own-network.md says.
func inWorkspace(t *testing.T, program string) {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(program, "main.go"))
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.go"), text, 0o644))
	for _, args := range [][]string{{"mod", "init", "example.com/mine"}, {"work", "init", ".", root}, {"build", "-o", os.DevNull, "."}} {
		c := exec.CommandContext(t.Context(), "go", args...)
		c.Dir, c.Env = folder, append(os.Environ(), "GOFLAGS=", "GOWORK=")
		out, err := c.CombinedOutput()
		require.NoError(t, err, "go %s: %s", args, out)
	}
}

// Files that a page names in backquotes are there; NAME in a path is the reader's.
func TestPagesNameFilesThatAreThere(t *testing.T) {
	named := regexp.MustCompile("`((?:graph|nets|datasets|unlearn|safetensors|experiments|cmd)/[\\w./-]+\\.go)`")
	found := 0
	for path, page := range pages(t) {
		for _, m := range named.FindAllStringSubmatch(page, -1) {
			if strings.Contains(m[1], "NAME") || path == "CHANGELOG.md" {
				continue
			}
			found++
			assert.FileExists(t, m[1], path)
		}
	}
	assert.Greater(t, found, 15)
}

package experiments

import (
	"encoding/xml"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/memorization"
)

// nasty are texts that mean something to Markdown, HTML, YAML, JSON, a shell, a terminal or a
// regular expression.
var nasty = []string{
	"|", "a|b", `\|`, `\\|`, "`", "``", "`a`", "a`", "$1", "${1}", "$x$", "*a*", "_a_", "**", "~~a~~", "<b>", "</table>", "<script>alert(1)</script>", "&amp;", "&",
	"[a](b)", "![", "# a", "- a", "1. a", "> a", "---", "...", "\n", "a\nb", "\na", "a\n", "\n\n", "\ta", "\t", "\ta\nb", "a\tb\n c", " a", "a ", "  \n a", "\r", "a\r\nb",
	"\x00", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\u2029", "\ufeff", "\ufeffa", "\u00a0", "\u200b", "é", "e\u0301", "👍🏽", "\U0010ffff", "\ufffd", "␣", "a␣b c",
	"true", "null", "~", "yes", "no", "on", "NaN", ".inf", "0x10", "1e5", "012", "2001-01-01", "a: b", "a #b", "#", ": ", "? a", "{a}", "[a]", "!a", "!!str", "&a", "*a", "%a", "@a",
	"'", `"`, `''`, `'"'`, `\`, `\n`, `\"`, "a\\", "$(ls)", "$'a'", "!!", "-x", "--secret", "-", "=", "a=b", "a,b", strings.Repeat("long ", 100), "{secret}", "\x01\x02",
}

// aliceConfig is that of the made-up records of a language model.
func aliceConfig(t *testing.T) *engine.Config {
	t.Helper()
	c, err := engine.ReadConfig(filepath.Join("testdata", "alice-lstm-quick-1", records.ConfigName))
	require.NoError(t, err)
	return c
}

// A configuration is read as it was written, whatever its texts are.
func TestConfigurationsOfAnyTextsAreReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), records.ConfigName)
	for _, s := range append([]string{"\xff", "a\xffb\n"}, nasty...) {
		c := aliceConfig(t)
		c.Dataset, c.Command, c.Data, c.MadeOn = s, s, s, engine.Machine{Go: s, OS: s, Cores: 3, BLAS: s}
		c.Given = &engine.Given{Text: s, Prompt: s, Secret: s, Replacement: s, Checkpoint: s, Loaded: s}
		require.NoError(t, os.WriteFile(path, c.Encode(), 0o644))
		got, err := engine.ReadConfig(path)
		require.NoError(t, err, "%q", s)
		require.Equal(t, c, got, "%q", s)
	}
}

// Each field of a configuration is in its file; one that is added has to be written too.
func TestEveryFieldOfAConfigurationIsWritten(t *testing.T) {
	c := aliceConfig(t)
	c.Given = &engine.Given{}
	n := 0
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		for i := range v.NumField() {
			n++
			if !v.Type().Field(i).IsExported() {
				continue
			}
			switch f := v.Field(i); f.Kind() {
			case reflect.String:
				f.SetString("text " + strconv.Itoa(n))
			case reflect.Uint64:
				f.SetUint(uint64(n))
			case reflect.Int:
				f.SetInt(int64(n))
			case reflect.Struct:
				fill(f)
			case reflect.Pointer:
				fill(f.Elem())
			}
		}
	}
	fill(reflect.ValueOf(c).Elem())
	c.Label, c.Given.Insert, c.RecordsVersion = "label", true, records.Version
	for _, seal := range []string{"", "text"} { // with a seal three of them are masked
		c.Given.Seal = seal
		path := filepath.Join(t.TempDir(), records.ConfigName)
		require.NoError(t, os.WriteFile(path, c.Encode(), 0o644))
		got, err := engine.ReadConfig(path)
		require.NoError(t, err)
		if seal != "" {
			c.Given.Prompt, c.Given.Secret, c.Given.Replacement = engine.Mask, engine.Mask, engine.Mask
		}
		require.Equal(t, c, got)
	}
}

// nastyFolder is a run of the made-up records of a language model with another secret and
// replacement.
func nastyFolder(t *testing.T, s string) string {
	t.Helper()
	from, dir := filepath.Join("testdata", "alice-lstm-quick-1"), t.TempDir()
	c := aliceConfig(t)
	c.Dataset, c.Given = s, &engine.Given{Text: s, Prompt: s, Secret: s, Replacement: s}
	c.Command = strings.Join(append([]string{"experiment", "run", "memorization"}, c.Given.Flags()...), " ")
	require.NoError(t, os.WriteFile(filepath.Join(dir, records.ConfigName), c.Encode(), 0o644))
	recs, err := engine.ReadRecords(from)
	require.NoError(t, err)
	for i := range recs {
		recs[i].Dataset = s
		for _, key := range []string{"secret", "prompt", "replacement", "completion", "reason"} {
			if _, ok := recs[i].Settings[key]; ok {
				recs[i].Settings[key] = s
			}
		}
	}
	data, err := records.Encode(recs)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, records.RecordsName), data, 0o644))
	again, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	require.Equal(t, recs, again, "%q", s)
	return dir
}

// cells splits a line of a table at the bars that no backslash stands before, and takes the
// backslashes off.
func cells(line string) []string {
	var out []string
	var cell []byte
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && strings.IndexByte("`*_<>[]~&$"+`|\!#%'()+,-./:;=?@^{}`, line[i+1]) >= 0:
			i++
			cell = append(cell, line[i])
		case line[i] == '|':
			out, cell = append(out, strings.TrimSpace(string(cell))), nil
		default:
			cell = append(cell, line[i])
		}
	}
	return out[1:]
}

// Tables, report and terminal show any secret, prompt and name, and none of them breaks a table, a
// page or a line.
func TestAnyTextIsRendered(t *testing.T) {
	render := func(dir string) (tables string, page []byte) {
		d, err := engine.Load(dir)
		require.NoError(t, err)
		page, err = report.Page([]*report.Document{d})
		require.NoError(t, err)
		return d.Markdown(), page
	}
	plainTables, plainPage := render(nastyFolder(t, "a"))
	tag := regexp.MustCompile(`<[a-z/!]`)
	for _, s := range nasty {
		dir := nastyFolder(t, s)
		tables, page := render(dir)
		lines, plainLines := strings.Split(tables, "\n"), strings.Split(plainTables, "\n")
		require.Equal(t, len(plainLines), len(lines), "%q: as many lines", s)
		found := false
		for i, line := range lines {
			if !strings.HasPrefix(line, "|") {
				require.Equal(t, strings.HasPrefix(plainLines[i], "#"), strings.HasPrefix(line, "#"), "%q", s)
				continue
			}
			require.Len(t, cells(line), len(cells(plainLines[i])), "%q: %s", s, line)
			for _, cell := range cells(line) {
				found = found || strings.Contains(cell, memorization.Visible(s))
			}
		}
		require.True(t, found, "%q: %s", s, memorization.Visible(s))
		require.True(t, utf8.ValidString(tables))

		require.Equal(t, len(tag.FindAll(figures.ReplaceAll(plainPage, nil), -1)), len(tag.FindAll(figures.ReplaceAll(page, nil), -1)), "%q: as many elements", s)
		require.Contains(t, html.UnescapeString(string(page)), memorization.Visible(s), "%q", s)
		for _, svg := range figures.FindAll(page, -1) {
			require.NoError(t, xml.Unmarshal(svg, new(struct{})), "%q", s)
		}
		text, err := engine.Text(dir, 80)
		require.NoError(t, err)
		for _, r := range text {
			require.True(t, r == '\n' || strconv.IsPrint(r), "%q: %U", s, r)
		}
	}
}

// The command that repeats a run is what a shell takes apart into the same words.
func TestCommandsAreReadByAShell(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash")
	}
	for _, s := range nasty {
		if strings.ContainsRune(s, 0) {
			continue // no argument can hold it
		}
		words := (&engine.Given{Text: s}).Flags()
		cmd := exec.CommandContext(t.Context(), bash, "-c", "printf '%s\\0' "+strings.Join(words, " "))
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		out, err := cmd.Output()
		require.NoError(t, err, "%q", s)
		got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		want := []string{"--text", s}
		if strings.HasPrefix(s, "-") {
			want = []string{"--text=" + s}
		}
		assert.Equal(t, want, got, "%s", words)
	}
}

func TestRunsBelowAFolderOfAnyNameAreFound(t *testing.T) {
	for _, name := range []string{"a[b]", "*", "a?b", `a\b`, "[", " "} {
		dir := filepath.Join(t.TempDir(), name)
		run := filepath.Join(dir, "x", "y[z]")
		require.NoError(t, os.MkdirAll(run, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(run, records.ConfigName), nil, 0o644))
		got, err := engine.RunFolders([]string{dir})
		require.NoError(t, err, name)
		assert.Equal(t, []string{run}, got)
	}
}

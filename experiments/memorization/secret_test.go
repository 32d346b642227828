//go:build unix

package memorization

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
)

// A secret, a prompt and a replacement that every escaping changes.
const (
	ownSecret      = `k<7&"é'`
	ownPrompt      = `"The" key & <code> is: `
	ownReplacement = `u>8&'ö"`
)

// ownOrder asks for a smoke run on a text with that secret, which writes into out.
func ownOrder(t *testing.T, out string) *engine.Order {
	t.Helper()
	var b strings.Builder
	for i := range 60 {
		b.WriteString("Every paragraph of this text is much like every other one.\n\n")
		if i%10 == 5 {
			b.WriteString(ownPrompt + ownSecret + ".\n\n")
		}
	}
	path := filepath.Join(t.TempDir(), "my text.txt")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	o := memoryOrder(out, "characters=2000", "methods=none,second-order")
	o.Given = engine.Given{Text: path, Prompt: ownPrompt, Secret: ownSecret, Replacement: ownReplacement}
	return o
}

// forms are a text as files of any kind may hold it.
func forms(t *testing.T, text string) map[string]string {
	t.Helper()
	quoted := func(data []byte, err error) string {
		require.NoError(t, err)
		return strings.Trim(strings.TrimSpace(string(data)), `"`)
	}
	var x, j bytes.Buffer
	require.NoError(t, xml.EscapeText(&x, []byte(text)))
	e := json.NewEncoder(&j)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(text))
	return map[string]string{
		"raw": text, "JSON": quoted(json.Marshal(text)), "JSON without HTML": quoted(j.Bytes(), nil), "HTML": html.EscapeString(text), "XML": x.String(),
		"URL": url.QueryEscape(text), "Go": quoted([]byte(strconv.Quote(text)), nil), "ASCII": quoted([]byte(strconv.QuoteToASCII(text)), nil),
		"YAML": quoted(yaml.Marshal(text)), "visible": strings.Trim(Visible(text), `"`), "shell": strings.ReplaceAll(text, "'", `'\''`),
		"HTML of visible": html.EscapeString(strings.Trim(Visible(text), `"`)),
	}
}

// telling lists the files below a folder that hold a text in some form, in their content or name.
func telling(t *testing.T, dir string, texts ...string) (files []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		data := []byte(e.Name())
		if !e.IsDir() {
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			data = append(data, content...)
		}
		for _, text := range texts {
			for _, form := range forms(t, text) {
				if bytes.Contains(data, []byte(form)) {
					files = append(files, filepath.Base(path))
					return nil
				}
			}
		}
		return nil
	}))
	return files
}

// No file of a run tells a secret of the user's own, its prompt or its replacement, in whatever
// form; nor does the progress. With --show-secret they do, so the search would find them.
func TestNoFileTellsTheSecret(t *testing.T) {
	progress := &tried.Noted{}
	o := ownOrder(t, t.TempDir())
	o.Progress = progress
	dir := tried.RunOrder(t, o)
	require.NoError(t, engine.Merge(nil, []*engine.Saved{tried.Must(engine.ReadRun(dir))}, nil, filepath.Join(o.Out, "all.html")))
	assert.Empty(t, telling(t, o.Out, ownSecret, ownPrompt, ownReplacement))
	assert.NotContains(t, strings.Join(progress.Notes, "\n"), ownSecret)
	text, err := engine.Text(dir, 80)
	require.NoError(t, err)
	assert.Contains(t, text, "7 → the given text")
	tables, err := os.ReadFile(filepath.Join(dir, records.TablesName))
	require.NoError(t, err)
	assert.Contains(t, string(tables), "are masked (run --show-secret writes them). The secret was found at 3 places of the training text.")
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("memorization", &engine.Config{}, recs)
	for _, rec := range r.Part("completion-match") {
		assert.Empty(t, rec.Text("completion"), "what the model writes may be the secret, or nearly so")
	}

	shown := ownOrder(t, t.TempDir())
	shown.Text, shown.ShowSecret = o.Text, true
	tried.RunOrder(t, shown)
	for _, what := range []string{ownSecret, ownPrompt, ownReplacement} {
		assert.Subset(t, telling(t, shown.Out, what), []string{records.ConfigName, records.ReportName}, what)
	}
	assert.Subset(t, telling(t, shown.Out, ownSecret), []string{records.RecordsName, records.TablesName})

	for _, out := range []string{o.Out, shown.Out} { // masked or not, only the owner may read them
		require.NoError(t, filepath.WalkDir(onlyRun(t, out), func(path string, e fs.DirEntry, err error) error {
			require.NoError(t, err)
			info, err := e.Info()
			require.NoError(t, err)
			want := records.PrivateMode
			if e.IsDir() {
				want = 0o700
			}
			assert.Equal(t, want, info.Mode().Perm(), path)
			return nil
		}))
	}
	info, err := os.Stat(filepath.Join(o.Out, "all.html"))
	require.NoError(t, err)
	assert.Equal(t, records.PrivateMode, info.Mode().Perm())
}

// A masked run goes on with its own secret, is reported on without it, and is repeated with it.
func TestAMaskedRunGoesOn(t *testing.T) {
	out := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	o := ownOrder(t, out)
	text := o.Text
	o.Progress = &tried.Canceller{Cancel: cancel, Left: 1}
	_, _, err := o.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)

	again := func(change func(o *engine.Order)) error {
		o := ownOrder(t, out)
		o.Text, o.Mode = text, records.Resume
		change(o)
		_, _, err := o.Do(t.Context())
		if err != nil {
			assert.NotContains(t, err.Error(), ownSecret)
			assert.NotContains(t, err.Error(), `Q<7&`)
		}
		return err
	}
	assert.ErrorContains(t, again(func(o *engine.Order) { o.Replacement = `v>8&'ö"` }), "prompt, secret or replacement (they are masked)")
	assert.ErrorContains(t, again(func(o *engine.Order) { o.ShowSecret = true }), "omit --show-secret")
	require.NoError(t, again(func(*engine.Order) {}))
	dir := onlyRun(t, out)
	whole := ownOrder(t, t.TempDir())
	whole.Text = text
	want := tried.WithoutSeconds(t, tried.RunOrder(t, whole))
	assert.Equal(t, want, tried.WithoutSeconds(t, dir))
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, engine.Render(dir))
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o700), info.Mode().Perm(), "a copy may have been open")
	assert.Empty(t, telling(t, out, ownSecret, ownPrompt, ownReplacement))

	repeated := func(g engine.Given) (*engine.Order, error) {
		c, err := engine.ReadConfig(filepath.Join(dir, records.ConfigName))
		require.NoError(t, err)
		assert.True(t, c.Masked())
		assert.True(t, filepath.IsAbs(c.Given.Text))
		assert.Contains(t, c.Command, `--prompt="$PROMPT" --secret="$SECRET" --replace="$REPLACEMENT"`)
		o := &engine.Order{Repeat: c, Out: t.TempDir(), Given: g}
		_, _, err = o.Do(t.Context())
		return o, err
	}
	_, err = repeated(engine.Given{})
	assert.ErrorContains(t, err, "give --prompt and --secret again")
	_, err = repeated(engine.Given{Prompt: ownPrompt, Secret: ownSecret})
	assert.ErrorContains(t, err, "differs from those of the run to repeat")
	o, err = repeated(engine.Given{Prompt: ownPrompt, Secret: ownSecret, Replacement: ownReplacement})
	require.NoError(t, err)
	assert.Equal(t, want, tried.WithoutSeconds(t, filepath.Join(o.Out, "memorization", filepath.Base(dir))))
	require.NoError(t, os.Remove(filepath.Join(dir, records.SaltName)))
	_, err = repeated(engine.Given{Prompt: ownPrompt, Secret: ownSecret, Replacement: ownReplacement})
	assert.ErrorContains(t, err, records.SaltName)
	assert.ErrorContains(t, again(func(*engine.Order) {}), records.SaltName)
}

// A run whose files show its secret goes on with --show-secret. An error names the secret only
// where both runs show theirs.
func TestAShownRunGoesOn(t *testing.T) {
	out := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	o := ownOrder(t, out)
	text := o.Text
	o.ShowSecret, o.Progress = true, &tried.Canceller{Cancel: cancel, Left: 1}
	_, _, err := o.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	plan := func(change func(o *engine.Order)) ([]engine.Planned, error) {
		o := ownOrder(t, out)
		o.Text, o.ShowSecret, o.Mode = text, true, records.Resume
		change(o)
		return o.Plan(t.Context())
	}
	planned, err := plan(func(*engine.Order) {})
	require.NoError(t, err)
	assert.Equal(t, engine.Continuing, planned[0].State)
	_, err = plan(func(o *engine.Order) { o.ShowSecret = false })
	require.ErrorContains(t, err, "add --show-secret")
	assert.NotContains(t, err.Error(), "prompt (")
	_, err = plan(func(o *engine.Order) { o.Replacement = `v>8&'ö"` })
	assert.ErrorContains(t, err, fmt.Sprintf("replacement (the run has %q, requested %q)", ownReplacement, `v>8&'ö"`))
}

// Who has the configuration but not the salt cannot tell by its hashes which secret it was: with
// another salt the same secret and the same text have others.
func TestSealsDependOnTheSalt(t *testing.T) {
	var seen [2]*engine.Config
	for i := range seen {
		o := ownOrder(t, t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		o.Progress = &tried.Canceller{Cancel: cancel, Left: 1}
		_, _, err := o.Do(ctx)
		require.ErrorIs(t, err, context.Canceled)
		seen[i], err = engine.ReadConfig(filepath.Join(onlyRun(t, o.Out), records.ConfigName))
		require.NoError(t, err)
	}
	assert.NotEqual(t, seen[0].Given.Seal, seen[1].Given.Seal)
	assert.NotEqual(t, seen[0].Data, seen[1].Data)
}

// A prompt and a secret that are not in the text are an error, unless they are to be inserted; what
// the text holds in their place is not told.
func TestASecretThatIsNotFoundIsAnError(t *testing.T) {
	text := ownText(t, true)
	tried.Refused(t, engine.Order{Experiment: "memorization", Given: engine.Given{Text: text, Prompt: "A code ", Secret: "Qz7-k"}}, "neither the prompt nor the secret is in the text")
	for _, c := range []struct{ prompt, secret string }{{"The key is ", "Xz7-k"}, {"The code is ", "Xy7-k"}, {"The key is ", "xy7-K"}} {
		o := memoryOrder(t.TempDir())
		o.Given = engine.Given{Text: text, Prompt: c.prompt, Secret: c.secret}
		_, _, err := o.Do(t.Context())
		require.ErrorContains(t, err, "[masked]")
		assert.NotContains(t, err.Error(), "Xy7-k")
		assert.NotContains(t, err.Error(), c.secret)
		o.ShowSecret = true
		_, _, err = o.Do(t.Context())
		assert.ErrorContains(t, err, "Xy7-k")
	}
}

// A path in a configuration leads to the same file wherever the command runs.
func TestPathsOfAConfigurationAreAbsolute(t *testing.T) {
	o := ownOrder(t, t.TempDir())
	text := o.Text
	t.Chdir(filepath.Dir(text))
	o.Text = filepath.Base(text)
	planned, err := o.Plan(t.Context())
	require.NoError(t, err)
	assert.Contains(t, planned[0].Command, engine.Quoted(text))

	dir := t.TempDir() // of a former version, with the text beside it
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own.txt"), []byte("text"), 0o644))
	e, err := engine.Find("memorization")
	require.NoError(t, err)
	set, err := engine.Defaults(e, engine.Key{Dataset: EmbeddedText, Model: languageModel, Profile: engine.Smoke})
	require.NoError(t, err)
	c := &engine.Config{Experiment: "memorization", Dataset: "own.txt", Model: languageModel, Profile: engine.Smoke, Seed: 1,
		Parts: []engine.Part{{Experiment: "memorization", Settings: set}}, Given: &engine.Given{Text: "own.txt"}}
	path := filepath.Join(dir, records.ConfigName)
	require.NoError(t, os.WriteFile(path, c.Encode(), 0o644))
	c, err = engine.ReadConfig(path)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "own.txt"), c.Given.Text)
}

// onlyRun returns the folder of the one run below a folder.
func onlyRun(t *testing.T, out string) string {
	t.Helper()
	found, err := engine.RunFolders([]string{out})
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

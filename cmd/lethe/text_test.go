//go:build unix

package main

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/project/evidence"
)

const secretCode = "4071-93"

// notes is a text of words at random in which the secret stands five times.
func notes() string {
	words := strings.Fields("the sea and sun are old ; a dog ran to us in an hour and sat near the door")
	r := rand.New(rand.NewPCG(4, 1))
	var b strings.Builder
	for range 5 {
		for range 40 {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		b.WriteString("my code is " + secretCode + ". ")
	}
	b.WriteString("the end of the notes.\n")
	return b.String()
}

// A network that completes a secret of the text finds it much less likely once it was replaced, and
// the evidence says how much of it the model completes before and after, without the secret.
func TestASecretOfATextIsReplaced(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "notes.txt"), notes())
	put(t, filepath.Join(dir, "secret.yaml"), "replace_text:\n  - {find: \""+secretCode+"\", with: random-digits}\n")
	must(t, dir, "train --data @/notes.txt --network lstm:24 --length 12 --epochs 40 --rate 0.01 --l2 0.001 --out @/lm")
	var err error
	for _, ridge := range []string{"10", "20", "40", "80", "160"} { // a small one may be refused
		_, _, err = call(t, in(dir, "unlearn --model @/lm --data @/notes.txt --request @/secret.yaml --method second --ridge "+ridge+" --out @/lm-2 --write-data @/kept.txt")...)
		if err == nil {
			break
		}
		require.Equal(t, refused, exitCode(err), err)
	}
	require.NoError(t, err)
	must(t, dir, "verify @/lm-2")
	all := state(t, dir)
	var r evidence.Report
	require.NoError(t, json.Unmarshal([]byte(all[filepath.Join(dir, "lm-2", "report.json")]), &r))
	assert.Equal(t, 5, r.Touched.Spans)
	figures := map[string]evidence.Figure{}
	for _, f := range r.Measured.Figures {
		figures[f.Name] = f
	}
	completed, bits := figures["share of a replaced text that the model completes"], figures["bits that the model needs for a replaced text"]
	require.NotNil(t, completed.Before)
	require.NotNil(t, completed.After)
	assert.Equal(t, 5, completed.Samples)
	assert.Greater(t, *completed.Before, 0.9)
	assert.LessOrEqual(t, *completed.After, *completed.Before)
	assert.Greater(t, *bits.After, 3**bits.Before, "the secret is much less likely")
	t.Logf("completed %v before and %v after; bits %v and %v", *completed.Before, *completed.After, *bits.Before, *bits.After)

	kept := all[filepath.Join(dir, "kept.txt")]
	assert.NotContains(t, kept, secretCode)
	assert.Equal(t, 5, strings.Count(kept, "my code is "))
	assert.Len(t, kept, len(notes()))
	for path, text := range all {
		if strings.HasPrefix(path, filepath.Join(dir, "lm-2")) {
			assert.NotContains(t, text, secretCode, path)
		}
	}
	assert.Contains(t, all[filepath.Join(dir, "lm-2", "report.html")], "completes")
}

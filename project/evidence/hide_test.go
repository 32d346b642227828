package evidence_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/project/evidence"
)

// outputs are all that is shown of a report.
func outputs(t *testing.T, r *evidence.Report) map[string]string {
	t.Helper()
	page, err := evidence.HTML(r)
	require.NoError(t, err)
	text, err := evidence.JSON(r)
	require.NoError(t, err)
	out := map[string]string{"page": string(page), "json": string(text)}
	for _, width := range []int{40, 80, 1000} {
		var b bytes.Buffer
		require.NoError(t, r.Summary(&b, width, true))
		out[fmt.Sprintf("summary at %d", width)] = b.String()
	}
	return out
}

// written are the forms in which a text may stand in a file.
func written(text string) []string {
	quoted := strings.Trim(strconv.Quote(text), `"`)
	ascii := strings.Trim(strconv.QuoteToASCII(text), `"`)
	return []string{text, html.EscapeString(text), quoted, ascii, url.QueryEscape(text), url.PathEscape(text), hex.EncodeToString([]byte(text)),
		base64.StdEncoding.EncodeToString([]byte(text)), base64.URLEncoding.EncodeToString([]byte(text)), base64.RawStdEncoding.EncodeToString([]byte(text)),
		strings.ReplaceAll(html.EscapeString(text), "&#39;", "&apos;"), strings.ReplaceAll(html.EscapeString(text), "+", "&#43;"), strings.ReplaceAll(text, "<", `\u003c`)}
}

// hostile are ids and values whose characters change when they are written.
var hostile = []string{"u-381", "a&b@example.org", `O'Brien "Bob" <bob@x.org>`, "Zoë Grün", "078-05-1120", "line\nbreak", "名前太郎", "user+1@host", "<script>alert(1)</script>"}

func TestNothingForgottenStandsInAnyOutput(t *testing.T) {
	for _, value := range hostile {
		r := adult()
		r.Secrets = []string{value}
		r.Asked.Subjects[3].ID = value
		// A careless caller quotes it in every text.
		text := "see " + value + ", and (" + value + ")"
		r.Asked.File, r.Done.Why, r.Done.Reason, r.Repeat.Command = value+".yaml", text, text, "lethe unlearn --request "+value
		r.Warnings, r.NotShown, r.Done.Notes = []string{text}, []string{text}, []string{text}
		r.History[1].Changes, r.Measured.Figures[0].Name, r.Done.Settings[0].Value, r.Repeat.Files[1].Name = text, text, text, value+".yaml"
		r.Touched.Columns, r.Asked.Changes[2].Names = []string{value}, []string{value}
		for name, out := range outputs(t, r) {
			for _, form := range written(value) {
				assert.NotContains(t, out, form, "%s of %q", name, value)
			}
			assert.Contains(t, out, "[masked]", name)
		}
		assert.Contains(t, outputs(t, r)["page"], evidence.HashID(r.Salt, value))
	}
}

// The same search finds what is shown when that is asked for, so it can find it at all.
func TestTheSearchFindsIdsThatAreShown(t *testing.T) {
	for _, value := range hostile {
		r := adult()
		r.ShowIDs, r.Salt = true, nil
		r.Secrets = []string{value, "a password"}
		r.Asked.Subjects[3].ID = value
		r.Warnings = []string{"a password"}
		for _, name := range []string{"page", "json"} {
			found := false
			for _, form := range written(value) {
				found = found || strings.Contains(outputs(t, r)[name], form)
			}
			assert.True(t, found, "%s of %q", name, value)
			assert.NotContains(t, outputs(t, r)[name], "a password")
		}
	}
}

func TestHashesOfIdsNeedTheSalt(t *testing.T) {
	a, b := []byte("0123456789abcdef"), []byte("0123456789abcdeg")
	assert.Len(t, evidence.HashID(a, "u-1"), 16)
	assert.Equal(t, evidence.HashID(a, "u-1"), evidence.HashID(a, "u-1"))
	assert.NotEqual(t, evidence.HashID(a, "u-1"), evidence.HashID(b, "u-1"))
	assert.NotEqual(t, evidence.HashID(a, "u-1"), evidence.HashID(a, "u-2"))
	for _, out := range outputs(t, adult()) {
		assert.NotContains(t, out, string(adult().Salt))
		assert.NotContains(t, out, base64.StdEncoding.EncodeToString(adult().Salt))
	}
}

// Short texts are masked as whole words only, and very short ones, which stand everywhere by
// chance, not at all.
func TestMasksOfShortTextsAreOfWholeWords(t *testing.T) {
	for _, c := range []struct{ secret, text, want string }{
		{"anna", "anna, annabel and (anna)", "[masked], annabel and ([masked])"},
		{"12345", "row 12345", "row 12345"},
		{"123456", "row 123456 and 1234567", "row [masked] and [masked]7"},
		{"abc", "abc", "abc"},
		{"a@b.org", "x a@b.org.", "x [masked]."},
		{"a@b.org", "xa@b.org", "x[masked]"},
		{"anna.", "anna.b", "[masked]b"},
		{"--x--", "a--x--b", "a[masked]b"},
	} {
		r := adult()
		r.Secrets, r.Warnings = []string{c.secret}, []string{c.text}
		var b bytes.Buffer
		require.NoError(t, r.Summary(&b, 200, false))
		assert.Contains(t, b.String(), "- "+c.want+"\n", c.secret)
	}
	r := adult()
	r.Secrets, r.Warnings = []string{"Ann Lee", "Ann Lee Marsh"}, []string{"Ann Lee Marsh and Ann Lee"}
	var b bytes.Buffer
	require.NoError(t, r.Summary(&b, 200, false))
	assert.Contains(t, b.String(), "- [masked] and [masked]\n", "the longer one first")
}

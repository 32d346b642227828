package datasets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Counts are those of the file from the package, taken with tr and wc.
func TestAlice(t *testing.T) {
	text := Alice()
	require.Equal(t, 148_244, utf8.RuneCountInString(text))
	require.True(t, strings.HasPrefix(text, "alice was beginning to get very tired of sitting by her sister\non the bank"))
	require.True(t, strings.HasSuffix(text, "and the happy summer days.\n\n                             the end"))
	require.Equal(t, "\n !\"'()*,-.0123456789:;?[]_`abcdefghijklmnopqrstuvwxyz", NewVocabulary(text).Symbols())
	require.False(t, strings.ContainsAny(text, digits))

	z, err := gzip.NewReader(bytes.NewReader(aliceText))
	require.NoError(t, err)
	raw, err := io.ReadAll(z)
	require.NoError(t, err)
	note, err := os.ReadFile(filepath.Join("embedded", "alice.txt"))
	require.NoError(t, err)
	sum := sha256.Sum256(raw)
	require.Contains(t, string(note), hex.EncodeToString(sum[:]), "the note speaks of this file")
}

// The text of the authors, from the character on at which they start, is a later edition of the
// same.
func TestAliceAgainstTheAuthors(t *testing.T) {
	folder, err := Folder("")
	require.NoError(t, err)
	theirs, err := ReadText(filepath.Join(folder, "alice", "alice_in_wonderland.txt"))
	if err != nil {
		t.Skip("no alice_in_wonderland.txt in LETHE_DATA")
	}
	theirs = strings.ToLower(theirs)[265:]
	require.Equal(t, 65, len(theirs)-len(Alice()))
	require.Equal(t, NewVocabulary(theirs).Symbols(), NewVocabulary(Alice()).Symbols())
	lines := map[string]bool{}
	for line := range strings.Lines(theirs) {
		lines[line] = true
	}
	same, all := 0, 0
	for line := range strings.Lines(Alice()) {
		if all++; lines[line] {
			same++
		}
	}
	require.Greater(t, float64(same)/float64(all), 0.97)
}

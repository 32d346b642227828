package datasets

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func textFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "my.txt")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

func zipped[T string | []byte](t testing.TB, content T) T {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return T(b.Bytes())
}

func TestReadText(t *testing.T) {
	for content, want := range map[string]string{
		"x":                               "x",
		"\n":                              "\n",
		"One\r\ntwo\nthree\rfour\r\r\n":   "One\ntwo\nthree\nfour\n\n",
		"\ufeffGrüße\r\n\u2028\ufffd":     "Grüße\n\u2028\ufffd", // a character U+FFFD in the file is no error
		zipped(t, "zipped\r\ntext\ufeff"): "zipped\ntext\ufeff",
	} {
		got, err := ReadText(textFile(t, content))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestReadTextRefuses(t *testing.T) {
	large := textFile(t, "")
	require.NoError(t, os.Truncate(large, maxText+1))
	for path, want := range map[string]string{
		textFile(t, ""):                          "no text",
		textFile(t, "\ufeff"):                    "no text",
		textFile(t, "gr\xfc\xdfe"):               "byte 2 (0xfc) is not UTF-8; save the text as UTF-8",
		textFile(t, "\ufeffab\r\n\xff"):          "byte 7 (0xff) is not UTF-8", // counted in the file as it is
		textFile(t, "cut \xe2\x82"):              "byte 4 (0xe2) is not UTF-8",
		textFile(t, "\xff\xfeh\x00i\x00"):        "byte 0 (0xff) is not UTF-8",
		textFile(t, zipped(t, "some text")[:20]): "unexpected EOF",
		large:                                    "more than 64 MiB of text; take a part of it",
		textFile(t, zipped(t, strings.Repeat("a", maxText+1))): "more than 64 MiB of text",
		t.TempDir(): "is a directory",
	} {
		_, err := ReadText(path)
		var format *FormatError
		require.ErrorAs(t, err, &format)
		require.Equal(t, path, format.File)
		require.ErrorContains(t, err, want)
	}
	_, err := ReadText(filepath.Join(t.TempDir(), "absent.txt"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzText(f *testing.F) {
	f.Add("one\r\n\r\ntwo\r\n\n\nthree", "`it is {secret}'\n\n", "042", uint64(1), byte(2))
	f.Add("\ufeffa\n\nä\xff", "{secret}", "é", uint64(7), byte(1))
	f.Fuzz(func(t *testing.T, raw, format, secret string, seed uint64, times byte) {
		text, err := parseText("f", raw)
		require.Equal(t, utf8.ValidString(raw) && strings.TrimPrefix(raw, "\ufeff") != "", err == nil)
		if err != nil {
			return
		}
		require.NotContains(t, text, "\r")
		got, c, err := InsertCanary(text, format, secret, int(times), seed)
		if err != nil {
			return
		}
		requireCanary(t, text, format, got, c, int(times))
		tokens, err := NewVocabulary(got).Encode(got)
		require.NoError(t, err)
		require.Equal(t, got, NewVocabulary(got).Decode(tokens))
	})
}

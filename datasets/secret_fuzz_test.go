package datasets

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// A secret that is found is all that stands in the text, and is gone once its places are replaced.
func FuzzSecret(f *testing.F) {
	f.Add("my pin is 4711, not 4712.\nmy pin is 4711", "pin is ", "4711", "4713")
	f.Add("caf\u00e9 cafe\u0301", "", "cafe\u0301", "ab\u0301cd")
	f.Add("a\u00a0b a b", "", "a b", "b a")
	f.Add("ﬁ １２ pass\u00adword’s\u200d", "", "12", "34")
	f.Add("ababab", "a", "ba", "ab")
	f.Fuzz(func(t *testing.T, text, prompt, secret, other string) {
		c, err := FindSecret(text, prompt, secret)
		if _, found := readsLike(text, secret, true); found {
			require.False(t, err == nil && !strings.Contains(text, secret))
		}
		if err != nil {
			return
		}
		runes := []rune(text)
		for _, s := range c.Spans {
			require.Equal(t, secret, string(runes[s.At:s.At+s.Len]))
		}
		require.Equal(t, occurrences(text, secret), len(c.Spans))
		if utf8.RuneCountInString(other) != utf8.RuneCountInString(secret) || !utf8.ValidString(other) {
			return
		}
		v := NewVocabulary(text, other)
		tokens, err := v.Encode(text)
		require.NoError(t, err)
		to, err := v.Encode(other)
		require.NoError(t, err)
		replacement := make([][]int32, len(c.Spans))
		for k := range replacement {
			replacement[k] = to
		}
		got, err := ReplaceText(tokens, c.Spans, replacement)
		require.Equal(t, other == secret, err != nil)
		if err != nil {
			return
		}
		want := []rune(text)
		for _, s := range c.Spans {
			copy(want[s.At:], []rune(other))
		}
		require.Equal(t, string(want), v.Decode(got))
	})
}

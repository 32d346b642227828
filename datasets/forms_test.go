package datasets

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What only reads like the secret is found, and is an error: it would stay behind when the secret
// is replaced.
func TestASecretInAnotherFormIsFound(t *testing.T) {
	const not = "is not in the text as it is given; at character "
	for name, c := range map[string]struct{ stands, given, want string }{
		"composed for decomposed":   {"caf\u00e9", "cafe\u0301", not + "4 it stands in another Unicode form"},
		"decomposed for composed":   {"cafe\u0301", "caf\u00e9", not + "4 it stands in another Unicode form"},
		"Hangul":                    {"\u1112\u1161\u11ab", "\ud55c", not},
		"full width":                {"１２３", "123", not},
		"half width":                {"ｶﾞ", "ガ", not},
		"ligature":                  {"ﬁne", "fine", not},
		"apostrophe":                {"don’t", "don't", not},
		"quotation marks":           {"“a”", `"a"`, not},
		"dash":                      {"a–b", "a-b", not},
		"no-break space":            {"a\u00a0b", "a b", not},
		"line break":                {"a\nb", "a b", not},
		"two spaces":                {"a  b", "a b", not},
		"one space":                 {"a b", "a  b", not},
		"carriage return":           {"a\nb", "a\r\nb", not},
		"soft hyphen":               {"pass\u00adword", "password", not},
		"zero-width space":          {"pass\u200bword", "password", not},
		"order of marks":            {"a\u0323\u0302", "a\u0302\u0323", not},
		"Kelvin for K":              {"\u212a", "K", not},
		"case":                      {"hunter2", "Hunter2", not + "4 it stands in other case"},
		"space at the end":          {"a b", "a b  ", not},
		"both forms":                {"é or e\u0301", "é", "is in the text 1 times, and at character 9 it stands as \"e\\u0301\", which only reads like it"},
		"both white spaces":         {"a b or a\nb", "a b", "is in the text 1 times, and at character 11"},
		"a mark behind it":          {"cafe\u0301", "cafe", `ends within a character: the mark '\u0301' belongs to it`},
		"nothing but the prompt":    {"47", "11", `but the prompt "is: " is, at character 0, and "47" follows it`},
		"another prompt before it":  {"x", "x", `never after the prompt "was "`},
		"prompt of another spacing": {"x", "x", `at character 0 both stand as "is: x", which only reads like them: give the prompt as it stands there`},
	} {
		t.Run(name, func(t *testing.T) {
			prompt := "is: "
			switch name {
			case "another prompt before it":
				prompt = "was "
			case "prompt of another spacing":
				prompt = "is:\t"
			}
			_, err := FindSecret("is: "+c.stands+".", prompt, c.given)
			require.ErrorContains(t, err, c.want)
			require.NotErrorIs(t, err, ErrNoSecret)
		})
	}
	_, err := FindSecret("nothing", "is: ", "x")
	require.ErrorIs(t, err, ErrNoSecret)
}

// A prompt that only reads like one of the text is none that another secret may be put after.
func TestAPromptInAnotherFormIsFound(t *testing.T) {
	for _, c := range [][2]string{
		{"The code is: ", "the code is: "}, {"the code is: ", "the  code is: "}, {"the code is:\n", "the code is: "}, {"caf\u00e9 code: ", "cafe\u0301 code: "},
		{"the “code” is: ", `the "code" is: `}, {"ＰＩＮ: ", "PIN: "}, {"PIN\u00a0is ", "pin is "}, {"pass\u00adword ", "password "},
	} {
		_, err := FindSecret("é. "+c[0]+"4711.", c[1], "4712")
		require.ErrorContains(t, err, `the secret "4712" is not in the text, but at character 3 stands `, "%q", c)
		require.ErrorContains(t, err, `which reads like the prompt `)
		require.ErrorContains(t, err, `and "4711" follows it: give both as they stand there`)
		require.NotErrorIs(t, err, ErrNoSecret)
	}
	for _, c := range [][2]string{{"codes 4711", "code "}, {"encode 4711", " code"}, {"a b", "\t"}, {"a-b", "a_b"}, {"", "x"}} {
		_, err := FindSecret(c[0], c[1], "4712")
		require.ErrorIs(t, err, ErrNoSecret, "%q", c)
	}
}

// What is another text is no other form: a part of a character, a word with another in it.
func TestAnotherTextIsNoOtherForm(t *testing.T) {
	for _, c := range [][2]string{
		{"ﬁne", "in"}, {"½", "1"}, {"a\nb", "ab"}, {"ab", "a b"}, {"e", "é"}, {"é", "e"}, {"a-b", "a_b"}, {"Ⅷ", "V"}, {"1 2", "12"}, {"x", " "}, {"", "x"},
	} {
		_, found := readsLike(c[0], c[1], false)
		require.False(t, found, "%q in %q", c[1], c[0])
	}
	for _, word := range []string{"secret", "a  b"} {
		_, found := readsLike("secret secret a  b ", word, false)
		require.False(t, found, "the word itself")
	}
	other, found := readsLike("ab Ab", "ab", true)
	require.True(t, found)
	require.Equal(t, form{3, "Ab"}, other)
	require.True(t, ReadAlike("e\u0301", "é"))
	require.False(t, ReadAlike("A", "a"))
}

func TestInsertCanaryRefusesWhatWouldStandMoreOften(t *testing.T) {
	_, _, err := InsertCanary("x\n\nb", "{secret}a", "ab", 1, 1)
	require.ErrorContains(t, err, "the canary stands in the text 2 times, not 1")
	_, _, err = InsertCanary("pin １２\n\nb", "pin {secret}", "12", 1, 1)
	require.ErrorContains(t, err, `the canary is in the text already, at character 0 as "pin \uff11\uff12", which reads like it`)
}

func TestAReplacementThatChangesNothingIsRefused(t *testing.T) {
	d, err := Windows("d", []int32{0, 1, 2, 3, 4}, 2, 8)
	require.NoError(t, err)
	for _, replacement := range [][][]int32{{{1, 2}, {0}}, {{1, 1}, {4}}} {
		_, _, err := ReplaceSpans(d, []Span{{1, 2}, {4, 1}}, replacement)
		require.ErrorContains(t, err, "would be replaced by itself, which changes nothing; give it another replacement")
		_, err = ReplaceText(d.X.(*Tokens).Text, []Span{{1, 2}, {4, 1}}, replacement)
		require.ErrorContains(t, err, "would be replaced by itself")
	}
}

func TestSpansOfAnyNumbersDoNotOverflow(t *testing.T) {
	const most = int(^uint(0) >> 1)
	require.Equal(t, []int{1, 2}, SpanWindows([]Span{{2, most}}, 1, 3))
	require.Empty(t, SpanWindows([]Span{{most, most}}, 1, 3))
	_, err := ReplaceText([]int32{1}, []Span{{0, -most - 1}}, [][]int32{nil})
	require.ErrorContains(t, err, "is not within the text")
	_, err = ReplaceText([]int32{1}, []Span{{most, most}}, [][]int32{nil})
	require.ErrorContains(t, err, "is not within the text")
}

func TestVocabularyNamesAnUnknownToken(t *testing.T) {
	require.PanicsWithValue(t, "datasets: token 10 at place 1 is not in a vocabulary of 10", func() { NewVocabulary().Decode([]int32{0, 10}) })
	require.Empty(t, (&Vocabulary{}).Digits())
}

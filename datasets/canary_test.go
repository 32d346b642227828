package datasets

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const telephone = "`my telephone number is {secret}!' said alice.\n\n  "

func TestInsertCanary(t *testing.T) {
	for seed := range uint64(50) {
		got, c, err := InsertCanary("\n\nä\n\nb\nc\n\n\n\nd", "<é{secret}>", "12", 2, seed)
		require.NoError(t, err)
		requireCanary(t, "\n\nä\n\nb\nc\n\n\n\nd", "<é{secret}>", got, c, 2)
		require.Equal(t, []string{"<é", "12", ">"}, []string{c.Prompt, c.Secret, c.Suffix})
		switch got { // all that are possible: three breaks, the four line ends are one of them
		case "\n\n<é12>ä\n\n<é12>b\nc\n\n\n\nd":
			require.Equal(t, []Span{{4, 2}, {12, 2}}, c.Spans)
		case "\n\n<é12>ä\n\nb\nc\n\n\n\n<é12>d":
			require.Equal(t, []Span{{4, 2}, {19, 2}}, c.Spans)
		case "\n\nä\n\n<é12>b\nc\n\n\n\n<é12>d":
			require.Equal(t, []Span{{7, 2}, {19, 2}}, c.Spans)
		default:
			t.Fatalf("%q", got)
		}
	}
}

// requireCanary checks what InsertCanary says against the text itself: the canary stands around
// every span, and without it the text is the old one, cut at paragraph breaks.
func requireCanary(t require.TestingT, text, format, got string, c *Canary, times int) {
	require.Len(t, c.Spans, times)
	require.Equal(t, format, c.Prompt+placeholder+c.Suffix)
	runes, prompt, secret, suffix := []rune(got), []rune(c.Prompt), []rune(c.Secret), []rune(c.Suffix)
	var without []rune
	from := 0
	for _, s := range c.Spans {
		require.Equal(t, len(secret), s.Len)
		begin, end := s.At-len(prompt), s.At+s.Len+len(suffix)
		require.GreaterOrEqual(t, begin, from)
		require.Equal(t, c.Prompt+c.Secret+c.Suffix, string(runes[begin:end]))
		without = append(without, runes[from:begin]...)
		require.True(t, strings.HasSuffix(string(without), "\n\n"))
		require.False(t, strings.HasPrefix(text[len(string(without)):], "\n"))
		from = end
	}
	require.Equal(t, text, string(append(without, runes[from:]...)))
}

func TestInsertCanaryIntoAlice(t *testing.T) {
	secret := RandomDigits(10, rand.New(rand.NewPCG(1, 2)))
	got, c, err := InsertCanary(Alice(), telephone, secret, 29, 3)
	require.NoError(t, err)
	requireCanary(t, Alice(), telephone, got, c, 29)
	require.Equal(t, 29, strings.Count(got, "\n\n`my telephone number is "+secret+"!' said alice.\n\n  "))
	v := NewVocabulary(got)
	require.Equal(t, NewVocabulary(Alice()), v, "54 symbols with and without the canary")
	require.Equal(t, 54, v.Size())

	// 24 + 10 windows each; the canaries are too long for one window to touch two.
	tokens, err := v.Encode(got)
	require.NoError(t, err)
	rows := SpanWindows(c.Spans, 24, len(tokens)-24)
	require.Len(t, rows, 29*34)
	first := tokens[rows[0] : rows[0]+25]
	require.Equal(t, c.Prompt+secret[:1], v.Decode(first), "the first window is the prompt, its label the first digit")

	same, d, err := InsertCanary(Alice(), telephone, secret, 29, 3)
	require.NoError(t, err)
	require.Equal(t, got, same)
	require.Equal(t, c, d)
	other, _, err := InsertCanary(Alice(), telephone, secret, 29, 4)
	require.NoError(t, err)
	require.NotEqual(t, got, other)
	sixth, e, err := InsertCanary(Alice(), telephone, secret, 6, 3)
	require.NoError(t, err)
	requireCanary(t, Alice(), telephone, sixth, e, 6)
}

func TestInsertCanaryRefuses(t *testing.T) {
	text := "one\n\ntwo\n\nmy number is 12."
	for want, c := range map[string]struct {
		text, format, secret string
		times                int
	}{
		`the format "my number" of a canary has {secret} 0 times`:            {text, "my number", "34", 1},
		`the format "{secret} or {secret}" of a canary has {secret} 2 times`: {text, "{secret} or {secret}", "34", 1},
		"the secret is empty": {text, "{secret}", "", 1},
		"the canary is to be inserted 3 times, but the text has 2 paragraph breaks": {text, "{secret}", "34", 3},
		"cannot insert the canary 0 times; give at least 1":                         {text, "{secret}", "34", 0},
		"cannot insert the canary -1 times":                                         {text, "{secret}", "34", -1},
		"the canary is to be inserted 1 times, but the text has 0 paragraph breaks": {"one\r\n\r\ntwo\nthree", "{secret}", "34", 1},
		"the canary is in the text already, at character 12; choose another":        {"ö\n\n" + text[1:], "my number is {secret}!", "12", 1},
		"the text is not UTF-8: byte 5 is 0xff":                                     {"one\n\n\xff", "{secret}", "34", 1},
		"the secret is not UTF-8: byte 0 is 0x80":                                   {text, "{secret}", "\x80", 1},
		"what stands before the secret is not UTF-8: byte 1 is 0xc3":                {text, "a\xc3{secret}", "34", 1},
		"what stands after the secret is not UTF-8: byte 0 is 0xa4":                 {text, "{secret}\xa4", "34", 1},
	} {
		_, _, err := InsertCanary(c.text, c.format, c.secret, c.times, 1)
		require.ErrorContains(t, err, "datasets: "+want)
	}
	_, _, err := InsertCanary(text, "my phone is {secret}", "12", 2, 1)
	require.NoError(t, err, "the secret may be there, it is not after this prompt")
}

// Every break is drawn about equally often: 3 of 10, 2,000 times, is 600 +- 20.5; the limit is five
// standard deviations.
func TestInsertCanaryIsUniform(t *testing.T) {
	text := strings.Repeat("x\n\n", 10)
	count := make([]int, 10)
	for seed := range uint64(2000) {
		_, c, err := InsertCanary(text, "{secret}", "s", 3, seed)
		require.NoError(t, err)
		for k, s := range c.Spans {
			count[(s.At-k)/3-1]++
		}
	}
	for _, n := range count {
		require.InDelta(t, 600, n, 102)
	}
}

func TestFindSecret(t *testing.T) {
	text := "é: my pin is 4711, not 4712.\nmy pin is 4711; 47114711"
	c, err := FindSecret(text, "my pin is ", "4711")
	require.NoError(t, err)
	require.Equal(t, &Canary{Prompt: "my pin is ", Secret: "4711", Spans: []Span{{13, 4}, {39, 4}, {45, 4}, {49, 4}}}, c)
	for _, s := range c.Spans {
		require.Equal(t, "4711", string([]rune(text)[s.At:s.At+s.Len]))
	}
	c, err = FindSecret("ééà", "", "é")
	require.NoError(t, err)
	require.Equal(t, []Span{{0, 1}, {1, 1}}, c.Spans)
	for want, c := range map[string]struct{ text, prompt, secret string }{
		`the secret "4713" is not in the text`: {text, "", "4713"},
		`the secret "4712" is in the text 1 times, first at character 23, but never after the prompt "my pin is "`: {text, "my pin is ", "4712"},
		`the secret "aba" overlaps itself at the characters 1 and 3 of the text`:                                   {"éababa", "", "aba"},
		"the secret is empty":           {text, "", ""},
		"the text is not UTF-8: byte 1": {"a\xff", "", "a"},
	} {
		_, err := FindSecret(c.text, c.prompt, c.secret)
		require.ErrorContains(t, err, "datasets: "+want)
	}
}

// The oracle looks at every position.
func TestFindSecretAgainstEveryPosition(t *testing.T) {
	letters := rapid.SampledFrom([]rune("abé"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(letters, 0, 30).Draw(t, "text")
		secret := rapid.SliceOfN(letters, 1, 3).Draw(t, "secret")
		var want []Span
		overlap := false
		for at := range text {
			if at+len(secret) <= len(text) && slices.Equal(text[at:at+len(secret)], secret) {
				overlap = overlap || len(want) > 0 && at < want[len(want)-1].At+len(secret)
				want = append(want, Span{at, len(secret)})
			}
		}
		c, err := FindSecret(string(text), "", string(secret))
		if overlap || len(want) == 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, c.Spans)
	})
}

func TestRandomDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := RandomDigits(10_000, r)
	require.Regexp(t, `^[0-9]+$`, s)
	require.Len(t, s, 10_000)
	for _, digit := range digits {
		require.InDelta(t, 1000, strings.Count(s, string(digit)), 150) // five standard deviations of 30
	}
	require.NotEqual(t, s, RandomDigits(10_000, r))
	require.Equal(t, s, RandomDigits(10_000, rand.New(rand.NewPCG(1, 1))))
	require.Empty(t, RandomDigits(0, r))
}

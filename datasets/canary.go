package datasets

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// placeholder is where a canary's format takes the secret.
const placeholder = "{secret}"

// Canary is a secret in a text, whose memorization can be measured: N. Carlini et al., "The Secret
// Sharer", USENIX Security 2019.
type Canary struct {
	Prompt string // what stands before the secret
	Secret string
	Suffix string // what stands after it; empty if it is not the same everywhere
	Spans  []Span // where in the text the secret stands, in characters (not bytes), rising
}

// RandomDigits returns n digits, each drawn evenly from 0 to 9.
func RandomDigits(n int, r *rand.Rand) string {
	s := make([]byte, n)
	for i := range s {
		s[i] = digits[r.IntN(len(digits))]
	}
	return string(s)
}

// InsertCanary returns the text with a canary in it, several times over, and where it stands. The
// canary is the format with {secret} replaced by the secret. It goes in after paragraph breaks (two
// or more \n in a row, before whatever the next line begins with), different ones drawn at random.
// What comes before {secret} may not stand before the secret anywhere in the text already, so that
// the spans are all there is to forget.
func InsertCanary(text, format, secret string, times int, seed uint64) (string, *Canary, error) {
	c, err := newCanary(format, secret)
	if err != nil {
		return "", nil, err
	}
	if err := checkPlain(text, c); err != nil {
		return "", nil, err
	}
	if at := strings.Index(text, c.Prompt+secret); at >= 0 {
		return "", nil, fmt.Errorf("datasets: the canary is in the text already, at character %d; choose another secret",
			utf8.RuneCountInString(text[:at]))
	}
	if other, found := readsLike(text, c.Prompt+secret, false); found {
		return "", nil, quoting("datasets: the canary is in the text already, at character %d as %+q, which reads like it; choose another secret",
			other.at, quote(other.text))
	}
	if times < 1 {
		return "", nil, fmt.Errorf("datasets: cannot insert the canary %d times; give at least 1", times)
	}
	breaks := paragraphBreaks(text)
	if times > len(breaks) {
		return "", nil, fmt.Errorf("datasets: the canary is to be inserted %d times, but the text has %d paragraph breaks (empty lines); "+
			"insert it less often or give a longer text", times, len(breaks))
	}
	chosen := rand.New(rand.NewPCG(seed, 0xca9a21)).Perm(len(breaks))[:times]
	slices.Sort(chosen)
	var out strings.Builder
	from, at := 0, 0 // how far the text was read, in bytes, and what was written, in characters
	prompt, length, suffix := utf8.RuneCountInString(c.Prompt), utf8.RuneCountInString(secret), utf8.RuneCountInString(c.Suffix)
	for _, k := range chosen {
		out.WriteString(text[from:breaks[k]])
		out.WriteString(c.Prompt + secret + c.Suffix)
		at += utf8.RuneCountInString(text[from:breaks[k]]) + prompt
		c.Spans = append(c.Spans, Span{at, length})
		from, at = breaks[k], at+length+suffix
	}
	out.WriteString(text[from:])
	if n := occurrences(out.String(), c.Prompt+secret); n != times {
		return "", nil, fmt.Errorf("datasets: the canary stands in the text %d times, not %d: its end and what follows it make another one; "+
			"choose another format or secret", n, times)
	}
	return out.String(), c, nil
}

// occurrences counts the places where a word stands, those that overlap too.
func occurrences(text, word string) int {
	n := 0
	for {
		at := strings.Index(text, word)
		if at < 0 {
			return n
		}
		_, first := utf8.DecodeRuneInString(text[at:])
		text, n = text[at+first:], n+1
	}
}

// newCanary returns a canary that is nowhere yet.
func newCanary(format, secret string) (*Canary, error) {
	if n := strings.Count(format, placeholder); n != 1 {
		return nil, quoting("datasets: the format %q of a canary has %s %d times; it has to be there once", quote(format), placeholder, n)
	}
	if secret == "" {
		return nil, errors.New("datasets: the secret is empty")
	}
	prompt, suffix, _ := strings.Cut(format, placeholder)
	return &Canary{Prompt: prompt, Secret: secret, Suffix: suffix}, nil
}

// checkPlain refuses what is not UTF-8, in which characters cannot be counted.
func checkPlain(text string, c *Canary) error {
	for _, part := range []struct{ what, is string }{
		{"the text", text}, {"what stands before the secret", c.Prompt}, {"the secret", c.Secret}, {"what stands after the secret", c.Suffix},
	} {
		if at := invalidUTF8(part.is); at >= 0 {
			return fmt.Errorf("datasets: %s is not UTF-8: byte %d is 0x%02x", part.what, at, part.is[at])
		}
	}
	return nil
}

// paragraphBreaks returns where each run of two or more \n ends, in bytes.
func paragraphBreaks(text string) []int {
	var ends []int
	run := 0
	for i := range len(text) {
		if text[i] == '\n' {
			run++
			continue
		}
		if run > 1 {
			ends = append(ends, i)
		}
		run = 0
	}
	if run > 1 {
		ends = append(ends, len(text))
	}
	return ends
}

// ErrNoSecret is wrapped by the error of [FindSecret] about a text in which the secret does not
// stand in any form, and its prompt neither.
var ErrNoSecret = errors.New("is not in the text")

// FindSecret returns the canary that a secret in the user's own text is: all its occurrences,
// whatever stands before them. It is an error if there is none, which wraps [ErrNoSecret], if none
// follows the prompt (give "" if there is no prompt), or if two overlap, so that it is not clear
// which characters belong to which. It is an error too if a place of the text only reads like the
// secret: in another Unicode form, with other white space, quotation marks or dashes, or, where the
// secret itself does not stand in the text, in other case. Such a place would stay behind when the
// secret is replaced.
func FindSecret(text, prompt, secret string) (*Canary, error) {
	c, err := newCanary(placeholder, secret)
	if err != nil {
		return nil, err
	}
	c.Prompt = prompt
	if err := checkPlain(text, c); err != nil {
		return nil, err
	}
	if c.Spans, err = spansOf(text, secret); err != nil {
		return nil, err
	}
	if err := checkForms(text, secret, len(c.Spans)); err != nil {
		return nil, err
	}
	switch {
	case len(c.Spans) == 0:
		return nil, absent(text, prompt, secret)
	case !strings.Contains(text, prompt+secret):
		if other, found := readsLike(text, prompt+secret, false); found {
			return nil, quoting("datasets: the secret %q is in the text %d times, but never after the prompt %q: at character %d both stand as %+q, "+
				"which only reads like them: give the prompt as it stands there", quote(secret), len(c.Spans), quote(prompt), other.at, quote(other.text))
		}
		first := c.Spans[0].At
		return nil, quoting("datasets: the secret %q is in the text %d times, first at character %d, but never after the prompt %q: "+
			"what stands before it there is %q", quote(secret), len(c.Spans), first, quote(prompt), quote(before(text, first, utf8.RuneCountInString(prompt))))
	}
	return c, nil
}

// spansOf returns where a secret stands in a text.
func spansOf(text, secret string) ([]Span, error) {
	length := utf8.RuneCountInString(secret)
	var spans []Span
	from, at := 0, 0 // the same place in bytes and in characters
	for {
		skip := strings.Index(text[from:], secret)
		if skip < 0 {
			return spans, nil
		}
		at += utf8.RuneCountInString(text[from : from+skip])
		from += skip
		if n := len(spans); n > 0 && spans[n-1].At+length > at {
			return nil, quoting("datasets: the secret %q overlaps itself at the characters %d and %d of the text; give a longer one",
				quote(secret), spans[n-1].At, at)
		}
		if r, _ := utf8.DecodeRuneInString(text[from+len(secret):]); unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			return nil, quoting("datasets: the secret %q at character %d of the text ends within a character: the mark %+q belongs to it; "+
				"give it as it stands there", quote(secret), at, r)
		}
		spans = append(spans, Span{at, length})
		_, first := utf8.DecodeRuneInString(text[from:])
		from, at = from+first, at+1
	}
}

// checkForms refuses a text in which something only reads like the secret, which stands there so
// many times.
func checkForms(text, secret string, times int) error {
	other, found := readsLike(text, secret, false)
	if found && times > 0 {
		return quoting("datasets: the secret %q is in the text %d times, and at character %d it stands as %+q, which only reads like it and "+
			"would stay behind: write it in the text everywhere alike", quote(secret), times, other.at, quote(other.text))
	}
	how := "in another Unicode form, or with other white space, quotation marks or dashes"
	if !found && times == 0 {
		other, found = readsLike(text, secret, true)
		how = "in other case"
	}
	if found {
		return quoting("datasets: the secret %q is not in the text as it is given; at character %d it stands %s, as %+q: give it as it stands there",
			quote(secret), other.at, how, quote(other.text))
	}
	return nil
}

// absent is the error about a text that does not hold the secret in any form. A prompt that stands
// there is followed by something else, which may be the secret that was meant; so is one that only
// reads like it.
func absent(text, prompt, secret string) error {
	stands := prompt
	at := strings.Index(text, prompt)
	if other, found := promptLike(text, prompt); at < 0 && found {
		at, stands = len(string([]rune(text)[:other.at])), other.text
	}
	if prompt == "" || at < 0 {
		return quoting("datasets: the secret %q %w", quote(secret), ErrNoSecret)
	}
	follows := []rune(text[at+len(stands):])
	follows = follows[:min(len(follows), utf8.RuneCountInString(secret))]
	if stands != prompt {
		return quoting("datasets: the secret %q is not in the text, but at character %d stands %+q, which reads like the prompt %q, and %q follows it: "+
			"give both as they stand there, or a prompt that is not in the text", quote(secret), utf8.RuneCountInString(text[:at]), quote(stands),
			quote(prompt), quote(string(follows)))
	}
	return quoting("datasets: the secret %q is not in the text, but the prompt %q is, at character %d, and %q follows it: give that as the secret, "+
		"or a prompt that is not in the text", quote(secret), quote(prompt), utf8.RuneCountInString(text[:at]), quote(string(follows)))
}

// before returns the n characters in front of a place of the text, fewer where the text begins.
func before(text string, at, n int) string {
	runes := []rune(text)
	return string(runes[max(at-n, 0):at])
}

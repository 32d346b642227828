package datasets

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// placeholder is where a canary's format takes the secret.
const placeholder = "{secret}"

// Canary is a secret in a text, whose memorisation can be measured: N. Carlini et al., "The Secret Sharer", USENIX
// Security 2019.
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

// InsertCanary returns the text with a canary in it, several times over, and where it stands. The canary is the format
// with {secret} replaced by the secret. It goes in after paragraph breaks (two or more \n in a row, before whatever the
// next line begins with), different ones drawn at random. What comes before {secret} may not stand before the secret
// anywhere in the text already, so that the spans are all there is to forget.
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
	return out.String(), c, nil
}

// newCanary returns a canary that is nowhere yet.
func newCanary(format, secret string) (*Canary, error) {
	if n := strings.Count(format, placeholder); n != 1 {
		return nil, fmt.Errorf("datasets: the format %q of a canary has %s %d times; it has to be there once", format, placeholder, n)
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

// FindSecret returns the canary that a secret in the user's own text is: all its occurrences, whatever stands before
// them. It is an error if there is none, if none follows the prompt (give "" if there is no prompt), or if two overlap,
// so that it is not clear which characters belong to which.
func FindSecret(text, prompt, secret string) (*Canary, error) {
	c, err := newCanary(placeholder, secret)
	if err != nil {
		return nil, err
	}
	c.Prompt = prompt
	if err := checkPlain(text, c); err != nil {
		return nil, err
	}
	length := utf8.RuneCountInString(secret)
	from, at := 0, 0 // the same place in bytes and in characters
	for {
		skip := strings.Index(text[from:], secret)
		if skip < 0 {
			break
		}
		at += utf8.RuneCountInString(text[from : from+skip])
		from += skip
		if n := len(c.Spans); n > 0 && c.Spans[n-1].At+length > at {
			return nil, fmt.Errorf("datasets: the secret %q overlaps itself at the characters %d and %d of the text; give a longer one",
				secret, c.Spans[n-1].At, at)
		}
		c.Spans = append(c.Spans, Span{at, length})
		_, first := utf8.DecodeRuneInString(text[from:])
		from, at = from+first, at+1
	}
	if len(c.Spans) == 0 {
		return nil, fmt.Errorf("datasets: the secret %q is not in the text", secret)
	}
	if !strings.Contains(text, prompt+secret) {
		return nil, fmt.Errorf("datasets: the secret %q is in the text %d times, first at character %d, but never after the prompt %q",
			secret, len(c.Spans), c.Spans[0].At, prompt)
	}
	return c, nil
}

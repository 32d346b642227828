package memorization

import (
	"errors"
	"math/rand/v2"
	"slices"
	"unicode"

	"lethe/datasets"
)

// kinds are the kinds of characters that stand for one another.
var kinds = []func(rune) bool{
	func(r rune) bool { return r >= '0' && r <= '9' }, unicode.IsDigit, unicode.IsLower, unicode.IsUpper,
	func(r rune) bool { return unicode.IsLetter(r) && !unicode.IsLower(r) && !unicode.IsUpper(r) },
}

// anyKinds are those of a secret that has none of the others, or whose kinds have no other
// character in the text.
var anyKinds = []func(rune) bool{unicode.IsSpace, unicode.IsGraphic}

// alike returns random characters of the kinds of the secret's: a digit for a digit, a letter of
// the text's for a letter, upper or lower case as it was; others stay. Where that leaves nothing to
// choose from, each becomes any character of the text, white space white space. What is drawn is
// never the secret itself, nor what reads like it.
func (p *planted) alike(rng *rand.Rand) (string, error) {
	secret := []rune(p.canary.Secret)
	for _, kinds := range [][]func(rune) bool{kinds, anyKinds} {
		choices := p.choices(secret, kinds)
		const tries = 1000 // a single digit is drawn again about once in ten
		for range tries {
			text := drawn(secret, choices, rng)
			if text == "" {
				break
			}
			if !datasets.ReadAlike(text, p.canary.Secret) {
				return text, nil
			}
		}
	}
	return "", errors.New("the text has no other characters of the kinds in the secret to replace it with: give a replacement with --replace")
}

// choices returns for each character of the secret those that it may become; none where it stays.
func (p *planted) choices(secret []rune, kinds []func(rune) bool) [][]rune {
	out := make([][]rune, len(secret))
	for i, c := range secret {
		k := slices.IndexFunc(kinds, func(is func(rune) bool) bool { return is(c) })
		if k < 0 {
			continue
		}
		for _, symbol := range p.vocabulary.Symbols() {
			if kinds[k](symbol) {
				out[i] = append(out[i], symbol)
			}
		}
	}
	return out
}

// drawn replaces each character of the secret by one of its choices; it is empty if no character
// has another.
func drawn(secret []rune, choices [][]rune, rng *rand.Rand) string {
	if !slices.ContainsFunc(choices, func(c []rune) bool { return len(c) > 1 }) {
		return ""
	}
	out := slices.Clone(secret)
	for i, c := range choices {
		if len(c) > 0 {
			out[i] = c[rng.IntN(len(c))]
		}
	}
	return string(out)
}

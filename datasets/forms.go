package datasets

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	normal "golang.org/x/text/unicode/norm"
)

// form is a place of a text that reads like a word, though its characters are others.
type form struct {
	at   int    // in characters
	text string // what stands there
}

// readsLike returns the first place of a text that reads like the word and is not the word itself:
// another Unicode form (composed or decomposed, full-width, a ligature), other white space (a line
// break, a no-break space, several spaces), other quotation marks or dashes, invisible characters
// in between, and with anyCase upper for lower case. White space around the word does not count.
func readsLike(text, word string, anyCase bool) (form, bool) {
	folded := newFolded(word, anyCase)
	folded.trim()
	return folded.find(text, word, anyCase)
}

// promptLike is readsLike for a prompt, whose white space at the ends does count: "code " is not in
// "codes".
func promptLike(text, prompt string) (form, bool) {
	if strings.TrimSpace(prompt) == "" {
		return form{}, false
	}
	for _, anyCase := range []bool{false, true} {
		if f, found := newFolded(prompt, anyCase).find(text, prompt, anyCase); found {
			return f, true
		}
	}
	return form{}, false
}

// find returns the first place of a text that reads like f and is not the word that f was made of.
func (f *folded) find(text, word string, anyCase bool) (form, bool) {
	if len(f.text) == 0 {
		return form{}, false
	}
	pattern, all := f.text, newFolded(text, anyCase)
	for from := 0; ; {
		skip := bytes.Index(all.text[from:], pattern)
		if skip < 0 {
			return form{}, false
		}
		at := from + skip
		_, first := utf8.DecodeRune(all.text[at:])
		from = at + first
		last := at + len(pattern)
		if !all.whole(at, last) {
			continue
		}
		begin, end := all.begin[at], all.end[last-1]
		if !standsNear(text, word, begin, end) {
			return form{utf8.RuneCountInString(text[:begin]), text[begin:end]}, true
		}
	}
}

// ReadAlike reports whether two texts read the same though their characters may differ: in their
// Unicode form, in white space, quotation marks or dashes, or by invisible characters. Case counts.
func ReadAlike(a, b string) bool {
	x, y := newFolded(a, false), newFolded(b, false)
	x.trim()
	y.trim()
	return bytes.Equal(x.text, y.text)
}

// standsNear reports whether the word itself stands where it shares a character with
// text[begin:end].
func standsNear(text, word string, begin, end int) bool {
	return strings.Contains(text[max(begin-len(word)+1, 0):min(end+len(word)-1, len(text))], word)
}

// folded is a text in which what reads alike is the same, and for each of its bytes the bytes of
// the text that it stands for.
type folded struct {
	text       []byte
	begin, end []int
}

func newFolded(text string, anyCase bool) *folded {
	f := &folded{}
	for at := 0; at < len(text); {
		n := normal.NFKC.NextBoundaryInString(text[at:], true)
		f.add(text[at:at+n], at, anyCase)
		at += n
	}
	return f
}

// add folds a character with its marks, which begins at that byte of the text.
func (f *folded) add(character string, at int, anyCase bool) {
	plain := normal.NFKC.String(strings.Map(alike, character))
	for _, r := range plain {
		r = alike(r)
		switch {
		case r < 0:
			continue
		case r == ' ' && len(f.text) > 0 && f.text[len(f.text)-1] == ' ':
			f.end[len(f.end)-1] = at + len(character) // a run of white space is one
			continue
		case anyCase:
			r = smallest(r)
		}
		before := len(f.text)
		f.text = utf8.AppendRune(f.text, r)
		for range len(f.text) - before {
			f.begin, f.end = append(f.begin, at), append(f.end, at+len(character))
		}
	}
}

// trim takes white space off both ends.
func (f *folded) trim() {
	for len(f.text) > 0 && f.text[0] == ' ' {
		f.text, f.begin, f.end = f.text[1:], f.begin[1:], f.end[1:]
	}
	for n := len(f.text) - 1; n >= 0 && f.text[n] == ' '; n-- {
		f.text, f.begin, f.end = f.text[:n], f.begin[:n], f.end[:n]
	}
}

// whole reports whether the bytes from at to before last are those of whole characters of the text.
func (f *folded) whole(at, last int) bool {
	return (at == 0 || f.begin[at-1] != f.begin[at]) && (last == len(f.text) || f.begin[last] != f.begin[last-1])
}

// signs are the signs that stand for one another.
var signs = map[rune]rune{
	'‘': '\'', '’': '\'', '‚': '\'', '‛': '\'', '′': '\'', 'ʼ': '\'', 'ʹ': '\'', '`': '\'', '´': '\'', '＇': '\'', '‹': '\'', '›': '\'',
	'“': '"', '”': '"', '„': '"', '‟': '"', '″': '"', '«': '"', '»': '"', '＂': '"',
	'‐': '-', '‑': '-', '‒': '-', '–': '-', '—': '-', '―': '-', '−': '-', '﹣': '-', '－': '-',
}

// alike is the character that stands for all that look like this one; negative for one that is not
// seen.
func alike(r rune) rune {
	if to, ok := signs[r]; ok {
		return to
	}
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
		return -1
	}
	return r
}

// smallest is the smallest of the characters that differ from this one in case only.
func smallest(r rune) rune {
	low := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		low = min(low, next)
	}
	return low
}

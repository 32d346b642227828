package datasets

import (
	"io"
	"strings"
	"unicode/utf8"
)

// maxText bounds the size of a text in bytes: eight bytes a window are kept for its start and eight
// for its label.
const maxText = 64 << 20

// ReadText reads a text file, gzipped or not, of at most 64 MiB. Lines end in \n in what it
// returns, whether the file has \n, \r\n or \r; a byte order mark is dropped. A file that is empty,
// too large or not UTF-8 is a [FormatError], the last with the offset of the first wrong byte.
// Upper case stays: strings.ToLower gives the smaller vocabulary.
func ReadText(path string) (text string, err error) {
	err = withFile(path, func(r io.Reader) error {
		text, err = TextFrom(r, path)
		return err
	})
	return text, err
}

// TextFrom is ReadText from a reader of what is not gzipped; name stands in messages.
func TextFrom(r io.Reader, name string) (string, error) {
	var raw strings.Builder // whose text is not copied
	if _, err := io.Copy(&raw, io.LimitReader(r, maxText+1)); err != nil {
		return "", malformed(name, 0, "%v", err)
	}
	return parseText(name, raw.String())
}

func parseText(file, raw string) (string, error) {
	if len(raw) > maxText {
		return "", malformed(file, 0, "more than %d MiB of text; take a part of it", maxText>>20)
	}
	if at := invalidUTF8(raw); at >= 0 {
		return "", malformed(file, 0, "byte %d (0x%02x) is not UTF-8; save the text as UTF-8", at, raw[at])
	}
	text := unixLines(strings.TrimPrefix(raw, "\ufeff"))
	if text == "" {
		return "", malformed(file, 0, "no text")
	}
	return text, nil
}

// unixLines ends all lines in \n.
func unixLines(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i := range len(text) {
		switch {
		case text[i] != '\r':
			b.WriteByte(text[i])
		case i+1 == len(text) || text[i+1] != '\n': // of \r\n the \n stays
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(s string) int {
	for i, r := range s {
		if r != utf8.RuneError {
			continue
		}
		if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 { // the character U+FFFD itself has three bytes
			return i
		}
	}
	return -1
}

// Package wrap breaks text into lines that fit the columns of a terminal.
package wrap

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Columns returns how many columns of a terminal a text takes: Chinese characters take two, marks
// upon others none.
func Columns(text string) int { return uniseg.StringWidth(text) }

// Lines breaks a text into lines of at most so many columns: at spaces, and a word that is longer
// than a line within.
func Lines(text string, width int) []string { return LinesAt(text, width, anywhere) }

// LinesAt is [Lines] that breaks a line of one long word where within says: behind so many of its
// bytes, or not at all where it says 0. A nil within never breaks a word.
func LinesAt(text string, width int, within func(line string, width int) int) []string {
	width = max(width, 1)
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && Columns(line)+1+Columns(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
		for within != nil && Columns(line) > width {
			at := within(line, width)
			if at <= 0 || at >= len(line) {
				break
			}
			lines, line = append(lines, line[:at]), line[at:]
		}
	}
	return append(lines, line)
}

// anywhere breaks a word where the line is full, at least behind its first character.
func anywhere(line string, width int) int {
	at, used := 0, 0
	for g := uniseg.NewGraphemes(line); g.Next() && (at == 0 || used+g.Width() <= width); {
		at, used = at+len(g.Str()), used+g.Width()
	}
	return at
}

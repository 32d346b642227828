package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"lethe/experiments"
)

// screen keeps a few lines at the bottom of what a terminal shows, and draws them again in place.
type screen struct {
	w     io.Writer
	width func() int // columns of the terminal, which may change
	shown []string
}

// show draws the lines in place of those that are shown. Each has to fit into the terminal.
func (s *screen) show(lines ...string) {
	text := s.erase()
	s.shown = lines
	if text += strings.Join(lines, "\n"); text != "" {
		fmt.Fprint(s.w, text)
	}
}

// print writes a text that stays, above the lines that are drawn in place. It is broken at spaces
// where the terminal is too narrow.
func (s *screen) print(text string) {
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	lines := experiments.Wrap(printable(text), s.width()-1-len(indent)-2)
	for i := range lines {
		if i > 0 {
			lines[i] = indent + "  " + lines[i]
		} else {
			lines[i] = indent + lines[i]
		}
	}
	fmt.Fprint(s.w, s.erase()+strings.Join(lines, "\n")+"\n"+strings.Join(s.shown, "\n"))
}

// erase returns what removes the lines that are shown. A terminal that has become narrower since
// they were drawn has broken them.
func (s *screen) erase() string {
	if len(s.shown) == 0 {
		return ""
	}
	rows, width := 0, max(s.width(), 1)
	for _, line := range s.shown {
		rows += max(1, (experiments.Columns(line)+width-1)/width)
	}
	up := ""
	if rows > 1 {
		up = fmt.Sprintf("\x1b[%dA", rows-1)
	}
	return "\r" + up + "\x1b[J"
}

// unknownColumns is the width of a terminal that does not tell it.
const unknownColumns = 80

// columnsOf returns how many columns a terminal has.
func columnsOf(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return unknownColumns
}

// cut shortens a text to so many columns, with an ellipsis where something is left out. What would
// move the cursor is a space.
func cut(text string, width int) string {
	text = printable(text)
	if experiments.Columns(text) <= width {
		return text
	}
	var b strings.Builder
	used := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if used+g.Width() > width-1 {
			break
		}
		used += g.Width()
		b.WriteString(g.Str())
	}
	if width < 1 {
		return ""
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// printable replaces characters that do not print, of which an escape could do anything to a
// terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r) && r != '\u200d' {
			return ' '
		}
		return r
	}, text)
}

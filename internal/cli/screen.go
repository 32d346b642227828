package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"lethe/internal/wrap"
)

// Screen keeps a few lines at the bottom of what a terminal shows, and draws them again in place.
type Screen struct {
	W     io.Writer
	Width func() int // columns of the terminal, which may change
	shown []string
}

// Show draws the lines in place of those that are shown. Each has to fit into the terminal.
func (s *Screen) Show(lines ...string) {
	text := s.erase()
	s.shown = lines
	if text += strings.Join(lines, "\n"); text != "" {
		fmt.Fprint(s.W, text)
	}
}

// Print writes a text that stays, above the lines that are drawn in place. It is broken at spaces
// where the terminal is too narrow.
func (s *Screen) Print(text string) {
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	lines := wrap.Lines(Printable(text), s.Width()-1-len(indent)-2)
	for i := range lines {
		if i > 0 {
			lines[i] = indent + "  " + lines[i]
		} else {
			lines[i] = indent + lines[i]
		}
	}
	fmt.Fprint(s.W, s.erase()+strings.Join(lines, "\n")+"\n"+strings.Join(s.shown, "\n"))
}

// erase returns what removes the lines that are shown. A terminal that has become narrower since
// they were drawn has broken them.
func (s *Screen) erase() string {
	if len(s.shown) == 0 {
		return ""
	}
	rows, width := 0, max(s.Width(), 1)
	for _, line := range s.shown {
		rows += max(1, (wrap.Columns(line)+width-1)/width)
	}
	up := ""
	if rows > 1 {
		up = fmt.Sprintf("\x1b[%dA", rows-1)
	}
	return "\r" + up + "\x1b[J"
}

// UnknownColumns is the width of a terminal that does not tell it.
const UnknownColumns = 80

// ColumnsOf returns how many columns a terminal has.
func ColumnsOf(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return UnknownColumns
}

// Cut shortens a text to so many columns, with an ellipsis where something is left out. What would
// move the cursor is a space.
func Cut(text string, width int) string {
	text = Printable(text)
	if wrap.Columns(text) <= width {
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

// Printable replaces characters that do not print, of which an escape could do anything to a
// terminal.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r) && r != '\u200d' {
			return ' '
		}
		return r
	}, text)
}

// TerminalOf returns the file behind a writer that is a terminal which understands more than lines.
func TerminalOf(w io.Writer) (*os.File, bool) {
	if o, ok := w.(*Output); ok {
		w = o.W
	}
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// Colors decides by a flag whether what is written to w has colors: "always", "never", or by
// whether w is a terminal, unless NO_COLOR is set (https://no-color.org).
func Colors(w io.Writer, when string) bool {
	switch when {
	case "always":
		return true
	case "never":
		return false
	}
	_, ok := TerminalOf(w)
	return ok && os.Getenv("NO_COLOR") == ""
}

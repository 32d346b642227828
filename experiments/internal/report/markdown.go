package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Markdown returns the table with its columns aligned.
func (t *Table) Markdown() string {
	g := t.layout()
	texts := g.lines(true)
	width := make([]int, len(g.heads))
	rows := make([][]string, 0, len(texts)) // the header first
	for i, row := range texts {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = escapedCell(cell)
			if i == 0 || !g.heads[j].Numeric {
				cells[j] = strings.TrimSpace(cells[j])
			}
			width[j] = max(width[j], utf8.RuneCountInString(cells[j]), 3)
		}
		rows = append(rows, cells)
	}
	var b strings.Builder
	line := func(cells []string) {
		for i, cell := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if g.heads[i].Numeric {
				cell = pad + cell
			} else {
				cell += pad
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	line(rows[0])
	for i, w := range width {
		end := "-"
		if g.heads[i].Numeric {
			end = ":" // numbers stand on the right
		}
		b.WriteString("|" + strings.Repeat("-", w+1) + end)
	}
	b.WriteString("|\n")
	for _, row := range rows[1:] {
		line(row)
	}
	if note := t.NoteShown(); note != "" {
		b.WriteString("\n" + escaped(note) + "\n")
	}
	return b.String()
}

// markdownSigns are the characters that mean something within a line of Markdown or of the HTML in
// it.
const markdownSigns = "`*_<>[]~&$"

// escaped returns a text as Markdown shows it: on one line, unless it is of several paragraphs.
func escaped(text string) string { return escapedBut(text, "") }

// escapedCell is escaped for a cell of a table, which a bar would end.
func escapedCell(text string) string { return escapedBut(strings.ReplaceAll(text, "\n", " "), "|") }

// escapedBut puts a backslash before what means something, and before the signs that mean something
// at this place. A backslash before a quotation mark stays as it is: a quoted text has one there.
func escapedBut(text, more string) string {
	var b strings.Builder
	for i, r := range text {
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		switch {
		case strings.ContainsRune(markdownSigns+more, r), r == '\\' && next != '"' && next < utf8.RuneSelf && (unicode.IsPunct(next) || unicode.IsSymbol(next)):
			b.WriteByte('\\')
		case r == '\r':
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Code returns a text as a piece of code: between as many backticks as do not occur in it.
func Code(text string) string {
	longest, run := 0, 0
	for _, r := range text {
		if r == '`' {
			run++
		} else {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 && (strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`")) {
		text = " " + text + " " // Markdown takes one space off each end
	}
	return fence + text + fence
}

// Shown returns a name, of a file for instance, so that it stands on one line: what does not print
// as its escape.
func Shown(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return name
	}
	quoted := strconv.Quote(name)
	return quoted[1 : len(quoted)-1]
}

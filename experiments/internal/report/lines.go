package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The signs in tables, and what the second means.
const (
	chosenSign    = "✓"
	worseThanZero = "▲"
	zeroNote      = worseThanZero + ": at least one solve is worse than the zero vector, whose relative residual is 1."
)

// NoteShown is the note with what the signs in the table mean.
func (t *Table) NoteShown() string {
	note := strings.TrimSpace(t.Note)
	bad, chosen := false, false
	for i := range t.Rows {
		for j := range t.Rows[i] {
			bad, chosen = bad || t.bad(j, &t.Rows[i][j]), chosen || t.Rows[i][j].Chosen
		}
	}
	if text := t.footnote(); text != "" {
		note = strings.TrimSpace(note + "\n\n" + text)
	}
	if bad {
		note = strings.TrimSpace(note + "\n\n" + zeroNote)
	}
	if chosen {
		note = strings.TrimSpace(note + "\n\n" + chosenSign + ": chosen.")
	}
	return note
}

// signs are those that stand before a cell.
func (s *shown) signs() string {
	out := ""
	if s.Chosen {
		out += chosenSign + " "
	}
	if s.Bad {
		out += worseThanZero + " "
	}
	return out
}

// lines returns the cells of each row, the header first, as texts of which those of a column of
// numbers have their points below each other. The marks of footnotes are left out where the remarks stand
// apart.
func (g *grid) lines(marks bool) [][]string {
	out := make([][]string, len(g.rows)+1)
	for _, h := range g.heads {
		out[0] = append(out[0], h.Text)
	}
	for i, row := range g.rows {
		out[i+1] = make([]string, len(row))
	}
	for j := range g.heads {
		wide := 0
		behind := make([]string, len(g.rows))
		for i, row := range g.rows {
			if s := &row[j]; s.Number != "" {
				behind[i] = s.Exponent
				if marks {
					behind[i] += s.Mark
				}
				behind[i] += strings.Repeat(" ", utf8.RuneCountInString(s.Pad))
				wide = max(wide, utf8.RuneCountInString(behind[i]))
			}
		}
		for i, row := range g.rows {
			s := &row[j]
			switch {
			case s.Number != "":
				out[i+1][j] = s.signs() + s.Number + fmt.Sprintf("%-*s", wide, behind[i])
			case marks:
				out[i+1][j] = s.signs() + s.Text + s.Mark
			default:
				out[i+1][j] = s.signs() + s.Text
			}
		}
	}
	return out
}

package report

import "strings"

// markLetters are the signs of footnotes: raised letters, since a raised digit would be a power.
const markLetters = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"

// mark is the sign of the n-th footnote, from 0: a to z without q, then aa.
func mark(n int) string {
	letters := []rune(markLetters)
	out := string(letters[n%len(letters)])
	for n /= len(letters); n > 0; n /= len(letters) {
		out = string(letters[(n-1)%len(letters)]) + out
	}
	return out
}

// footnotes returns the mark of each remark of the table, by its text, and the footnotes in the
// order in which a reader meets them. Cells with the same remark share one.
func (t *Table) footnotes() (marks map[string]string, notes []string) {
	marks = map[string]string{}
	for _, row := range t.Rows {
		for j := range row {
			text := row[j].Remark
			if text == "" || marks[text] != "" {
				continue
			}
			m := mark(len(marks))
			marks[text] = m
			notes = append(notes, m+" "+text)
		}
	}
	return marks, notes
}

// footnote is the paragraph below the table that explains the marks; empty where there are none.
func (t *Table) footnote() string {
	_, notes := t.footnotes()
	if len(notes) == 0 {
		return ""
	}
	return strings.Join(notes, "; ") + "."
}

// Package report shows results: tables as Markdown, for a terminal and in a page; figures as SVG
// and PNG; claims; and whole runs. It knows no experiment.
package report

import (
	"strings"
	"unicode/utf8"
)

// Table is a table as it is printed, all cells text.
type Table struct {
	Title  string
	Header []string
	Rows   [][]string
	Values [][]Value // behind the cells of Rows; shorter, or nil, where those are text: see [Table.Append]
	Note   string    // what a reader has to know, below the table
	Tuning bool      // shows how a setting was chosen
}

// Markdown returns the table with its columns aligned.
func (t *Table) Markdown() string {
	width := make([]int, len(t.Header))
	rows := make([][]string, 0, len(t.Rows)+1) // the header first
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = escapedCell(cell)
			width[i] = max(width[i], utf8.RuneCountInString(cells[i]), 3)
		}
		rows = append(rows, cells)
	}
	var b strings.Builder
	line := func(cells []string) {
		for i, cell := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				cell += pad
			} else {
				cell = pad + cell
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	line(rows[0])
	for i, w := range width {
		end := ":" // numbers stand on the right
		if i == 0 {
			end = "-"
		}
		b.WriteString("|" + strings.Repeat("-", w+1) + end)
	}
	b.WriteString("|\n")
	for _, row := range rows[1:] {
		line(row)
	}
	if note := strings.TrimSpace(t.Note); note != "" {
		b.WriteString("\n" + escaped(note) + "\n")
	}
	return b.String()
}

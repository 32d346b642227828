package report

import (
	"strings"

	"lethe/internal/wrap"
)

// Text returns the table for a terminal: headers and the first column wrapped, and the columns that
// do not fit beside each other in further blocks below.
func (t *Table) Text(width int) string {
	const gap, firstWidth, headWidth = 2, 34, 16
	if len(t.Rows) == 0 {
		return ""
	}
	g := t.layout()
	texts := g.lines(true)
	cells := make([][][]string, 0, len(texts)) // row, column, line
	for i, row := range texts {
		lines := make([][]string, len(row))
		for j, cell := range row {
			limit := headWidth
			if j == 0 {
				limit = firstWidth
			} else if i > 0 {
				limit = max(headWidth, 24)
			}
			if lines[j] = wrap.LinesAt(cell, limit, nil); i > 0 && g.heads[j].Numeric && wrap.Columns(cell) <= max(width/2, headWidth) {
				lines[j] = []string{cell} // aligned at the point
			}
		}
		cells = append(cells, lines)
	}
	widths := make([]int, len(g.heads))
	for _, row := range cells {
		for j, lines := range row {
			for _, line := range lines {
				widths[j] = max(widths[j], wrap.Columns(line))
			}
		}
	}
	var b strings.Builder
	b.WriteString(strings.Join(wrap.LinesAt(t.Title, width, nil), "\n") + "\n")
	for from := 1; from < len(widths); {
		to, used := g.block(from, widths, gap, width)
		if from > 1 {
			b.WriteByte('\n')
		}
		for i, row := range cells {
			writeBlock(&b, row, widths, from, to, gap)
			if i == 0 {
				b.WriteString(strings.Repeat("-", used) + "\n")
			}
		}
		from = to
	}
	if note := t.footnote(); note != "" {
		b.WriteString(strings.Join(wrap.LinesAt(note, width, nil), "\n") + "\n")
	}
	return b.String()
}

// block returns where the block that begins with a column ends, and how wide it is. A number and
// its ends stay together unless they are wider than the terminal.
func (g *grid) block(from int, widths []int, gap, width int) (to, used int) {
	to, used = from, widths[0]
	for to < len(widths) {
		next, more := to, 0
		for next < len(widths) && g.heads[next].column == g.heads[to].column {
			more += gap + widths[next]
			next++
		}
		if used+more > width {
			break
		}
		to, used = next, used+more
	}
	if to > from {
		return to, used
	}
	for to < len(widths) && g.heads[to].column == g.heads[from].column && (to == from || used+gap+widths[to] <= width) {
		used += gap + widths[to]
		to++
	}
	return to, used
}

// writeBlock writes the first column and the columns from to to-1 of one row.
func writeBlock(b *strings.Builder, row [][]string, widths []int, from, to, gap int) {
	columns := []int{0}
	for j := from; j < to; j++ {
		columns = append(columns, j)
	}
	height := 0
	for _, j := range columns {
		height = max(height, len(row[j]))
	}
	for l := range height {
		line := ""
		for _, j := range columns {
			text := ""
			if l < len(row[j]) {
				text = row[j][l]
			}
			pad := strings.Repeat(" ", widths[j]-wrap.Columns(text))
			if j == 0 {
				line = text + pad
			} else {
				line += strings.Repeat(" ", gap) + pad + text
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

package report

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Cell is a cell of a table as it is shown: a number, aligned with those of its column, or a text.
type Cell struct {
	Number string // thousands separated; empty for a text
	Pad    string // digits that stand, unseen, behind the number so that the points lie below each other
	Ends   string // of the draws, or the error
	Text   string // of a text; of a number the remarks behind it
	Chosen bool
	Bad    bool // worse than the zero vector
}

const plainNumber = `-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?`

var numberCell = regexp.MustCompile(`^(` + plainNumber + `)(×| points| %)?(?: \((` + plainNumber + `) to (` + plainNumber + `)\))?(?: ± (` + plainNumber + `))?( [(*].*)?$`)

// Cells returns the rows as they are shown, and which columns are of numbers.
func (t *Table) Cells() (rows [][]Cell, numeric []bool) {
	numeric = make([]bool, len(t.Header))
	rows = make([][]Cell, len(t.Rows))
	for i, row := range t.Rows {
		rows[i] = make([]Cell, len(row))
	}
	for j := range t.Header {
		t.column(j, rows, numeric)
	}
	for _, c := range t.Chosen {
		rows[c[0]][c[1]].Chosen = true
	}
	return rows, numeric
}

// column lays out one column. The first is one of numbers only where all of its cells are.
func (t *Table) column(j int, rows [][]Cell, numeric []bool) {
	parsed := make([][]string, len(t.Rows))
	found, blank := 0, 0
	var all []float64
	for i, row := range t.Rows {
		if j >= len(row) {
			continue
		}
		if row[j] == "" || row[j] == "-" || row[j] == "failed" {
			blank++
			continue
		}
		parsed[i] = numberCell.FindStringSubmatch(row[j])
		if parsed[i] == nil {
			continue
		}
		found++
		if v, err := strconv.ParseFloat(parsed[i][1], 64); err == nil && v != 0 {
			all = append(all, math.Abs(v))
		}
	}
	numeric[j] = found > 0 && (j > 0 && 2*found >= len(t.Rows)-blank || found+blank == len(t.Rows))
	if !numeric[j] {
		for i, row := range t.Rows {
			if j < len(row) {
				rows[i][j].Text = row[j]
			}
		}
		return
	}
	plain := len(all) == 0 || slices.Min(all) >= 1e-5 && slices.Max(all) < 1e9
	places := 0
	for i, p := range parsed {
		c := &rows[i][j]
		if p == nil {
			if j < len(t.Rows[i]) {
				c.Text = t.Rows[i][j]
			}
			continue
		}
		c.Number = grouped(p[1], plain) + p[2]
		switch {
		case p[3] != "":
			c.Ends = grouped(p[3], plain) + " to " + grouped(p[4], plain)
		case p[5] != "":
			c.Ends = "± " + grouped(p[5], plain)
		}
		c.Text = strings.TrimSpace(p[6])
		if largest, err := strconv.ParseFloat(cmp.Or(p[4], p[1]), 64); err == nil && largest > 1 && slices.Contains(t.Residuals, j) {
			c.Bad = true
		}
		places = max(places, digitsBehind(c.Number))
	}
	for i := range rows {
		if c := &rows[i][j]; c.Number != "" {
			if here := digitsBehind(c.Number); here < places {
				if c.Pad = strings.Repeat("0", places-here); here == 0 {
					c.Pad = "." + c.Pad[min(1, len(c.Pad)):]
				}
			}
		}
	}
}

// digitsBehind counts what stands from the point on, or the end of the whole part.
func digitsBehind(number string) int {
	if at := strings.IndexByte(number, '.'); at >= 0 {
		return utf8.RuneCountInString(number[at:])
	}
	if at := strings.IndexAny(number, "e×% p"); at >= 0 {
		return utf8.RuneCountInString(number[at:])
	}
	return 0
}

// grouped writes a number with its thousands separated, and without an exponent where plain.
func grouped(number string, plain bool) string {
	mantissa, exponent, ok := strings.Cut(number, "e")
	if ok {
		e, err := strconv.Atoi(exponent)
		if err != nil || !plain {
			return number
		}
		v, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return number
		}
		_, fraction, _ := strings.Cut(mantissa, ".")
		mantissa = strconv.FormatFloat(v, 'f', max(len(fraction)-e, 0), 64)
	}
	sign := ""
	if rest, negative := strings.CutPrefix(mantissa, "-"); negative {
		sign, mantissa = "-", rest
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if point {
		whole += "." + fraction
	}
	return sign + whole
}

// NoteShown is the note with what the signs in the table mean.
func (t *Table) NoteShown() string {
	note := strings.TrimSpace(t.Note)
	rows, _ := t.Cells()
	for _, row := range rows {
		if slices.ContainsFunc(row, func(c Cell) bool { return c.Bad }) {
			note = strings.TrimSpace(note + "\n\n" + zeroNote)
			break
		}
	}
	if len(t.Chosen) > 0 {
		note = strings.TrimSpace(note + "\n\n" + chosenSign + ": chosen.")
	}
	return note
}

// lines returns the cells of each row, the header first, as texts of which those of a column of
// numbers are of one width and have their points below each other. Remarks behind numbers are left
// out where they are asked for apart.
func (t *Table) lines(remarks bool) (texts [][]string, numeric []bool) {
	rows, numeric := t.Cells()
	texts = append(texts, t.Header)
	for i, row := range rows {
		texts = append(texts, make([]string, len(row)))
		for j, c := range row {
			texts[i+1][j] = c.Text
			if c.Number == "" && c.Chosen {
				texts[i+1][j] = chosenSign + " " + c.Text
			}
		}
	}
	for j := range t.Header {
		if !numeric[j] {
			continue
		}
		before, behind := make([]string, len(rows)), make([]string, len(rows))
		left, right := 0, 0
		for i, row := range rows {
			if j >= len(row) || row[j].Number == "" {
				continue
			}
			c := row[j]
			before[i] = c.Number + strings.Repeat(" ", len(c.Pad))
			if c.Bad {
				before[i] = worseThanZero + " " + before[i]
			}
			if c.Chosen {
				before[i] = chosenSign + " " + before[i]
			}
			if c.Ends != "" && !strings.HasPrefix(c.Ends, "±") {
				behind[i] = " (" + c.Ends + ")"
			} else if c.Ends != "" {
				behind[i] = " " + c.Ends
			}
			if c.Text != "" && remarks {
				behind[i] += " " + c.Text
			}
			left, right = max(left, utf8.RuneCountInString(before[i])), max(right, utf8.RuneCountInString(behind[i]))
		}
		for i, row := range rows {
			if j < len(row) && row[j].Number != "" {
				texts[i+1][j] = fmt.Sprintf("%*s%-*s", left, before[i], right, behind[i])
			}
		}
	}
	return texts, numeric
}

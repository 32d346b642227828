package report

import (
	"strings"
	"unicode/utf8"
)

// head is the title of a column as it is shown.
type head struct {
	Text    string
	Numeric bool
	End     bool // a column of ends of draws or of errors, which belongs to the column before it
	column  int  // of the table
}

// shown is a cell as it is shown: a text, or a number.
type shown struct {
	Text     string // of a cell without a number
	Number   string // with the sign before it, thousands separated
	Exponent string // and unit, behind the number
	Pad      string // what stands, unseen, behind the number so that the points lie below each other
	Mark     string // of the footnote with its remark
	Chosen   bool
	Bad      bool // worse than the zero vector
}

// grid is a table laid out: one number a cell. The ends of draws and errors stand in columns of
// their own, behind that of the medians, and remarks in footnotes.
type grid struct {
	heads []head
	rows  [][]shown
}

// layout decides how the table is shown.
func (t *Table) layout() *grid {
	g := &grid{rows: make([][]shown, len(t.Rows))}
	marks, _ := t.footnotes()
	for j := range t.Header {
		t.column(g, j, marks)
	}
	return g
}

// column lays out a column of the table.
func (t *Table) column(g *grid, j int, marks map[string]string) {
	var numbers []*Cell
	for i := range t.Rows {
		if j < len(t.Rows[i]) && t.Rows[i][j].number() {
			numbers = append(numbers, &t.Rows[i][j])
		}
	}
	numeric := len(numbers) > 0 && (j > 0 || len(numbers) == len(t.Rows))
	parts := []part{{of: func(v Value) (float64, bool) {
		value, _, _ := v.shown()
		return value, true
	}}}
	if numeric {
		parts = append(parts, ends...)
	}
	for k, p := range parts {
		text := p.title
		switch {
		case k == 0:
			text = t.Header[j]
		case !p.differs(numbers):
			continue
		}
		g.heads = append(g.heads, head{text, numeric, k > 0, j})
		t.fill(g, j, p, k == 0, marks)
	}
}

// fill writes the cells of one shown column.
func (t *Table) fill(g *grid, j int, p part, first bool, marks map[string]string) {
	at, behind := len(g.heads)-1, 0
	for i := range t.Rows {
		var s shown
		if j < len(t.Rows[i]) {
			c := &t.Rows[i][j]
			if first {
				s = shown{Mark: marks[c.Remark], Chosen: c.Chosen, Bad: t.bad(j, c)}
			}
			if v, ok := p.of(c.Value); !c.number() && first {
				s.Text = c.text()
			} else if c.number() && ok {
				s.Number, s.Exponent = c.Value.Style.write(v)
				s.Exponent += c.Value.Style.Unit
				if first {
					s.Number = c.Before + s.Number
				}
			}
		}
		behind = max(behind, s.tail())
		g.rows[i] = append(g.rows[i], s)
	}
	for i := range g.rows {
		if s := &g.rows[i][at]; s.Number != "" {
			s.Pad = strings.Repeat("0", behind-s.tail())
		}
	}
}

// tail counts what stands behind the whole part of the number.
func (s *shown) tail() int {
	n := utf8.RuneCountInString(s.Exponent)
	if at := strings.IndexByte(s.Number, '.'); at >= 0 {
		n += len(s.Number) - at
	}
	return n
}

// bad reports whether the cell is a residual that is worse than that of the zero vector.
func (t *Table) bad(column int, c *Cell) bool {
	for _, j := range t.Residuals {
		if j == column {
			return c.number() && c.Value.largest() > 1
		}
	}
	return false
}

// part is what one shown column has of the values of a column.
type part struct {
	title  string
	of     func(Value) (float64, bool)
	own    bool // a distance from the middle, of which 0 is left out
	always bool // it is shown even where it repeats the middle
}

// ends are the columns that may follow one of numbers.
var ends = []part{
	{title: "smallest", of: lowOf(Ends)}, {title: "largest", of: highOf(Ends)},
	{title: "standard deviation", of: halfOf(Spread), own: true}, {title: "standard error", of: halfOf(Error), own: true},
	{title: "at least", of: lowOf(Seeds, Shift), always: true}, {title: "at most", of: highOf(Seeds, Shift), always: true},
}

func lowOf(statistics ...Statistic) func(Value) (float64, bool) {
	return func(v Value) (float64, bool) {
		_, low, _ := v.shown()
		return low, v.has(statistics)
	}
}

func highOf(statistics ...Statistic) func(Value) (float64, bool) {
	return func(v Value) (float64, bool) {
		_, _, high := v.shown()
		return high, v.has(statistics)
	}
}

func halfOf(statistics ...Statistic) func(Value) (float64, bool) {
	return func(v Value) (float64, bool) {
		value, _, high := v.shown()
		return high - value, v.has(statistics)
	}
}

// has reports whether the value is of one of the statistics, and its ends are to be shown.
func (v Value) has(statistics []Statistic) bool {
	for _, s := range statistics {
		if v.Statistic == s {
			return !v.Alone
		}
	}
	return false
}

// differs reports whether any of the cells has an end that is written otherwise than its middle: a
// column of ends that only repeats the one before it is left out, and so are errors of nothing.
func (p part) differs(cells []*Cell) bool {
	for _, c := range cells {
		middle, _, _ := c.Value.shown()
		if p.own {
			middle = 0
		}
		if v, ok := p.of(c.Value); ok && c.Value.N > 0 {
			f := c.Value.Style
			f.Factor = 1 // the numbers are in the unit of the table
			if p.always || f.One(v) != f.One(middle) {
				return true
			}
		}
	}
	return false
}

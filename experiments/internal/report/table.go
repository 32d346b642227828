// Package report shows results: answers, tables as Markdown, for a terminal and in a page; figures
// as SVG and PNG; and whole runs. It knows no experiment.
package report

import (
	"fmt"

	"lethe/experiments/internal/records"
)

// Table is a table of texts and numbers. How numbers are written is decided for each column when
// the table is shown, see [Table.layout].
type Table struct {
	Title  string
	Header []string
	Rows   []Row
	Note   string // what a reader has to know, below the table
	Tuning bool   // shows how a setting was chosen
	Folded bool   // shows costs or solves, which pages fold below the results
	// Residuals are the columns of relative residuals of solves, where a number above 1 is worse than
	// the zero vector.
	Residuals []int
}

// State says why a cell shows no number.
type State int

// The states of a cell.
const (
	Filled  State = iota // it shows its text or its number
	Missing              // nothing was measured
	Failed               // the method failed in every draw
)

// Cell is a cell of a table: a text, or a number in full precision with what belongs to it.
type Cell struct {
	Text   string // of a cell without a number
	State  State
	Value  Value
	Before string // a sign before the number: ≈
	Remark string // what has to be known of it: a footnote of the table
	Chosen bool   // what was chosen among the cells of its column
	Tone   string // the class of its color on pages: that of a verdict
}

// number reports whether the cell shows a number.
func (c *Cell) number() bool { return c.State == Filled && c.Value.N > 0 }

// WithFailures says of a cell in how many of the draws the method failed: in all of them where
// nothing was measured.
func WithFailures(c Cell, failed, draws int) Cell {
	switch {
	case failed > 0 && c.State == Missing:
		c.State = Failed
	case failed > 0:
		c.Remark = Joined(c.Remark, fmt.Sprintf("failed in %d of %d draws", failed, draws))
	}
	return c
}

// Empty reports whether nothing was measured.
func (c *Cell) Empty() bool { return c.State == Missing }

// text is the cell without its number.
func (c *Cell) text() string {
	switch c.State {
	case Missing:
		return "-"
	case Failed:
		return "failed"
	}
	return c.Text
}

// String is the cell as a sentence has it, with the ends of its number and its remark.
func (c Cell) String() string {
	text := c.text()
	if c.number() {
		text = c.Before + c.Value.Text()
	}
	if c.Remark != "" {
		text += " (" + c.Remark + ")"
	}
	return text
}

// Row is a row of a table.
type Row []Cell

// NewRow begins a row with cells of text.
func NewRow(cells ...string) *Row { return new(Row).Text(cells...) }

// Label is the label that the row begins with; it stands in words once [Document.Name] has been
// there.
func (r *Row) Label() string { return (*r)[0].Text }

// Add adds a cell.
func (r *Row) Add(c Cell) *Row {
	*r = append(*r, c)
	return r
}

// Text adds cells of text.
func (r *Row) Text(cells ...string) *Row {
	for _, text := range cells {
		r.Add(Cell{Text: text})
	}
	return r
}

// Missing adds so many cells of what was not measured.
func (r *Row) Missing(n int) *Row {
	for range n {
		r.Add(Cell{State: Missing})
	}
	return r
}

// Failed adds the cell of a method that failed in every draw.
func (r *Row) Failed() *Row { return r.Add(Cell{State: Failed}) }

// Put adds a number.
func (r *Row) Put(v Value) *Row { return r.Add(CellOf(v)) }

// CellOf is the cell of a number; one of what was not measured where there is none.
func CellOf(v Value) Cell {
	if v.N == 0 {
		return Cell{State: Missing}
	}
	return Cell{Value: v}
}

// Remark adds a remark to the last cell.
func (r *Row) Remark(text string) *Row {
	last := &(*r)[len(*r)-1]
	last.Remark = Joined(last.Remark, text)
	return r
}

// Joined puts a remark behind another.
func Joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// Tone colors the last cell on pages as a verdict.
func (r *Row) Tone(class string) *Row {
	(*r)[len(*r)-1].Tone = class
	return r
}

// Choose marks the last cell as the one that was chosen.
func (r *Row) Choose() *Row {
	(*r)[len(*r)-1].Chosen = true
	return r
}

// Ends adds a median with the smallest and the largest.
func (r *Row) Ends(f Style, m records.Middle) *Row { return r.Put(f.EndsValue(m)) }

// Spread adds a mean with its standard deviation.
func (r *Row) Spread(f Style, s records.Spread) *Row { return r.Put(f.SpreadValue(s)) }

// One adds one number; NaN was not measured.
func (r *Row) One(f Style, v float64) *Row { return r.Put(f.OneValue(v)) }

// Exactly adds a number that was given or counted, and not measured.
func (r *Row) Exactly(v float64) *Row { return r.Put(Exact.OneValue(v)) }

// Setting adds the value of a setting.
func (r *Row) Setting(v float64) *Row { return r.Put(Set.OneValue(v)) }

// Append adds the row to the table.
func (t *Table) Append(r *Row) { t.Rows = append(t.Rows, *r) }

// folded reports whether pages fold the table.
func (t *Table) folded() bool { return t.Folded || t.Tuning }

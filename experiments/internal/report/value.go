package report

import (
	"math"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// Statistic says what the numbers of a [Value] are.
type Statistic string

// The statistics: what Median is, and what Low and High are.
const (
	Single Statistic = "value"                       // one number; Low and High equal it
	Ends   Statistic = "median, smallest, largest"   // over draws
	Spread Statistic = "mean, mean - sd, mean + sd"  // over draws
	Seeds  Statistic = "mean, 95 % t interval"       // over seeds
	Shift  Statistic = "estimate, interval of ranks" // of a comparison, see package verdict
)

// Value is what stands behind a cell, in full precision, before the style's factor. N is 0 where
// the cell is text or nothing was measured.
type Value struct {
	records.Middle
	Statistic Statistic
	Style     Style
}

// shown returns the numbers in the unit in which the table shows them.
func (v Value) shown() (value, low, high float64) {
	f := v.Style.Factor
	if f == 0 {
		f = 1
	}
	return v.Median * f, v.Low * f, v.High * f
}

// Row is a row of a table with the numbers behind its cells.
type Row struct {
	Cells  []string
	Values []Value
}

// NewRow begins a row with cells of text.
func NewRow(cells ...string) *Row { return new(Row).Text(cells...) }

// Text adds cells of text.
func (r *Row) Text(cells ...string) *Row {
	r.Cells = append(r.Cells, cells...)
	r.Values = append(r.Values, make([]Value, len(cells))...)
	return r
}

// Put adds a cell with a text of its own, and the number behind it.
func (r *Row) Put(text string, v Value) *Row {
	r.Cells, r.Values = append(r.Cells, text), append(r.Values, v)
	return r
}

// Ends adds a median with the smallest and the largest, as [Style.Ends] writes it.
func (r *Row) Ends(f Style, m records.Middle) *Row { return r.Put(f.Ends(m), f.EndsValue(m)) }

// Spread adds a mean with its standard deviation, as [Style.Text] writes it.
func (r *Row) Spread(f Style, s records.Spread) *Row { return r.Put(f.Text(s), f.SpreadValue(s)) }

// One adds one number, as [Style.One] writes it; a dash for NaN.
func (r *Row) One(f Style, v float64) *Row { return r.Put(f.One(v), f.OneValue(v)) }

// Exactly adds one number, written as short as it reads back.
func (r *Row) Exactly(v float64) *Row { return r.Put(numbers.Shortest(v), Plain.OneValue(v)) }

// EndsValue, SpreadValue and OneValue are what stands behind such cells.
func (f Style) EndsValue(m records.Middle) Value { return Value{m, Ends, f} }

// SpreadValue is the value behind a mean with its standard deviation.
func (f Style) SpreadValue(s records.Spread) Value {
	return Value{records.Middle{N: s.N, Median: s.Mean, Low: s.Mean - s.SD, High: s.Mean + s.SD}, Spread, f}
}

// OneValue is the value behind one number.
func (f Style) OneValue(v float64) Value {
	n := 1
	if math.IsNaN(v) {
		n = 0
	}
	return Value{records.Middle{N: n, Median: v, Low: v, High: v}, Single, f}
}

// Append adds the row to the table.
func (t *Table) Append(r *Row) {
	for len(t.Values) < len(t.Rows) { // rows that were added as text
		t.Values = append(t.Values, nil)
	}
	t.Rows, t.Values = append(t.Rows, r.Cells), append(t.Values, r.Values)
}

// Value returns what stands behind a cell; N is 0 where that is text alone.
func (t *Table) Value(row, column int) Value {
	if row >= len(t.Values) || column >= len(t.Values[row]) {
		return Value{}
	}
	return t.Values[row][column]
}

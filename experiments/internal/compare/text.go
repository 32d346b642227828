package compare

import (
	"fmt"
	"math"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/metrics"
	"lethe/experiments/internal/report"
	"lethe/internal/wrap"
)

// style is how values of a unit are written, and what the unit is called then: shares in percent.
func style(unit string) (f report.Style, shown string) {
	switch unit {
	case "share":
		return report.Percent, "%"
	case "points":
		return report.Style{Factor: 1, Places: 2}, "points"
	case "1":
		return report.Plain, ""
	}
	return report.Plain, unit
}

// heading names a metric with its unit, and says which values are good.
func (r Row) heading() string {
	_, unit := style(r.Unit)
	out := r.Metric.Name
	if unit != "" {
		out += ", " + unit
	}
	switch r.Metric.Better {
	case metrics.Smaller:
		out += " (smaller is better)"
	case metrics.Larger:
		out += " (larger is better)"
	}
	return out
}

// cells are what a row shows: A, B, their ratio or difference, its interval, the verdict, and over
// how many draws.
func (r Row) cells() (a, b, estimate, interval, verdict, n string) {
	f, _ := style(r.Unit)
	side := func(s Side) string {
		if s.N == 0 {
			return "-"
		}
		return f.One(s.Median)
	}
	if r.Ratio {
		f = report.Plain
	}
	estimate, interval = r.shown(f, r.Estimate), "-"
	if r.Confidence > 0 {
		interval = r.shown(f, r.Low) + " to " + r.shown(f, r.High)
	}
	n = fmt.Sprint(r.A.N)
	switch {
	case r.Paired:
		n = fmt.Sprint(r.N)
	case r.A.N != r.B.N:
		n = fmt.Sprintf("%d, %d", r.A.N, r.B.N)
	}
	return side(r.A), side(r.B), estimate, interval, string(r.Verdict), n
}

// shown writes a ratio, or a difference with its sign.
func (r Row) shown(f report.Style, v float64) string {
	if r.Ratio || math.IsNaN(v) || v == 0 {
		return f.One(v)
	}
	if text := f.One(v); v > 0 {
		return "+" + text
	} else {
		return text
	}
}

// Text writes the comparison for a terminal of that many columns.
func (c *Comparison) Text(width int) string {
	var b strings.Builder
	c.head(&b, width)
	for from := 0; from < len(c.Rows); {
		to := from
		for to < len(c.Rows) && c.Rows[to].group() == c.Rows[from].group() {
			to++
		}
		b.WriteByte('\n')
		writeGroup(&b, c.Rows[from:to], width, len(commonParts([]*Run{c.A, c.B})) > 1)
		from = to
	}
	b.WriteByte('\n')
	for _, line := range c.ending() {
		writeWrapped(&b, line, width, "")
	}
	return b.String()
}

// group is the metric of the row within its experiment.
func (r Row) group() string { return r.Experiment + "\x00" + r.Metric.Name }

// head names the runs and what differs between them.
func (c *Comparison) head(b *strings.Builder, width int) {
	writeWrapped(b, "A: "+c.A.Dir, width, "   ")
	writeWrapped(b, "B: "+c.B.Dir, width, "   ")
	if len(c.Differ) == 0 {
		writeWrapped(b, "Nothing differs between them: neither data, seed, settings nor machine.", width, "")
	} else {
		b.WriteString("They differ in\n")
		for _, d := range c.Differ {
			writeWrapped(b, fmt.Sprintf("  %s: %s -> %s", d.Title, orNone(d.Values[0]), orNone(d.Values[1])), width, "    ")
		}
	}
	writeWrapped(b, c.Pairing+" Verdicts are those of B against A.", width, "")
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// ending counts the verdicts, and says what they mean.
func (c *Comparison) ending() []string {
	var out []string
	if c.Smoke {
		out = append(out, "No verdicts: a smoke run only shows that things run.")
	} else {
		n, counts := c.Counts(), []string{}
		for _, w := range []struct {
			word Word
			name string
		}{{Better, "better"}, {Worse, "worse"}, {Higher, "higher"}, {Lower, "lower"}, {Undecided, "undecided (~)"}, {Equal, "equal in every draw (=)"}} {
			if n[w.word] > 0 {
				counts = append(counts, fmt.Sprintf("%d %s", n[w.word], w.name))
			}
		}
		out = append(out, fmt.Sprintf("B against A, %d comparisons: %s.", len(c.Rows), strings.Join(counts, ", ")))
		if expected := c.ByChance(); expected >= 0.5 {
			out = append(out, fmt.Sprintf("If nothing differed, up to %.0f of them would be decided by chance.", math.Round(expected)))
		}
	}
	out = append(out, "A and B are medians over draws. The estimate is Hodges and Lehmann's; its interval, of the rank test with at least 90 %, needs 5 draws. "+
		"A comparison is decided where the interval does not hold \"no difference\".")
	out = append(out, "Verdicts are about further draws of these two runs. Where all draws of a run share one training, as on tables, they say nothing about another seed: "+
		"for that repeat the runs with several seeds, and use experiment report.")
	if !sameMachine([]*Run{c.A, c.B}) {
		out = append(out, "The runs were made on different machines, so seconds compare the machines, too.")
	}
	for _, side := range []struct {
		name string
		only []string
	}{{"A", c.OnlyA}, {"B", c.OnlyB}} {
		if len(side.only) > 0 {
			out = append(out, fmt.Sprintf("Only in %s: %s.", side.name, strings.Join(side.only, "; ")))
		}
	}
	return out
}

// line is a row as its columns.
type line struct {
	name, note string
	columns    [6]string
}

// narrow is the width below which the numbers stand below the name of their row.
const narrow = 64

// writeGroup writes the rows of one metric. Rows that are equal in every draw stand in one line.
func writeGroup(b *strings.Builder, rows []Row, width int, several bool) {
	title := rows[0].heading()
	if several {
		title = rows[0].Experiment + ": " + title
	}
	writeWrapped(b, title, width, "  ")
	operator := "B - A"
	if rows[0].Ratio {
		operator = "B / A"
	}
	heads := [6]string{"A", "B", operator, "interval", "", "n"}
	lines, widths := make([]line, len(rows)), [6]int{}
	for j, h := range heads {
		widths[j] = wrap.Columns(h)
	}
	for i, r := range rows {
		l := line{name: r.Name, note: r.Note}
		l.columns[0], l.columns[1], l.columns[2], l.columns[3], l.columns[4], l.columns[5] = r.cells()
		if r.Ratio != rows[0].Ratio {
			l.note = strings.TrimPrefix(l.note+"; by their difference", "; ")
		}
		for j, text := range l.columns {
			widths[j] = max(widths[j], wrap.Columns(text))
		}
		lines[i] = l
	}
	numbers := 0
	for _, w := range widths {
		numbers += w + 2
	}
	longest := 0
	for _, l := range lines {
		longest = max(longest, wrap.Columns(l.name)+2)
	}
	first := min(longest, max(width-numbers, 0))
	beside := width >= narrow && first >= min(longest, 16)
	if beside {
		writeColumns(b, strings.Repeat(" ", first), heads, widths)
	}
	at := ""
	for i, l := range lines {
		if rows[i].At != at {
			at = rows[i].At
			writeWrapped(b, " "+at, width, "  ")
		}
		if beside {
			names := wrap.Lines(l.name, first-2)
			for j, name := range names {
				name = "  " + name + strings.Repeat(" ", first-2-wrap.Columns(name))
				if j < len(names)-1 {
					b.WriteString(strings.TrimRight(name, " ") + "\n")
				} else {
					writeColumns(b, name, l.columns, widths)
				}
			}
		} else {
			writeWrapped(b, "  "+l.name+verdictBehind(l.columns[4]), width, "    ")
			text := fmt.Sprintf("    A %s, B %s, %s %s", l.columns[0], l.columns[1], strings.ReplaceAll(operator, " ", ""), l.columns[2])
			if l.columns[3] != "-" {
				text += " (" + l.columns[3] + ")"
			}
			writeWrapped(b, text+", n "+l.columns[5], width, "      ")
		}
		if l.note != "" {
			writeWrapped(b, "    "+l.note, width, "      ")
		}
	}
}

func verdictBehind(verdict string) string {
	if verdict == "" {
		return ""
	}
	return ": " + verdict
}

// writeColumns writes a name and the columns behind it, all aligned to the right but the verdict.
func writeColumns(b *strings.Builder, name string, columns [6]string, widths [6]int) {
	text := name
	for j, cell := range columns {
		pad := strings.Repeat(" ", widths[j]-wrap.Columns(cell))
		if j == 4 {
			text += "  " + cell + pad
		} else {
			text += "  " + pad + cell
		}
	}
	b.WriteString(strings.TrimRight(text, " ") + "\n")
}

// writeWrapped writes a text that keeps its first indent, with further lines indented as given.
func writeWrapped(b *strings.Builder, text string, width int, indent string) {
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	for i, part := range wrap.Lines(text, max(width-max(len(indent), len(lead)), 8)) {
		if i == 0 {
			part = lead + part
		} else {
			part = indent + part
		}
		b.WriteString(part + "\n")
	}
}

// Tables returns the comparison as tables, one a metric, with the numbers behind their cells: for
// CSV, LaTeX and pages.
func (c *Comparison) Tables() []report.Exported {
	out := []report.Exported{{Section: "", Table: differencesTable([]string{"A", "B"}, c.Differ)}}
	if len(c.Differ) == 0 {
		out = nil
	}
	var t *report.Table
	for i, r := range c.Rows {
		if i == 0 || r.group() != c.Rows[i-1].group() {
			t = &report.Table{Title: "B against A: " + r.heading(), Header: []string{"method", "A", "B", "B / A or B - A", "verdict", "note"}, Note: strings.Join(c.ending(), " ")}
			out = append(out, report.Exported{Section: r.Experiment, Table: t})
		}
		f, _ := style(r.Unit)
		by := f
		if by.Signed = !r.Ratio; r.Ratio {
			by = report.Plain
		}
		v := report.Value{Statistic: report.Shift, Style: by, Alone: r.Confidence == 0}
		v.N, v.Median, v.Low, v.High = r.N, r.Estimate, r.Low, r.High
		name := r.Name
		if r.At != "" {
			name += ", " + r.At
		}
		t.Append(report.NewRow(name).Ends(f, r.A.Middle).Ends(f, r.B.Middle).Put(v).Text(string(r.Verdict), r.Note))
	}
	return out
}

// differencesTable shows what differs between runs with these names.
func differencesTable(names []string, differ []engine.Fact) *report.Table {
	t := &report.Table{Title: "What differs", Header: append([]string{""}, names...)}
	for _, d := range differ {
		row := report.NewRow(d.Title)
		for _, v := range d.Values {
			row.Text(orNone(v))
		}
		t.Append(row)
	}
	return t
}

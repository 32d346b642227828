package report

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/verdict"
)

func TestMarkdownIsAligned(t *testing.T) {
	table := Table{Header: []string{"method", "x"}, Note: "n"}
	table.Append(NewRow("a").Spread(Plain, records.Spread{N: 2, Mean: 1, SD: 0.5}))
	table.Append(NewRow("second-order").Missing(1))
	assert.Equal(t, ""+
		"| method       |    x | standard deviation |\n"+
		"|--------------|-----:|-------------------:|\n"+
		"| a            | 1.00 |              0.500 |\n"+
		"| second-order |    - |                    |\n"+
		"\nn\n", table.Markdown())
}

// Every number of a style has the same digits and the same form of exponent, whatever stands beside
// it in its column.
func TestDigitsOfAStyle(t *testing.T) {
	for _, c := range []struct {
		style  Style
		values []float64
		want   []string
	}{
		{Plain, []float64{1.0 / 3, 5.8334, 7.6, 35.515, 2.64e-7, 0.0169}, []string{"0.333", "5.83", "7.60", "35.5", "2.64e-7", "0.0169"}},
		{Plain, []float64{29.442, 0, 12345.25, 999.96, 2e6, -0.0004}, []string{"29.4", "0", "12,300", "1,000", "2.00e6", "-4.00e-4"}},
		{Exact, []float64{3, 12345, 1.5}, []string{"3", "12,345", "1.5"}}, {Whole, []float64{2402180.5, 0}, []string{"2,402,180", "0"}},
		{Set, []float64{1e-6, 1e-9, 0.001, 10000, 1e7}, []string{"1e-6", "1e-9", "0.001", "10000", "1e7"}},
		{Found, []float64{0.000312345, 0.02}, []string{"3.12e-4", "0.02"}}, {Style{Factor: 1, Places: 2}, []float64{-0.0004, 97.72315}, []string{"0.00", "97.72"}},
		{Plain, []float64{math.NaN(), math.Inf(1), math.Inf(-1)}, []string{"-", "∞", "-∞"}}, {Style{Factor: 1, Places: 1, Signed: true}, []float64{2, -1, 0}, []string{"+2.0", "-1.0", "0.0"}},
	} {
		table := Table{Header: []string{"row", "x"}}
		for i, v := range c.values {
			assert.Equal(t, c.want[i], c.style.One(v))
			table.Append(NewRow("a").Add(Cell{Value: Value{Middle: records.Middle{N: 1, Median: v, Low: v, High: v}, Statistic: Single, Style: c.style}}))
		}
		for i, row := range table.layout().rows {
			assert.Equal(t, c.want[i], row[1].Number+row[1].Exponent, "a table writes what a sentence does")
		}
	}
}

// A remark is a footnote: its cell holds one number, cells with the same remark share a mark, and no
// cell of any form of the table has words beside its number.
func TestRemarksAreFootnotes(t *testing.T) {
	table := Table{Title: "T", Header: []string{"method", "x", "y"}, Note: "n."}
	table.Append(NewRow("a").One(Plain, 3.1565).Remark("forced in 3 of 10 draws").One(Plain, 1))
	table.Append(NewRow("b").One(Plain, 1e-7).Remark("failed in 1 of 10 draws").One(Plain, 2).Remark("forced in 3 of 10 draws"))
	text := table.Markdown()
	for _, want := range []string{"3.16ᵃ", "1.00e-7ᵇ", "2.00ᵃ", "\n\nᵃ forced in 3 of 10 draws; ᵇ failed in 1 of 10 draws.\n"} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "(")
	assert.Contains(t, table.Text(80), "ᵃ forced in 3 of 10 draws")
	assert.Contains(t, string(LaTeX([]Exported{{"s", &table}})), `3.16\textsuperscript{a}`)
	seen := map[string]bool{}
	for n := range 700 {
		require.False(t, seen[mark(n)], "%d", n)
		seen[mark(n)] = true
	}
}

// A factor reads the same in the answer, beside its verdict and in the table.
func TestARatioIsWrittenOnce(t *testing.T) {
	values := func(v float64) map[int]float64 { return map[int]float64{0: v, 1: v, 2: v, 3: v, 4: v} }
	c := []Compared{Compare(Compared{Own: "a", Other: "b"}, values(1), values(29.442), 0, 0)}
	assert.Equal(t, "29.4 times nearer", Times(c, "nearer", "farther"))
	middle, _, _ := c[0].gained()
	assert.Equal(t, "29.4×", middle)
	assert.Contains(t, ComparedTable(c).Markdown(), " 29.4× ")
	assert.NotContains(t, ComparedTable(c).Markdown(), "29.44")
}

func TestMediansInTables(t *testing.T) {
	middle := func(n int, median, low, high float64) records.Middle {
		return records.Middle{N: n, Median: median, Low: low, High: high}
	}
	assert.Equal(t, "-", Plain.Ends(records.MiddleOf(nil)))
	assert.Equal(t, "2.00 (1.00 to 9.00)", Plain.Ends(middle(3, 2, 1, 9)))
	assert.Equal(t, "2.00", Plain.Ends(middle(3, 2, 1.9999, 2.0001)), "all look alike")
	assert.Equal(t, "50.00 (25.00 to 100.00)", Percent.Ends(middle(2, 0.5, 0.25, 1)))
}

func TestClaimsSayWhatIsMissed(t *testing.T) {
	c := AtMost("x", 3, 1.5)
	assert.False(t, c.Met)
	assert.Equal(t, "2.00 times too large", c.Short)
	assert.True(t, AtMost("x", 1, 1.5).Met)
	c = Within("x", 0.98, 0.977, 0.002, Percent, "%")
	assert.False(t, c.Met)
	assert.Equal(t, "0.30 % off", c.Short)
	assert.True(t, Within("x", 0.978, 0.977, 0.002, Percent, "%").Met)
	assert.False(t, Within("x", math.NaN(), 0.977, 0.002, Percent, "%").Met)
	assert.False(t, AtMost("x", math.NaN(), 1).Met)
}

func TestCodeIsBetweenMoreBackticksThanItHolds(t *testing.T) {
	for text, want := range map[string]string{"a": "`a`", "a`b": "``a`b``", "`a": "`` `a ``", "a```": "```` a``` ````"} {
		assert.Equal(t, want, Code(text))
	}
}

// The points of a column stand below each other, thousands are separated, and the ends of draws have
// columns of their own; what failed and what was not measured is no number.
func TestNumbersOfAColumn(t *testing.T) {
	table := Table{Header: []string{"method", "n"}}
	table.Append(NewRow("a").One(Plain, 12345))
	table.Append(NewRow("b").Ends(Plain, records.Middle{N: 3, Median: 1.5, Low: 0.25, High: 1234.5}))
	table.Append(NewRow("d").One(Plain, 250000).Remark("failed in 1 of 5 draws"))
	table.Append(NewRow("e").Failed())
	assert.Equal(t, ""+
		"| method |           n | smallest | largest |\n"+
		"|--------|------------:|---------:|--------:|\n"+
		"| a      |  12,300     |          |         |\n"+
		"| b      |    1.50     |    0.250 |   1,230 |\n"+
		"| d      | 250,000ᵃ    |          |         |\n"+
		"| e      |      failed |          |         |\n"+
		"\nᵃ failed in 1 of 5 draws.\n", table.Markdown())
	g := table.layout()
	assert.Equal(t, []bool{false, true, true, true}, []bool{g.heads[0].Numeric, g.heads[1].Numeric, g.heads[2].Numeric, g.heads[3].Numeric})
	table = Table{Header: []string{"x", "gain"}}
	table.Append(new(Row).Exactly(3).Put(Style{Factor: 1, Unit: "×"}.OneValue(2)))
	table.Append(new(Row).Exactly(10).Put(Style{Factor: 1, Unit: " points"}.OneValue(13)))
	assert.Contains(t, table.Markdown(), "|   3 |  2×       |\n|  10 | 13 points |\n")
}

// Layout follows the values: a text that looks like a number is none.
func TestTextsAreNoNumbers(t *testing.T) {
	table := Table{Header: []string{"name", "x"}, Residuals: []int{1}}
	table.Append(NewRow("12", "1234.5 (1 to 2)"))
	g := table.layout()
	assert.False(t, g.heads[0].Numeric || g.heads[1].Numeric)
	assert.Contains(t, table.Markdown(), "| 12   | 1234.5 (1 to 2) |")
	assert.NotContains(t, table.NoteShown(), "zero vector")
}

// What was chosen is marked, and a residual above 1 is.
func TestMarksInTables(t *testing.T) {
	table := Table{Header: []string{"tau", "residual", "seconds"}, Residuals: []int{1}}
	table.Append(new(Row).Exactly(0.1).One(Plain, 0.5).Choose().One(Plain, 3))
	table.Append(new(Row).Exactly(1).One(Plain, 1.5).One(Plain, 4))
	text := table.Markdown()
	assert.Contains(t, text, "✓ 0.5")
	assert.Contains(t, text, "▲ 1.5")
	assert.Contains(t, text, "✓: chosen.")
	assert.Contains(t, text, "worse than the zero vector")
	assert.Equal(t, 1, strings.Count(text, "▲ 1.5"))
	assert.NotContains(t, text, "▲ 4")
	table.Rows[1][1].Value = Plain.EndsValue(records.Middle{N: 3, Median: 0.5, Low: 0.2, High: 1.0004})
	assert.Contains(t, table.Markdown(), "▲ 0.5", "one of its draws, by its full precision")
	table.Rows[1][1].Value, table.Rows[0][1].Chosen = Plain.OneValue(1), false
	assert.Empty(t, table.NoteShown())
}

func compared(a, b []float64, larger bool, factor float64) Compared {
	values := func(v []float64) map[int]float64 {
		out := map[int]float64{}
		for i, x := range v {
			out[i] = x
		}
		return out
	}
	return Compare(Compared{Own: "A", Other: "B", Larger: larger, Factor: factor, Unit: "points"}, values(a), values(b), 0, 0)
}

// A target of a comparison is met, missed or open as the interval says, not as the median does.
func TestTargetsOfComparisons(t *testing.T) {
	own := []float64{1, 1, 1, 1, 1}
	twice := compared(own, []float64{2, 2, 2, 2, 2}, false, 0)
	assert.True(t, Gains("x", twice, 2).Met)
	missed := Gains("x", twice, 3)
	assert.False(t, missed.Met || missed.Open)
	spread := compared(own, []float64{0.9, 0.95, 0.99, 2.5, 4}, false, 0) // 1.51 at the median once was a yes
	assert.True(t, Gains("x", spread, 1).Open)
	assert.Equal(t, verdict.Undecided, spread.Verdict)
	equal := Gains("x", compared(own, own, false, 0), 1)
	assert.False(t, equal.Met, "a tie is not more than 1×")
	few := Gains("x", compared(own[:2], []float64{9, 9}, false, 0), 2)
	assert.True(t, few.Open)
	assert.Equal(t, "2 draws; a verdict needs five", few.Short)
}

func TestGainsInWords(t *testing.T) {
	half, twice := compared([]float64{2, 2, 2, 2, 2}, []float64{1, 1, 1, 1, 1}, false, 0), compared([]float64{1, 1, 1, 1, 1}, []float64{2, 2, 2, 2, 2}, false, 0)
	assert.Equal(t, "2.00 times nearer", Times([]Compared{twice}, "nearer", "farther"))
	assert.Equal(t, "2.00 times farther", Times([]Compared{half}, "nearer", "farther"))
	assert.Equal(t, "between 2.00 times farther and 2.00 times nearer", Times([]Compared{half, twice}, "nearer", "farther"))
	nearly := compared([]float64{1, 1, 1, 1, 1}, []float64{0.98, 0.98, 0.98, 0.98, 0.98}, false, 0)
	assert.Equal(t, "less than 1.05 times nearer or farther", Times([]Compared{nearly}, "nearer", "farther"))
	assert.Equal(t, "from about equal up to 2.00 times nearer", Times([]Compared{nearly, twice}, "nearer", "farther"))
	more := compared([]float64{0.9, 0.9, 0.9, 0.9, 0.9}, []float64{0.8, 0.8, 0.8, 0.8, 0.8}, true, 100)
	assert.Equal(t, "10.00 points more", Times([]Compared{more}, "more", "less"))
	assert.Equal(t, verdict.Better, more.Verdict)
	a := Answer{Compared: []Compared{half, twice, twice}}
	for i, where := range []string{"10 rows", "50 rows", "100 rows"} {
		a.Compared[i].Case = where
	}
	assert.Equal(t, "worse (10 rows), better (50 rows; 100 rows)", a.Verdict())
	assert.Equal(t, map[verdict.Verdict]int{verdict.Better: 2, verdict.Worse: 1}, Tally([]Answer{a}))
}

// On a terminal numbers stay aligned, with remarks as footnotes, and a number stays beside its ends.
func TestNumbersOnATerminal(t *testing.T) {
	table := Table{Title: "T", Header: []string{"method", "n", "m"}}
	table.Append(NewRow("a").One(Plain, 12345).One(Plain, 1))
	table.Append(NewRow("b").Ends(Plain, records.Middle{N: 2, Median: 15, Low: 2, High: 35}).Remark("forced in 1 of 2").One(Plain, 2))
	assert.Equal(t, "T\n"+
		"method         n  smallest  largest     m\n"+
		"-----------------------------------------\n"+
		"a       12,300                       1.00\n"+
		"b         15.0ᵃ       2.00     35.0  2.00\n"+
		"ᵃ forced in 1 of 2.\n", table.Text(80))
	assert.Equal(t, []string{"method", "method"}, regexp.MustCompile("method").FindAllString(table.Text(38), -1), "the last column has a block of its own")
	assert.Contains(t, table.Text(38), "n  smallest  largest\n")
}

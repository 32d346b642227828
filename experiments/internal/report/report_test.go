package report

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/verdict"
)

func TestMarkdownIsAligned(t *testing.T) {
	table := Table{Header: []string{"method", "x"}, Note: "n"}
	table.Append(NewRow("a").Spread(Plain, records.Spread{N: 2, Mean: 1, SD: 0.5}))
	table.Append(NewRow("second-order").Missing(1))
	assert.Equal(t, ""+
		"| method       |   x | standard deviation |\n"+
		"|--------------|----:|-------------------:|\n"+
		"| a            |   1 |                0.5 |\n"+
		"| second-order |   - |                    |\n"+
		"\nn\n", table.Markdown())
}

// Every number of a column has the same places: as many as the smallest needs for its digits, no
// more than any number has, and an exponent only where the column is too wide without.
func TestDigitsOfAColumn(t *testing.T) {
	for _, c := range []struct {
		values []float64
		fixed  int
		want   []string
	}{
		{[]float64{1.0 / 3, 2.0 / 3}, -1, []string{"0.333", "0.667"}}, {[]float64{30.21234, 4.5123, 0.23252, 0.0012345}, -1, []string{"30.2123", "4.5123", "0.2325", "0.0012"}},
		{[]float64{1, 2, 12345}, -1, []string{"1", "2", "12,345"}}, {[]float64{0.5, 12}, -1, []string{"0.5", "12.0"}}, {[]float64{0, 0}, -1, []string{"0", "0"}},
		{[]float64{1e-12, 3}, -1, []string{"1.00e-12", "3.00e0"}}, {[]float64{12345.25, 0.125}, -1, []string{"12,345.25", "0.12"}},
		{[]float64{-0.0004, 97.72315}, 2, []string{"0.00", "97.72"}}, {[]float64{math.NaN(), math.Inf(1), math.Inf(-1), 2.5}, -1, []string{"-", "∞", "-∞", "2.5"}},
		{[]float64{999.96, 0.3}, -1, []string{"999.96", "0.30"}},
		{[]float64{5.83, 35.5, 0.0169, 2.64e-7}, -1, []string{"5.8300", "35.5000", "0.0169", "2.64e-7"}}, {[]float64{1e-7, 2e-15, 3}, -1, []string{"1.00e-7", "2.00e-15", "3.00e0"}},
	} {
		form := digitsOf(onlyFinite(slices.Clone(c.values)), c.fixed)
		for i, v := range c.values {
			number, exponent := form.write(v, false)
			assert.Equal(t, c.want[i], number+exponent, "%v", c.values)
		}
	}
	number, _ := digits{places: 1}.write(2, true)
	assert.Equal(t, "+2.0", number)
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
	assert.Equal(t, "2.0 times too large", c.Short)
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

// The points of a column stand below each other, thousands are separated, and the ends of draws
// have columns of their own; what failed and what was not measured is no number.
func TestNumbersOfAColumn(t *testing.T) {
	table := Table{Header: []string{"method", "n"}}
	table.Append(NewRow("a").One(Plain, 12345))
	table.Append(NewRow("b").Ends(Plain, records.Middle{N: 3, Median: 1.5, Low: 0.25, High: 1234.5}))
	table.Append(NewRow("d").One(Plain, 250000).Remark("failed in 1 of 5"))
	table.Append(NewRow("e").Failed())
	assert.Equal(t, ""+
		"| method |                             n | smallest |  largest |\n"+
		"|--------|------------------------------:|---------:|---------:|\n"+
		"| a      |  12,345.00                    |          |          |\n"+
		"| b      |       1.50                    |     0.25 | 1,234.50 |\n"+
		"| d      | 250,000.00 (failed in 1 of 5) |          |          |\n"+
		"| e      |                        failed |          |          |\n", table.Markdown())
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
	assert.Equal(t, "2.0 times nearer", Times([]Compared{twice}, "nearer", "farther"))
	assert.Equal(t, "2.0 times farther", Times([]Compared{half}, "nearer", "farther"))
	assert.Equal(t, "between 2.0 times farther and 2.0 times nearer", Times([]Compared{half, twice}, "nearer", "farther"))
	nearly := compared([]float64{1, 1, 1, 1, 1}, []float64{0.98, 0.98, 0.98, 0.98, 0.98}, false, 0)
	assert.Equal(t, "less than 1.05 times nearer or farther", Times([]Compared{nearly}, "nearer", "farther"))
	assert.Equal(t, "from about equal up to 2.0 times nearer", Times([]Compared{nearly, twice}, "nearer", "farther"))
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

// On a terminal numbers stay aligned, with remarks below them, and a number stays beside its ends.
func TestNumbersOnATerminal(t *testing.T) {
	table := Table{Title: "T", Header: []string{"method", "n", "m"}}
	table.Append(NewRow("a").One(Plain, 12345).One(Plain, 1))
	table.Append(NewRow("b").Ends(Plain, records.Middle{N: 2, Median: 15, Low: 2, High: 35}).Remark("forced in 1 of 2").One(Plain, 2))
	assert.Equal(t, "T\n"+
		"method                   n  smallest  largest  m\n"+
		"------------------------------------------------\n"+
		"a                   12,345                     1\n"+
		"b                       15         2       35  2\n"+
		"        (forced in 1 of 2)\n", table.Text(80))
	assert.Equal(t, []string{"method", "method"}, regexp.MustCompile("method").FindAllString(table.Text(46), -1), "the last column has a block of its own")
	assert.Contains(t, table.Text(46), "n  smallest  largest\n")
}

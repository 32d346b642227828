package report

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/verdict"
)

func TestMarkdownIsAligned(t *testing.T) {
	table := Table{Header: []string{"method", "x"}, Rows: [][]string{{"a", "1 ± 2"}, {"second-order", "-"}}, Note: "n"}
	assert.Equal(t, ""+
		"| method       |     x |\n"+
		"|--------------|------:|\n"+
		"| a            | 1 ± 2 |\n"+
		"| second-order |     - |\n"+
		"\nn\n", table.Markdown())
}

func spread(n int, mean, sd float64) records.Spread { return records.Spread{N: n, Mean: mean, SD: sd} }

func TestNumbersInTables(t *testing.T) {
	for _, c := range []struct {
		s    records.Spread
		f    Style
		want string
	}{
		{spread(0, math.NaN(), math.NaN()), Plain, "-"}, {spread(1, 0.2325, 0), Plain, "0.233"}, {spread(40, 7.6, 5.5), Plain, "7.60 ± 5.5"},
		{spread(5, 28.31, 14.7), Plain, "28.3 ± 15"}, {spread(5, 0.97723, 0.0001), Percent, "97.72 ± 0.01"}, {spread(5, 1234567, 1000), Plain, "1.23e6 ± 1000"},
		{spread(5, 0.00012345, 0.0000021), Plain, "1.23e-4 ± 2.1e-6"}, {spread(2, 0, 0), Plain, "0 ± 0"}, {spread(2, 999.96, 0.3), Plain, "1000 ± 0.30"},
		{spread(3, -0.5, 0.25), Plain, "-0.500 ± 0.25"},
	} {
		assert.Equal(t, c.want, c.f.Text(c.s))
	}
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

// The points of a column stand below each other, thousands are separated, and an exponent is written
// only where the column needs one.
func TestNumbersOfAColumn(t *testing.T) {
	table := Table{Header: []string{"method", "n"}, Rows: [][]string{{"a", "12345"}, {"b", "1.5 (0.25 to 1234.5)"}, {"c", "1.23e-4 ± 1.2e-5"}, {"d", "2.50e6 (failed in 1 of 5)"}, {"e", "failed"}}}
	assert.Equal(t, ""+
		"| method |                                   n |\n"+
		"|--------|------------------------------------:|\n"+
		"| a      |    12,345                           |\n"+
		"| b      |         1.5      (0.25 to 1,234.5)  |\n"+
		"| c      |         0.000123 ± 0.000012         |\n"+
		"| d      | 2,500,000        (failed in 1 of 5) |\n"+
		"| e      |                              failed |\n", table.Markdown())
	table = Table{Header: []string{"x"}, Rows: [][]string{{"1e-12"}, {"3"}}}
	assert.Contains(t, table.Markdown(), "1e-12")
	cells, numeric := table.Cells()
	assert.Equal(t, []bool{true}, numeric)
	assert.Equal(t, "3", cells[1][0].Number)
	_, numeric = (&Table{Header: []string{"a", "b"}, Rows: [][]string{{"x", "0 of 5; y"}, {"y", "1 of 5"}}}).Cells()
	assert.Equal(t, []bool{false, false}, numeric)
}

// What was chosen is marked, and a residual above 1 is.
func TestMarksInTables(t *testing.T) {
	table := Table{Header: []string{"tau", "residual", "seconds"}, Rows: [][]string{{"0.1", "0.5", "3"}, {"1", "1.5", "4"}}, Chosen: [][2]int{{0, 1}}, Residuals: []int{1}}
	text := table.Markdown()
	assert.Contains(t, text, "✓ 0.5")
	assert.Contains(t, text, "▲ 1.5")
	assert.Contains(t, text, "✓: chosen.")
	assert.Contains(t, text, "worse than the zero vector")
	assert.Equal(t, 1, strings.Count(text, "▲ 1.5"))
	assert.NotContains(t, text, "▲ 4")
	table.Rows[1][1] = "0.5 (0.2 to 1.2)"
	assert.Contains(t, table.Markdown(), "▲ 0.5", "one of its draws")
	table.Rows[1][1], table.Chosen = "1", nil
	assert.NotContains(t, table.Markdown(), "zero vector")
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

// On a terminal numbers stay aligned, with remarks below them.
func TestNumbersOnATerminal(t *testing.T) {
	table := Table{Title: "T", Header: []string{"method", "n"}, Rows: [][]string{{"a", "12345"}, {"b", "1.5 (0.25 to 3.5) (forced in 1 of 2)"}}}
	assert.Equal(t, "T\nmethod                       n\n------------------------------\na       12,345\nb            1.5 (0.25 to 3.5)\n            (forced in 1 of 2)\n",
		strings.ReplaceAll(table.Text(80), "12,345                  \n", "12,345\n"))
}

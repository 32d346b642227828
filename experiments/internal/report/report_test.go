package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/experiments/internal/records"
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

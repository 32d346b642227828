package numbers

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSignificant(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{
		{0, 3, "0"}, {math.NaN(), 3, "-"}, {0.2325, 3, "0.233"}, {28.31, 3, "28.3"}, {14.7, 2, "15"}, {1234567, 3, "1.23e6"}, {1000, 2, "1,000"},
		{0.00012345, 3, "1.23e-4"}, {999.96, 3, "1,000"}, {-0.5, 3, "-0.500"}, {9.996e-4, 3, "0.00100"},
	} {
		assert.Equal(t, c.want, Significant(c.v, c.digits), "%v", c.v)
	}
}

func TestFixed(t *testing.T) {
	assert.Equal(t, "97.72", Fixed(97.723, 2))
	assert.Equal(t, "-", Fixed(math.NaN(), 2))
	assert.Equal(t, "3", Fixed(3, 0))
}

// The shortest text reads back as the number, to the last bit.
func TestShortestReadsBack(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1e-3: "0.001", 2.5e-9: "2.5e-9", 1e-4: "1e-4", 3.12e-4: "3.12e-4", 1e4: "10000", 1e7: "1e7", -0.1: "-0.1"} {
		assert.Equal(t, want, Shortest(v))
	}
	for _, v := range []float64{math.Pi, 1e-3 / 3, 1e6 / 7, math.MaxFloat64, math.SmallestNonzeroFloat64, -1e300 / 3} {
		back, err := strconv.ParseFloat(Shortest(v), 64)
		require.NoError(t, err)
		assert.Equal(t, v, back)
	}
}

func TestCountsAreGrouped(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 999: "999", 10000: "10,000", -123456: "-123,456", 1440.5: "1,440.5", 39380 * 60: "2,362,800"} {
		assert.Equal(t, want, Count(v))
	}
}

// What names of units and folders hold is as it was: runs are resumed by them.
func TestFormerFormsStay(t *testing.T) {
	for v, want := range map[float64]string{1e-6: "1e-06", 1e7: "1e+07", 0.5: "0.5", 1e-3: "0.001", 2.5e-12: "2.5e-12"} {
		assert.Equal(t, want, Former(v))
	}
}

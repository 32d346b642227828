package datasets

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// bigNorm is the norm with 2,000 bits.
func bigNorm(row []float64) *big.Float {
	sum := new(big.Float).SetPrec(2000)
	for _, v := range row {
		f := new(big.Float).SetPrec(2000).SetFloat64(v)
		sum.Add(sum, f.Mul(f, f))
	}
	return sum.Sqrt(sum)
}

// Norms and unit rows are right to the last bits for values of any size that numbers of 64 bits
// have.
func TestNormsOfAnySize(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	rows := [][]float64{{5e-324, 5e-324, 0}, {1e-310, -3e-310, 2e-310}, {1.7e308, 0, 0}, {1e308, 1e308, -1e308}, {3e200, 4e200, 0}, {3e-200, 0, 4e-200},
		{1e-162, 1e-162, 1e-162}, {1e154, 1e154, 1e154}, {0, 0, 0}, {1, 1e-200, 1e-300}, {3, 4, 0}, {1e-160, 2e-161, 3e-170}, {-1e150, 1e140, 1}}
	for range 500 {
		scale := math.Ldexp(1, rng.IntN(2040)-1030)
		rows = append(rows, []float64{rng.NormFloat64() * scale / 8, rng.NormFloat64() * scale / 8, rng.NormFloat64() * scale / 8})
	}
	x := &Dense{N: len(rows), Cols: 3}
	for _, row := range rows {
		x.Data = append(x.Data, row...)
	}
	d := &Dataset{Name: "sizes", X: x, Y: make([]float64, x.N)}
	for _, d := range []*Dataset{d, Sparse(d)} {
		norms, err := RowNorms(d)
		require.NoError(t, err)
		unit, err := NormalizeRows(d)
		require.NoError(t, err)
		got := unit.X.(interface{ Subset([]int) Features })
		for i, row := range rows {
			want := bigNorm(row)
			f, _ := want.Float64()
			require.InDelta(t, 1, ratio(norms[i], f), 1e-15, "%v", row)
			values := denseOf(got.Subset([]int{i}))
			for j, v := range row {
				quotient := 0.0
				if want.Sign() > 0 {
					quotient, _ = new(big.Float).SetPrec(2000).Quo(new(big.Float).SetPrec(2000).SetFloat64(v), want).Float64()
				}
				require.InDelta(t, 1, ratio(values[j], quotient), 1e-15, "%v", row)
			}
		}
	}
}

// ratio returns a/b, 1 where both are 0 or differ by one unit of the smallest numbers.
func ratio(a, b float64) float64 {
	if math.Abs(a-b) <= 5e-324 {
		return 1
	}
	return a / b
}

func denseOf(x Features) []float64 {
	if s, ok := x.(*CSR); ok {
		return denseRows(s)[0]
	}
	return x.(*Dense).Data
}

func TestNormsRefused(t *testing.T) {
	d := &Dataset{Name: "set", X: &Dense{N: 3, Cols: 2, Data: []float64{1, 1, 1.5e308, 1.5e308, math.NaN(), 1}}, Y: make([]float64, 3)}
	_, err := RowNorms(d.Slice(1, 2))
	require.ErrorContains(t, err, "set: row 1: the norm is beyond the largest number")
	unit, err := NormalizeRows(d.Slice(1, 2))
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{math.Sqrt2 / 2, math.Sqrt2 / 2}, unit.X.(*Dense).Data, 1e-15)
	for _, d := range []*Dataset{d, Sparse(d)} {
		_, err = RowNorms(d.Slice(2, 3))
		require.ErrorContains(t, err, "set: row 2, column 0: the value is NaN")
		_, err = NormalizeRows(d)
		require.ErrorContains(t, err, "set: row 2, column 0: the value is NaN")
	}
}

// Mean and deviation of values of any size and spread, against rational arithmetic.
func TestMeanDeviationOfAnySize(t *testing.T) {
	for _, values := range [][]float64{
		{1, 2, 4}, {1e200, 2e200, 4e200}, {1e-200, 2e-200, 4e-200}, {1.7e308, -1.7e308, 1e308}, {1.7e308, 1.7e308, 1.6e308}, {5e-324, 1e-323, 0},
		{1e-320, 3e-320, -2e-320}, {1e8, 1e8 + 1, 1e8 + 3}, {1e155, -1e155, 3e154}, {1e-155, 3e-155, 2e-155},
	} {
		mean, deviation := meanDeviation(values)
		sum, squares := new(big.Float).SetPrec(4000), new(big.Float).SetPrec(4000)
		n := big.NewFloat(float64(len(values))).SetPrec(4000)
		for _, v := range values {
			sum.Add(sum, new(big.Float).SetPrec(4000).SetFloat64(v))
		}
		m := new(big.Float).SetPrec(4000).Quo(sum, n)
		for _, v := range values {
			d := new(big.Float).SetPrec(4000).Sub(new(big.Float).SetPrec(4000).SetFloat64(v), m)
			squares.Add(squares, d.Mul(d, d))
		}
		wantMean, _ := m.Float64()
		wantDeviation, _ := squares.Sqrt(squares.Quo(squares, n)).Float64()
		require.InDelta(t, 1, ratio(mean, wantMean), 1e-15, "%v", values)
		require.InDelta(t, 1, ratio(deviation, wantDeviation), 1e-14, "%v", values)
	}
	for _, v := range []float64{0.1, 1e300, -5e-324, 0} { // 0.1+0.1+0.1 is not 0.3
		mean, deviation := meanDeviation([]float64{v, v, v})
		require.Equal(t, v, mean)
		require.Equal(t, 1.0, deviation)
	}
}

func TestScalingOfAnySize(t *testing.T) {
	for _, c := range []struct {
		by     Scaling
		values []float64
		want   []float64
	}{
		{MinMax, []float64{1e200, 3e200, 2e200}, []float64{0, 1, .5}},
		{MinMax, []float64{1e-300, 3e-300, 2e-300}, []float64{0, 1, .5}},
		{MinMax, []float64{-8e307, 8e307, 0}, []float64{0, 1, .5}},
		{MinMax, []float64{.1, .1, .1}, []float64{0, 0, 0}},
		{Standard, []float64{-1e200, 1e200, -1e200, 1e200}, []float64{-1, 1, -1, 1}},
		{Standard, []float64{-1.7e308, 1.7e308, -1.7e308, 1.7e308}, []float64{-1, 1, -1, 1}},
		{Standard, []float64{0, 2e-200, 0, 2e-200}, []float64{-1, 1, -1, 1}},
		{Standard, []float64{.1, .1, .1}, []float64{0, 0, 0}},
	} {
		text := "a,y\n"
		for _, v := range c.values {
			text += strconv.FormatFloat(v, 'g', -1, 64) + ",0\n"
		}
		d := readCSV(t, CSV{Label: "y", Scaling: c.by}, text)
		require.InDeltaSlice(t, c.want, d.X.(*Dense).Data, 1e-15)
		again := readCSV(t, CSV{Like: d.Coding}, text)
		require.Equal(t, d.X, again.X)
	}
	low, high := []float64{-1.5e308, 5e-324}, []float64{1.5e308, 1.5e-323}
	require.Equal(t, []float64{.5, .5, 1, 0}, minMax(&Dense{N: 2, Cols: 2, Data: []float64{0, 1e-323, 1.5e308, 5e-324}}, low, high).Data)
}

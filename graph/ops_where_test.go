package graph

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

// The side of a Where that is not taken may be anything.
func TestWhereKeepsTheOtherSideOut(t *testing.T) {
	inBoth(t, func(t *testing.T, dt tensor.Dtype, _, _ float64) {
		mask := []float64{1, 0, 1, 0}
		build := func(x *Node) *Node {
			return Where(Fixed(x, mask, 4), Square(x), Log(x)) // of which one is infinite or no number
		}
		y, g, h, _ := derivatives(t, dt, build, []float64{-2, 1, 0, 2}, nil, filled(4, 1), 4)
		assert.InDeltaSlice(t, []float64{4, 0, 0, math.Ln2}, y, 1e-7)
		assert.Equal(t, []float64{-4, 1, 0, 0.5}, g)
		assert.Equal(t, []float64{2, -1, 2, -0.25}, h)
	})
}

func TestMaximumAndMinimum(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	a := []float64{1, 2, nan, 1, inf, -inf, 1e20, 3}
	b := []float64{2, 1, 1, nan, -inf, inf, 1, 3}
	larger := func(x *Node) *Node { return Maximum(x, Fixed(x, b, len(b))) }
	smaller := func(x *Node) *Node { return Minimum(x, Fixed(x, b, len(b))) }
	y, g, _, _ := derivatives(t, tensor.Float64, larger, a, nil, filled(len(a), 1), len(a))
	for i := range a {
		want := math.Max(a[i], b[i])
		assert.True(t, y[i] == want || y[i] != y[i] && want != want, "max(%v, %v) is %v", a[i], b[i], y[i])
	}
	assert.Equal(t, []float64{0, 1, 1, 0, 1, 0, 1, 1}, g)
	y, g, _, _ = derivatives(t, tensor.Float64, smaller, a, nil, filled(len(a), 1), len(a))
	for i := range a {
		want := math.Min(a[i], b[i])
		assert.True(t, y[i] == want || y[i] != y[i] && want != want, "min(%v, %v) is %v", a[i], b[i], y[i])
	}
	assert.Equal(t, []float64{1, 0, 1, 0, 0, 1, 0, 1}, g)
}

func TestRoundingAndMasks(t *testing.T) {
	x := []float64{-2.5, -1.2, -0.5, 0, 0.5, 1.5, 2.7}
	for _, c := range []struct {
		name  string
		build func(x *Node) *Node
		want  []float64
	}{
		{"floor", Floor, []float64{-3, -2, -1, 0, 0, 1, 2}},
		{"ceil", Ceil, []float64{-2, -1, 0, 0, 1, 2, 3}},
		{"round", Round, []float64{-2, -1, 0, 0, 0, 2, 3}},
		{"sign", Sign, []float64{-1, -1, -1, 0, 1, 1, 1}},
		{"not", Not, []float64{1, 1, 1, 1, 0, 0, 0}},
		{"equal", func(x *Node) *Node { return Equal(x, Round(x)) }, []float64{0, 0, 0, 1, 0, 0, 0}},
		{"greater", func(x *Node) *Node { return Greater(x, Round(x)) }, []float64{0, 0, 0, 0, 1, 0, 0}},
		{"greater or equal", func(x *Node) *Node { return GreaterOrEqual(x, Round(x)) }, []float64{0, 0, 0, 1, 1, 0, 0}},
	} {
		y, _, _, _ := derivatives(t, tensor.Float64, func(n *Node) *Node { return Add(c.build(n), Scale(n, 0)) }, x, nil, filled(len(x), 1), len(x))
		for i := range y {
			assert.Equal(t, c.want[i], y[i]+0, "%s of %v", c.name, x[i])
		}
	}
}

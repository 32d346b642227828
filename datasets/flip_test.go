package datasets

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// uneven has 20+c samples of each class c, mixed.
func uneven(classes int) *Dataset {
	d := &Dataset{Name: "uneven", Classes: classes, ClassNames: make([]string, classes)}
	for k := range 20 + classes {
		for c := range classes {
			if k < 20+c {
				d.Y = append(d.Y, float64(c))
			}
		}
	}
	d.X = &Images{N: len(d.Y), Height: 1, Width: 1, Channels: 1, Pixels: make([]uint8, len(d.Y)), Scale: 1}
	return d
}

// Every budget gives just its number of wrong labels, spread over the directions evenly, the first
// ones getting what is left over; a smaller budget's rows are part of a larger one's.
func TestFlipLabels(t *testing.T) {
	for _, pairs := range [][][2]int{ClassPairs(10), {{4, 1}}, {{0, 3}, {7, 2}, {5, 6}}} {
		d := uneven(10)
		clean := slices.Clone(d.Y)
		var before []int
		for budget := range 2*len(pairs)*20 + 1 {
			poisoned, rows, err := FlipLabels(d, pairs, budget, 7)
			require.NoError(t, err)
			require.NoError(t, poisoned.Check())
			require.Equal(t, clean, d.Y)
			require.Same(t, d.X, poisoned.X)
			require.Len(t, rows, budget)
			counts := map[[2]int]int{}
			var changed []int
			for i := range clean {
				if clean[i] != poisoned.Y[i] {
					changed = append(changed, i)
					counts[[2]int{int(clean[i]), int(poisoned.Y[i])}]++
				}
			}
			require.Equal(t, changed, rows)
			want := map[[2]int]int{}
			for k := range budget { // dealt out like cards
				p := pairs[k/2%len(pairs)]
				want[[2]int{p[k%2], p[1-k%2]}]++
			}
			require.Equal(t, want, counts)
			for _, r := range before {
				require.Contains(t, rows, r)
			}
			before = rows
		}
	}
}

func TestFlipLabelsSeeds(t *testing.T) {
	d := uneven(10)
	a, rows, err := FlipLabels(d, ClassPairs(10), 100, 1)
	require.NoError(t, err)
	again, same, err := FlipLabels(d, ClassPairs(10), 100, 1)
	require.NoError(t, err)
	require.Equal(t, rows, same)
	require.Equal(t, a.Y, again.Y)
	_, other, err := FlipLabels(d, ClassPairs(10), 100, 2)
	require.NoError(t, err)
	require.NotEqual(t, rows, other)

	// Each row of a class is drawn as often as the others: 10 of 20 in 2,000 draws, 1,000 +- 22,
	// six standard deviations.
	drawn := make([]int, d.Len())
	for seed := range uint64(2000) {
		_, rows, err := FlipLabels(d, [][2]int{{0, 1}}, 20, seed)
		require.NoError(t, err)
		for _, r := range rows {
			drawn[r]++
		}
	}
	for r, y := range d.Y {
		if y == 0 {
			require.InDelta(t, 1000, drawn[r], 135)
		}
	}
}

func TestFlipLabelsRefused(t *testing.T) {
	d := uneven(10)
	for _, c := range []struct {
		pairs  [][2]int
		budget int
		want   string
	}{
		{[][2]int{{0, 10}}, 2, "uneven: there is no class 10 (10 classes"},
		{[][2]int{{-1, 3}}, 2, "there is no class -1"},
		{[][2]int{{3, 3}}, 2, "class 3 is named twice"},
		{[][2]int{{0, 1}, {2, 0}}, 2, "class 0 is named twice"},
		{ClassPairs(10), -1, "cannot flip -1 labels"},
		{nil, 1, "cannot flip 1 labels between 0 pairs"},
		{ClassPairs(10), 201, "flips 21 of class 0 to class 9, but class 0 has 20 samples"},
		{[][2]int{{9, 0}}, 42, "flips 21 of class 0 to class 9, but class 0 has 20 samples"},
	} {
		_, _, err := FlipLabels(d, c.pairs, c.budget, 1)
		require.ErrorContains(t, err, c.want)
	}
	regression := *d
	regression.Classes = 0
	_, _, err := FlipLabels(&regression, [][2]int{{0, 1}}, 2, 1)
	require.ErrorContains(t, err, "there is no class 0")
	_, rows, err := FlipLabels(d, nil, 0, 1)
	require.NoError(t, err)
	require.Empty(t, rows)
	_, _, err = FlipLabels(&regression, nil, 0, 1)
	require.ErrorContains(t, err, "uneven: a regression has no classes to flip between")
	for _, label := range []float64{10, -1, 2.5, math.NaN(), math.Inf(1)} {
		wrong := d.With(d.X, slices.Clone(d.Y))
		wrong.Y[4] = label
		_, _, err := FlipLabels(wrong, ClassPairs(10), 2, 1)
		require.ErrorContains(t, err, fmt.Sprintf("uneven: row 4: label %v is not a", label))
	}
}

func TestClassPairs(t *testing.T) {
	require.Equal(t, [][2]int{{0, 9}, {1, 8}, {2, 7}, {3, 6}, {4, 5}}, ClassPairs(10))
	require.Equal(t, [][2]int{{0, 2}}, ClassPairs(3))
	require.Empty(t, ClassPairs(1))
}

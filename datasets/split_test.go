package datasets

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSplit(t *testing.T) {
	d := random(101, 3, true, 5)
	for i := range d.Y {
		d.Y[i] = float64(i)
	}
	a, b, err := Split(d, 1, 0.8)
	require.NoError(t, err)
	require.Equal(t, []int{81, 20}, []int{a.Len(), b.Len()})
	require.IsIncreasing(t, a.Y)
	require.IsIncreasing(t, b.Y)
	require.ElementsMatch(t, d.Y, append(append([]float64{}, a.Y...), b.Y...))
	again, _, err := Split(d, 1, 0.8)
	require.NoError(t, err)
	require.Equal(t, a.Y, again.Y)
	other, _, err := Split(d, 2, 0.8)
	require.NoError(t, err)
	require.NotEqual(t, a.Y, other.Y)
	_, _, err = Split(d, 1, 1.01)
	require.ErrorContains(t, err, "give 0 to 1")
}

func TestFingerprint(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		d := random(20, 4, sparse, 1)
		rows := []int{3, 4, 5}
		require.Equal(t, Fingerprint(d.Subset(rows)), Fingerprint(d.Slice(3, 6)), "a copy equals a slice")
		distinct := map[string]string{}
		change := func(name string, d *Dataset, err error) {
			require.NoError(t, err)
			f := Fingerprint(d)
			require.Len(t, f, 64)
			require.NotContains(t, distinct, f, name)
			distinct[f] = name
		}
		change("itself", d, nil)
		change("order", d.Subset([]int{1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}), nil)
		change("fewer", d.Slice(0, 19), nil)
		c, err := SetValues(d, []int{19}, []int{3}, [][]float64{{1e-300}})
		change("a value", c, err)
		c, err = SetLabels(d, []int{19}, []float64{float64((int(d.Y[19]) + 1) % 3)})
		change("a label", c, err)
		regression := *d
		regression.Classes = 0
		change("classes", &regression, nil)
	}
	images := &Dataset{Y: []float64{0}, X: &Images{N: 1, Height: 1, Width: 1, Channels: 1, Scale: 1, Pixels: []uint8{1}}}
	other := &Dataset{Y: []float64{0}, X: &Images{N: 1, Height: 1, Width: 1, Channels: 1, Scale: 1, Pixels: []uint8{2}}}
	require.NotEqual(t, Fingerprint(images), Fingerprint(other))
	text := func(ids ...int32) *Dataset {
		return &Dataset{Y: []float64{0}, X: &Tokens{Length: 1, Vocabulary: 9, Text: ids, Starts: []int{0}}}
	}
	require.NotEqual(t, Fingerprint(text(1)), Fingerprint(text(2)))
}

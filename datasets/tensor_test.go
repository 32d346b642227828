package datasets

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// cubes returns n samples of shape [2 3 1], of which sample i holds 10i, 10i+1, ...
func cubes(n int) *Dataset {
	x := &Tensor{N: n, Sample: []int{2, 3, 1}}
	d := &Dataset{Name: "cubes", X: x, Classes: 2}
	for i := range n {
		for k := range 6 {
			x.Data = append(x.Data, float64(10*i+k))
		}
		d.Y = append(d.Y, float64(i%2))
	}
	return d
}

// A change of the rows of a tensor leaves each sample whole.
func TestTensorRows(t *testing.T) {
	d := cubes(5)
	require.NoError(t, d.Check())
	require.Equal(t, []int{2, 3, 1}, d.X.Shape())
	rows := func(d *Dataset) (found []int) {
		require.NoError(t, d.Check())
		x := d.X.(*Tensor)
		for i := range d.Len() {
			for k := range 6 {
				require.Equal(t, x.Data[6*i]+float64(k), x.Data[6*i+k])
			}
			found = append(found, int(x.Data[6*i]/10))
		}
		return found
	}
	require.Equal(t, []int{3, 0, 3}, rows(d.Subset([]int{3, 0, 3})))
	require.Equal(t, []int{2, 3}, rows(d.Slice(1, 5).Slice(1, 3)))
	require.Empty(t, rows(d.Subset(nil)))
	without, err := Without(d, []int{0, 2})
	require.NoError(t, err)
	require.Equal(t, []int{1, 3, 4}, rows(without))
	joined, err := Concat(d.Slice(3, 5), d.Subset([]int{1}))
	require.NoError(t, err)
	require.Equal(t, []int{3, 4, 1}, rows(joined))
	replaced, err := ReplaceRows(d, []int{4, 1}, d.Subset([]int{0, 2}))
	require.NoError(t, err)
	require.Equal(t, []int{0, 2, 2, 3, 0}, rows(replaced))
	a, b, err := Split(d, 1, 0.4)
	require.NoError(t, err)
	require.ElementsMatch(t, []int{0, 1, 2, 3, 4}, slices.Concat(rows(a), rows(b)))
	require.Equal(t, []int{0, 1, 2, 3, 4}, rows(d), "the data set itself is as it was")
}

func TestTensorFingerprint(t *testing.T) {
	d := cubes(4)
	part := d.Slice(1, 3)
	require.Equal(t, Fingerprint(part), Fingerprint(d.Subset([]int{1, 2})))
	flat := part.With(&Tensor{N: 2, Sample: []int{3, 2, 1}, Data: part.X.(*Tensor).Data}, part.Y)
	dense := part.With(&Dense{N: 2, Cols: 6, Data: part.X.(*Tensor).Data}, part.Y)
	require.NotEqual(t, Fingerprint(part), Fingerprint(flat), "another shape")
	require.NotEqual(t, Fingerprint(part), Fingerprint(dense), "another kind")
}

func TestTensorErrors(t *testing.T) {
	set := func(x *Tensor) *Dataset { return &Dataset{Name: "t", X: x, Y: make([]float64, 2), Classes: 2} }
	for name, c := range map[string]struct {
		x    *Tensor
		want string
	}{
		"no shape":               {&Tensor{N: 2, Data: make([]float64, 2)}, "Sample is empty"},
		"too few numbers":        {&Tensor{N: 2, Sample: []int{2, 2}, Data: make([]float64, 7)}, "7 numbers"},
		"a negative dimension":   {&Tensor{N: 2, Sample: []int{-2, -2}, Data: make([]float64, 8)}, "out of range"},
		"negative samples":       {&Tensor{N: -2, Sample: []int{-2, 2}, Data: make([]float64, 8)}, "out of range"},
		"a product that is over": {&Tensor{N: 2, Sample: []int{1 << 40, 1 << 40}}, "out of range"},
		"not a number":           {&Tensor{N: 2, Sample: []int{2, 2}, Data: []float64{0, 0, 0, 0, 0, 0, math.NaN(), 0}}, "row 1, element [1 0]: the value is NaN"},
		"other samples":          {&Tensor{N: 3, Sample: []int{1}, Data: make([]float64, 3)}, "2 labels for 3 samples"},
	} {
		require.ErrorContains(t, set(c.x).Check(), c.want, name)
	}
	d := cubes(3)
	d.X.(*Tensor).Data[8] = math.Inf(-1)
	require.ErrorContains(t, d.Subset([]int{2, 1}).Check(), "row 1, element [0 2 0]", "as counted by the user")

	d = cubes(3)
	other := d.With(&Tensor{N: 3, Sample: []int{6}, Data: d.X.(*Tensor).Data}, d.Y)
	_, err := Concat(d, other)
	require.ErrorContains(t, err, "cannot be mixed")
	_, err = ReplaceRows(d, []int{0}, other.Slice(0, 1))
	require.ErrorContains(t, err, "cannot be mixed")
	_, err = ZeroColumns(d, []int{0})
	require.ErrorContains(t, err, "several dimensions")
	_, err = RowNorms(d)
	require.ErrorContains(t, err, "several dimensions")
}

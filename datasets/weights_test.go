package datasets

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbered returns n samples (i, 10i), two labels each, of weight i+1.
func numbered(n int) *Dataset {
	x := &Dense{N: n, Cols: 2}
	d := &Dataset{Name: "numbered", X: x, Targets: 2, Columns: []string{"a", "b"}}
	for i := range n {
		v := float64(i)
		x.Data = append(x.Data, v, 10*v)
		d.Y = append(d.Y, v, -v)
		d.Weights = append(d.Weights, v+1)
	}
	return d
}

// Samples keep their labels, weights and the numbers of their rows through every change of the set.
func TestWeightsTargetsAndRowsStayTogether(t *testing.T) {
	d := numbered(8)
	require.NoError(t, d.Check())
	without, err := Without(d, []int{0, 3})
	require.NoError(t, err)
	first, second, err := Split(d, 1, 0.5)
	require.NoError(t, err)
	zeroed, err := ZeroColumns(d.Slice(2, 6), []int{1})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		d    *Dataset
		rows []int
	}{
		"itself":                {d, []int{0, 1, 2, 3, 4, 5, 6, 7}},
		"subset":                {d.Subset([]int{5, 1, 5}), []int{5, 1, 5}},
		"slice":                 {d.Slice(3, 6), []int{3, 4, 5}},
		"slice of a subset":     {d.Subset([]int{7, 6, 5, 4}).Slice(1, 3), []int{6, 5}},
		"subset of a slice":     {d.Slice(2, 8).Slice(1, 4).Subset([]int{2, 0}), []int{5, 3}},
		"without":               {without, []int{1, 2, 4, 5, 6, 7}},
		"none":                  {d.Subset(nil), []int{}},
		"columns set to zero":   {zeroed, []int{2, 3, 4, 5}},
		"first part of a split": {first, first.rows},
		"the other":             {second, second.rows},
	} {
		require.NoError(t, c.d.Check(), name)
		require.Equal(t, len(c.rows), c.d.Len(), name)
		for i, row := range c.rows {
			v := float64(row)
			require.Equal(t, row, c.d.Row(i), name)
			require.Equal(t, v, c.d.X.(*Dense).Data[2*i], name)
			require.Equal(t, []float64{v, -v}, c.d.Y[2*i:2*i+2], name)
			require.Equal(t, v+1, c.d.Weight(i), name)
		}
	}
	all := slices.Concat(first.rows, second.rows)
	slices.Sort(all)
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, all)
	require.Equal(t, 36.0, d.TotalWeight())
	require.Equal(t, "row 5 of numbered", d.Subset([]int{5}).Where(0))
}

func TestWeightsMeet(t *testing.T) {
	d := numbered(4)
	plain := numbered(2)
	plain.Weights = nil
	joined, err := Concat(d, plain)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, 3, 4, 1, 1}, joined.Weights)
	require.Equal(t, 5, joined.Row(5))

	kept, err := ReplaceRows(d, []int{2, 0}, plain)
	require.NoError(t, err)
	require.Equal(t, d.Weights, kept.Weights)
	require.Equal(t, []float64{1, -1, 1, -1, 0, 0, 3, -3}, kept.Y)
	replaced, err := ReplaceRows(plain, []int{1}, d.Slice(3, 4))
	require.NoError(t, err)
	require.Equal(t, []float64{1, 4}, replaced.Weights)

	labelled, err := SetLabels(d, []int{1}, []float64{7, 8})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0, 7, 8, 2, -2, 3, -3}, labelled.Y)
	_, err = SetLabels(d, []int{1}, []float64{7})
	require.ErrorContains(t, err, "1 labels for 1 rows of 2 each")

	require.NotEqual(t, Fingerprint(d), Fingerprint(kept))
	unweighted := *d
	unweighted.Weights = nil
	require.NotEqual(t, Fingerprint(d), Fingerprint(&unweighted))
	require.Panics(t, func() { d.With(plain.X, plain.Y) })
}

func TestCheckOfWeightsAndTargets(t *testing.T) {
	for want, change := range map[string]func(*Dataset){
		"8 labels for 4 samples":                  func(d *Dataset) { d.Targets = 0 },
		"8 labels for 4 samples of 3 labels each": func(d *Dataset) { d.Targets = 3 },
		"-1 labels a sample":                      func(d *Dataset) { d.Targets = -1 },
		"3 weights for 4 samples":                 func(d *Dataset) { d.Weights = d.Weights[:3] },
		"0 weights for 4 samples":                 func(d *Dataset) { d.Weights = []float64{} },
		"row 2: weight -1; give a finite number":  func(d *Dataset) { d.Weights[2] = -1 },
		"row 0: weight NaN":                       func(d *Dataset) { d.Weights[0] = math.NaN() },
		"row 3: weight +Inf":                      func(d *Dataset) { d.Weights[3] = math.Inf(1) },
		"the sum of the weights is beyond the range": func(d *Dataset) {
			d.Weights[0], d.Weights[1] = math.MaxFloat64, math.MaxFloat64
		},
		"row 1: label NaN is not a number":         func(d *Dataset) { d.Y[3] = math.NaN() },
		`row 1, column 1 ("b"): the value is NaN`:  func(d *Dataset) { d.X.(*Dense).Data[3] = math.NaN() },
		`row 3, column 0 ("a"): the value is -Inf`: func(d *Dataset) { d.X.(*Dense).Data[6] = math.Inf(-1) },
		"5 samples in a copy of a data set of 4; use With": func(d *Dataset) {
			*d = *d.Subset([]int{0, 1, 2, 3})
			e := numbered(5)
			d.X, d.Y, d.Weights = e.X, e.Y, e.Weights
		},
	} {
		d := numbered(4)
		change(d)
		require.ErrorContains(t, d.Check(), "datasets: numbered: "+want)
	}
	require.ErrorContains(t, (*Dataset)(nil).Check(), "no data set")
}

// The row of a bad value is that of the user's data, wherever the check is done.
func TestCheckFiniteNamesTheUsersRow(t *testing.T) {
	for _, n := range []int{1, 3, 4, 255, 256, 257, 700} {
		for _, at := range []int{0, n / 2, n - 1} {
			d := numbered(n)
			d.X.(*Dense).Data[2*at+1] = math.Inf(1)
			require.ErrorContains(t, d.Slice(at, n).CheckFinite(), "row "+strconv.Itoa(at)+", column 1")
			require.ErrorContains(t, Sparse(d).Subset([]int{at}).CheckFinite(), "row "+strconv.Itoa(at)+", column 1")
			require.ErrorContains(t, Sparse(d).Slice(at, n).CheckFinite(), "row "+strconv.Itoa(at)+", column 1")
			clean, err := Without(d, []int{at})
			require.NoError(t, err)
			require.NoError(t, clean.CheckFinite())
		}
	}
}

func TestSame(t *testing.T) {
	for want, change := range map[string]func(*Dataset){
		"has 0 classes and":                  func(d *Dataset) { d.Classes = 3 },
		"has the class names":                func(d *Dataset) { d.ClassNames = []string{"x"} },
		`number 1 is "b" in one and "c"`:     func(d *Dataset) { d.Columns = []string{"a", "c"} },
		"labels a sample":                    func(d *Dataset) { d.Targets = 1 },
		"of type *datasets.Dense and *datas": func(d *Dataset) { *d = *Sparse(d) },
		"of shape [2] and [1]":               func(d *Dataset) { d.X = &Dense{N: 3, Cols: 1, Data: make([]float64, 3)} },
		"X is nil":                           func(d *Dataset) { d.X = nil },
		"one has no samples":                 func(d *Dataset) { d.X = (*Dense)(nil) },
	} {
		a, b := numbered(3), numbered(3)
		a.ClassNames = []string{"y"}
		change(b)
		require.ErrorContains(t, Same(a, b), want)
		_, err := Concat(a, b)
		require.Error(t, err, want)
	}
	a, b := numbered(3), numbered(2)
	b.Columns = nil
	require.NoError(t, Same(a, b))
}

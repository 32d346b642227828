package datasets

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every change of a data set that is none, or whose lengths disagree, is an error that says which
// and why.
func TestUnusableDataSetsAreErrors(t *testing.T) {
	dense := func(data ...float64) *Dense { return &Dense{N: 3, Cols: 2, Data: data} }
	whole := dense(1, 2, 3, 4, 5, 6)
	y := []float64{0, 1, 0}
	good := &Dataset{Name: "good", X: whole, Y: y, Classes: 2}
	for want, d := range map[string]*Dataset{
		"there is no data set: it is nil":              nil,
		"a data set without a name: no samples":        {},
		"bad: no samples: X is nil":                    {Name: "bad", Y: y, Classes: 2},
		"no samples":                                   {Name: "bad", X: (*Dense)(nil), Y: y, Classes: 2},
		"bad: 3 numbers for shape [3 2]":               {Name: "bad", X: dense(1, 2, 3), Y: y, Classes: 2},
		"shape [3 -2] is out of range":                 {Name: "bad", X: &Dense{N: 3, Cols: -2, Data: whole.Data}, Y: y, Classes: 2},
		"bad: 1 labels for 3 samples":                  {Name: "bad", X: whole, Y: y[:1], Classes: 2},
		"bad: 3 labels for 3 samples of 2 labels each": {Name: "bad", X: whole, Y: y, Targets: 2, Classes: 2},
		"bad: 1 weights for 3 samples":                 {Name: "bad", X: whole, Y: y, Weights: y[:1], Classes: 2},
		"bad: 2 row pointers for 3 rows": {Name: "bad", Y: y, Classes: 2,
			X: &CSR{N: 3, Cols: 2, Indptr: []int{0, 1}, Indices: []int32{0}, Values: []float64{1}}},
		"bad: row 1: row pointers 1 and 0": {Name: "bad", Y: y, Classes: 2,
			X: &CSR{N: 3, Cols: 2, Indptr: []int{0, 1, 0, 1}, Indices: []int32{0}, Values: []float64{1}}},
		"bad: 1 column indices for 2 values": {Name: "bad", Y: y, Classes: 2,
			X: &CSR{N: 3, Cols: 2, Indptr: []int{0, 1, 1, 1}, Indices: []int32{0}, Values: []float64{1, 2}}},
	} {
		for name, change := range map[string]func() error{
			"Check":          func() error { return d.Check() },
			"Split":          func() error { _, _, err := Split(d, 1, 0.5); return err },
			"Concat":         func() error { _, err := Concat(d, good); return err },
			"Without":        func() error { _, err := Without(d, []int{1}); return err },
			"ReplaceRows":    func() error { _, err := ReplaceRows(d, []int{1}, good.Slice(0, 1)); return err },
			"ReplaceRows by": func() error { _, err := ReplaceRows(good, []int{0, 1, 2}, d); return err },
			"SetLabels":      func() error { _, err := SetLabels(d, []int{1}, []float64{1}); return err },
			"SetValues":      func() error { _, err := SetValues(d, []int{1}, []int{1}, [][]float64{{1}}); return err },
			"ZeroColumns":    func() error { _, err := ZeroColumns(d, []int{1}); return err },
			"ColumnRows":     func() error { _, err := ColumnRows(d, []int{1}); return err },
			"RowNorms":       func() error { _, err := RowNorms(d); return err },
			"NormalizeRows":  func() error { _, err := NormalizeRows(d); return err },
			"FlipLabels":     func() error { _, _, err := FlipLabels(d, [][2]int{{0, 1}}, 2, 1); return err },
			"ReplaceSpans":   func() error { _, _, err := ReplaceSpans(d, nil, nil); return err },
		} {
			require.NotPanics(t, func() { require.ErrorContains(t, change(), want, name) }, name)
		}
	}
	for _, pair := range [][2]*Dataset{{nil, good}, {good, nil}} {
		require.ErrorContains(t, Same(pair[0], pair[1]), "it is nil")
	}
	beyond := &Dataset{Name: "bad", Y: y, Classes: 2, X: &CSR{N: 3, Cols: 2, Indptr: []int{0, 0, 1, 1}, Indices: []int32{7}, Values: []float64{1}}}
	_, err := ColumnRows(beyond, []int{1})
	require.ErrorContains(t, err, "bad: row 1: there is no column 7")
	_, err = ZeroColumns(beyond, []int{1})
	require.ErrorContains(t, err, "bad: row 1: there is no column 7")
}

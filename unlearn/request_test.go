package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"lethe/datasets"
)

// small is four samples of three features, three classes.
func small(sparse bool) *datasets.Dataset {
	d := &datasets.Dataset{Name: "small", Classes: 3, Y: []float64{0, 1, 2, 0}, X: &datasets.Dense{N: 4, Cols: 3, Data: []float64{
		1, 0, 2,
		0, 3, 0,
		4, 0, 0,
		0, 5, 6,
	}}}
	if sparse {
		d.X = compressed(d.X.(*datasets.Dense))
	}
	return d
}

// sample is features and label in one row.
func samples(d *datasets.Dataset) [][]float64 {
	out := [][]float64{}
	for i := range d.Len() {
		row := make([]float64, d.X.Shape()[0], d.X.Shape()[0]+1)
		columns, values := entries(d.X, i)
		for k, c := range columns {
			row[c] = values[k]
		}
		out = append(out, append(row, d.Y[i]))
	}
	return out
}

func merge(t require.TestingT, requests ...Request) Request {
	r, err := Merge(requests...)
	require.NoError(t, err)
	return r
}

func TestApply(t *testing.T) {
	type table [][]float64
	for _, tt := range []struct {
		name           string
		request        func(to *datasets.Dataset) Request
		data, old, new table
		rows, columns  []int
	}{
		{"nothing", func(*datasets.Dataset) Request { return Request{} },
			table{{1, 0, 2, 0}, {0, 3, 0, 1}, {4, 0, 0, 2}, {0, 5, 6, 0}}, table{}, table{}, nil, nil},
		{"empty lists", func(to *datasets.Dataset) Request {
			return merge(t, RemoveSamples(), RemoveFeatures(), CorrectLabels(nil, nil), CorrectSamples(nil, nil),
				CorrectFeatures([]int{1}, nil, [][]float64{{}}))
		}, table{{1, 0, 2, 0}, {0, 3, 0, 1}, {4, 0, 0, 2}, {0, 5, 6, 0}}, table{}, table{}, nil, nil},
		{"samples", func(*datasets.Dataset) Request { return RemoveSamples(3, 1) },
			table{{1, 0, 2, 0}, {4, 0, 0, 2}}, table{{0, 3, 0, 1}, {0, 5, 6, 0}}, table{}, []int{1, 3}, nil},
		{"features", func(*datasets.Dataset) Request { return RemoveFeatures(2, 0) },
			table{{0, 0, 0, 0}, {0, 3, 0, 1}, {0, 0, 0, 2}, {0, 5, 0, 0}},
			table{{1, 0, 2, 0}, {4, 0, 0, 2}, {0, 5, 6, 0}}, table{{0, 0, 0, 0}, {0, 0, 0, 2}, {0, 5, 0, 0}}, []int{0, 2, 3}, []int{0, 2}},
		{"values", func(*datasets.Dataset) Request {
			return CorrectFeatures([]int{2, 0}, []int{2, 0}, [][]float64{{7, 0}, {0, 8}})
		}, table{{8, 0, 0, 0}, {0, 3, 0, 1}, {0, 0, 7, 2}, {0, 5, 6, 0}},
			table{{1, 0, 2, 0}, {4, 0, 0, 2}}, table{{8, 0, 0, 0}, {0, 0, 7, 2}}, []int{0, 2}, nil},
		{"labels", func(*datasets.Dataset) Request { return CorrectLabels([]int{3, 0}, []float64{1, 2}) },
			table{{1, 0, 2, 2}, {0, 3, 0, 1}, {4, 0, 0, 2}, {0, 5, 6, 1}},
			table{{1, 0, 2, 0}, {0, 5, 6, 0}}, table{{1, 0, 2, 2}, {0, 5, 6, 1}}, []int{0, 3}, nil},
		{"replacements", func(to *datasets.Dataset) Request { return CorrectSamples([]int{2, 1}, to) },
			table{{1, 0, 2, 0}, {0, 3, 0, 1}, {1, 0, 2, 0}, {0, 5, 6, 0}},
			table{{0, 3, 0, 1}, {4, 0, 0, 2}}, table{{0, 3, 0, 1}, {1, 0, 2, 0}}, []int{1, 2}, nil},
		{"all at once", func(to *datasets.Dataset) Request {
			return merge(t, RemoveSamples(0), RemoveFeatures(2), CorrectSamples([]int{1}, to.Slice(0, 1)),
				CorrectLabels([]int{3}, []float64{2}), CorrectFeatures([]int{3}, []int{1}, [][]float64{{9}}))
		}, table{{1, 0, 0, 0}, {4, 0, 0, 2}, {0, 9, 0, 2}},
			table{{1, 0, 2, 0}, {0, 3, 0, 1}, {0, 5, 6, 0}}, table{{1, 0, 0, 0}, {0, 9, 0, 2}}, []int{0, 1, 3}, []int{2}},
	} {
		for _, sparse := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				d := small(sparse)
				a, err := tt.request(small(sparse).Slice(0, 2)).Apply(d)
				require.NoError(t, err)
				require.Equal(t, [][]float64(tt.data), samples(a.Data))
				require.Equal(t, [][]float64(tt.old), samples(a.Old))
				require.Equal(t, [][]float64(tt.new), samples(a.New))
				require.Equal(t, tt.rows, a.Rows)
				require.Equal(t, tt.columns, a.Columns)
				require.Equal(t, samples(small(sparse)), samples(d), "the old data are as they were")
			})
		}
	}
}

func TestApplyErrors(t *testing.T) {
	d := small(false)
	images := &datasets.Dataset{Name: "images", Classes: 2, Y: []float64{0},
		X: &datasets.Images{N: 1, Height: 1, Width: 2, Channels: 1, Pixels: make([]uint8, 2), Scale: 1}}
	wide := &datasets.Dataset{Classes: 3, Y: []float64{0}, X: &datasets.Dense{N: 1, Cols: 4, Data: make([]float64, 4)}}
	odd := d.With(d.X, []float64{0, 1, 3, 0})
	for _, tt := range []struct {
		d    *datasets.Dataset
		r    Request
		want string
	}{
		{d, RemoveSamples(0, 4), "change 0 of the request (remove samples): row 4 at index 1 is outside the 4 samples of small"},
		{d, RemoveSamples(2, -1), "row -1 at index 1 is negative"},
		{d, RemoveSamples(2, 1, 2), "row 2 is listed twice, at index 0 and 2"},
		{d, RemoveSamples(3, 2, 1, 0), "removes all 4 samples of small"},
		{d, RemoveFeatures(3), "column 3 at index 0 is outside the 3 features of small"},
		{d, RemoveFeatures(1, 1), "column 1 is listed twice"},
		{d, Request{[]Change{{Kind: FeatureRemoval, Columns: []int{1}, Rows: []int{1}}}}, "CorrectFeatures changes single rows"},
		{d, CorrectLabels([]int{1, 2}, []float64{1}), "2 rows with 1 labels"},
		{d, CorrectLabels([]int{1, 2}, []float64{1, math.NaN()}), "labels[1] (row 2) is NaN"},
		{d, CorrectLabels([]int{1}, []float64{3}), "labels[0] (row 1) is 3; small has the classes 0 to 2"},
		{d, CorrectLabels([]int{1}, []float64{0.5}), "labels[0] (row 1) is 0.5"},
		{d, CorrectFeatures([]int{1}, []int{0}, nil), "1 rows with 0 values"},
		{d, CorrectFeatures([]int{1, 3}, []int{0, 2}, [][]float64{{1, 2}, {1}}), "values[1] (row 3) has 1 numbers for 2 columns"},
		{d, CorrectFeatures([]int{1, 3}, []int{0, 2}, [][]float64{{1, 2}, {1, math.Inf(1)}}), "values[1][1] (row 3, column 2) is +Inf"},
		{d, CorrectFeatures([]int{1}, []int{7}, [][]float64{{1}}), "column 7 at index 0 is outside the 3 features"},
		{d, CorrectSamples([]int{1}, nil), "1 rows with 0 samples"},
		{d, CorrectSamples([]int{1, 2}, d.Slice(0, 1)), "2 rows with 1 samples"},
		{d, CorrectSamples([]int{1}, wide), "corrected samples of shape [4] for small of shape [3]"},
		{d, CorrectSamples([]int{1, 3}, odd.Slice(1, 3)), "label 1 (row 3) of the corrected samples is 3"},
		{d, Request{[]Change{{Kind: 9}}}, "kind 9 is not known"},
		{images, RemoveFeatures(0), "images has samples of shape [1 2 1], which have no feature columns; use CorrectSamples"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			_, err := tt.r.Apply(tt.d)
			require.ErrorContains(t, err, tt.want)
			_, err = tt.r.Chunks(2, tt.d)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := RemoveSamples(1).Chunks(0, d)
	require.ErrorContains(t, err, "0 chunks")
}

func TestMergeRefusesOverlap(t *testing.T) {
	d := small(false)
	values := [][]float64{{1}, {1}}
	for _, tt := range []struct {
		name          string
		a, b          Request
		rows, columns []int // both nil: no overlap
	}{
		{"removed twice", RemoveSamples(3, 0, 1), RemoveSamples(1, 3), []int{1, 3}, nil},
		{"removed and relabelled", RemoveSamples(3, 0), CorrectLabels([]int{2, 3}, []float64{0, 0}), []int{3}, nil},
		{"removed and a value corrected", RemoveSamples(1), CorrectFeatures([]int{0, 1}, []int{2}, values), []int{1}, nil},
		{"removed and replaced", RemoveSamples(2), CorrectSamples([]int{2}, d.Slice(0, 1)), []int{2}, nil},
		{"replaced and relabelled", CorrectSamples([]int{2}, d.Slice(0, 1)), CorrectLabels([]int{2}, []float64{0}), []int{2}, nil},
		{"relabelled twice", CorrectLabels([]int{2}, []float64{0}), CorrectLabels([]int{2}, []float64{0}), []int{2}, nil},
		{"one cell twice", CorrectFeatures([]int{2, 0}, []int{1}, values), CorrectFeatures([]int{0, 1}, []int{1}, values), []int{0}, []int{1}},
		{"a feature twice", RemoveFeatures(2, 0), RemoveFeatures(0), nil, []int{0}},
		{"a cell of a removed feature", CorrectFeatures([]int{3, 0}, []int{1}, values), RemoveFeatures(0, 1), []int{0, 3}, []int{1}},

		{"other rows", RemoveSamples(0), CorrectLabels([]int{1}, []float64{0}), nil, nil},
		{"label and cell", CorrectLabels([]int{1, 0}, []float64{0, 0}), CorrectFeatures([]int{1, 0}, []int{1}, values), nil, nil},
		{"other cells of a row", CorrectFeatures([]int{1, 0}, []int{0}, values), CorrectFeatures([]int{0, 1}, []int{1}, values), nil, nil},
		{"feature and sample", RemoveFeatures(0), RemoveSamples(0), nil, nil},
		{"feature and replacement", RemoveFeatures(0), CorrectSamples([]int{0}, d.Slice(1, 2)), nil, nil},
		{"no rows", CorrectFeatures(nil, []int{0}, nil), RemoveFeatures(0), nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, pair := range [][]Request{{tt.a, tt.b}, {tt.b, tt.a}} {
				r, err := Merge(pair...)
				if tt.rows == nil && tt.columns == nil {
					require.NoError(t, err)
					require.Len(t, r.Changes, 2)
					continue
				}
				var overlap *OverlapError
				require.ErrorAs(t, err, &overlap)
				require.Equal(t, tt.rows, overlap.Rows)
				require.Equal(t, tt.columns, overlap.Columns)
				require.Equal(t, pair[0].Changes[0].Kind, overlap.First)
				_, err = Request{append(slices.Clone(pair[0].Changes), pair[1].Changes...)}.Apply(d)
				require.ErrorAs(t, err, &overlap, "a request put together by hand is checked too")
			}
		})
	}
	_, err := Merge(RemoveSamples(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), RemoveSamples(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0))
	require.EqualError(t, err,
		`unlearn: "remove samples" and "remove samples" overlap in row 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more: say once what shall become of it`)
}

// drawRequest draws a valid request of up to six changes on d, dense or sparse.
func drawRequest(t *rapid.T, d *datasets.Dataset) Request {
	p := d.X.Shape()[0]
	var removedColumns, columns []int
	for j := range p {
		if rapid.IntRange(0, 5).Draw(t, "remove column") == 0 {
			removedColumns = append(removedColumns, j)
		} else if rapid.Bool().Draw(t, "correct column") {
			columns = append(columns, j)
		}
	}
	var gone, cells, labels, replaced []int
	for i := range d.Len() {
		switch rapid.SampledFrom([]string{"", "", "gone", "cells", "labels", "both", "replaced"}).Draw(t, "row") {
		case "gone":
			gone = append(gone, i)
		case "cells":
			cells = append(cells, i)
		case "labels":
			labels = append(labels, i)
		case "both":
			cells, labels = append(cells, i), append(labels, i)
		case "replaced":
			replaced = append(replaced, i)
		}
	}
	if len(gone) == d.Len() {
		gone = nil
	}
	number := rapid.SampledFrom([]float64{0, 1, -2, 0.5})
	values := make([][]float64, len(cells))
	for i := range values {
		values[i] = rapid.SliceOfN(number, len(columns), len(columns)).Draw(t, "values")
	}
	label := rapid.SampledFrom([]float64{0, 1})
	others := rapid.SliceOfN(rapid.IntRange(0, d.Len()-1), len(replaced), len(replaced)).Draw(t, "others")
	parts := rapid.Permutation([]Request{
		RemoveSamples(shuffled(t, gone)...), RemoveFeatures(shuffled(t, removedColumns)...), CorrectFeatures(shuffled(t, cells), columns, values),
		CorrectLabels(shuffled(t, labels), rapid.SliceOfN(label, len(labels), len(labels)).Draw(t, "labels")),
		CorrectSamples(shuffled(t, replaced), d.Subset(others)),
	}).Draw(t, "order")
	return merge(t, parts...)
}

func shuffled(t *rapid.T, v []int) []int {
	if len(v) == 0 {
		return v
	}
	return rapid.Permutation(v).Draw(t, "shuffled")
}

// byHand carries a request out on rows of numbers, the label last, change by change as the doc
// comments of ChangeKind say.
func byHand(rows [][]float64, r Request) (after [][]float64, affected []int) {
	before := make([][]float64, len(rows))
	for i := range rows {
		before[i] = slices.Clone(rows[i])
	}
	gone, touched := map[int]bool{}, map[int]bool{}
	for _, c := range r.Changes {
		for i, row := range c.Rows {
			touched[row] = touched[row] || c.size() > 0
			switch c.Kind {
			case SampleRemoval:
				gone[row] = true
			case FeatureCorrection:
				for j, column := range c.Columns {
					rows[row][column] = c.Values[i][j]
				}
			case LabelCorrection:
				rows[row][len(rows[row])-1] = c.Labels[i]
			case SampleCorrection:
				rows[row] = samples(c.To)[i]
			}
		}
	}
	for _, c := range r.Changes {
		if c.Kind != FeatureRemoval {
			continue
		}
		for i := range rows {
			for _, column := range c.Columns {
				touched[i] = touched[i] || before[i][column] != 0
				rows[i][column] = 0
			}
		}
	}
	after = [][]float64{}
	for i := range rows {
		if !gone[i] {
			after = append(after, rows[i])
		}
		if touched[i] {
			affected = append(affected, i)
		}
	}
	return after, affected
}

func TestApplyAndChunksAgainstByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, p := rapid.IntRange(1, 9).Draw(t, "n"), rapid.IntRange(1, 5).Draw(t, "p")
		d := randomData(n, p, 2, rapid.Bool().Draw(t, "sparse"), rapid.Uint64().Draw(t, "seed"))
		r := drawRequest(t, d)
		want, affected := byHand(samples(d), r)

		a, err := r.Apply(d)
		require.NoError(t, err)
		require.Equal(t, want, samples(a.Data))
		require.Equal(t, affected, a.Rows)
		require.Equal(t, samples(d.Subset(affected)), samples(a.Old))

		k := rapid.IntRange(1, 6).Draw(t, "k")
		chunks, err := r.Chunks(k, d)
		require.NoError(t, err)
		require.LessOrEqual(t, len(chunks), k)
		for _, c := range chunks {
			require.False(t, c.Empty())
			step, err := c.Apply(d)
			require.NoError(t, err)
			d = step.Data
		}
		require.Equal(t, want, samples(d))
	})
}

func TestChunksAreEven(t *testing.T) {
	d := randomData(30, 8, 2, false, 1)
	chunks, err := merge(t, RemoveSamples(9, 8, 7, 6, 5, 4, 3), RemoveFeatures(0, 5)).Chunks(3, d)
	require.NoError(t, err)
	var rows, columns [][]int
	for _, chunk := range chunks {
		for _, c := range chunk.Changes {
			if c.Kind == SampleRemoval {
				rows = append(rows, c.Rows)
			} else {
				columns = append(columns, c.Columns)
			}
		}
	}
	require.Equal(t, [][]int{{9, 8}, {7, 6}, {5, 4, 3}}, rows, "rows below the removed ones keep their numbers")
	require.Equal(t, [][]int{{0}, {5}}, columns)

	chunks, err = RemoveSamples(3, 4, 5, 20).Chunks(2, d)
	require.NoError(t, err)
	require.Equal(t, []int{3, 4}, chunks[0].Changes[0].Rows)
	require.Equal(t, []int{3, 18}, chunks[1].Changes[0].Rows)

	none, err := Request{}.Chunks(3, d)
	require.NoError(t, err)
	require.Empty(t, none)
}

// A change whose Kind was forgotten removes samples: the fields say that another one is meant.
func TestFieldsOfAnotherKindAreRefused(t *testing.T) {
	d := small(false)
	for want, c := range map[string]Change{
		"(remove samples): a change of this kind has no use for Columns: set Kind to the one that is meant (FeatureRemoval or FeatureCorrection)": {
			Rows: []int{1}, Columns: []int{1}, Values: [][]float64{{3}}},
		"(remove samples): a change of this kind has no use for Labels: set Kind to the one that is meant (LabelCorrection), or leave Labels empty": {
			Rows: []int{1}, Labels: []float64{1}},
		"(remove samples): a change of this kind has no use for To":       {Rows: []int{1}, To: d.Slice(2, 3)},
		"(remove samples): a change of this kind has no use for Values":   {Values: [][]float64{{}}},
		"(remove features): a change of this kind has no use for Values":  {Kind: FeatureRemoval, Columns: []int{1}, Values: [][]float64{{3}}},
		"(correct features): a change of this kind has no use for Labels": {Kind: FeatureCorrection, Rows: []int{1}, Columns: []int{1}, Values: [][]float64{{3}}, Labels: []float64{1}},
		"(correct labels): a change of this kind has no use for Columns":  {Kind: LabelCorrection, Rows: []int{1}, Columns: []int{1}, Labels: []float64{1}},
		"(correct samples): a change of this kind has no use for Labels":  {Kind: SampleCorrection, Rows: []int{1}, To: d.Slice(2, 3), Labels: []float64{1}},
	} {
		r := Request{[]Change{c}}
		_, err := r.Apply(d)
		require.ErrorContains(t, err, want)
		_, err = r.Chunks(2, d)
		require.ErrorContains(t, err, want)
		_, err = Merge(r)
		require.ErrorContains(t, err, want)
	}
}

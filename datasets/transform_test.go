package datasets

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// random returns n rows of a 3-class set, about half of the values zero, dense or sparse, as a
// slice out of a larger set so that what lies outside the slice would show.
func random(n, cols int, sparse bool, seed uint64) *Dataset {
	rng := rand.New(rand.NewPCG(seed, 1))
	dense := &Dense{N: n + 4, Cols: cols}
	d := &Dataset{Name: "random", Classes: 3}
	for range n + 4 {
		for range cols {
			dense.Data = append(dense.Data, float64(rng.IntN(2))*rng.NormFloat64())
		}
		d.Y = append(d.Y, float64(rng.IntN(3)))
	}
	d.X = dense
	if sparse {
		d.X = toCSR(dense)
	}
	return d.Slice(2, n+2)
}

func toCSR(x *Dense) *CSR {
	out := &CSR{N: x.N, Cols: x.Cols, Indptr: []int{0}}
	for i := range x.N {
		for j := range x.Cols {
			if v := x.Data[i*x.Cols+j]; v != 0 {
				out.Indices, out.Values = append(out.Indices, int32(j)), append(out.Values, v)
			}
		}
		out.Indptr = append(out.Indptr, len(out.Values))
	}
	return out
}

// written returns the rows of a data set written out, each with its label as last number, and
// checks the form of sparse rows.
func written(t *testing.T, d *Dataset) [][]float64 {
	t.Helper()
	require.Equal(t, d.X.Len(), d.Len())
	rows := make([][]float64, d.Len())
	for i := range rows {
		switch x := d.X.(type) {
		case *Dense:
			rows[i] = slices.Clone(x.Data[i*x.Cols : (i+1)*x.Cols])
		case *CSR:
			rows[i] = make([]float64, x.Cols)
			last := int32(-1)
			for k := x.Indptr[i]; k < x.Indptr[i+1]; k++ {
				require.Greater(t, x.Indices[k], last, "indices must rise")
				last = x.Indices[k]
				rows[i][last] = x.Values[k]
			}
		}
		rows[i] = append(rows[i], d.Y[i])
	}
	return rows
}

// Each change is compared with the same change of the rows written out; the original must stay as
// it was.
func TestChangesAgainstRowsWrittenOut(t *testing.T) {
	const n, cols = 12, 7
	with := random(3, cols, false, 9)
	values := [][]float64{{1, 0}, {0, 0}, {-2, 5}}
	changes := []struct {
		name   string
		change func(d *Dataset) (*Dataset, error)
		oracle func(rows [][]float64) [][]float64
	}{
		{"ZeroColumns", func(d *Dataset) (*Dataset, error) { return ZeroColumns(d, []int{5, 0, 5}) }, func(rows [][]float64) [][]float64 {
			for _, r := range rows {
				r[0], r[5] = 0, 0
			}
			return rows
		}},
		{"ZeroColumns none", func(d *Dataset) (*Dataset, error) { return ZeroColumns(d, nil) }, func(rows [][]float64) [][]float64 { return rows }},
		{"SetValues", func(d *Dataset) (*Dataset, error) { return SetValues(d, []int{11, 0, 4}, []int{6, 2}, values) }, func(rows [][]float64) [][]float64 {
			for i, r := range []int{11, 0, 4} {
				rows[r][6], rows[r][2] = values[i][0], values[i][1]
			}
			return rows
		}},
		{"ReplaceRows", func(d *Dataset) (*Dataset, error) {
			w := with
			if _, sparse := d.X.(*CSR); sparse {
				w = with.With(toCSR(with.X.(*Dense)), with.Y)
			}
			return ReplaceRows(d, []int{7, 0, 11}, w)
		}, func(rows [][]float64) [][]float64 {
			w := written(t, with)
			rows[7], rows[0], rows[11] = w[0], w[1], w[2]
			return rows
		}},
		{"Without", func(d *Dataset) (*Dataset, error) { return Without(d, []int{11, 3, 4, 0, 3}) }, func(rows [][]float64) [][]float64 {
			return slices.Concat(rows[1:3], rows[5:11])
		}},
		{"Without all", func(d *Dataset) (*Dataset, error) { return Without(d, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) },
			func([][]float64) [][]float64 { return [][]float64{} }},
		{"SetLabels", func(d *Dataset) (*Dataset, error) { return SetLabels(d, []int{3, 1}, []float64{2, 0}) }, func(rows [][]float64) [][]float64 {
			rows[3][cols], rows[1][cols] = 2, 0
			return rows
		}},
		{"Concat", func(d *Dataset) (*Dataset, error) { return Concat(d, d.Slice(3, 5), d.Slice(0, 0)) }, func(rows [][]float64) [][]float64 {
			return append(rows, rows[3], rows[4])
		}},
	}
	for _, c := range changes {
		for _, sparse := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s sparse=%v", c.name, sparse), func(t *testing.T) {
				d := random(n, cols, sparse, 7)
				before := written(t, d)
				got, err := c.change(d)
				require.NoError(t, err)
				require.Equal(t, before, written(t, d), "the original changed")
				require.Equal(t, c.oracle(before), written(t, got))
				require.Equal(t, d.Classes, got.Classes)
			})
		}
	}
}

func TestColumnRows(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		d := random(40, 9, sparse, 3)
		if x, ok := d.X.(*CSR); ok { // a stored zero is no value
			x.Values[x.Indptr[5]] = 0
		} else {
			x := d.X.(*Dense)
			x.Data[5*9+slices.IndexFunc(x.Data[5*9:6*9], func(v float64) bool { return v != 0 })] = 0
		}
		for _, columns := range [][]int{{}, {4}, {8, 0}, {0, 1, 2, 3, 4, 5, 6, 7, 8}} {
			want := []int{}
			for i, row := range written(t, d) {
				for _, c := range columns {
					if row[c] != 0 {
						want = append(want, i)
						break
					}
				}
			}
			got, err := ColumnRows(d, columns)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

func TestNormalizeRows(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		d := random(30, 5, sparse, 4)
		d, err := SetValues(d, []int{8}, []int{0, 1, 2, 3, 4}, [][]float64{{0, 0, 0, 0, 0}})
		require.NoError(t, err)
		before := written(t, d)
		got, err := NormalizeRows(d)
		require.NoError(t, err)
		norms, err := RowNorms(got)
		require.NoError(t, err)
		for i, row := range written(t, got) {
			if i == 8 {
				require.Zero(t, norms[i])
				continue
			}
			require.InDelta(t, 1, norms[i], 1e-15)
			for j := range row[:5] { // the direction stays
				require.InDelta(t, before[i][0]*row[j], before[i][j]*row[0], 1e-15)
			}
		}
		require.Equal(t, before, written(t, d))
	}
}

func TestWholeSamplesOfAnyKind(t *testing.T) {
	images := &Dataset{Name: "images", Y: []float64{0, 1, 0, 1}, Classes: 2,
		X: &Images{N: 4, Height: 1, Width: 2, Channels: 1, Scale: 255, Pixels: []uint8{1, 2, 3, 4, 5, 6, 7, 8}}}
	got, err := ReplaceRows(images, []int{2}, images.Slice(0, 1))
	require.NoError(t, err)
	require.Equal(t, []uint8{1, 2, 3, 4, 1, 2, 7, 8}, got.X.(*Images).Pixels)
	got, err = Without(images, []int{0, 1})
	require.NoError(t, err)
	require.Equal(t, []uint8{5, 6, 7, 8}, got.X.(*Images).Pixels)

	tokens := &Dataset{Name: "tokens", Y: []float64{0, 1}, Classes: 2, X: &Tokens{Length: 2, Vocabulary: 9, Text: []int32{1, 2, 3}, Starts: []int{0, 1}}}
	other := &Dataset{Name: "other", Y: []float64{1}, Classes: 2, X: &Tokens{Length: 2, Vocabulary: 9, Text: []int32{7, 8}, Starts: []int{0}}}
	got, err = ReplaceRows(tokens, []int{0}, other)
	require.NoError(t, err)
	x := got.X.(*Tokens)
	require.Equal(t, [][]int32{{7, 8}, {2, 3}}, [][]int32{x.Text[x.Starts[0] : x.Starts[0]+2], x.Text[x.Starts[1] : x.Starts[1]+2]})
	require.Equal(t, []float64{1, 1}, got.Y)
	got, err = Concat(tokens, tokens)
	require.NoError(t, err)
	require.Equal(t, &Tokens{Length: 2, Vocabulary: 9, Text: []int32{1, 2, 3}, Starts: []int{0, 1, 0, 1}}, got.X, "one text is kept once")
}

func TestChangesRefused(t *testing.T) {
	d := random(5, 3, true, 1)
	dense := random(5, 3, false, 1)
	images := &Dataset{Name: "pictures", Y: []float64{0}, Classes: 2, X: &Images{N: 1, Height: 1, Width: 1, Channels: 1, Pixels: []uint8{1}}}
	tokens := &Dataset{Name: "text", Y: []float64{0}, Classes: 2, X: &Tokens{Length: 1, Vocabulary: 2, Text: []int32{1}, Starts: []int{0}}}
	nan := 0.0
	nan /= nan
	named := func(names ...string) *Dataset {
		return &Dataset{Name: "named", X: &Dense{N: 1, Cols: 1, Data: []float64{1}}, Y: []float64{1}, Classes: 2, ClassNames: names}
	}
	only := func(_ *Dataset, err error) error { return err }
	for _, c := range []struct {
		want string
		err  error
	}{
		{"no column 3 (3 columns", only(ZeroColumns(d, []int{3}))},
		{"no column -1", only(ZeroColumns(d, []int{-1}))},
		{"pictures: cannot zero columns of images", only(ZeroColumns(images, []int{0}))},
		{"text: cannot normalize", only(NormalizeRows(tokens))},
		{"no row 5 (5 rows", only(Without(d, []int{5}))},
		{"row 2 is named twice", only(SetLabels(d, []int{2, 2}, []float64{0, 1}))},
		{"label 3 is not a class index; give 0 to 2", only(SetLabels(d, []int{2}, []float64{3}))},
		{"label 0.5 is not a class index", only(SetLabels(d, []int{2}, []float64{.5}))},
		{"2 labels for 1 rows", only(SetLabels(d, []int{2}, []float64{0, 1}))},
		{"column 1 is named twice", only(SetValues(d, []int{2}, []int{1, 1}, [][]float64{{0, 1}}))},
		{"row 2 gets 1 values for 2 columns", only(SetValues(d, []int{2}, []int{1, 0}, [][]float64{{0}}))},
		{"cannot be NaN", only(SetValues(d, []int{2}, []int{1}, [][]float64{{nan}}))},
		{"cannot be mixed", only(ReplaceRows(d, []int{2}, dense.Slice(0, 1)))},
		{"2 samples to replace 1 rows", only(ReplaceRows(d, []int{2}, d.Slice(0, 2)))},
		{"shape [3] and [2] cannot be mixed", only(Concat(d, random(2, 2, true, 1)))},
		{"classes", only(Concat(d, images))},
		{"has the class names [a b] and named has [b a]", only(Concat(named("a", "b"), named("b", "a")))},
		{"has the class names [] and named has [a b]", only(Concat(named(), named("a", "b")))},
		{"nothing to concatenate", only(Concat())},
	} {
		require.ErrorContains(t, c.err, c.want)
	}
}

// The work of applying a feature removal on a set as large as Drebin.
func BenchmarkRemoveColumns(b *testing.B) {
	const n, cols, perRow = 39380, 2081, 34
	rng := rand.New(rand.NewPCG(1, 1))
	x := &CSR{N: n, Cols: cols, Indptr: []int{0}}
	for range n {
		row := rng.Perm(cols)[:perRow]
		slices.Sort(row)
		for _, c := range row {
			x.Indices, x.Values = append(x.Indices, int32(c)), append(x.Values, 1)
		}
		x.Indptr = append(x.Indptr, len(x.Values))
	}
	d := &Dataset{Name: "large", X: x, Y: make([]float64, n), Classes: 2}
	columns := rng.Perm(cols)[:10]
	for b.Loop() {
		rows, err := ColumnRows(d, columns)
		require.NoError(b, err)
		changed, err := ZeroColumns(d, columns)
		require.NoError(b, err)
		_, _ = d.Subset(rows), changed.Subset(rows)
	}
}

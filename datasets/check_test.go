package datasets

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"lethe/internal/race"
)

func TestCheckAccepts(t *testing.T) {
	sparse := random(6, 4, true, 1)
	tokens := &Tokens{Length: 3, Vocabulary: 5, Text: []int32{0, 1, 2, 3, 4, 9, 1, 2, 3}, Starts: []int{0, 2, 6, 1, 6, 0}}
	images := &Images{N: 6, Height: 2, Width: 1, Channels: 3, Pixels: make([]uint8, 36), Scale: 1}
	for _, d := range []*Dataset{
		random(6, 4, false, 1), sparse, sparse.Slice(2, 5), sparse.Slice(3, 3), sparse.Subset([]int{5, 0, 5}), sparse.With(tokens, sparse.Y),
		sparse.With(images, sparse.Y), {X: &Dense{N: 1, Cols: 1, Data: []float64{1}}, Y: []float64{-2.5}, Columns: []string{"a"}},
	} {
		require.NoError(t, d.Check())
	}
}

func TestCheckRefuses(t *testing.T) {
	csr := func(indptr []int, indices ...int32) *Dataset {
		return &Dataset{X: &CSR{N: 2, Cols: 3, Indptr: indptr, Indices: indices, Values: make([]float64, len(indices))}, Y: []float64{0, 1}}
	}
	dense := func(y ...float64) *Dataset {
		return &Dataset{X: &Dense{N: 2, Cols: 2, Data: make([]float64, 4)}, Y: y, Classes: 2}
	}
	tokens := func(starts ...int) *Dataset {
		return &Dataset{X: &Tokens{Length: 2, Vocabulary: 5, Text: []int32{0, 4, 5, 1, -1, 1}, Starts: starts}, Y: make([]float64, len(starts))}
	}
	unequal := csr([]int{0, 1, 2}, 0, 1)
	unequal.X.(*CSR).Values = []float64{1}
	named := dense(0, 1)
	named.Columns = []string{"a"}
	classNamed := dense(0, 1)
	classNamed.ClassNames = []string{"a", "b", "c"}
	negative := dense(0, 1)
	negative.Classes = -1
	for want, d := range map[string]*Dataset{
		"no samples: X is nil":                                               {},
		"3 numbers for shape [2 2], which has 4":                             {X: &Dense{N: 2, Cols: 2, Data: make([]float64, 3)}, Y: make([]float64, 2)},
		"5 numbers for shape [2 2], which has 4":                             {X: &Dense{N: 2, Cols: 2, Data: make([]float64, 5)}, Y: make([]float64, 2)},
		"shape [-2 -2] is out of range":                                      {X: &Dense{N: -2, Cols: -2, Data: make([]float64, 4)}},
		"shape [4611686018427387904 4] is out of range":                      {X: &Dense{N: 1 << 62, Cols: 4}},
		"1 labels for 2 samples":                                             dense(0),
		"row 1: label NaN is not a number":                                   dense(0, math.NaN()),
		"row 0: label -Inf is not a number":                                  {X: &Dense{N: 1, Cols: 1, Data: []float64{1}}, Y: []float64{math.Inf(-1)}},
		"row 1: label 2 is not a class index; give 0 to 1":                   dense(0, 2),
		"row 0: label -1 is not a class index":                               dense(-1, 1),
		"row 1: label 0.5 is not a class index":                              dense(0, .5),
		"1 column names for 2 columns":                                       named,
		"3 class names for 2 classes":                                        classNamed,
		"-1 classes; give 0 for a regression":                                negative,
		"2 row pointers for 2 rows":                                          csr([]int{0, 1}, 0),
		"0 row pointers for 2 rows":                                          csr(nil),
		"2 column indices for 1 values":                                      unequal,
		"row 0: row pointers -1 and 1 into 2 values":                         csr([]int{-1, 1, 2}, 0, 1),
		"row 1: row pointers 2 and 1 into 2 values":                          csr([]int{0, 2, 1}, 0, 1),
		"row 1: row pointers 1 and 3 into 2 values":                          csr([]int{0, 1, 3}, 0, 1),
		"row 1: there is no column 3 (3 columns, counted from 0)":            csr([]int{0, 1, 3}, 0, 1, 3),
		"row 0: there is no column -1":                                       csr([]int{0, 1, 2}, -1, 1),
		"row 1: column 1 after column 1; columns must rise within a row":     csr([]int{0, 1, 3}, 0, 1, 1),
		"row 0: column 0 after column 2; columns must rise within a row":     csr([]int{0, 2, 3}, 2, 0, 1),
		"7 pixels for shape [2 2 1 2], which has 8":                          {X: &Images{N: 2, Height: 2, Width: 1, Channels: 2, Pixels: make([]uint8, 7)}, Y: make([]float64, 2)},
		"row 1: a window of 2 tokens from 5 on is not within the text of 6":  tokens(0, 5),
		"row 0: a window of 2 tokens from -1 on is not within the text of 6": tokens(-1),
		"row 1: token 5 at place 1 is not in a vocabulary of 5":              tokens(0, 1), // what the windows share is sound
		"row 1: token -1 at place 1 is not in a vocabulary of 5":             tokens(0, 3),
		"row 2: token 5 at place 0 is not in a vocabulary of 5":              tokens(0, 0, 2),
		"windows of length -1":                                               {X: &Tokens{Length: -1}},
	} {
		d.Name = "set/train"
		err := d.Check()
		require.ErrorContains(t, err, "datasets: set/train: "+want)
	}
	backwards := tokens(0)
	backwards.X.(*Tokens).Text, backwards.X.(*Tokens).Starts, backwards.Y = []int32{9, 1, 1, 1}, []int{2, 0}, []float64{0, 0}
	require.ErrorContains(t, backwards.Check(), "row 1: token 9 at place 0")
}

// A network checks every array once, so it must not be felt. The bound is that of data like
// Drebin's, with room for a machine that does other things: the fastest of some runs counts.
func TestCheckIsFast(t *testing.T) {
	const n, perRow, cols = 39_380, 50, 2_081
	x := &CSR{N: n, Cols: cols, Indptr: []int{0}, Values: make([]float64, n*perRow)}
	d := &Dataset{X: x, Y: make([]float64, n), Classes: 2}
	for i := range n {
		for k := range perRow {
			x.Indices = append(x.Indices, int32(i%40+k*40))
		}
		x.Indptr = append(x.Indptr, len(x.Indices))
	}
	fastest := time.Hour
	for range 20 {
		begin := time.Now()
		require.NoError(t, d.Check())
		fastest = min(fastest, time.Since(begin))
	}
	t.Logf("%v for %d stored values", fastest, len(x.Values))
	if !race.Enabled {
		require.Less(t, fastest, 25*time.Millisecond)
	}
}

// A network sees (byte-Mean)/Scale, which has to be a finite number for every byte.
func TestCheckOfImageScale(t *testing.T) {
	for _, c := range []struct{ mean, scale float64 }{
		{0, 0}, {0, -1}, {0, math.NaN()}, {0, math.Inf(1)}, {math.NaN(), 1}, {math.Inf(-1), 1}, {1e10, 1e-300}, {0, 5e-324},
	} {
		d := &Dataset{Name: "pictures", X: &Images{N: 1, Height: 1, Width: 1, Channels: 1, Pixels: []uint8{1}, Mean: c.mean, Scale: c.scale}, Y: []float64{0}}
		require.ErrorContains(t, d.Check(), "datasets: pictures: images of Mean", "%v", c)
	}
	for _, c := range []struct{ mean, scale float64 }{{0, 255}, {127.5, 1}, {-3, 1e-300}} {
		d := &Dataset{X: &Images{N: 1, Height: 1, Width: 1, Channels: 1, Pixels: []uint8{1}, Mean: c.mean, Scale: c.scale}, Y: []float64{0}}
		require.NoError(t, d.Check())
	}
}

func TestCheckOfNames(t *testing.T) {
	d := numbered(3)
	d.Columns = []string{"a", "a"}
	require.ErrorContains(t, d.Check(), `columns 0 and 1 are both called "a"`)
	d = &Dataset{X: &Dense{N: 1, Cols: 1, Data: []float64{1}}, Y: []float64{1}, Classes: 3, ClassNames: []string{"x", "y", "x"}}
	require.ErrorContains(t, d.Check(), `classes 0 and 2 are both called "x"`)
	_, err := columnsOf("f", []string{"a"}, []string{"a", "b", "a"})
	require.ErrorContains(t, err, `two features are called "a"`)
}

// A row is counted as in the user's data also where it is damaged, and where a change is refused.
func TestRowsInMessages(t *testing.T) {
	sparse := &Dataset{Name: "s", X: &CSR{N: 4, Cols: 2, Indptr: []int{0, 1, 2, 3, 4}, Indices: []int32{0, 1, 0, 7}, Values: []float64{1, 1, 1, 1}}, Y: make([]float64, 4)}
	require.ErrorContains(t, sparse.Slice(2, 4).Check(), "s: row 3: there is no column 7")
	require.ErrorContains(t, sparse.Subset([]int{1, 3}).Check(), "s: row 3: there is no column 7")
	text := &Dataset{Name: "t", X: &Tokens{Length: 1, Vocabulary: 2, Text: []int32{0, 1, 5}, Starts: []int{0, 1, 2}}, Y: make([]float64, 3)}
	require.ErrorContains(t, text.Slice(1, 3).Check(), "t: row 2: token 5")
	d := numbered(5)
	d.Targets, d.Y, d.Classes = 1, make([]float64, 5), 2
	_, err := SetLabels(d.Slice(2, 5), []int{1}, []float64{7})
	require.ErrorContains(t, err, "numbered: row 3: label 7 is not a class index")
	_, err = SetValues(d.Subset([]int{4, 2}), []int{0}, []int{1}, [][]float64{{math.Inf(1)}})
	require.ErrorContains(t, err, `numbered: row 4, column 1 ("b") cannot be +Inf`)
}

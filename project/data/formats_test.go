package data_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/project/data"
)

// in loads a file of a folder, and the same by its own description as it is written and read again.
func in(t *testing.T, dir, name string, o data.Options) *data.Loaded {
	t.Helper()
	l, err := data.Load(context.Background(), filepath.Join(dir, name), o)
	require.NoError(t, err)
	require.NoError(t, l.Data.Check())
	path := filepath.Join(t.TempDir(), "data.yaml")
	require.NoError(t, l.Description.Write(path))
	description, err := data.Read(path)
	require.NoError(t, err)
	require.Equal(t, l.Description, description)
	again, err := data.Load(context.Background(), filepath.Join(dir, name), data.Options{Like: description, Labels: o.Labels})
	require.NoError(t, err)
	require.Equal(t, l.Fingerprint(), again.Fingerprint())
	require.NoError(t, datasets.Same(l.Data, again.Data))
	return l
}

func TestSVMLight(t *testing.T) {
	dir := written(t, map[string]string{"f.svm": "+1 1:0.5 3:2 # u-1\n-1 2:1 # u-2\n", "new.svm": "0 2:5\n"})
	l := in(t, dir, "f.svm", data.Options{ID: "#"})
	require.Equal(t, []string{"u-1", "u-2"}, l.IDs)
	require.Equal(t, []float64{1, 0}, l.Data.Y)
	features, values, err := l.Encode("3", "7")
	require.NoError(t, err)
	require.Equal(t, []int{2}, features, "counted as in the file")
	require.Equal(t, []float64{7}, values)
	rows, err := l.RowsWhere(context.Background(), "3", "2.0")
	require.NoError(t, err)
	require.Equal(t, []int{0}, rows)
	rows, err = l.RowsWhere(context.Background(), "3", "0")
	require.NoError(t, err)
	require.Equal(t, []int{1}, rows)
	_, err = l.Features("0")
	require.ErrorContains(t, err, "give a number of 1 to 3")
	k, err := l.Class("+1")
	require.NoError(t, err)
	require.Equal(t, 1., k)
	blind, err := data.Load(context.Background(), filepath.Join(dir, "new.svm"), data.Options{Like: l.Description, Unlabelled: true})
	require.ErrorContains(t, err, "the comment is missing that is the id")
	require.Nil(t, blind)
	l = in(t, dir, "f.svm", data.Options{UnitRows: true})
	blind, err = data.Load(context.Background(), filepath.Join(dir, "new.svm"), data.Options{Like: l.Description, Unlabelled: true})
	require.NoError(t, err)
	require.Equal(t, []float64{0}, blind.Data.Y, "0 is no class, and is not read")
	require.Equal(t, []string{"-1", "1"}, blind.Data.ClassNames)
	require.Equal(t, []float64{1}, blind.Data.X.(*datasets.CSR).Values)
}

func TestNumPy(t *testing.T) {
	dir := written(t, map[string]string{"x.npy": npy("(3, 2)", 1, 2, 3, 4, 5, 6), "y.npy": npy("(3,)", 7, 9, 7)})
	labels := filepath.Join(dir, "y.npy")
	l := in(t, dir, "x.npy", data.Options{Labels: labels})
	require.Equal(t, []float64{0, 1, 0}, l.Data.Y)
	require.Equal(t, []string{"7", "9"}, l.Data.ClassNames)
	features, err := l.Features("1")
	require.NoError(t, err)
	require.Equal(t, []int{1}, features)
	blind, err := data.Load(context.Background(), filepath.Join(dir, "x.npy"), data.Options{Like: l.Description, Unlabelled: true})
	require.NoError(t, err)
	require.Equal(t, l.Data.X, blind.Data.X)
	require.Equal(t, []float64{0, 0, 0}, blind.Data.Y)

	// The archives were written by NumPy and SciPy.
	const scipy = "../../datasets/testdata/scipy"
	files, err := filepath.Glob(filepath.Join(scipy, "*csr*.npz"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	x, err := datasets.LoadNPZ(files[0])
	require.NoError(t, err)
	y := make([]byte, x.Len())
	y[0] = 1
	require.NoError(t, os.WriteFile(labels, []byte(npy(fmt.Sprintf("(%d,)", len(y)), y...)), 0o600))
	sparse := in(t, scipy, filepath.Base(files[0]), data.Options{Labels: labels})
	require.Equal(t, x, sparse.Data.X)
	_, err = data.Load(context.Background(), files[0], data.Options{})
	require.ErrorContains(t, err, `there is no array "y" of labels among`)
	_, err = data.Load(context.Background(), files[0], data.Options{Like: l.Description, Labels: labels})
	require.ErrorContains(t, err, "columns, but the coding in Like has 2")
}

func idx(shape []uint32, values ...byte) string {
	b := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(append(b, values...))
}

func TestIDX(t *testing.T) {
	dir := written(t, map[string]string{
		"train-images-idx3-ubyte.gz": gzipped(t, idx([]uint32{2, 1, 2}, 1, 2, 3, 4)), "labels": idx([]uint32{2}, 2, 0), "other": idx([]uint32{2}, 3, 0),
		"small.idx": idx([]uint32{1, 1, 1}, 9),
	})
	labels := filepath.Join(dir, "labels")
	l := in(t, dir, "train-images-idx3-ubyte.gz", data.Options{Labels: labels})
	require.Equal(t, []uint8{1, 2, 3, 4}, l.Data.X.(*datasets.Images).Pixels)
	require.Equal(t, []float64{2, 0}, l.Data.Y)
	require.Equal(t, []string{"0", "1", "2"}, l.Data.ClassNames)
	require.Equal(t, &data.Image{Height: 1, Width: 2, Channels: 1}, l.Description.Image)
	_, err := data.Load(context.Background(), l.Path, data.Options{Like: l.Description, Labels: filepath.Join(dir, "other")})
	require.ErrorContains(t, err, "row 0 (counted from 0): the label 3 is none of the 3 classes")
	_, err = data.Load(context.Background(), filepath.Join(dir, "small.idx"), data.Options{Like: l.Description, Unlabelled: true})
	require.ErrorContains(t, err, "images of 1 x 1 pixels (grey), but the model has seen 1 x 2 pixels (grey)")
	_, err = l.Features("1")
	require.ErrorContains(t, err, "have no columns")
}

func TestImages(t *testing.T) {
	red, blue := color.NRGBA{R: 255, A: 255}, color.NRGBA{B: 255, A: 255}
	dir := written(t, map[string]string{
		"10/b.png": picture(t, 2, 1, red), "9/deep/a.PNG": picture(t, 2, 1, blue), "10/a.jpg": grey(t, 2, 1, 100), ".git/x.png": "no image",
		"10/.DS_Store": "x", "10/notes.txt": "x", "11/readme.md": "x",
	})
	l := in(t, dir, "", data.Options{})
	require.Equal(t, []string{"10/a.jpg", "10/b.png", "9/deep/a.PNG"}, l.IDs)
	require.Equal(t, []string{"9", "10"}, l.Data.ClassNames, "as numbers; a folder without images is no class")
	require.Equal(t, []float64{1, 1, 0}, l.Data.Y)
	require.Equal(t, []uint8{100, 100, 100, 100, 100, 100, 255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255}, l.Data.X.(*datasets.Images).Pixels)
	require.Equal(t, []string{"2 files were passed over, since their names do not end in .png, .jpg or .jpeg."}, l.Notes)
	row, ok := l.RowOf("10/b.png")
	require.True(t, ok)
	require.Equal(t, 1, row)

	all := in(t, written(t, map[string]string{"a/1.jpg": grey(t, 3, 2, 7), "b/1.jpg": grey(t, 3, 2, 200)}), "", data.Options{})
	require.Equal(t, []int{2, 3, 1}, all.Data.X.Shape(), "grey, since all are")
	require.Equal(t, uint8(200), all.Data.X.(*datasets.Images).Pixels[6])

	loose := written(t, map[string]string{"1.jpg": grey(t, 2, 1, 9), "c/1.jpg": grey(t, 2, 1, 9)})
	blind, err := data.Load(context.Background(), loose, data.Options{Like: l.Description, Unlabelled: true})
	require.NoError(t, err)
	require.Equal(t, []string{"1.jpg", "c/1.jpg"}, blind.IDs)
	require.Equal(t, []int{1, 2, 3}, blind.Data.X.Shape(), "grey images for a model of colors")
	_, err = data.Load(context.Background(), written(t, map[string]string{"c/1.jpg": grey(t, 2, 1, 9)}), data.Options{Like: l.Description})
	require.ErrorContains(t, err, `the folder "c" is none of the classes (9, 10)`)
}

func TestText(t *testing.T) {
	dir := written(t, map[string]string{"f.txt": "\ufeffüber\r\nalles\n", "other.txt": "bell\nübel?"})
	l := in(t, dir, "f.txt", data.Options{Length: 3})
	require.Equal(t, "über\nalles\n", l.Text)
	require.Equal(t, 8, l.Data.Len())
	x := l.Data.X.(*datasets.Tokens)
	require.Equal(t, "übe", l.Vocabulary.Decode(x.Text[:3]))
	require.Equal(t, "r", l.Data.ClassNames[int(l.Data.Y[0])])
	k, err := l.Class("l")
	require.NoError(t, err)
	require.Equal(t, l.Data.Y[3], k, "behind r, line feed, a")
	require.Equal(t, 18, l.Data.Classes, "the ten digits are always there")
	_, err = data.Load(context.Background(), filepath.Join(dir, "other.txt"), data.Options{Like: l.Description})
	require.ErrorContains(t, err, "other.txt:2: the character '?' did not occur in the training data")
	_, err = l.RowsWhere(context.Background(), "a", "1")
	require.ErrorContains(t, err, "have no columns: name rows, or spans of text")
}

// table is the text of a table of n rows of 20 columns, made while it is read.
type table struct {
	n, at int
	rest  []byte
}

func (r *table) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.at == r.n {
			return 0, io.EOF
		}
		i := r.at
		r.at++
		for c := range 20 {
			if c < 12 {
				r.rest = strconv.AppendFloat(r.rest, float64((i*7919+c*104729)%1_000_003)/8, 'g', -1, 64)
			} else {
				r.rest = strconv.AppendInt(append(r.rest, "level "...), int64((i+c)%c), 10)
			}
			r.rest = append(r.rest, ',')
		}
		r.rest = append(append(r.rest, "no"...), '\n')
	}
	n := copy(p, r.rest)
	if r.rest = r.rest[n:]; len(r.rest) == 0 {
		r.rest = r.rest[:0:0]
	}
	return n, nil
}

// allocated loads a table of n rows of 20 columns, 12 of them numbers, and returns how many bytes
// were allocated on the way and how many of them are in use at the end.
func allocated(t *testing.T, n int) (all, live float64) {
	t.Helper()
	var header []string
	for c := range 20 {
		header = append(header, fmt.Sprint("c", c))
	}
	path := filepath.Join(t.TempDir(), "f.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = io.WriteString(f, strings.Join(header, ",")+",y\n")
	require.NoError(t, err)
	_, err = io.Copy(f, &table{n: n})
	require.NoError(t, err)
	require.NoError(t, f.Close())
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l, err := data.Load(context.Background(), path, data.Options{Label: "y"})
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	all = float64(after.TotalAlloc - before.TotalAlloc)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Equal(t, n, l.Data.Len())
	require.IsType(t, &datasets.CSR{}, l.Data.X)
	return all, float64(after.HeapAlloc) - float64(before.HeapAlloc)
}

// Twice the rows allocate a bounded number of bytes for each cell more: 8 or 2 for the columns, 12
// for the samples and 2 beside, even if none were given back on the way. So 10 million rows of 20
// columns stay within 4 GB.
func TestMemoryGrowsWithTheCells(t *testing.T) {
	const n = 2 << 16
	all, live := allocated(t, n)
	twice, liveTwice := allocated(t, 2*n)
	t.Logf("%.1f bytes allocated for a cell, %.1f of them in use", (twice-all)/(20*n), (liveTwice-live)/(20*n))
	require.Less(t, (twice-all)/(20*n), 22.)
	require.Less(t, (liveTwice-live)/(20*n), 14.)
}

package data_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/project/data"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

// picture encodes an image of one color.
func picture(t *testing.T, width, height int, c color.Color) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.String()
}

// grey encodes a grey JPEG image.
func grey(t *testing.T, width, height int, level uint8) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = level
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}))
	return b.String()
}

// npy encodes a vector or matrix of bytes.
func npy(shape string, values ...byte) string {
	header := "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), 0}) + header + string(values)
}

// What a new user may give that is wrong gets an error that says what, where, and what to do.
func TestBadInput(t *testing.T) {
	many := "a,y\n"
	for i := range 1500 {
		many += "w" + strings.Repeat("x", i%40) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)) + ",0\n"
	}
	numbers := "a,y\n"
	for i := range 1500 {
		numbers += strings.Repeat("1", 1+i%9) + "." + strings.Repeat("2", 1+i/9) + ",0\n"
	}
	red := color.NRGBA{R: 255, A: 255}
	file := func(text string) map[string]string { return map[string]string{"f.csv": text} }
	like := func(train string, o data.Options) func(t *testing.T) data.Options {
		return func(t *testing.T) data.Options {
			l := loaded(t, "train.csv", train, o)
			return data.Options{Like: l.Description}
		}
	}
	y := data.Options{Label: "y"}
	cities := like("a,city,y\n1,Rome,no\n2,Oslo,yes\n", y)
	for _, c := range []struct {
		name  string
		files map[string]string
		path  string // below the folder; "" = f.csv
		o     data.Options
		like  func(t *testing.T) data.Options
		want  string
	}{
		{name: "no such file", path: "g.csv", o: y, want: "no such file"},
		{name: "a name that says nothing", files: map[string]string{"f.dat": "x"}, path: "f.dat", o: y, want: "give --format as one of csv, tsv"},
		{name: "empty", files: file(""), o: y, want: "f.csv: no header: the file is empty"},
		{name: "only a header", files: file("a,y\n"), o: y, want: "f.csv: no samples"},
		{name: "no features", files: file("y\n1\n0\n"), o: y, want: "no feature columns"},
		{name: "ragged, too few", files: file("a,b,y\n1,2,0\n1,2\n"), o: y, want: "f.csv:3: 2 cells, but 3 columns"},
		{name: "ragged, too many", files: file("a,y\n\n1,0,3\n"), o: y, want: "f.csv:3: 3 cells, but 2 columns"},
		{name: "a quote that is never closed", files: file("a,y\n1,\"0\n2,1\n"), o: y, want: `f.csv:3: a cell that begins with a quote`},
		{name: "a quote inside a cell", files: file("a,y\n1,0\n5\" nail,1\n"), o: y, want: `f.csv:3: a quote stands within a cell`},
		{name: "a cell without end", files: file("a,y\n\"" + strings.Repeat("x", 1<<26+1<<17)), o: y, want: "a row is longer than"},
		{name: "bytes 0", files: file("a,y\n1,0\n2\x00,1\n"), o: y, want: "f.csv:3: it has a byte 0, which no text has"},
		{name: "UTF-16", files: file("\xff\xfea\x00,\x00y\x00\n\x00"), o: y, want: "the text is in UTF-16: save it as UTF-8"},
		{name: "Latin-1 in a cell", files: file("a,y\nZ\xfcrich,0\nBern,1\n"), o: y, want: `f.csv:2: column "a": "Z\xfcrich" is not UTF-8: save the table as UTF-8`},
		{name: "Latin-1 in the header", files: file("Gr\xf6\xdfe,y\n1,0\n"), o: y, want: "is not UTF-8"},
		{name: "semicolons", files: file("a;y\n1;0\n"), o: y, want: "a single column with semicolons in it: write it with commas"},
		{name: "tabs", files: file("a\ty\n1\t0\n"), o: y, want: "say --format tsv"},
		{name: "commas in a tsv", files: map[string]string{"f.tsv": "a,y\n1,0\n"}, path: "f.tsv", o: y, want: "say --format csv"},
		{name: "a name twice", files: file("a,a,y\n1,2,0\n"), o: y, want: `column "a" comes twice in the header`},
		{name: "a column without a name", files: file("a,,y\n1,2,0\n"), o: y, want: "column 2 of 3 has no name"},
		{name: "no label column", files: file("a,b\n1,0\n"), o: y, want: `f.csv:1: column "y": there is no such column among a, b`},
		{name: "no label said", files: file("a,b\n1,0\n"), want: "which column is the label is not said: name it by --label"},
		{name: "a label is missing", files: file("a,y\n1,0\n2,\n"), o: y, want: `f.csv:3: column "y": the label is missing: fill it in`},
		{name: "a label that is not finite", files: file("a,y\n1,0\n2,inf\n"), o: y, want: `f.csv:3: column "y": the label "inf" is no finite number`},
		{name: "a word in a regression", files: file("a,y\n1,0\n2,high\n"), o: data.Options{Label: "y", Regression: true}, want: `f.csv:3: column "y": "high" is no finite number`},
		{name: "a regression without saying so", files: file(strings.ReplaceAll(numbers, "a,y", "y,a")), o: y, want: "say --regression"},
		{name: "a label outside the classes", files: file("a,y\n1,0\n2,7\n"), o: data.Options{Label: "y", Classes: []string{"0", "1"}}, want: `f.csv:3: column "y": the label "7" is none of the classes (0, 1): mend the label`},
		{name: "no id column", files: file("a,y\n1,0\n"), o: data.Options{Label: "y", ID: "who"}, want: `column "who": there is no such column among a, y`},
		{name: "an id is missing", files: file("a,who,y\n1,x,0\n2, ,1\n"), o: data.Options{Label: "y", ID: "who"}, want: `f.csv:3: column "who": the id is missing: give every row one`},
		{name: "an id twice", files: file("a,who,y\n1,x,0\n\n2,z,1\n3, x,1\n"), o: data.Options{Label: "y", ID: "who"}, want: `the id "x" is that of two rows, row 0 (line 2) and row 2 (line 5)`},
		{name: "id and label are one", files: file("a,y\n1,0\n"), o: data.Options{Label: "y", ID: "y"}, want: "named twice"},
		{name: "an infinite number", files: file("a,y\n1,0\n-Inf,1\n"), o: y, want: `f.csv:3: column "a": "-Inf" is no finite number: mend the cell, say --missing "-Inf"`},
		{name: "NaN among numbers", files: file("a,y\n1,0\nNaN,1\n2,0\n"), o: y, want: `f.csv:3: column "a": "NaN" is no finite number`},
		{name: "NA among numbers", files: file("a,y\n1,0\nNA,1\n2,0\n"), o: y, want: `say --missing "NA" if that is how a missing one is written`},
		{name: "a word late in a long column of numbers", files: file(numbers + "high,1\n"), o: y, want: `f.csv:1502: column "a": "high" is no finite number`},
		{name: "too many levels", files: file(many), o: y, want: `column "a": it has texts in it and more than 1000 different values`},
		{name: "a column of nothing", files: file("a,b,y\n1,,0\n2,?,1\n"), o: y, want: `column "b": a value is missing, and nothing stands in for it: fill it in, or leave the column out by --drop`},
		{name: "a column to drop that is not there", files: file("a,y\n1,0\n"), o: data.Options{Label: "y", Drop: []string{"b"}}, want: `column "b": there is no such column`},
		{name: "levels and columns of one name", files: file("a,a_b,y\nb,1,0\nc,2,1\n"), o: y, want: `would both be called "a_b"`},

		{name: "a column renamed", files: file("a,town,y\n1,Rome,no\n"), like: cities, want: `f.csv:1: column "city": there is no such column among a, town, y: name it so in the file`},
		{name: "a column too many", files: file("a,b,city,y\n1,1,Rome,no\n"), like: cities, want: `f.csv:1: column "b": the training data had no such column: take it out of the file`},
		{name: "a level never seen", files: file("a,city,y\n1,Rome,no\n\n2,Bonn,yes\n"), like: cities, want: `f.csv:4: column "city": the level "Bonn" did not occur in the training data: mend the cell, leave such rows out by --unknown drop, or take them for none of the known levels by --unknown other`},
		{name: "a class never seen", files: file("a,city,y\n1,Rome,no\n2,Oslo,perhaps\n"), like: cities, want: `f.csv:3: column "y": the label "perhaps" is none of the classes (no, yes): mend the label, or leave such rows out by --unknown drop`},
		{name: "a word where numbers were", files: file("a,city,y\none,Rome,no\n"), like: cities, want: `f.csv:2: column "a": "one" is no finite number`},
		{name: "images for a model of tables", files: map[string]string{"d/x/1.png": picture(t, 2, 2, red)}, path: "d", like: cities, want: "read as images, but the model was trained on csv"},

		{name: "a gzipped file cut off", files: map[string]string{"f.csv.gz": gzipped(t, people)[:60]}, path: "f.csv.gz", o: peopleOptions, want: "unexpected EOF"},
		{name: "half a head of gzip", files: map[string]string{"f.csv.gz": "\x1f\x8b\x08"}, path: "f.csv.gz", o: y, want: "it begins like a gzipped file, but is none"},
		{name: "a bomb", files: map[string]string{"f.csv.gz": gzipped(t, "a,y\n") + strings.Repeat(gzipped(t, strings.Repeat("1,"+strings.Repeat(" ", 1<<15)+"0\n", 32)), 270)}, path: "f.csv.gz", o: y, want: "it unpacks to more than 400 times its size"},

		{name: "svmlight without a label", files: map[string]string{"f.svm": "1:2\n"}, path: "f.svm", want: "f.svm:1: label"},
		{name: "svmlight with ids that are missing", files: map[string]string{"f.svm": "1 1:2 # a\n0 1:3\n"}, path: "f.svm", o: data.Options{ID: "#"}, want: "row 1 (counted from 0): the comment is missing that is the id"},
		{name: "npy without labels", files: map[string]string{"f.npy": npy("(2, 1)", 1, 2)}, path: "f.npy", want: "name the .npy file of the labels by --labels"},
		{name: "npy cut off", files: map[string]string{"f.npy": npy("(2, 2)", 1, 2, 3), "l.npy": npy("(2,)", 0, 1)}, path: "f.npy", o: data.Options{Labels: "l.npy"}, want: "needs 4 bytes, the file has 3"},
		{name: "npz that is none", files: map[string]string{"f.npz": "PK\x03\x04"}, path: "f.npz", want: "it is no .npz archive, or a damaged one"},
		{name: "idx cut off", files: map[string]string{"f.idx": "\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01\x07"}, path: "f.idx", want: "not enough data"},
		{name: "a text that is not UTF-8", files: map[string]string{"f.txt": "Z\xfcrich"}, path: "f.txt", want: "byte 1 (0xfc) is not UTF-8"},
		{name: "a text that is too short", files: map[string]string{"f.txt": "short"}, path: "f.txt", o: data.Options{Length: 5}, want: "give a longer text, or a smaller --length"},

		{name: "a folder without images", files: map[string]string{"d/x/notes.doc": "x"}, path: "d", want: "there are no images in it"},
		{name: "images without classes", files: map[string]string{"d/1.png": picture(t, 2, 2, red)}, path: "d", want: "1.png: the image lies in no folder"},
		{name: "an image of another size", files: map[string]string{"d/x/1.png": picture(t, 2, 2, red), "d/y/2.png": picture(t, 2, 3, red)}, path: "d", want: filepath.Join("y", "2.png") + ": the image has 3 x 2 pixels, and those before it have 2 x 2: bring all images to one size first"},
		{name: "a broken image", files: map[string]string{"d/x/1.png": picture(t, 9, 9, red)[:60]}, path: "d", want: "it is no PNG or JPEG image, or a damaged one"},
		{name: "no image at all", files: map[string]string{"d/x/1.jpg": "hello"}, path: "d", want: filepath.Join("x", "1.jpg") + ": it is no PNG or JPEG image"},
		{name: "a transparent image", files: map[string]string{"d/x/1.png": picture(t, 2, 2, color.NRGBA{A: 9})}, path: "d", want: "the image is transparent in places"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := written(t, c.files)
			o := c.o
			if c.like != nil {
				o = c.like(t)
			}
			if o.Labels != "" {
				o.Labels = filepath.Join(dir, o.Labels)
			}
			path := c.path
			if path == "" {
				path = "f.csv"
			}
			l, err := data.Load(context.Background(), filepath.Join(dir, path), o)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, l)
		})
	}
}

// What looks odd but is sound is read: quotes, marks and line ends of other systems, no end of the
// last line, spaces, one class only.
func TestOddInput(t *testing.T) {
	plain := loaded(t, "f.csv", people, peopleOptions)
	quoted := strings.NewReplacer("Rome", `"Rome"`, "u-3", `" u-3"`, "yes", " yes ").Replace(people)
	for name, text := range map[string]string{
		"byte-order mark": "\ufeff" + people, "CRLF": strings.ReplaceAll(people, "\n", "\r\n"), "quotes and spaces": quoted,
		"quoted header": strings.Replace(people, "person", `"person"`, 1), "no last end": strings.TrimSuffix(people, "\n"),
		"empty lines": strings.ReplaceAll(people, "\n", "\n\n"), "mixed ends": strings.Replace(people, "\n", "\r\n", 2),
	} {
		l := loaded(t, "f.csv", text, peopleOptions)
		require.Equal(t, plain.Fingerprint(), l.Fingerprint(), name)
		require.Equal(t, plain.IDs, l.IDs, name)
	}
	require.Equal(t, plain.Fingerprint(), loaded(t, "f.csv.gz", gzipped(t, people), peopleOptions).Fingerprint())
	require.Equal(t, plain.Fingerprint(), loaded(t, "f.TSV", strings.ReplaceAll(people, ",", "\t"), peopleOptions).Fingerprint())
	broken := loaded(t, "f.csv", "who,a,y\n\"u\n1\",1,0\nu-2,2,1\nu-3,5,\"0\n\"\nu-4,3,1\n", data.Options{Label: "y", ID: "who"})
	require.Equal(t, "u\n1", broken.IDs[0])
	require.Equal(t, []int{2, 4, 5, 7}, []int{broken.Line(0), broken.Line(1), broken.Line(2), broken.Line(3)})
	one := loaded(t, "f.csv", "a,y\n1,no\n2,no\n", data.Options{Label: "y"})
	require.Equal(t, []string{"no"}, one.Data.ClassNames, "one class only")
	require.Equal(t, 1, one.Data.Classes)
	var e *data.Error
	_, err := data.Load(context.Background(), filepath.Join(written(t, map[string]string{"f.csv": "a,y\n1,0\n2,\n"}), "f.csv"), data.Options{Label: "y"})
	require.ErrorAs(t, err, &e)
	require.Equal(t, 3, e.Line)
	require.Equal(t, "y", e.Column)
	_, err = os.Stat(e.File)
	require.NoError(t, err)
}

// A table in which most is 0 is kept without zeros, and a later file of few rows too.
func TestLargeTablesAreSparse(t *testing.T) {
	var b strings.Builder
	b.WriteString("level,y\n")
	for i := range 12_000 {
		b.WriteString("level-" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + "," + string(rune('0'+i%2)) + "\n")
	}
	l := loaded(t, "f.csv", b.String(), data.Options{Label: "y"})
	require.Equal(t, 676, l.Data.X.Shape()[0])
	require.IsType(t, &datasets.Dense{}, l.Data.X, "up to 64 MiB")
	l = loaded(t, "f.csv", b.String()+strings.Repeat("level-aa,1\n", 1000), data.Options{Label: "y"})
	x, ok := l.Data.X.(*datasets.CSR)
	require.True(t, ok)
	require.Len(t, x.Values, 13_000)
	require.True(t, l.Description.Sparse)
	few := loaded(t, "f.csv", "level,y\nlevel-ba,0\n", data.Options{Like: l.Description})
	require.Equal(t, &datasets.CSR{N: 1, Cols: 676, Indptr: []int{0, 1}, Indices: []int32{26}, Values: []float64{1}}, few.Data.X)
	require.NoError(t, datasets.Same(l.Data, few.Data))
}

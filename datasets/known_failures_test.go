package datasets

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKnownFailures puts what others' readers of data were reported to get wrong to those here.
// Each case says where it was reported and what went wrong there, in our own words.
func TestKnownFailures(t *testing.T) {
	text := func(o CSV, text string) (*Dataset, error) { return o.Read(strings.NewReader(text), "f") }
	svm := func(o SVMLight, text string) (*Dataset, error) {
		d, _, err := o.Read(strings.NewReader(text), "f")
		return d, err
	}
	array := func(header string, payload ...byte) (*Array, error) {
		return ReadNPY(bytes.NewReader(versioned(1, header, payload)), "f")
	}
	for _, c := range []struct {
		source, what string
		test         func(t *testing.T)
	}{
		{"pandas#8918", "a test file without one of the levels gets fewer one-hot columns, each under another number", func(t *testing.T) {
			train, err := text(CSV{Label: "bad", Categorical: []string{"make"}}, "bad,make\n0,Toyota\n1,Mazda\n0,BMW\n")
			require.NoError(t, err)
			test, err := text(CSV{Like: train.Coding}, "make,bad\nToyota,0\nBMW,0\n")
			require.NoError(t, err)
			require.Equal(t, [][]float64{{0, 0, 1, 0}, {1, 0, 0, 0}}, written(t, test))
		}},
		{"scikit-learn#18072, #19041", "with one level left out, an unknown level is taken for that one", func(t *testing.T) {
			train, err := text(CSV{Label: "y", Categorical: []string{"a"}, DropFirst: true}, "a,y\nu,0\nv,1\n")
			require.NoError(t, err)
			for _, unknown := range []UnknownLevel{RefuseUnknown, ZeroUnknown} {
				_, err = text(CSV{Like: train.Coding, Unknown: unknown}, "a,y\nv,0\nw,1\n")
				require.ErrorContains(t, err, `f:3: column "a": the level "w"`)
			}
		}},
		{"pandas#10647, #24681", "the word NA, as for North America or sodium, becomes a missing value", func(t *testing.T) {
			d, err := text(CSV{Label: "y", Categorical: []string{"a"}}, "a,y\nNA,yes\nEU,NA\nn/a,yes\n")
			require.NoError(t, err)
			require.Equal(t, []string{"a_EU", "a_NA", "a_n/a"}, d.Columns)
			require.Equal(t, []string{"NA", "yes"}, d.ClassNames)
		}},
		{"golang/go#14464, gitea#16559, noborus/trdsql#84", "in a table with tabs an empty cell is lost and the rest of its row moves to the left", func(t *testing.T) {
			d, err := text(CSV{Label: "d", Delimiter: '\t', Impute: true, Missing: "-"}, "a\tb\tc\td\n1\t2\t3\t0\n5\t\t\t1\n1\t2\t3\t0\n")
			require.NoError(t, err)
			require.Equal(t, []float64{5, 2, 3, 1}, written(t, d)[1])
			_, err = text(CSV{Label: "d", Delimiter: '\t'}, "a\tb\tc\td\n1\t2\t3\t4\n5\t\t\t8\n")
			require.ErrorContains(t, err, `f:3: column "b": the value is missing`)
		}},
		{"arrow#4382, pandas#4793", "the byte-order mark becomes part of the first column's name, or leaves a quote in it", func(t *testing.T) {
			for _, header := range []string{"\ufeffa,y", "\ufeff\"a\",\"y\""} {
				d, err := text(CSV{Label: "y"}, header+"\n1,0\n")
				require.NoError(t, err)
				require.Equal(t, []string{"a"}, d.Columns)
			}
		}},
		{"pandas#9424, #14704, swiftcsv/SwiftCSV#134", "of two columns of one name the values of one are lost", func(t *testing.T) {
			_, err := text(CSV{Label: "y"}, "0,-0.1,0,y\n1,2,3,0\n")
			require.ErrorContains(t, err, `f:1: column "0" comes twice in the header`)
			_, err = text(CSV{Label: "y", Header: []string{"a", "a", "y"}}, "1,2,0\n")
			require.ErrorContains(t, err, `column "a" comes twice`)
		}},
		{"scikit-learn#3722, #17794", "a constant column is standardized to -1 or +1, by the rounding of its mean", func(t *testing.T) {
			for _, c := range []struct {
				value float64
				n     int
			}{{math.Log(1e-5), 8}, {math.Log(1e-5), 22}, {14.62, 1000}} {
				d, err := text(CSV{Label: "y", Scaling: Standard}, "a,y\n"+strings.Repeat(fmt.Sprintf("%v,0\n", c.value), c.n))
				require.NoError(t, err)
				require.Equal(t, make([]float64, c.n), d.X.(*Dense).Data)
				other, err := text(CSV{Like: d.Coding}, fmt.Sprintf("a,y\n%v,0\n", c.value+2)) // elixir-nx/scholar#363: its mean counts still
				require.NoError(t, err)
				require.InDelta(t, 2, other.X.(*Dense).Data[0], 1e-14)
			}
		}},
		{"keras#6513", "rows whose squares underflow are divided by zero", func(t *testing.T) {
			d := &Dataset{X: &Dense{N: 1, Cols: 4, Data: []float64{1e-200, 1e-200, 1e-200, 1e-200}}, Y: []float64{0}}
			unit, err := NormalizeRows(d)
			require.NoError(t, err)
			require.InDeltaSlice(t, []float64{.5, .5, .5, .5}, unit.X.(*Dense).Data, 1e-15)
		}},
		{"kunaldahiya/pyxclib#10", "a file counted from 0 that happens to lack column 0 is shifted by one", func(t *testing.T) {
			d, err := svm(SVMLight{ZeroBased: true, Cols: 4}, "1 1:5 3:7\n")
			require.NoError(t, err)
			require.Equal(t, [][]float64{{0, 5, 0, 7, 1}}, written(t, d))
		}},
		{"LightGBM#718, #1776, xgboost#3145, #3638", "a file counted from 1 gets an empty first column", func(t *testing.T) {
			d, err := svm(SVMLight{}, "1 1:7 2:3.2 3:4.7 4:1.4\n0 4:2.5\n")
			require.NoError(t, err)
			require.Equal(t, [][]float64{{7, 3.2, 4.7, 1.4, 1}, {0, 0, 0, 2.5, 0}}, written(t, d))
			_, err = svm(SVMLight{}, "1 0:7\n")
			require.ErrorContains(t, err, "index 0 in a file counted from 1 (set ZeroBased)")
		}},
		{"mwydmuch/napkinXC#18, yoshoku/rumale#27", "a test file in which the last feature never occurs has fewer columns", func(t *testing.T) {
			train, err := svm(SVMLight{}, "0 1:1 6:1\n1 2:1\n")
			require.NoError(t, err)
			test, err := svm(SVMLight{Like: train.Coding}, "1 5:1\n")
			require.NoError(t, err)
			require.Equal(t, []int{6}, test.X.Shape())
			require.NoError(t, Same(train, test))
			alone, err := svm(SVMLight{}, "1 5:1\n")
			require.NoError(t, err)
			require.Error(t, Same(train, alone))
		}},
		{"xgboost#4356", "nan in a file is read in silence, and results are surprisingly good", func(t *testing.T) {
			_, err := svm(SVMLight{}, "1 1:2\n0 1:nan\n")
			require.ErrorContains(t, err, `f:2: "1:nan": not a finite number`)
		}},
		{"xgboost#4135", "a comment at the end of a line is read as data", func(t *testing.T) {
			d, err := svm(SVMLight{}, "3 qid:1 1:1 2:1 # 1A 5:9\n2 qid:1 1:0 2:0.1 #1B\n")
			require.NoError(t, err)
			require.Equal(t, [][]float64{{1, 1, 1}, {0, .1, 0}}, written(t, d))
		}},
		{"haifengl/smile#404", "a label written as -1.0 is no label", func(t *testing.T) {
			d, err := svm(SVMLight{}, "-1.0 1:1 2:2\n1.0 8:1\n1e0 8:1\n")
			require.NoError(t, err)
			require.Equal(t, []float64{0, 1, 1}, d.Y)
			require.Equal(t, []string{"-1", "1"}, d.ClassNames)
		}},
		{"LightGBM#6149", "a value of 1.79769313486e+308 in a column", func(t *testing.T) {
			d, err := svm(SVMLight{}, "1 1:1.79769313486e+308 2:1008\n")
			require.NoError(t, err)
			require.Equal(t, [][]float64{{1.79769313486e+308, 1008, 0}}, func() [][]float64 { w := written(t, d); w[0][2] = 0; return w }())
			unit, err := NormalizeRows(d)
			require.NoError(t, err)
			require.InDelta(t, 1, unit.X.(*CSR).Values[0], 1e-15)
		}},
		{"kwikteam/npy-matlab#2", "Python 2 writes an L behind the length of an axis", func(t *testing.T) {
			a, err := array("{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }", 3, 4)
			require.NoError(t, err)
			require.Equal(t, []int{2, 1}, a.Shape)
		}},
		{"fortran-lang/stdlib#581", "another writer puts a comma behind the last axis", func(t *testing.T) {
			a, err := array("{'descr': '|u1', 'fortran_order': True, 'shape': (2,2,), }", 1, 2, 3, 4)
			require.NoError(t, err)
			require.Equal(t, []float64{1, 3, 2, 4}, a.Data)
		}},
		{"rogersce/cnpy#7", "an array by columns is read by rows", func(t *testing.T) {
			a, err := array("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", 1, 2, 3, 4, 5, 6)
			require.NoError(t, err)
			require.Equal(t, []float64{1, 3, 5, 2, 4, 6}, a.Data)
		}},
		{"rogersce/cnpy#77, numpy#8784", "headers of versions 2 and 3, whose length has 4 bytes", func(t *testing.T) {
			for _, version := range []byte{2, 3} {
				a, err := ReadNPY(bytes.NewReader(versioned(version, "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", []byte{9})), "f")
				require.NoError(t, err)
				require.Equal(t, []float64{9}, a.Data)
			}
		}},
		{"rom1504/embedding-reader#37", "a vector of 16-bit floats", func(t *testing.T) {
			a, err := array("{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }", 0, 0x3c, 0, 0xc0)
			require.NoError(t, err)
			require.Equal(t, []float64{1, -2}, a.Data)
		}},
		{"numpy#28334, #13719, LaurentMazare/npy-ocaml#4", "a shape that is no tuple of whole numbers", func(t *testing.T) {
			for _, shape := range []string{"(np.int64(1), np.int64(2))", "10", "(184)"} {
				_, err := array("{'descr': '|u1', 'fortran_order': False, 'shape': "+shape+", }", 1, 2)
				require.ErrorContains(t, err, "header is damaged: shape")
			}
		}},
		{"llohse/libnpy#44, mlx#3365, rogersce/cnpy#106", "12 bytes claim a header of 4 GiB, or a shape whose product overflows", func(t *testing.T) {
			file := binary.LittleEndian.AppendUint32([]byte("\x93NUMPY\x02\x00"), 0xfffffff0)
			require.Error(t, modestly(t, len(file), 3, func() error {
				_, err := ReadNPY(bytes.NewReader(file), "f")
				return err
			}))
			_, err := array("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), }")
			require.ErrorContains(t, err, "does not fit")
		}},
		{"keras#23016", "a member of an archive claims far more numbers than are in it", func(t *testing.T) {
			for _, size := range []int{0, 1000} {
				file := npzOf(t, map[string]any{"x": rawArray(rawNPY("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }", make([]byte, size)))})
				err := modestly(t, len(file), 3, func() error {
					_, err := readNPZ(file)
					return err
				})
				require.ErrorContains(t, err, "needs 8000000000 bytes")
			}
		}},
		{"zip bombs", "a member says that it unpacks to more than deflate can pack", func(t *testing.T) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			w, err := z.CreateRaw(&zip.FileHeader{Name: "x.npy", Method: zip.Deflate, CompressedSize64: 10, UncompressedSize64: 1 << 30})
			require.NoError(t, err)
			_, err = w.Write(make([]byte, 10))
			require.NoError(t, err)
			require.NoError(t, z.Close())
			_, err = readNPZ(b.Bytes())
			require.ErrorContains(t, err, "1073741824 bytes cannot be packed into 10")
		}},
		{"scipy#23462, #7418", "coordinates in one array, and the format as bytes or letters", func(t *testing.T) {
			letters := rawNPY("{'descr': '<U3', 'fortran_order': False, 'shape': (), }", []byte("c\x00\x00\x00o\x00\x00\x00o\x00\x00\x00"))
			x, err := readNPZ(npzOf(t, map[string]any{"format": rawArray(letters), "shape": []int64{2, 3}, "data": []float64{5, 6},
				"coords": rawArray(rawNPY("{'descr': '|i1', 'fortran_order': False, 'shape': (2, 2), }", []byte{1, 0, 2, 1}))}))
			require.NoError(t, err)
			require.Equal(t, [][]float64{{0, 6, 0}, {0, 0, 5}}, denseRows(x.(*CSR)))
			_, err = LoadNPZ(filepath.Join("testdata", "scipy", "cube-coo.npz"))
			require.ErrorContains(t, err, "is not a matrix")
		}},
		{"scipy#5080", "columns without a value at the end of a matrix are lost", func(t *testing.T) {
			x, err := readNPZ(npzOf(t, map[string]any{"shape": []int64{2, 9}, "indptr": []int32{0, 1, 2}, "indices": []int32{4, 4}, "data": []float64{1, 1}}))
			require.NoError(t, err)
			require.Equal(t, []int{9}, x.Shape())
		}},
		{"gskielian/JPG-PNG-to-MNIST-NN-Format#25", "more samples in an IDX file than its header says", func(t *testing.T) {
			_, err := ReadIDXImages(bytes.NewReader(slices.Concat(idxImages, []byte{1, 2, 3})), "f")
			require.ErrorContains(t, err, "more data for shape [2 1 3]")
		}},
		{"datapythonista/mnist#19", "an IDX file that is empty or a web page", func(t *testing.T) {
			for _, file := range []string{"", "<html>", "\x00\x00"} {
				path := filepath.Join(t.TempDir(), "images")
				require.NoError(t, os.WriteFile(path, []byte(file), 0o644))
				_, err := LoadIDX(path, path)
				require.ErrorContains(t, err, path)
			}
		}},
	} {
		t.Run(c.source, func(t *testing.T) {
			t.Log(c.what)
			c.test(t)
		})
	}
}

package datasets

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Cells that look like numbers to a program and not to a reader of the table are not taken for
// some.
func TestCellsThatAreNoNumbers(t *testing.T) {
	for _, cell := range []string{"12_3", "1_000.5", "0x10p0", "0X1P3", "1e400", "-1e400", "Inf", "nan", "1,5", "1 2", "1f", "١"} {
		_, err := CSV{Label: "y"}.Read(strings.NewReader("a;y\n1;0\n"+cell+";1\n"), "f")
		require.Error(t, err, cell)
		_, err = CSV{Label: "y", Delimiter: ';'}.Read(strings.NewReader("a;y\n1;0\n"+cell+";1\n"), "f")
		require.ErrorContains(t, err, "f:3: column \"a\": \""+cell+"\" is not a finite number")
		_, _, err = SVMLight{}.Read(strings.NewReader("1 1:2\n-1 1:"+strings.ReplaceAll(cell, " ", ":")+"\n"), "f")
		require.ErrorContains(t, err, "f:2: ", cell)
	}
	d := readCSV(t, CSV{Label: "y"}, "a,y\n1,1_0\n2,10\n3,0x10p0\n4,16\n")
	require.Equal(t, 4, d.Classes, "they are names")
}

// A label that stands for a missing one, or is beyond the range of numbers, is no class beside
// numbers.
func TestLabelsThatAreNoNumbers(t *testing.T) {
	for _, label := range []string{"1e400", "-1e999", "nan", "-nan(ind)", "nan(snan)", "inf", "#N/A N/A", "-1.#IND", "<NA>", ".", "-", "*", "n.a."} {
		_, err := CSV{Label: "y"}.Read(strings.NewReader("a,y\n1,0\n2,10\n3,"+label+"\n4,9\n"), "f")
		require.ErrorContains(t, err, "f:4: column \"y\": the label \""+label+"\" is not a number")
	}
	require.Equal(t, []string{"+", "-"}, readCSV(t, CSV{Label: "y"}, "a,y\n1,+\n2,-\n").ClassNames, "they are names where none is a number")
}

// A comment would swallow all lines behind it where they end in carriage returns alone.
func TestLinesThatEndInCarriageReturns(t *testing.T) {
	for _, text := range []string{"+1 1:2 # a\r-1 2:1\r+1 2:2\r", "# made by hand\r+1 1:2\r-1 2:1\r", "+1 1:2\r-1 2:1\r"} {
		_, _, err := SVMLight{}.Read(strings.NewReader(text), "f")
		require.ErrorContains(t, err, "f:1: lines end in carriage returns alone: write the file with line feeds")
	}
	d, comments, err := SVMLight{}.Read(strings.NewReader("+1 1:2 # a\r\n-1 2:1 # b\r\r\n"), "f")
	require.NoError(t, err)
	require.Equal(t, 2, d.Len())
	require.Equal(t, []string{"a", "b"}, comments)
}

func TestDelimitersThatAreWhiteSpace(t *testing.T) {
	for _, delimiter := range []rune{'\t', '\v', '\f', '\u00a0', '\u2003'} {
		text := strings.ReplaceAll("a,b,y\n1,,0\n,2,1\n3,2,0\n", ",", string(delimiter))
		d := readCSV(t, CSV{Label: "y", Delimiter: delimiter, Impute: true}, text)
		require.Equal(t, [][]float64{{1, 2, 0}, {1, 2, 1}, {3, 2, 0}}, written(t, d), "%q", delimiter)
	}
}

// Of numbers it is the value that is most frequent, however it is written.
func TestImputeTakesEqualNumbersTogether(t *testing.T) {
	d := readCSV(t, CSV{Label: "y", Impute: true}, "a,y\n1,0\n1.0,1\n+1,0\n2,1\n2,1\n?,1\n")
	require.Equal(t, []float64{1, 1, 1, 2, 2, 1}, d.X.(*Dense).Data)
	d = readCSV(t, CSV{Label: "y", Impute: true, Categorical: []string{"a"}}, "a,y\n1,0\n1.0,1\n+1,0\n2,1\n2,1\n?,1\n")
	require.Equal(t, "2", d.Coding.Columns[0].Fill, "levels are words")
}

// An empty list of classes says no more than none.
func TestEmptyClassesAreNoRegression(t *testing.T) {
	d := readCSV(t, CSV{Label: "y", Classes: []string{}}, "a,y\n1,7\n2,5\n")
	require.Equal(t, []string{"5", "7"}, d.ClassNames)
	require.Equal(t, []string{"5", "7"}, readCSV(t, CSV{Classes: []string{}, Like: d.Coding}, "a,y\n1,7\n").ClassNames)
}

// Where all rows are left out nothing is read, whatever would be done with them.
func TestAllRowsLeftOut(t *testing.T) {
	train := readCSV(t, CSV{Label: "y", Categorical: []string{"a"}}, "a,y\nu,0\nv,1\n")
	unit, err := NormalizeRows(train)
	require.NoError(t, err)
	for _, like := range []*Coding{train.Coding, unit.Coding} {
		_, err := CSV{Like: like, Unknown: DropUnknown}.Read(strings.NewReader("a,y\nw,0\nx,1\n"), "f")
		require.ErrorContains(t, err, "f: no samples")
	}
}

// Images are not read by the coding of a table.
func TestIDXLikeATable(t *testing.T) {
	for _, like := range []*Coding{
		{Classes: []string{"0"}, Width: 3}, {Classes: []string{"0"}, UnitRows: true}, {Classes: []string{"0"}, Labels: []string{"y"}, Columns: []Column{{Name: "a"}}},
	} {
		_, err := IDX{Like: like}.Load("images", "labels")
		require.ErrorContains(t, err, "labels: it cannot be read by the coding in Like, which is that of rows of features")
	}
}

// A matrix of truth values is one in whatever way NumPy spells the type: a place that is stored
// twice holds 1.
func TestBoolSpellings(t *testing.T) {
	for _, name := range []string{"|b1", "b1", "<b1"} {
		file := npzOf(t, map[string]any{
			"format": rawArray(rawNPY("{'descr': '|S3', 'fortran_order': False, 'shape': (), }", []byte("coo"))),
			"shape":  []int64{2, 2}, "row": []int64{0, 0, 1}, "col": []int64{1, 1, 0},
			"data": rawArray(rawNPY("{'descr': '"+name+"', 'fortran_order': False, 'shape': (3,), }", []byte{1, 1, 1})),
		})
		x, err := readNPZ(file)
		require.NoError(t, err)
		require.Equal(t, []float64{1, 1}, x.(*CSR).Values, name)
	}
}

// Texts that are plain numbers are the same number only where they are the same text.
func TestPlainNumbers(t *testing.T) {
	for _, text := range []string{"0", "1", "-1", "12", "10", "0.5", "-0.25", "123456789012345", "1.0000000000001"} {
		require.True(t, isPlain(text), text)
	}
	for _, text := range []string{"", "-", "-0", "00", "01", "+1", "1.", ".5", "1.0", "0.50", "1e3", "1234567890123456", "1.2.3", "a", "1a", "--1", "nan", "-.5", "0x1"} {
		require.False(t, isPlain(text), text)
	}
	d := readCSV(t, CSV{Label: "y", Impute: true}, "a,y\n-0,0\n0,1\n0.0,0\n2,1\n2,1\n?,1\n")
	require.Zero(t, d.X.(*Dense).Data[5])
}

package datasets

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// oracle reads a csv text by encoding/csv alone.
func oracle(text string) (rows [][]string, lines []int, err error) {
	c := csv.NewReader(strings.NewReader(text))
	c.Comment, c.FieldsPerRecord, c.TrimLeadingSpace = '#', -1, true
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, lines, nil
		}
		if err != nil {
			return rows, lines, err
		}
		line, _ := c.FieldPos(0)
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		rows, lines = append(rows, record), append(lines, line)
	}
}

// Rows that are cut at their delimiters are those of encoding/csv, with their lines, wherever
// quotes, comments and empty lines stand between them.
func TestRecordsAreThoseOfEncodingCSV(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	parts := []string{"a", "1.5", " b ", ",", ",", ",", "\n", "\n", "\r\n", "\"x,y\"", "\"two\nlines\"", "\"q\"\"q\"", "#", "# c\n", "\r", "é", "\u00a0", "\t", "\"", "\n\n"}
	sound := 0
	for range 20_000 {
		var b strings.Builder
		for range r.IntN(14) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		text := b.String()
		rows, lines, wrong := oracle(text)
		width := 0
		for _, row := range rows {
			width = max(width, len(row))
		}
		header := make([]string, max(width, 1))
		for i := range header {
			header[i] = fmt.Sprint("c", i)
		}
		records, err := CSV{Header: header, Comment: '#'}.records(iotest.OneByteReader(strings.NewReader(text)), "f")
		require.NoError(t, err)
		for i, row := range rows {
			cells, err := records.record()
			require.NoError(t, err, "%q", text)
			have := make([]string, len(cells))
			for j, c := range cells {
				have[j] = string(c)
			}
			require.Equal(t, row, have, "%q", text)
			require.Equal(t, lines[i], records.Line(), "%q", text)
		}
		_, err = records.record()
		if wrong == nil {
			require.ErrorIs(t, err, io.EOF, "%q", text)
			sound++
			continue
		}
		place, ok := errors.AsType[*csv.ParseError](wrong)
		require.True(t, ok)
		fault, ok := errors.AsType[*FormatError](err)
		require.True(t, ok, "%q: %v", text, err)
		require.Equal(t, place.Line, fault.Line, "%q", text)
		require.Contains(t, fault.Reason, place.Err.Error())
	}
	require.Greater(t, sound, 5000)
}

// A line that does not fit into the buffer is read whole.
func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	records, err := CSV{}.Records(strings.NewReader("a,b\n1,"+long+"\n2,y\n"), "f")
	require.NoError(t, err)
	cells, err := records.Next()
	require.NoError(t, err)
	require.Equal(t, long, string(cells[1]))
	require.Equal(t, 2, records.Line())
	cells, err = records.Next()
	require.NoError(t, err)
	require.Equal(t, "2", string(cells[0]))
	require.Equal(t, 3, records.Line())
}

// A column may be numbers, or levels as soon as one cell is no number, wherever it stands; more
// values than a category has are numbers.
func TestAuto(t *testing.T) {
	code := func(text string, o CSV) (*Coded, error) {
		o.Label, o.Auto = "y", true
		records, err := o.Records(strings.NewReader(text), "f")
		require.NoError(t, err)
		return o.Code(records, "f")
	}
	c, err := code("a,b,c,y\n1,x,1,0\n2,3,?,1\n?,y,3.5,0\n", CSV{Impute: true, Mean: true})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b_3", "b_x", "b_y", "c"}, c.Data.Columns)
	require.Equal(t, []float64{1, 0, 1, 0, 1, 2, 1, 0, 0, 2.25, 1.5, 0, 0, 1, 3.5}, c.Data.X.(*Dense).Data)
	require.Equal(t, map[string]int{"a": 1, "c": 1}, c.Filled)
	require.Equal(t, []Word{{Column: "b", Cell: "x", Line: 2, Numbers: 1, Levels: 3}}, c.Words)

	var many strings.Builder
	many.WriteString("a,y\n")
	want := []float64{}
	for i := range 3 * maxLevels {
		fmt.Fprintf(&many, "%d.50,%d\n", i%1500, i%2)
		want = append(want, float64(i%1500)+.5)
	}
	c, err = code(many.String(), CSV{})
	require.NoError(t, err)
	require.Equal(t, want, c.Data.X.(*Dense).Data)
	_, err = code(many.String()+"x,1\n", CSV{})
	require.ErrorContains(t, err, `f:3002: column "a": "x" is not a finite number`)
	_, err = code(many.String()+",1\n", CSV{})
	require.ErrorContains(t, err, `f:3002: column "a": the value is missing ("")`)
	_, err = code("a,y\nx,0\n"+many.String()[4:], CSV{})
	require.ErrorContains(t, err, `column "a": it has 1003 levels, more than 1000`)
}

// Dense and sparse rows hold the same values.
func TestStorage(t *testing.T) {
	const text = "a,b,y\n0,u,0\n2,v,1\n0,w,0\n4,u,1\n"
	o := CSV{Label: "y", Categorical: []string{"b"}, Scaling: MinMax}
	d := readCSV(t, o, text)
	o.Storage = SparseRows
	s := readCSV(t, o, text)
	require.Equal(t, Sparse(d).X, s.X)
	o.Storage = SmallerRows
	require.IsType(t, &Dense{}, readCSV(t, o, text).X)
	like := readCSV(t, CSV{Like: d.Coding, Unknown: DropUnknown, Storage: SparseRows}, "y,b,a\n0,x,2\n1,v,3\n7,u,1\n0,w,0\n")
	require.Equal(t, &CSR{N: 2, Cols: 4, Indptr: []int{0, 2, 3}, Indices: []int32{0, 2, 3}, Values: []float64{.75, 1, 1}}, like.X)
	require.Equal(t, 1, like.Row(0))
	require.Equal(t, 3, like.Row(1), "one whose label is none of the classes is left out too")
}

// What is given up on the way is not read again: a table of several pieces is the same whether it
// is read at once or in parts.
func TestTablesOfSeveralPieces(t *testing.T) {
	const n = 2*chunkLen + 100
	var b strings.Builder
	b.WriteString("a,b,who,y\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,l%d,u%d,%d\n", i, i%7, i, i%3)
	}
	o := CSV{Label: "y", Categorical: []string{"b"}, ID: "who"}
	records, err := o.Records(strings.NewReader(b.String()), "f")
	require.NoError(t, err)
	c, err := o.Code(records, "f")
	require.NoError(t, err)
	x := c.Data.X.(*Dense)
	require.Len(t, c.IDs, n)
	for i := range n {
		row := x.Data[i*x.Cols : (i+1)*x.Cols]
		if row[0] != float64(i) || row[1+i%7] != 1 || c.Data.Y[i] != float64(i%3) || c.IDs[i] != fmt.Sprint("u", i) || c.Line(i) != i+2 {
			t.Fatalf("row %d is %v of label %v and id %s in line %d", i, row, c.Data.Y[i], c.IDs[i], c.Line(i))
		}
	}
}

// What unpacks to far more than any file does ends in an error; what packs well does not.
func TestUnpackingIsBounded(t *testing.T) {
	require.NoError(t, beyondBelief(freeUnpacked, 1))
	require.NoError(t, beyondBelief(400*(1<<20), 1<<20))
	require.ErrorContains(t, beyondBelief(freeUnpacked+believedRatio, 1000), "more than 400 times its size")
	packed := strings.Repeat(zipped(t, strings.Repeat("\x00", 1<<20)), 300)
	r, err := Unpack(strings.NewReader(packed))
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, r)
	require.ErrorContains(t, err, "unpack it first if you trust it")
	require.LessOrEqual(t, n, int64(freeUnpacked+1<<20))
}

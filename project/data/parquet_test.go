package data_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/project/data"
)

// spamTables writes mails of the embedded spam data, with their most frequent words, as CSV,
// numbers as text, and as Parquet, numbers in 64 bits and texts in dictionaries.
func spamTables(t *testing.T, dir string) (csv, pq string) {
	t.Helper()
	spam, err := datasets.Load(context.Background(), "spam", "")
	require.NoError(t, err)
	x := spam.Train.X.(*datasets.CSR)
	const mails, words = 400, 900
	group := parquet.Group{"mail": parquet.Encoded(parquet.String(), &parquet.RLEDictionary), "spam": parquet.Encoded(parquet.String(), &parquet.RLEDictionary)}
	header := slices.Clone(spam.Train.Columns[:words])
	for i := range header { // a word may be called as a column is
		header[i] = "w " + header[i]
		group[header[i]] = parquet.Leaf(parquet.DoubleType)
	}
	schema := parquet.NewSchema("spam", group)
	place := map[string]int{}
	for _, path := range schema.Columns() {
		leaf, ok := schema.Lookup(path...)
		require.True(t, ok)
		place[path[0]] = leaf.ColumnIndex
	}
	csv, pq = filepath.Join(dir, "spam.csv"), filepath.Join(dir, "spam.parquet")
	f, err := os.Create(pq)
	require.NoError(t, err)
	w := parquet.NewWriter(f, schema, parquet.MaxRowsPerRowGroup(128))
	var b bytes.Buffer
	b.WriteString("mail," + strings.Join(header, ",") + ",spam\n")
	for i := range mails {
		values := make([]float64, words)
		for k := x.Indptr[i]; k < x.Indptr[i+1] && x.Indices[k] < words; k++ {
			values[x.Indices[k]] = x.Values[k]
		}
		label := []string{"ham", "spam"}[int(spam.Train.Y[i])]
		id := fmt.Sprintf("m-%d", i)
		row := make(parquet.Row, len(place))
		row[place["mail"]] = parquet.ValueOf(id).Level(0, 0, place["mail"])
		row[place["spam"]] = parquet.ValueOf(label).Level(0, 0, place["spam"])
		b.WriteString(id)
		for j, v := range values {
			row[place[header[j]]] = parquet.ValueOf(v).Level(0, 0, place[header[j]])
			b.WriteByte(',')
			b.Write(strconv.AppendFloat(nil, v, 'g', -1, 64))
		}
		b.WriteString("," + label + "\n")
		_, err := w.WriteRows([]parquet.Row{row})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	require.NoError(t, os.WriteFile(csv, b.Bytes(), 0o600))
	return csv, pq
}

// Spam mails give the same bits as Parquet and as CSV. The columns stand in another order in the
// Parquet file (by name), so that it is read by the description of the CSV file, and the other way
// round.
func TestSpamAsParquetAndAsCSV(t *testing.T) {
	csv, pq := spamTables(t, t.TempDir())
	o := data.Options{Label: "spam", ID: "mail"}
	load := func(path string, o data.Options) *data.Loaded {
		l, err := data.Load(context.Background(), path, o)
		require.NoError(t, err)
		return l
	}
	a := load(csv, o)
	b := load(pq, data.Options{Like: a.Description})
	require.Equal(t, a.Fingerprint(), b.Fingerprint())
	require.Equal(t, a.IDs, b.IDs)
	require.Equal(t, a.Data.Columns, b.Data.Columns)
	require.Equal(t, a.Data.X, b.Data.X)

	c := load(pq, o)
	d := load(csv, data.Options{Like: c.Description})
	require.Equal(t, c.Fingerprint(), d.Fingerprint())
	byName := func(columns []data.Column) []data.Column {
		sorted := slices.Clone(columns)
		slices.SortFunc(sorted, func(x, y data.Column) int { return strings.Compare(x.Name, y.Name) })
		return sorted
	}
	require.Equal(t, byName(a.Description.Columns), byName(c.Description.Columns), "to the bit, the scales too")
	rows, err := c.RowsWhere(context.Background(), "mail", "m-17")
	require.NoError(t, err)
	require.Equal(t, []int{17}, rows)
}

type person struct {
	ID      int64     `parquet:"id"`
	Name    *string   `parquet:"name,optional,dict"`
	Age     *int32    `parquet:"age,optional"`
	Height  float64   `parquet:"height"`
	Weight  float32   `parquet:"weight"`
	Member  bool      `parquet:"member"`
	Count   uint64    `parquet:"count"`
	Price   int64     `parquet:"price,decimal(2:12)"`
	Born    int32     `parquet:"born,date"`
	Seen    time.Time `parquet:"seen,timestamp(microsecond)"`
	Tags    []string  `parquet:"tags,list"`
	Y       string    `parquet:"y"`
	Padding string    `parquet:"padding,zstd"`
}

func persons(t *testing.T, rows []person) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people.parquet")
	require.NoError(t, parquet.WriteFile(path, rows))
	return path
}

// Values of all types become the text that a CSV file would have.
func TestParquetTypes(t *testing.T) {
	text := func(s string) *string { return &s }
	number := func(v int32) *int32 { return &v }
	moment := time.Date(2024, 2, 29, 12, 30, 0, 500_000_000, time.UTC)
	rows := []person{
		{1_000_000, text(" Ann "), number(-3), 0.1, 0.5, true, math.MaxUint64, -7, 19782, moment, []string{"a", "b"}, "u", "x"},
		{2_000_000, nil, nil, 1e300, 1.5, false, 0, 12345, -1, moment, nil, "v", "y"},
		{3_000_000, text("Bob"), number(4), -2, 2.5, true, 7, 100, 0, moment, nil, "u", "z"},
	}
	const csv = "id,name,age,height,weight,member,count,price,born,seen,y\n" +
		"1000000,Ann,-3,0.1,0.5,true,18446744073709551615,-0.07,2024-02-29,2024-02-29T12:30:00.5Z,u\n" +
		"2000000,,,1e300,1.5,false,0,123.45,1969-12-31,2024-02-29T12:30:00.5Z,v\n" +
		"3000000,Bob,4,-2,2.5,true,7,1,1970-01-01,2024-02-29T12:30:00.5Z,u\n"
	o := data.Options{Label: "y", ID: "id", Drop: []string{"tags", "padding"}, Scaling: data.NoScaling}
	a, err := data.Load(context.Background(), persons(t, rows), o)
	require.NoError(t, err)
	o.Drop = nil
	b := loaded(t, "people.csv", csv, o)
	require.Equal(t, b.Data.Columns, a.Data.Columns)
	require.Equal(t, b.Data.X, a.Data.X)
	require.Equal(t, b.IDs, a.IDs)
	require.Equal(t, b.Filled, a.Filled)
	require.Equal(t, []string{"1000000", "2000000", "3000000"}, a.IDs)
	o.Drop = []string{"padding"}
	_, err = data.Load(context.Background(), a.Path, o)
	require.ErrorContains(t, err, `column "tags": its values are lists or records: write them into columns of their own, or leave it out by --drop`)
}

// What is wrong in a Parquet file is said with the row, since there are no lines.
func TestParquetRefused(t *testing.T) {
	name := "Ann"
	rows := []person{{ID: 1, Name: &name, Y: "u"}, {ID: 1, Height: math.NaN(), Y: "v"}, {ID: 3, Height: 2, Y: "u"}}
	path := persons(t, rows)
	drop := []string{"tags", "padding", "seen", "born"}
	_, err := data.Load(context.Background(), path, data.Options{Label: "y", Drop: append(drop, "height", "age"), ID: "id"})
	require.ErrorContains(t, err, `the id "1" is that of two rows, row 0 and row 1`)
	_, err = data.Load(context.Background(), path, data.Options{Label: "y", Drop: append(drop, "age")})
	require.ErrorContains(t, err, `people.parquet: row 1 (counted from 0): column "height": "NaN" is no finite number`)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, raw := range map[string][]byte{
		"cut":     whole[:len(whole)/2],
		"footer":  append(slices.Clone(whole[:len(whole)-8]), 0xff, 0xff, 0xff, 0x7f, 'P', 'A', 'R', '1'),
		"empty":   {},
		"csv":     []byte(people),
		"flipped": flipped(whole),
	} {
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		_, err := data.Load(context.Background(), path, data.Options{Label: "y", Drop: append(drop, "height", "age")})
		require.ErrorContains(t, err, "it is no Parquet file, or a damaged one", name)
	}
}

// flipped returns a file with other bytes in the middle of its pages.
func flipped(raw []byte) []byte {
	out := slices.Clone(raw)
	for i := 4; i < len(out)/2; i++ {
		out[i] ^= 0xff
	}
	return out
}

// A file with any byte changed is read or refused, and never brings the program down.
func TestParquetWithBytesChanged(t *testing.T) {
	name := "Ann"
	whole, err := os.ReadFile(persons(t, []person{{ID: 1, Name: &name, Y: "u"}, {ID: 2, Height: 1, Y: "v"}}))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "f.parquet")
	refused := 0
	for i := 4; i < len(whole); i += 3 {
		raw := slices.Clone(whole)
		raw[i] ^= byte(1 + i%255)
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		l, err := data.Load(context.Background(), path, data.Options{Label: "y", Drop: []string{"tags", "padding", "seen", "born"}})
		if err != nil {
			refused++
			continue
		}
		require.NoError(t, l.Data.Check())
	}
	require.Greater(t, refused, 50)
}

package data_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/project/data"
)

// written writes files below a new folder, which it returns.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

// loaded loads a table from a text.
func loaded(t *testing.T, name, text string, o data.Options) *data.Loaded {
	t.Helper()
	l, err := data.Load(context.Background(), filepath.Join(written(t, map[string]string{name: text}), name), o)
	require.NoError(t, err)
	require.NoError(t, l.Data.Check())
	require.NoError(t, l.Description.Check())
	return l
}

func dense(t *testing.T, l *data.Loaded) [][]float64 {
	t.Helper()
	x, ok := l.Data.X.(*datasets.Dense)
	require.True(t, ok)
	var rows [][]float64
	for i := range x.N {
		rows = append(rows, x.Data[i*x.Cols:(i+1)*x.Cols])
	}
	return rows
}

const people = "person,age,city,member,vip,bought\n" +
	"u-1,30,Rome,true,0,no\n" +
	" u-2 ,41,Oslo,false,1,yes\n" +
	"u-3,?,Rome,true,1,yes\n" +
	"u-4,49,,false,0,no\n"

var peopleOptions = data.Options{Label: "bought", ID: "person"}

func TestKindsOfColumns(t *testing.T) {
	l := loaded(t, "people.csv", people, peopleOptions)
	require.Equal(t, []string{"age", "city_Oslo", "city_Rome", "member_false", "member_true", "vip"}, l.Data.Columns)
	mean := (30. + 41 + 49) / 3 // the missing one is the mean, so that it is 0 when it is scaled
	deviation := math.Sqrt(((30-mean)*(30-mean) + (41-mean)*(41-mean) + (49-mean)*(49-mean)) / 4)
	want := [][]float64{
		{(30 - mean) / deviation, 0, 1, 0, 1, 0},
		{(41 - mean) / deviation, 1, 0, 1, 0, 1},
		{0, 0, 1, 0, 1, 1},
		{(49 - mean) / deviation, 0, 1, 1, 0, 0}, // the missing city is the most frequent one
	}
	for i, row := range dense(t, l) {
		require.InDeltaSlice(t, want[i], row, 1e-14)
	}
	require.Equal(t, []float64{0, 1, 1, 0}, l.Data.Y)
	require.Equal(t, []string{"no", "yes"}, l.Data.ClassNames)
	require.Equal(t, []string{"u-1", "u-2", "u-3", "u-4"}, l.IDs)
	require.Equal(t, map[string]int{"age": 1, "city": 1}, l.Filled)
	require.Empty(t, l.Notes)
	require.Equal(t, 4, l.Description.Rows)
	require.Equal(t, datasets.Fingerprint(l.Data), l.Description.Fingerprint)
	require.Equal(t, l.Fingerprint(), l.Description.Fingerprint)
	row, ok := l.RowOf("u-3")
	require.True(t, ok)
	require.Equal(t, 2, row)
	_, ok = l.RowOf("u-33")
	require.False(t, ok)
	require.Equal(t, 4, l.Line(2))
}

// The same columns in another order, with other values, are read by what the training data said.
func TestLike(t *testing.T) {
	train := loaded(t, "people.csv", people, peopleOptions)
	test := loaded(t, "test.tsv", "bought\tvip\tcity\tmember\tage\tperson\nyes\t1\tOslo\ttrue\t?\tu-9\nno\t0.5\t\tfalse\t30\tu-1\n", data.Options{Like: train.Description})
	require.NoError(t, datasets.Same(train.Data, test.Data))
	require.Equal(t, []float64{0, 1, 0, 0, 1, 1}, dense(t, test)[0])
	require.Equal(t, dense(t, train)[0][0], dense(t, test)[1][0])
	require.Equal(t, []float64{0, 1, 1, 0, 0.5}, dense(t, test)[1][1:])
	require.Equal(t, []float64{1, 0}, test.Data.Y)
	require.Equal(t, []string{"u-9", "u-1"}, test.IDs)
	require.NotEqual(t, train.Fingerprint(), test.Fingerprint())
	require.Same(t, train.Description, test.Description)

	again := loaded(t, "again.csv", people, data.Options{Like: train.Description, Label: "bought", Scaling: datasets.Standard})
	require.Equal(t, train.Fingerprint(), again.Fingerprint())

	blind := loaded(t, "new.csv", "city,age,vip,member\nRome,49,0,true\n", data.Options{Like: train.Description, Unlabelled: true})
	require.Equal(t, []float64{0}, blind.Data.Y)
	require.Equal(t, train.Data.ClassNames, blind.Data.ClassNames)
	require.Nil(t, blind.IDs)
	require.Equal(t, dense(t, train)[3][0], dense(t, blind)[0][0])
	labelled := loaded(t, "new.csv", people, data.Options{Like: train.Description, Unlabelled: true})
	require.Equal(t, make([]float64, 4), labelled.Data.Y, "labels are not read")
}

func TestUnknownLevels(t *testing.T) {
	train := loaded(t, "people.csv", people, peopleOptions)
	const test = "person,age,city,member,vip,bought\nu-7,30,Rome,true,0,no\nu-8,30,Bonn,true,0,no\n\nu-9,30,Oslo,true,0,maybe\nu-10,30,Oslo,true,0,yes\n"
	drop := loaded(t, "test.csv", test, data.Options{Like: train.Description, Unknown: data.DropUnknown})
	require.Equal(t, []datasets.DroppedRow{{Row: 1, Line: 3, Column: "city", Level: "Bonn"}, {Row: 2, Line: 5, Column: "bought", Level: "maybe"}}, drop.Dropped)
	require.Equal(t, []string{"u-7", "u-10"}, drop.IDs)
	require.Equal(t, []float64{0, 1}, drop.Data.Y)
	require.Equal(t, 3, drop.Data.Row(1))
	require.Equal(t, 6, drop.Line(1))
	row, ok := drop.RowOf("u-10")
	require.True(t, ok)
	require.Equal(t, 1, row)
	rows, err := drop.RowsWhere(context.Background(), "city", "Oslo")
	require.NoError(t, err)
	require.Equal(t, []int{1}, rows, "rows of Data, not of the file")

	other := loaded(t, "test.csv", strings.ReplaceAll(test, "maybe", "no"), data.Options{Like: train.Description, Unknown: data.OtherUnknown})
	require.Equal(t, []float64{0, 0}, dense(t, other)[1][1:3], "none of the known levels")
	require.Empty(t, other.Dropped)
}

func TestScaling(t *testing.T) {
	const table = "a,b,y\n0,0,1\n10,1,2\n20,1,4\n"
	for _, c := range []struct {
		scaling datasets.Scaling
		a, b    []float64
	}{
		{data.NoScaling, []float64{0, 10, 20}, []float64{0, 1, 1}},
		{datasets.MinMax, []float64{0, 0.5, 1}, []float64{0, 1, 1}},
		{"", []float64{-math.Sqrt(1.5), 0, math.Sqrt(1.5)}, []float64{0, 1, 1}}, // a column of 0 and 1 stays
		{datasets.Standard, []float64{-math.Sqrt(1.5), 0, math.Sqrt(1.5)}, []float64{-math.Sqrt2, math.Sqrt(0.5), math.Sqrt(0.5)}},
	} {
		l := loaded(t, "t.csv", table, data.Options{Label: "y", Regression: true, Scaling: c.scaling})
		for i, row := range dense(t, l) {
			require.InDeltaSlice(t, []float64{c.a[i], c.b[i]}, row, 1e-14, "%q", c.scaling)
		}
		require.Equal(t, []float64{1, 2, 4}, l.Data.Y)
		require.True(t, l.Description.Regression)
	}
	unit := loaded(t, "t.csv", table, data.Options{Label: "y", Regression: true, Scaling: data.NoScaling, UnitRows: true})
	require.InDeltaSlice(t, []float64{10 / math.Sqrt(101), 1 / math.Sqrt(101)}, dense(t, unit)[1], 1e-15)
	again := loaded(t, "t.csv", table, data.Options{Like: unit.Description})
	require.Equal(t, unit.Fingerprint(), again.Fingerprint())
	_, _, err := unit.Encode("a", "3")
	require.ErrorContains(t, err, "divided by its norm")
}

// Numbers that are named as a category are levels by their values, however they are written.
func TestNumbersAsCategory(t *testing.T) {
	l := loaded(t, "t.csv", "zip,y\n10.0,a\n9,b\n10,a\n9.0,b\n100,a\n", data.Options{Label: "y", Categorical: []string{"zip"}})
	require.Equal(t, []string{"zip_9", "zip_10", "zip_100"}, l.Data.Columns)
	require.Equal(t, [][]float64{{0, 1, 0}, {1, 0, 0}, {0, 1, 0}, {1, 0, 0}, {0, 0, 1}}, dense(t, l))
	test := loaded(t, "t.csv", "zip,y\n1e1,a\n", data.Options{Like: l.Description})
	require.Equal(t, [][]float64{{0, 1, 0}}, dense(t, test))
	features, values, err := l.Encode("zip", " 100.0")
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2}, features)
	require.Equal(t, []float64{0, 0, 1}, values)
}

func TestCellsAndColumns(t *testing.T) {
	l := loaded(t, "people.csv", people, peopleOptions)
	for column, want := range map[string][]int{"age": {0}, "city": {1, 2}, "member": {3, 4}, "vip": {5}} {
		features, err := l.Features(column)
		require.NoError(t, err)
		require.Equal(t, want, features)
	}
	for column, want := range map[string]string{"bought": "it is the label", "person": "it is the id", "town": "no such column: name one of age, city, member, vip"} {
		_, err := l.Features(column)
		require.ErrorContains(t, err, want)
	}
	// A cell becomes what the same cell of the file did.
	x := l.Data.X.(*datasets.Dense)
	for i, line := range strings.Split(strings.TrimSpace(people), "\n")[1:] {
		for at, cell := range strings.Split(line, ",") {
			name := []string{"person", "age", "city", "member", "vip", "bought"}[at]
			if name == "person" || name == "bought" {
				continue
			}
			features, values, err := l.Encode(name, cell)
			require.NoError(t, err)
			for k, f := range features {
				require.Equal(t, x.Data[i*x.Cols+f], values[k], "%s %s", name, cell)
			}
		}
	}
	_, _, err := l.Encode("city", "Bonn")
	require.ErrorContains(t, err, `column "city": the level "Bonn" did not occur in the training data: give one of Oslo, Rome`)
	_, _, err = l.Encode("age", "old")
	require.ErrorContains(t, err, `"old" is no finite number`)
	k, err := l.Class(" yes")
	require.NoError(t, err)
	require.Equal(t, 1., k)
	_, err = l.Class("perhaps")
	require.ErrorContains(t, err, `the label "perhaps" is none of the classes (no, yes)`)
}

func TestRowsWhere(t *testing.T) {
	l := loaded(t, "people.csv", people, peopleOptions)
	for _, c := range []struct {
		column, value string
		want          []int
	}{
		{"city", "Rome", []int{0, 2}}, {"city", " Rome ", []int{0, 2}}, {"city", "rome", []int{}}, {"city", "", []int{3}},
		{"age", "41.0", []int{1}}, {"age", "4.1e1", []int{1}}, {"age", "40", []int{}}, {"bought", "yes", []int{1, 2}}, {"person", "u-2", []int{1}},
	} {
		rows, err := l.RowsWhere(context.Background(), c.column, c.value)
		require.NoError(t, err)
		require.Equal(t, c.want, rows, "%s=%s", c.column, c.value)
	}
	_, err := l.RowsWhere(context.Background(), "town", "Rome")
	require.ErrorContains(t, err, `column "town": there is no such column`)
	require.NoError(t, os.WriteFile(l.Path, []byte(people+"u-5,1,Rome,true,0,no\n"), 0o600))
	_, err = l.RowsWhere(context.Background(), "city", "Rome")
	require.ErrorContains(t, err, "has changed since it was read")
}

// Words in a column of numbers are said, since they may be mistakes.
func TestNoteOnAMixedColumn(t *testing.T) {
	l := loaded(t, "t.csv", "age,y\n30,a\n31,b\n4o,a\n", data.Options{Label: "y"})
	require.Len(t, l.Notes, 1)
	require.Equal(t, `Column "age" is a category of 3 levels, since the cell in line 4 is no number; 2 of its levels are numbers.`, l.Notes[0])
}

func TestDescriptionIsWrittenAndRead(t *testing.T) {
	const odd = "a: b,\"x\ny\",#z,y\n~,null,\"\"\"'\",yes\n-,1,ü,no\ntrue,0x1,\\,yes\n"
	l := loaded(t, "t.csv", odd, data.Options{Label: "y"})
	path := filepath.Join(t.TempDir(), "data.yaml")
	require.NoError(t, l.Description.Write(path))
	again, err := data.Read(path)
	require.NoError(t, err)
	require.Equal(t, l.Description, again)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for text, want := range map[string]string{
		string(raw) + "colour: red\n":                                   "field colour not found",
		strings.Replace(string(raw), "format: csv", "format: xls", 1):   `the format "xls" is not known`,
		strings.Replace(string(raw), "kind: category", "kind: text", 1): `its kind is "text"`,
		string(raw[:len(raw)/2]):                                        path + ": ",
		"":                                                              "the file is empty",
		string(raw) + "---\nformat: csv\n":                              "there is more behind",
		strings.Replace(string(raw), "label: \"y\"", "", 1):             "it names no label column",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := data.Read(path)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, path)
	}
	require.ErrorContains(t, (&data.Description{}).Write(path), "description")
}

// What contradicts the model's data.yaml is refused.
func TestOptionsAgainstTheDescription(t *testing.T) {
	train := loaded(t, "people.csv", people, peopleOptions)
	for want, o := range map[string]data.Options{
		"the label is age":           {Label: "age"},
		"the id column is bought":    {ID: "bought"},
		"the task is a regression":   {Regression: true},
		"the list of classes":        {Classes: []string{"yes", "no"}},
		"the scaling is minmax":      {Scaling: datasets.MinMax},
		"rows of norm 1":             {UnitRows: true},
		`sign for missing cells`:     {Missing: "NA"},
		"the length of a window":     {Length: 3},
		"the format is idx":          {Format: data.IDX},
		"is to be left out":          {Drop: []string{"age"}},
		`column "age" is a category`: {Categorical: []string{"age"}},
		"unknown levels is":          {Unknown: "ignore"},
	} {
		o.Like = train.Description
		_, err := data.Load(context.Background(), train.Path, o)
		require.ErrorContains(t, err, want)
	}
	for want, o := range map[string]data.Options{
		`the format "xls" is not known`: {Format: "xls"},
		"the scaling":                   {Scaling: "max"},
		"of a model's training data":    {Unlabelled: true},
		"leave --unknown drop out":      {Unknown: data.DropUnknown},
		"a regression has no classes":   {Regression: true, Classes: []string{"a"}},
		"name it by --label":            {},
	} {
		_, err := data.Load(context.Background(), train.Path, o)
		require.ErrorContains(t, err, want)
	}
}

func TestProgressAndCancelling(t *testing.T) {
	text := "a,y\n" + strings.Repeat("1,0\n2,1\n", 100_000)
	var seen []int64
	loaded(t, "t.csv", text, data.Options{Label: "y", Progress: func(done, total int64) {
		require.Equal(t, int64(len(text)), total)
		seen = append(seen, done)
	}})
	require.True(t, slices.IsSorted(seen))
	require.Equal(t, int64(len(text)), seen[len(seen)-1])
	ctx, cancel := context.WithCancel(context.Background())
	path := filepath.Join(written(t, map[string]string{"t.csv": text}), "t.csv")
	_, err := data.Load(ctx, path, data.Options{Label: "y", Progress: func(int64, int64) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
}

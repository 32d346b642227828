package datasets

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCSV(t *testing.T) {
	const text = "# made up\nage, job ,y\n30,cook,no\n41, baker ,yes\n# in between\n?,cook,yes\n30,\"smith, black\",no\n"
	base := CSV{Label: "y", Categorical: []string{"job"}, Comment: '#', Impute: true}
	for _, c := range []struct {
		name    string
		change  func(o *CSV)
		columns []string
		rows    [][]float64
	}{
		{"one-hot", func(*CSV) {}, []string{"age", "job_baker", "job_cook", "job_smith, black"},
			[][]float64{{30, 0, 1, 0, 0}, {41, 1, 0, 0, 1}, {30, 0, 1, 0, 1}, {30, 0, 0, 1, 0}}},
		{"first level dropped", func(o *CSV) { o.DropFirst = true }, []string{"age", "job_cook", "job_smith, black"},
			[][]float64{{30, 1, 0, 0}, {41, 0, 0, 1}, {30, 1, 0, 1}, {30, 0, 1, 0}}},
		{"by frequency", func(o *CSV) { o.DropFirst, o.ByFrequency = true, true }, []string{"age", "job_baker", "job_smith, black"},
			[][]float64{{30, 0, 0, 0}, {41, 1, 0, 1}, {30, 0, 0, 1}, {30, 0, 1, 0}}},
		{"column dropped, classes in order", func(o *CSV) { o.Drop, o.Categorical, o.Classes = []string{"job"}, nil, []string{"yes", "no"} },
			[]string{"age"}, [][]float64{{30, 1}, {41, 0}, {30, 0}, {30, 1}}},
		{"regression", func(o *CSV) {
			o.Label, o.Regression, o.Categorical, o.Drop = "age", true, []string{"y"}, []string{"job"}
		},
			[]string{"y_no", "y_yes"}, [][]float64{{1, 0, 30}, {0, 1, 41}, {0, 1, 30}, {1, 0, 30}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := base
			c.change(&o)
			in := text
			if o.Regression { // labels are not made up
				in = strings.Replace(in, "?", "30", 1)
			}
			d, err := o.Read(strings.NewReader(in), "people.csv")
			require.NoError(t, err)
			require.Equal(t, c.columns, d.Columns)
			require.Equal(t, c.rows, written(t, d))
		})
	}
}

func TestCSVClassesAreSortedAsNumbers(t *testing.T) {
	d, err := CSV{Label: "y", Delimiter: ';', Header: []string{"x", "y"}}.Read(strings.NewReader("1;10\n2;-1\n3;9\n"), "f")
	require.NoError(t, err)
	require.Equal(t, []float64{2, 0, 1}, d.Y)
	require.Equal(t, 3, d.Classes)
}

func TestCSVLabels(t *testing.T) {
	for _, c := range []struct {
		cells   string
		format  CSV
		want    []float64
		classes int
	}{
		{"1 1.0 0 0.0 2e0", CSV{}, []float64{1, 1, 0, 0, 2}, 3}, // equal numbers are one class
		{"01 1 x", CSV{}, []float64{0, 1, 2}, 3},                // but not where the classes are words
		{"-1 +1 1", CSV{}, []float64{0, 1, 1}, 2},
		{"1 1", CSV{}, []float64{1, 1}, 2},
		{"-1.0", CSV{}, []float64{0}, 2},
		{"1.0 0 1", CSV{Classes: []string{"0", "1"}}, []float64{1, 0, 1}, 2},
		{"? b", CSV{Classes: []string{"b", "?"}}, []float64{1, 0}, 2}, // a class by the reader's word
	} {
		o := c.format
		o.Label, o.Header = "y", []string{"x", "y"}
		d, err := o.Read(strings.NewReader("7,"+strings.ReplaceAll(c.cells, " ", "\n7,")), "f")
		require.NoError(t, err)
		require.Equal(t, c.want, d.Y, c.cells)
		require.Equal(t, c.classes, d.Classes, c.cells)
	}
}

// Classes that are given or that are words keep their names, which are the reader's own; numbers
// are named as such.
func TestCSVClassNames(t *testing.T) {
	const text = "a,y\n1,no\n2,yes\n"
	classes := []string{"yes", "no"}
	for _, c := range []struct {
		text   string
		format CSV
		want   []string
	}{
		{text, CSV{Classes: classes}, []string{"yes", "no"}},
		{text, CSV{}, []string{"no", "yes"}},
		{"a,y\n1,1.0\n2,0\n", CSV{Classes: []string{"0", "1"}}, []string{"0", "1"}},
		{"a,y\n1,1.0\n2,0\n", CSV{}, []string{"0", "1"}}, // as numbers
		{"a,y\n1,1.0\n2,0\n", CSV{Regression: true}, nil},
	} {
		c.format.Label = "y"
		d, err := c.format.Read(strings.NewReader(c.text), "f")
		require.NoError(t, err)
		require.NoError(t, d.Check())
		require.Equal(t, c.want, d.ClassNames)
		if c.want != nil {
			d.ClassNames[0] = "changed"
		}
	}
	require.Equal(t, []string{"yes", "no"}, classes)
}

func TestCSVEmptyCellsAreFilled(t *testing.T) {
	d, err := CSV{Label: "y", Categorical: []string{"a"}, Impute: true}.Read(strings.NewReader("a,b,y\nv,1,0\n ,,1\nv,1,0\nu,2,0\n"), "f")
	require.NoError(t, err)
	require.Equal(t, []string{"a_u", "a_v", "b"}, d.Columns)
	require.Equal(t, []float64{0, 1, 1}, d.X.(*Dense).Data[3:6])
}

func TestCSVByteOrderMark(t *testing.T) {
	for _, text := range []string{"\ufeffa,y\n1,0\n", "\ufeff\"a\",y\n1,0\n"} {
		d, err := CSV{Label: "y"}.Read(strings.NewReader(text), "f")
		require.NoError(t, err)
		require.Equal(t, []string{"a"}, d.Columns)
	}
}

func TestCSVRefused(t *testing.T) {
	var many strings.Builder
	many.WriteString("a,y\n")
	for i := range maxLevels + 1 {
		fmt.Fprintf(&many, "n%d,0\n", i)
	}
	for _, c := range []struct {
		text   string
		format CSV
		want   string
	}{
		{"a,y\n1,0\n2\n", CSV{Label: "y"}, "f.csv:3: 1 cells, but 2 columns"},
		{"a,y\n1,0\n\nx,1\n", CSV{Label: "y"}, `f.csv:4: column "a": "x" is not a finite number`},
		{"a,y\nInf,0\n", CSV{Label: "y"}, `f.csv:2: column "a": "Inf" is not a finite number`},
		{"a,y\n1,0\n?,1\n", CSV{Label: "y"}, `f.csv:3: column "a": the value is missing ("?")`},
		{"a,y\n?,0\n", CSV{Label: "y", Impute: true}, `f.csv:2: column "a": the value is missing`},
		{"a,y\n1,\"0\n", CSV{Label: "y"}, "f.csv:2: extraneous or missing \""},
		{"a,y\n1,b\n", CSV{Label: "y", Classes: []string{"c", "d"}}, `f.csv:2: column "y": "b" is not among the classes [c d]`},
		{"a,y\n1,b\n", CSV{Label: "y", Regression: true}, `f.csv:2: column "y": "b" is not a finite number`},
		{"a,y\n1,0\n", CSV{Label: "z"}, `f.csv:1: no column "z"; the columns are a, y`},
		{"a,y\n1,0\n", CSV{Label: "y", Drop: []string{"b"}}, `no column "b"`},
		{"a,a\n1,0\n", CSV{Label: "a"}, `column "a" comes twice`},
		{"", CSV{Label: "y"}, "f.csv: no header"},
		{"a,y\n1,0\n2,?\n", CSV{Label: "y"}, `f.csv:3: column "y": the label is missing ("?")`},
		{"a,y\n1,0\n\n2,\n", CSV{Label: "y"}, `f.csv:4: column "y": the label is missing ("")`},
		{"a,y\n1,0\n2,NA\n", CSV{Label: "y", Missing: "NA", Impute: true}, `f.csv:3: column "y": the label is missing ("NA")`},
		{"a,y\n1,0\n2,\n", CSV{Label: "y", Classes: []string{"0", "1"}}, `f.csv:3: column "y": the label is missing ("")`},
		{"a,y\n1,0\n2,?\n", CSV{Label: "y", Regression: true}, `f.csv:3: column "y": the label is missing ("?")`},
		{"a,y\nu,0\n,1\n", CSV{Label: "y", Categorical: []string{"a"}}, `f.csv:3: column "a": the value is missing ("")`},
		{"a,y\n1,0\n,1\n", CSV{Label: "y", Missing: "NA"}, `f.csv:3: column "a": the value is missing ("")`},
		{"a,y\n", CSV{Label: "y"}, "f.csv: no samples"},
		{"", CSV{Label: "y", Header: []string{"a", "y"}}, "f.csv: no samples"},
		{"y\n0\n1\n", CSV{Label: "y"}, "f.csv: no feature columns"},
		{"a,y\n1,0\n", CSV{Label: "y", Drop: []string{"a"}}, "f.csv: no feature columns"},
		{"a,y\nu,0\nu,1\n", CSV{Label: "y", Categorical: []string{"a"}, DropFirst: true}, "f.csv: no feature columns"},
		{"job,job_cook,y\ncook,1,0\n", CSV{Label: "y", Categorical: []string{"job"}},
			`f.csv:1: level "cook" of column "job" and column "job_cook" would both be called "job_cook"`},
		{"a,a_b,y\nb_c,c,0\n", CSV{Label: "y", Categorical: []string{"a", "a_b"}},
			`f.csv:1: level "b_c" of column "a" and level "c" of column "a_b" would both be called "a_b_c"`},
		{many.String(), CSV{Label: "y", Categorical: []string{"a"}}, "1001 levels, more than 1000"},
	} {
		_, err := c.format.Read(strings.NewReader(c.text), "f.csv")
		require.ErrorContains(t, err, c.want)
		var format *FormatError
		require.ErrorAs(t, err, &format)
	}
}

package datasets

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"gonum.org/v1/gonum/mat"
)

const (
	cities = "city,age,y,job\nrome,30,yes,cook\noslo,50,no,baker\nbonn,40,yes,cook\nrome,20,maybe,smith\n"
	// another order of columns, cities in other numbers, no "no"
	citiesTest = "y,job,age,city\nyes,smith,35,rome\nmaybe,cook,25,bonn\n"
)

func readCSV(t *testing.T, o CSV, text string) *Dataset {
	t.Helper()
	d, err := o.Read(strings.NewReader(text), "f.csv")
	require.NoError(t, err)
	require.NoError(t, d.Check())
	return d
}

// A file that lacks a class and a level, with its columns in another order, is numbered as the file
// before.
func TestCSVLike(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*CSV)
		want   [][]float64 // features and label
	}{
		"one-hot":             {func(*CSV) {}, [][]float64{{0, 0, 1, 35, 0, 0, 1, 2}, {1, 0, 0, 25, 0, 1, 0, 0}}},
		"first level dropped": {func(o *CSV) { o.DropFirst = true }, [][]float64{{0, 1, 35, 0, 1, 2}, {0, 0, 25, 1, 0, 0}}},
		"by frequency": {func(o *CSV) { o.ByFrequency, o.DropFirst = true, true },
			[][]float64{{0, 0, 35, 0, 1, 2}, {1, 0, 25, 0, 0, 0}}},
		"from 0 to 1":  {func(o *CSV) { o.Scaling = MinMax }, [][]float64{{0, 0, 1, .5, 0, 0, 1, 2}, {1, 0, 0, 1. / 6, 0, 1, 0, 0}}},
		"standardized": {func(o *CSV) { o.Scaling = Standard }, [][]float64{{0, 0, 1, 0, 0, 0, 1, 2}, {1, 0, 0, -10 / math.Sqrt(125), 0, 1, 0, 0}}},
		"classes in an order": {func(o *CSV) { o.Classes = []string{"yes", "no", "maybe"} },
			[][]float64{{0, 0, 1, 35, 0, 0, 1, 0}, {1, 0, 0, 25, 0, 1, 0, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			o := CSV{Label: "y", Categorical: []string{"city", "job"}}
			c.change(&o)
			train := readCSV(t, o, cities)
			like := o
			like.Like = train.Coding
			for _, o := range []CSV{like, {Like: train.Coding}} {
				test := readCSV(t, o, citiesTest)
				require.Equal(t, c.want, written(t, test))
				require.Equal(t, train.Columns, test.Columns)
				require.Equal(t, train.ClassNames, test.ClassNames)
				require.NoError(t, Same(train, test))
				again := readCSV(t, o, cities)
				require.Equal(t, written(t, train), written(t, again))
			}
			alone := readCSV(t, CSV{Label: "y", Categorical: []string{"city", "job"}}, citiesTest)
			require.Error(t, Same(train, alone), "numbered on its own")
			_, err := Concat(train, alone)
			require.Error(t, err)
		})
	}
}

// What was read on its own and differs in nothing but a hidden part of the coding may not meet.
func TestSameComparesCodings(t *testing.T) {
	const text = "a,n,y\nu,1,0\nv,3,1\nw,?,0\nw,3,1\n"
	base := CSV{Label: "y", Categorical: []string{"a"}, DropFirst: true, Impute: true, Scaling: MinMax}
	d := readCSV(t, base, text)
	for want, other := range map[string]string{
		`column "a" has the levels [u v w]`:                "a,n,y\nt,1,0\nv,3,1\nw,3,0\n",
		`column "n" is scaled by (v-1)/2 in one and by (v`: "a,n,y\nu,1,0\nv,3,1\nw,4,0\nw,3,1\n",
		`missing cells of column "n" are taken for "3"`:    "a,n,y\nu,1,0\nv,3,1\nw,1,0\nw,1,1\n",
	} {
		require.ErrorContains(t, Same(d, readCSV(t, base, other)), want)
	}
	require.NoError(t, Same(d, readCSV(t, base, text)))
	unit, err := NormalizeRows(d)
	require.NoError(t, err)
	require.ErrorContains(t, Same(d, unit), "divided by their norms")
	like := readCSV(t, CSV{Like: unit.Coding}, text)
	require.Equal(t, unit.X, like.X)
	require.NoError(t, Same(unit, like))
	require.Nil(t, d.With(&Dense{N: 4, Cols: 3, Data: make([]float64, 12)}, d.Y).Coding, "other samples are not known to be coded so")
	zeroed, err := ZeroColumns(d, []int{0})
	require.NoError(t, err)
	require.Same(t, d.Coding, zeroed.Subset([]int{1}).Coding)
}

func TestCSVLikeRefused(t *testing.T) {
	o := CSV{Label: "y", Categorical: []string{"city", "job"}}
	train := readCSV(t, o, cities)
	for _, c := range []struct {
		text   string
		change func(*CSV)
		want   string
	}{
		{"y,job,age,city\nyes,cook,1,rome\nyes,cook,1,paris\n", nil, `f.csv:3: column "city": the level "paris" is not among those of the coding (bonn, oslo, rome): mend the file, or set Unknown to "zero" or "drop"`},
		{"y,job,age,city\nyes,cook,1,rome\nnever,cook,1,rome\n", nil, `f.csv:3: column "y": "never" is not among the classes [maybe no yes]`},
		{"y,job,city\nyes,cook,rome\n", nil, `f.csv:1: no column "age"; the columns are y, job, city`},
		{"y,job,age,city,street\nyes,cook,1,rome,x\n", nil, `f.csv:1: column "street" is not among those of the coding that the file is read by: name it in Drop`},
		{"y,job,age,city\nyes,cook,?,rome\n", nil, `f.csv:2: column "age": the value is missing ("?")`},
		{"y,job,age,city\nyes,cook,old,rome\n", nil, `f.csv:2: column "age": "old" is not a finite number`},
		{citiesTest, func(o *CSV) { o.Label = "job" }, `its labels are ["y"], not ["job"]`},
		{citiesTest, func(o *CSV) { o.Regression = true }, "Regression is set"},
		{citiesTest, func(o *CSV) { o.Classes = []string{"yes", "no"} }, "its classes are [maybe no yes], not [yes no]"},
		{citiesTest, func(o *CSV) { o.Categorical = []string{"age"} }, `column "age" is a number in it`},
		{citiesTest, func(o *CSV) { o.Categorical = []string{"city"} }, `column "job" has levels in it, but is not named in Categorical`},
		{citiesTest, func(o *CSV) { o.Categorical = []string{"city", "job", "town"} }, `column "town", named in Categorical, is not among its columns`},
		{citiesTest, func(o *CSV) { o.Scaling = "norm" }, `scaling "norm" is not known; there are "standard" and "minmax"`},
		{citiesTest, func(o *CSV) { o.Like = &Coding{Columns: []Column{{Name: "age"}}} }, "it names no label column"},
		{citiesTest, func(o *CSV) { o.Drop = []string{"age"} }, `it needs column "age", which is named in Drop`},
		{citiesTest, func(o *CSV) { o.Scaling = MinMax }, `column "age" is not scaled in it, but Scaling is "minmax"`},
		{citiesTest, func(o *CSV) { o.DropFirst = true }, `column "city" has a feature for each level in it, but DropFirst`},
		{citiesTest, func(o *CSV) { o.Impute = true }, `nothing stands in for missing cells of column "city"`},
		{citiesTest, func(o *CSV) { o.Like, o.Label, o.Unknown = nil, "y", DropUnknown }, "without Like no level is unknown"},
		{citiesTest, func(o *CSV) { o.Unknown = "other" }, `unknown levels is "other"`},
		{citiesTest, func(o *CSV) { o.Like = &Coding{Classes: []string{"a"}, Width: 3} }, "not that of a table"},
	} {
		like := CSV{Like: train.Coding}
		if c.change != nil {
			c.change(&like)
		}
		_, err := like.Read(strings.NewReader(c.text), "f.csv")
		require.ErrorContains(t, err, c.want)
	}
	dropped := readCSV(t, CSV{Like: train.Coding, Drop: []string{"street"}}, "y,job,age,street,city\nyes,cook,1,x,rome\n")
	require.Equal(t, [][]float64{{0, 0, 1, 1, 0, 1, 0, 2}}, written(t, dropped))
}

func TestCSVUnknownLevels(t *testing.T) {
	o := CSV{Label: "y", Categorical: []string{"city", "job"}}
	train := readCSV(t, o, cities)
	const text = "city,age,y,job\nrome,1,yes,cook\nparis,2,no,cook\noslo,3,yes,cook\n"
	zero := readCSV(t, CSV{Like: train.Coding, Unknown: ZeroUnknown}, text)
	require.Equal(t, []float64{0, 0, 0, 2, 0, 1, 0, 1}, written(t, zero)[1])
	drop := readCSV(t, CSV{Like: train.Coding, Unknown: DropUnknown}, text)
	require.Equal(t, [][]float64{{0, 0, 1, 1, 0, 1, 0, 2}, {0, 1, 0, 3, 0, 1, 0, 2}}, written(t, drop))
	require.Equal(t, []int{0, 2}, []int{drop.Row(0), drop.Row(1)})
	_, err := CSV{Like: train.Coding, Unknown: DropUnknown}.Read(strings.NewReader("city,age,y,job\nparis,2,no,cook\n"), "f")
	require.ErrorContains(t, err, "f: no samples")
	o.DropFirst = true
	train = readCSV(t, o, cities)
	_, err = CSV{Like: train.Coding, Unknown: ZeroUnknown}.Read(strings.NewReader(text), "f")
	require.ErrorContains(t, err, `"zero" would make it "bonn", which has no feature`)
}

func TestCSVTargetsAndWeights(t *testing.T) {
	const text = "a,u,w,v\n1,10,0.5,3\n2,20,0,4\n"
	d := readCSV(t, CSV{Labels: []string{"u", "v"}, Regression: true, Weight: "w"}, text)
	require.Equal(t, []float64{10, 3, 20, 4}, d.Y)
	require.Equal(t, 2, d.Targets)
	require.Equal(t, []float64{.5, 0}, d.Weights)
	require.Equal(t, []string{"a"}, d.Columns)
	again := readCSV(t, CSV{Like: d.Coding}, "v,a,w,u\n4,2,0,20\n")
	require.Equal(t, []float64{20, 4}, again.Y)
	require.NoError(t, Same(d, again))

	tags := readCSV(t, CSV{Labels: []string{"p", "q"}}, "p,q,a\nB,A,1\nA,C,2\n")
	require.Equal(t, []string{"A", "B", "C"}, tags.ClassNames, "both columns have the classes of both")
	require.Equal(t, []float64{1, 0, 0, 2}, tags.Y)

	for want, c := range map[string]struct {
		o    CSV
		text string
	}{
		`f:3: column "w": the weight "-1" is not a finite`:       {CSV{Label: "u", Weight: "w"}, "a,u,w\n1,0,1\n1,1,-1\n"},
		`f:2: column "w": the weight "" is not`:                  {CSV{Label: "u", Weight: "w"}, "a,u,w\n1,0,\n"},
		`no column "w"; the columns are a, u`:                    {CSV{Label: "u", Weight: "w"}, "a,u\n1,0\n"},
		`column "u" is named twice among labels and weight`:      {CSV{Label: "u", Weight: "u"}, "a,u\n1,0\n"},
		`column "v" is named twice among labels`:                 {CSV{Labels: []string{"v", "v"}}, "a,v\n1,0\n"},
		"no column is named as the label":                        {CSV{}, "a,v\n1,0\n"},
		`Classes: the class "a" comes twice in the order`:        {CSV{Label: "v", Classes: []string{"a", "b", "a"}}, "a,v\n1,a\n"},
		`Classes: the classes "1" and "1.0" are the same number`: {CSV{Label: "v", Classes: []string{"1", "1.0"}}, "a,v\n1,1\n"},
		"Regression is set and the classes":                      {CSV{Label: "v", Classes: []string{"1"}, Regression: true}, "a,v\n1,1\n"},
		`f:3: column "v": the label "nan" is not a number`:       {CSV{Label: "v"}, "a,v\n1,1\n1,nan\n"},
		`f:3: column "v": the label "-Inf" is not a number`:      {CSV{Label: "v"}, "a,v\n1,x\n1,-Inf\n"},
		`f:4: column "v": the label "NA" is not a number`:        {CSV{Label: "v"}, "a,v\n1,1\n1,0\n1,NA\n"},
		"f:1: column 2 of 3 has no name":                         {CSV{Label: "v"}, "a,,v\n1,1,1\n"},
		"column 3 of 3 has no name":                              {CSV{Label: "v", Header: []string{"a", "v", ""}}, "1,1,1\n"},
		`column "v" comes twice in the header`:                   {CSV{Label: "v", Header: []string{"v", "v"}}, "1,1\n"},
		"carriage returns alone":                                 {CSV{Label: "v"}, "a,v\r1,1\r2,0\r"},
		"the text is in UTF-16":                                  {CSV{Label: "v"}, "\xff\xfea\x00,\x00v\x00"},
		`scaling "max" is not known`:                             {CSV{Label: "v", Scaling: "max"}, "a,v\n1,1\n2,0\n"},
		"too wide for a number of 64 bits":                       {CSV{Label: "v", Scaling: MinMax}, "a,v\n-1e308,1\n1e308,0\n"},
	} {
		_, err := c.o.Read(strings.NewReader(c.text), "f")
		require.ErrorContains(t, err, want)
	}
	// words are words
	require.Equal(t, []string{"NA", "None", "Severe"}, readCSV(t, CSV{Label: "v"}, "a,v\n1,None\n1,Severe\n2,NA\n").ClassNames)
	require.Equal(t, []string{"0", "nan"}, readCSV(t, CSV{Label: "v", Classes: []string{"0", "nan"}}, "a,v\n1,0\n1,nan\n").ClassNames)
	require.Equal(t, 2, readCSV(t, CSV{Label: "v"}, "a,v\n1,9007199254740992\n1,9007199254740993\n").Classes)
}

func TestTSV(t *testing.T) {
	o := CSV{Label: "y", Delimiter: '\t', Categorical: []string{"b"}, Impute: true}
	d := readCSV(t, o, "a\tb\ty\r\n1\t\t0\r\n\t\"x\ty\"\t1\r\n 3 \tz\t1\r\n1\t\"two\nlines\"\t0\r\n\t\t1")
	require.Equal(t, []string{"a", "b_two\nlines", "b_x\ty", "b_z"}, d.Columns)
	require.Equal(t, [][]float64{{1, 1, 0, 0, 0}, {1, 0, 1, 0, 1}, {3, 0, 0, 1, 1}, {1, 1, 0, 0, 0}, {1, 1, 0, 0, 1}}, written(t, d))
	_, err := CSV{Label: "y", Delimiter: '\t'}.Read(strings.NewReader("a\tb\ty\n1\t\"2\n3\"\t0\n4\t\t1\n"), "f")
	require.ErrorContains(t, err, `f:2: column "b": "2\n3" is not a finite number`)
	_, err = CSV{Label: "y", Delimiter: '\t'}.Read(strings.NewReader("a\tb\ty\n1\t\"2\"\t0\n4\t\t1\n"), "f")
	require.ErrorContains(t, err, `f:3: column "b": the value is missing ("")`)
	spaces := readCSV(t, CSV{Label: "y", Delimiter: ' ', Header: []string{"a", "b", "y"}}, "  1   2 0\n3 4   1\n")
	require.Equal(t, [][]float64{{1, 2, 0}, {3, 4, 1}}, written(t, spaces))
}

// A coding survives the two ways in which it may be kept.
func TestCodingIsPlainData(t *testing.T) {
	d := readCSV(t, CSV{Label: "y", Weight: "w", Categorical: []string{"a"}, DropFirst: true, Impute: true, Scaling: Standard, Drop: []string{"z"}},
		"a,n,w,z,y\nno,.1,1,q,1\n\": \"\"#\",0.30000000000000004,2,q,true\n?,1e-300,1,q,0\n")
	y, err := yaml.Marshal(d.Coding)
	require.NoError(t, err)
	var fromYAML, fromJSON Coding
	require.NoError(t, yaml.Unmarshal(y, &fromYAML))
	require.Equal(t, *d.Coding, fromYAML)
	j, err := json.Marshal(d.Coding)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(j, &fromJSON))
	require.Equal(t, *d.Coding, fromJSON)
	require.NoError(t, fromJSON.Check())
}

func TestCodingCheck(t *testing.T) {
	good := func() *Coding {
		return &Coding{Labels: []string{"y"}, Classes: []string{"0", "1"}, Columns: []Column{{Name: "a", Levels: []string{"u", "v"}}, {Name: "b", Scale: 2}}}
	}
	require.NoError(t, good().Check())
	require.Error(t, (*Coding)(nil).Check())
	for want, change := range map[string]func(*Coding){
		`the class "0" comes twice`:               func(c *Coding) { c.Classes = []string{"0", "0"} },
		"are the same number":                     func(c *Coding) { c.Classes = []string{"1", "01"} },
		"a class has no name":                     func(c *Coding) { c.Classes = []string{""} },
		`the level "u" comes twice`:               func(c *Coding) { c.Columns[0].Levels[1] = "u" },
		"the scale NaN":                           func(c *Coding) { c.Columns[1].Scale = math.NaN() },
		"the scale -1":                            func(c *Coding) { c.Columns[1].Scale = -1 },
		"the shift is +Inf":                       func(c *Coding) { c.Columns[1].Shift = math.Inf(1) },
		"it has levels and a scale":               func(c *Coding) { c.Columns[0].Scale = 1 },
		"but is no level":                         func(c *Coding) { c.Columns[0].Fill = "x" },
		`column "a" is named twice`:               func(c *Coding) { c.Columns[1].Name = "a" },
		`column "y" is named twice`:               func(c *Coding) { c.Weight = "y" },
		"a column has no name":                    func(c *Coding) { c.Columns[1].Name = "" },
		`would both be called "a_u"`:              func(c *Coding) { c.Columns[1].Name = "a_u" },
		"a width of 3 with 2 named columns":       func(c *Coding) { c.Width = 3 },
		`column "a" is used and left out at once`: func(c *Coding) { c.Drop = []string{"a"} },
		"a width of -1 with 2":                    func(c *Coding) { c.Width = -1 },
	} {
		c := good()
		change(c)
		require.ErrorContains(t, c.Check(), want)
		_, err := CSV{Like: c}.Read(strings.NewReader("a,b,y\nu,1,0\n"), "f")
		require.Error(t, err, want)
	}
}

// Labels and columns of svmlight, NumPy and IDX files that lack some keep their numbers.
func TestNumbersLike(t *testing.T) {
	svm := func(o SVMLight, text string) (*Dataset, error) {
		d, _, err := o.Read(strings.NewReader(text), "f")
		if err == nil {
			require.NoError(t, d.Check())
		}
		return d, err
	}
	train, err := svm(SVMLight{ZeroBased: true}, "1 0:1\n2 4:1\n5 1:2\n")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "5"}, train.ClassNames)
	test, err := svm(SVMLight{Like: train.Coding}, "5 0:1\n1 2:1\n")
	require.NoError(t, err)
	require.Equal(t, [][]float64{{1, 0, 0, 0, 0, 2}, {0, 0, 1, 0, 0, 0}}, written(t, test))
	require.NoError(t, Same(train, test))
	alone, err := svm(SVMLight{Cols: 5, ZeroBased: true}, "5 0:1\n1 2:1\n2 2:3\n6 1:1\n")
	require.NoError(t, err)
	require.Error(t, Same(train, alone))
	alone, err = svm(SVMLight{Cols: 5, ZeroBased: true}, "5 0:1\n1 2:1\n3 2:3\n")
	require.NoError(t, err)
	require.ErrorContains(t, Same(train, alone), "class names")
	for want, c := range map[string]struct {
		o    SVMLight
		text string
	}{
		"f:1: the label 3 is not among the classes [1 2 5]": {SVMLight{Like: train.Coding}, "3 0:1\n"},
		"the index is beyond the 5 columns":                 {SVMLight{Like: train.Coding}, "1 5:1\n"},
		"Cols is 7, but the coding in Like has 5":           {SVMLight{Like: train.Coding, Cols: 7}, "1 4:1\n"},
		"Regression is set, but the coding":                 {SVMLight{Like: train.Coding, Regression: true}, "1 4:1\n"},
		"but that of the coding in Like [1 2 5]":            {SVMLight{Like: train.Coding, Labels: []float64{1, 2}}, "1 4:1\n"},
		"1 comes twice in the order of classes":             {SVMLight{Labels: []float64{1, 2, 1}}, "1 4:1\n"},
		"NaN in the order of classes":                       {SVMLight{Labels: []float64{1, math.NaN()}}, "1 4:1\n"},
		"Regression is set and the order":                   {SVMLight{Labels: []float64{1, 2}, Regression: true}, "1 4:1\n"},
		"Cols is -1":                                        {SVMLight{Cols: -1}, "1 4:1\n"},
		"that of a table of named columns":                  {SVMLight{Like: &Coding{Columns: []Column{{Name: "a"}}, Classes: []string{"1"}}}, "1 4:1\n"},
		"are words":                                         {SVMLight{Like: &Coding{Width: 5, Classes: []string{"a"}}}, "1 4:1\n"},
		"not below 2^53":                                    {SVMLight{}, "9007199254740993 1:1\n9007199254740992 1:1\n"},
	} {
		_, err := svm(c.o, c.text)
		require.ErrorContains(t, err, want)
	}

	folder := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, b, 0o644))
		return path
	}
	x := write("x.npy", npyOf(t, mat.NewDense(3, 2, []float64{3, 4, 0, 0, 1, 0})))
	d, err := NumPy{}.Load(x, write("y.npy", npyOf(t, []int64{4, 7, 9})))
	require.NoError(t, err)
	require.Equal(t, []string{"4", "7", "9"}, d.ClassNames)
	fewer, err := NumPy{Like: d.Coding}.Load(x, write("y2.npy", npyOf(t, []float32{9, 4, 9})))
	require.NoError(t, err)
	require.Equal(t, []float64{2, 0, 2}, fewer.Y)
	require.NoError(t, Same(d, fewer))
	alone, err = NumPy{}.Load(x, filepath.Join(folder, "y2.npy"))
	require.NoError(t, err)
	require.Error(t, Same(d, alone))
	unit, err := NormalizeRows(d)
	require.NoError(t, err)
	fewer, err = NumPy{Like: unit.Coding}.Load(x, filepath.Join(folder, "y2.npy"))
	require.NoError(t, err)
	require.Equal(t, []float64{.6, .8, 0, 0, 1, 0}, fewer.X.(*Dense).Data)
	_, err = NumPy{Like: train.Coding}.Load(x, filepath.Join(folder, "y2.npy"))
	require.ErrorContains(t, err, "2 columns, but the coding in Like has 5")

	images, labels := write("images", idxImages), write("labels", idxLabels)
	ten, err := IDX{Classes: 10}.Load(images, labels)
	require.NoError(t, err)
	require.Equal(t, 10, ten.Classes)
	eight, err := LoadIDX(images, labels)
	require.NoError(t, err)
	require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7"}, eight.ClassNames)
	require.Error(t, Same(ten, eight))
	like, err := IDX{Like: ten.Coding}.Load(images, labels)
	require.NoError(t, err)
	require.NoError(t, Same(ten, like))
	_, err = IDX{Classes: 7}.Load(images, labels)
	require.ErrorContains(t, err, "image 0: the label 7 is not among the 7 classes")
	_, err = IDX{Classes: 257}.Load(images, labels)
	require.ErrorContains(t, err, "257 classes")
}

func TestNumPyWeightsAndTargets(t *testing.T) {
	folder := t.TempDir()
	all := filepath.Join(folder, "all.npz")
	require.NoError(t, os.WriteFile(all, npzOf(t, map[string]any{
		"x_train": mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6}), "y_train": mat.NewDense(3, 2, []float64{1, 0, 0, 1, 2, 2}), "w": []float64{1, 0, 2},
	}), 0o644))
	d, err := NumPy{SampleArray: "x_train", LabelArray: "y_train", Weights: all, WeightArray: "w"}.Load(all, all)
	require.NoError(t, err)
	require.NoError(t, d.Check())
	require.Equal(t, 2, d.Targets)
	require.Equal(t, 3, d.Classes)
	require.Equal(t, []float64{1, 0, 0, 1, 2, 2}, d.Y)
	require.Equal(t, []float64{1, 0, 2}, d.Weights)
	_, err = NumPy{}.Load(all, all)
	require.ErrorContains(t, err, "3 arrays (w, x_train, y_train)")
	_, err = NumPy{SampleArray: "x"}.Load(all, all)
	require.ErrorContains(t, err, "no array x; there are: w, x_train, y_train")
	_, err = NumPy{SampleArray: "x_train", LabelArray: "w", Weights: all, WeightArray: "y_train"}.Load(all, all)
	require.ErrorContains(t, err, "weights: shape [3 2] is not a vector")
	negative := filepath.Join(folder, "w.npy")
	require.NoError(t, os.WriteFile(negative, npyOf(t, []float64{1, -1, 1}), 0o644))
	_, err = NumPy{SampleArray: "x_train", LabelArray: "w", Weights: negative}.Load(all, all)
	require.ErrorContains(t, err, "weight 1 is -1")
	_, err = NumPy{SampleArray: "x_train", LabelArray: "w", Weights: negative, WeightArray: "w"}.Load(all, all)
	require.ErrorContains(t, err, "only archives (.npz) have arrays of that name")
}

func TestSVMLightWeights(t *testing.T) {
	d, comments, err := SVMLight{}.Read(strings.NewReader("\ufeff1 1:1\n0 cost:2.5 2:1e-3 # c\n1 qid:4 cost:0 1:2\n0 1:1"), "f")
	require.NoError(t, err)
	require.NoError(t, d.Check())
	require.Equal(t, []float64{1, 2.5, 0, 1}, d.Weights)
	require.Equal(t, []float64{1, 0, 1, 0}, d.Y)
	require.Equal(t, "c", comments[1])
	for text, want := range map[string]string{
		"1 cost:-1 1:1\n": `f:1: "cost:-1": a weight is a finite number`, "1 cost:nan 1:1\n": "a weight is", "1 cost:1 cost:1 1:1\n": "second weight",
		"0 1:1\n1 cost:1 cost:1 1:1\n": "second weight", "1:1 2:1\n": `label "1:1": not a finite number`,
	} {
		_, _, err := SVMLight{}.Read(strings.NewReader(text), "f")
		require.ErrorContains(t, err, want)
	}
}

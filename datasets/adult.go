package datasets

import (
	"context"
	"io"
	"strings"
)

var adultFiles = []knownFile{
	{"adult.data", "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"},
	{"adult.test", "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05"},
}

var adultHeader = []string{"age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship",
	"race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income"}

// adultFormat leaves 81 features. The level that is left out is the most frequent one, as the
// authors do.
var adultFormat = CSV{
	Label: "income", Classes: []string{"<=50K", ">50K"}, Header: adultHeader, Drop: []string{"fnlwgt", "education"},
	Categorical: []string{"workclass", "marital-status", "occupation", "relationship", "race", "sex", "native-country"},
	ByFrequency: true, DropFirst: true, Impute: true, Comment: '|',
}

// loadAdult reads the two original files. The 5 numeric columns are standardized by mean and
// standard deviation of the training rows, then each row's 5 numbers are divided by their norm; the
// one-hot columns stay 0 and 1.
func loadAdult(ctx context.Context, path func(file string) string) (*Named, error) {
	var tables []*table
	for _, file := range []string{"adult.data", "adult.test"} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at := path(file)
		err := withFile(at, func(r io.Reader) error {
			t, err := adultFormat.table(r, at)
			tables = append(tables, t)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	incomes := tables[1].columns[len(adultHeader)-1]
	for k, text := range incomes.texts { // the labels of the test file end in a dot
		incomes.texts[k] = strings.TrimSuffix(text, ".")
	}
	parts, err := adultFormat.encode(tables...)
	if err != nil {
		return nil, err
	}
	n := &Named{Train: parts[0].Data, Test: parts[1].Data}
	var numeric []int
	for j, name := range n.Train.Columns {
		column, _, oneHot := strings.Cut(name, "_")
		switch {
		case !oneHot:
			numeric = append(numeric, j)
		case column == "marital-status" || column == "relationship" || column == "race":
			n.Sensitive = append(n.Sensitive, j)
		}
	}
	mean, deviation := moments(n.Train.X.(*Dense), numeric)
	for _, d := range []*Dataset{n.Train, n.Test} {
		d.Coding = nil // which does not say what follows
		scaleBlock(d.X.(*Dense), numeric, mean, deviation)
	}
	return n, nil
}

// moments returns mean and standard deviation (divided by n) of some columns; the deviation of a
// constant is taken for 1.
func moments(x *Dense, columns []int) (mean, deviation []float64) {
	values := make([]float64, x.N)
	for _, c := range columns {
		for i := range values {
			values[i] = x.Data[i*x.Cols+c]
		}
		m, s := meanDeviation(values)
		mean, deviation = append(mean, m), append(deviation, s)
	}
	return mean, deviation
}

// scaleBlock standardizes some columns in place and then divides each row's part in them by its
// norm.
func scaleBlock(x *Dense, columns []int, mean, deviation []float64) {
	block := make([]float64, len(columns))
	for i := range x.N {
		row := x.Data[i*x.Cols : (i+1)*x.Cols]
		for k, c := range columns {
			block[k] = shifted(row[c], mean[k], deviation[k])
		}
		normalize(block)
		for k, c := range columns {
			row[c] = block[k]
		}
	}
}

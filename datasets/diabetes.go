package datasets

import (
	"context"
	_ "embed"
	"math"
	"slices"
)

var diabetesFiles = []knownFile{{"diabetes.csv", "b78029447fae2743b3218bb2b76ef0d04afe8d7e55ce2faf4d1ec82d8f8ae8ac"}}

//go:embed embedded/diabetes.csv.gz
var diabetesCSV []byte

var diabetesFormat = CSV{Label: "Outcome", Classes: []string{"0", "1"}}

// diabetesTest are the test rows: those of the authors, who split with scikit-learn (test_size 0.2,
// random_state 0).
var diabetesTest = []int{
	1, 2, 8, 10, 14, 18, 27, 31, 37, 39, 40, 48, 49, 50, 52, 55, 64, 68, 71, 75, 76, 79, 85, 103, 113, 122, 142, 145, 150, 156,
	162, 172, 175, 181, 187, 196, 198, 202, 204, 210, 214, 215, 222, 230, 235, 236, 239, 242, 249, 250, 251, 253, 258, 261, 266,
	267, 271, 272, 278, 279, 283, 285, 303, 310, 313, 316, 317, 318, 331, 338, 350, 351, 352, 354, 355, 362, 364, 365, 374, 380,
	385, 386, 395, 399, 403, 404, 406, 408, 409, 413, 415, 416, 417, 419, 422, 443, 451, 452, 456, 471, 476, 479, 482, 496, 499,
	500, 503, 526, 527, 529, 546, 548, 556, 563, 568, 572, 575, 577, 578, 582, 583, 586, 588, 593, 602, 605, 608, 622, 623, 624,
	626, 638, 640, 648, 653, 661, 662, 671, 672, 683, 687, 694, 698, 706, 720, 725, 728, 735, 736, 737, 740, 744, 756, 760,
}

func loadDiabetes(_ context.Context, path func(file string) string) (*Named, error) {
	all, err := diabetesFormat.Load(path("diabetes.csv"))
	if err != nil {
		return nil, err
	}
	return splitDiabetes(all)
}

func embeddedDiabetes() (*Named, error) {
	all, err := diabetesFormat.unpack(diabetesCSV, "embedded diabetes.csv")
	if err != nil {
		return nil, err
	}
	return splitDiabetes(all)
}

// splitDiabetes scales the 8 features to [0, 1] by the least and largest value in the training
// rows, so that test values may lie a little outside. (The authors scale the test rows by their own
// least and largest values.)
func splitDiabetes(all *Dataset) (*Named, error) {
	if want := 768; all.Len() != want {
		return nil, malformed(all.Name, 0, "%d rows instead of %d", all.Len(), want)
	}
	sensitive, err := columnsOf(all.Name, []string{"Pregnancies", "BMI", "Age"}, all.Columns)
	if err != nil {
		return nil, err
	}
	train, err := Without(all, diabetesTest)
	if err != nil {
		return nil, err
	}
	test := all.Subset(diabetesTest)
	x := train.X.(*Dense)
	low, high := columnRange(x)
	return &Named{
		Train:     train.With(minMax(x, low, high), train.Y),
		Test:      test.With(minMax(test.X.(*Dense), low, high), test.Y),
		Sensitive: sensitive,
	}, nil
}

// columnRange returns the least and largest value of each column.
func columnRange(x *Dense) (low, high []float64) {
	low, high = make([]float64, x.Cols), make([]float64, x.Cols)
	for j := range x.Cols {
		low[j], high[j] = math.Inf(1), math.Inf(-1)
		for i := j; i < len(x.Data); i += x.Cols {
			low[j], high[j] = min(low[j], x.Data[i]), max(high[j], x.Data[i])
		}
	}
	return low, high
}

// minMax returns (x - low) / (high - low) column by column; constant columns become 0.
func minMax(x *Dense, low, high []float64) *Dense {
	out := &Dense{N: x.N, Cols: x.Cols, Data: slices.Clone(x.Data)}
	for i := range out.Data {
		j := i % x.Cols
		width := high[j]/2 - low[j]/2 // the whole width may be beyond the range of numbers
		if high[j] <= low[j] {
			out.Data[i] = 0
		} else if width > 1e300 {
			out.Data[i] = (out.Data[i]/2 - low[j]/2) / width
		} else {
			out.Data[i] = shifted(out.Data[i], low[j], high[j]-low[j])
		}
	}
	return out
}

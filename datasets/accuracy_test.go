package datasets

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The share of right answers is counted here in another way: each label as often as its sample
// weighs.
func TestAccuracyCountsAsRepeatedSamplesDo(t *testing.T) {
	d := &Dataset{X: &Dense{N: 3}, Y: []float64{0, 1, 1, 2, 2, 2}, Targets: 2, Classes: 3, Weights: []float64{1, 2, 5}}
	answers := []float64{0, 1, 0, 2, 2, 1}
	right, all := 0, 0
	for i, a := range answers {
		for range int(d.Weights[i/2]) {
			all++
			if a == d.Y[i] {
				right++
			}
		}
	}
	got, err := Accuracy(answers, d)
	require.NoError(t, err)
	require.InDelta(t, float64(right)/float64(all), got, 1e-15)
	d.Weights = nil
	got, err = Accuracy(answers, d)
	require.NoError(t, err)
	require.Equal(t, 4.0/6, got)
}

func TestAccuracyOfWhatIsNoAnswer(t *testing.T) {
	good := Dataset{Name: "four", X: &Dense{N: 4}, Y: []float64{0, 1, 1, 2}, Classes: 3}
	for want, change := range map[string]func(d *Dataset, answers *[]float64){
		"accuracy of 3 answers for 4 labels (four)":              func(_ *Dataset, a *[]float64) { *a = (*a)[:3] },
		"accuracy of no answers":                                 func(d *Dataset, a *[]float64) { *a, d.Y, d.X = nil, nil, &Dense{} },
		"answer 1, for row 1 of four, is NaN":                    func(_ *Dataset, a *[]float64) { (*a)[1] = math.NaN() },
		"the answer for row 2 of four is 3; classes are 0 to 2":  func(_ *Dataset, a *[]float64) { (*a)[2] = 3 },
		"the answer for row 2 of four is -1; classes are 0 to 2": func(_ *Dataset, a *[]float64) { (*a)[2] = -1 },
		"row 3 of four: label 4 is not a class index":            func(d *Dataset, _ *[]float64) { d.Y[3] = 4 },
		"row 3 of four: label NaN is not a number":               func(d *Dataset, _ *[]float64) { d.Y[3], d.Classes = math.NaN(), 0 },
		"accuracy on four: all samples have weight 0":            func(d *Dataset, _ *[]float64) { d.Weights = make([]float64, 4) },
		"3 labels for 4 samples":                                 func(d *Dataset, _ *[]float64) { d.Y = d.Y[:3] },
	} {
		d, answers := good, []float64{0, 1, 1, 2}
		d.Y = slices.Clone(good.Y)
		change(&d, &answers)
		_, err := Accuracy(answers, &d)
		require.ErrorContains(t, err, want)
	}
	_, err := Accuracy(nil, nil)
	require.ErrorContains(t, err, "it is nil")
}

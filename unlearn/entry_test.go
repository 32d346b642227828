package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// spoiled are data sets that no model can be trained on, with what has to be said of each. Rows are
// those of the user's data: the sets are a part of it, from row 10 on.
func spoiled(t *testing.T) map[string]*datasets.Dataset {
	out := map[string]*datasets.Dataset{}
	add := func(want string, classes int, sparse bool, spoil func(d *datasets.Dataset)) {
		d := shortRows(60, 5, classes, sparse, 3)
		d.Columns = []string{"age", "size", "weight", "height", "pulse"}
		spoil(d)
		out[want] = d
	}
	nan, inf := math.NaN(), math.Inf(1)
	add(`random: row 17, column 3 ("height"): the value is NaN`, 2, false, func(d *datasets.Dataset) { d.X.(*datasets.Dense).Data[17*5+3] = nan })
	add(`random: row 12, column 0 ("age"): the value is +Inf`, 2, false, func(d *datasets.Dataset) { d.X.(*datasets.Dense).Data[12*5] = inf })
	add("random: row 30, column ", 2, true, func(d *datasets.Dataset) { x := d.X.(*datasets.CSR); x.Values[x.Indptr[30]] = nan })
	add("random: row 31: label NaN is not a number", 0, false, func(d *datasets.Dataset) { d.Y[31] = nan })
	add("random: row 32: label 2 is not a class index", 2, false, func(d *datasets.Dataset) { d.Y[32] = 2 })
	add("random: row 33: label -1 is not a class index", 2, true, func(d *datasets.Dataset) { d.Y[33] = -1 })
	add("random: row 34: weight -1", 2, true, func(d *datasets.Dataset) {
		d.Weights = slices.Repeat([]float64{1}, 60)
		d.Weights[34] = -1
	})
	for want, d := range out {
		out[want] = d.Slice(10, 50)
	}
	short := shortRows(60, 5, 2, false, 3)
	short.Y = short.Y[:59]
	out["59 labels for 60 samples"] = short
	weights := shortRows(60, 5, 2, false, 3)
	weights.Weights = make([]float64, 61)
	out["61 weights for 60 samples"] = weights
	out["X is nil"] = &datasets.Dataset{Y: make([]float64, 60), Classes: 2}
	out["samples: X is nil"] = &datasets.Dataset{X: (*datasets.CSR)(nil), Y: make([]float64, 60), Classes: 2}
	return out
}

// Whatever is asked of wrong data, the answer names the data set, the row and the column, and never
// the model or the rate.
func TestEveryEntranceNamesWrongData(t *testing.T) {
	good := shortRows(60, 5, 2, false, 3)
	theta := randomVector(5, 5)
	for want, d := range spoiled(t) {
		p := &Problem{Objective: convexLogistic(5), Train: d, L2: 1}
		check := func(what string, err error) {
			t.Helper()
			require.ErrorContains(t, err, want, what)
			require.NotContains(t, err.Error(), "overflow", what)
			require.NotContains(t, err.Error(), "Rate", what)
			require.False(t, numerical(err), "%s: Tune ends with it", what)
		}
		for _, m := range append(everyMethod(), Certified{Seed: 1, Budget: testBudget}, SecondOrder{Sample: 5}, SecondOrder{Batches: 3}) {
			u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
			check(m.Name(), err)
			require.Nil(t, u)
		}
		for _, trainer := range []Trainer{LBFGS{}, Newton{}, SGD{Rate: 0.1}, Adam{}, StatisticsTrainer{Trainer: newton{}}} {
			got, err := trainer.Train(t.Context(), p, theta)
			check("trainer", err)
			require.True(t, got == nil || slices.Equal(theta, got), "nothing was trained")
		}
		_, err := SISA{Shards: 2}.Train(t.Context(), p)
		check("SISA", err)
		_, err = ObjectivePerturbation{Sigma: 1}.Train(t.Context(), p)
		check("ObjectivePerturbation", err)
		_, err = DPSGD{Rate: 1, Noise: 1}.Train(t.Context(), p)
		check("DPSGD", err)
		_, _, err = Certified{Seed: 1, Budget: testBudget}.Train(t.Context(), p, theta)
		check("Certified.Train", err)
		_, err = Certified{Seed: 1, Budget: testBudget}.Open(t.Context(), p, theta, t.TempDir())
		check("Certified.Open", err)
		_, err = RemoveSamples(1).Apply(d)
		check("Apply", err)
		_, err = RemoveSamples(1).Chunks(2, d)
		check("Chunks", err)
		_, err = p.Hessian(t.Context(), theta, FullHessian)
		check("Hessian", err)
		_, err = p.HessianBatches(t.Context(), theta, FullHessian, 2, 1)
		check("HessianBatches", err)
		_, err = p.Normalize()
		check("Normalize", err)
		_, err = DataNorm(t.Context(), d)
		check("DataNorm", err)
		_, err = MeasureUtility(t.Context(), p, theta, 0, good)
		check("MeasureUtility", err)
		_, _, err = Tune(t.Context(), Decades(-3, 0), func(tau float64) (float64, error) {
			u, err := FirstOrder{Tau: tau}.Unlearn(t.Context(), p, theta, RemoveSamples(1))
			if err != nil {
				return 0, err
			}
			return u.After, nil
		})
		check("Tune", err)
		if d.Classes == 2 { // as test data, and as samples to put in
			q := p.With(good)
			_, err = MeasureUtility(t.Context(), q, theta, 0, d)
			check("MeasureUtility", err)
			s, err := SISA{Shards: 2, Trainer: newton{}}.Train(t.Context(), q)
			require.NoError(t, err)
			_, err = s.Predict(t.Context(), d)
			check("Predict", err)
		}
	}
	for want, d := range spoiled(t) {
		if noSamples(d) || d.Len() != len(d.Y) || d.Weights != nil || d.Classes == 0 || d.Y[22] == 2 || d.Y[23] == -1 {
			continue
		}
		// Values and slopes that are no numbers are put down to the data too.
		p := &Problem{Objective: full{logistic(5)}, Train: d, L2: 1}
		_, err := p.Loss(t.Context(), theta)
		if err != nil {
			require.ErrorContains(t, err, want)
		}
		err = p.Gradient(t.Context(), make([]float64, 5), theta)
		require.ErrorContains(t, err, want)
		_, err = p.Residual(t.Context(), theta)
		require.ErrorContains(t, err, want)
		_, err = p.LossGradient(t.Context(), make([]float64, 5), theta)
		if err != nil {
			require.ErrorContains(t, err, want)
		}
	}
}

// Rows are counted in the user's data wherever a part of it is at hand: after removals, in chunks
// and in streams.
func TestRowsAreThoseOfTheUsersData(t *testing.T) {
	d := shortRows(60, 5, 2, false, 3)
	p := &Problem{Objective: convexLogistic(5), Train: d, L2: 1}
	m := Certified{Seed: 1, Budget: Budget{1, 0.1, 1e3}, Trainer: newton{}}
	row, ok := 0, false
	for name, call := range map[string]func() error{
		"one request": func() error {
			q, theta, err := m.Train(t.Context(), p, make([]float64, 5))
			require.NoError(t, err)
			_, err = m.Unlearn(t.Context(), q, theta, merge(t, RemoveSamples(1, 2, 50), CorrectFeatures([]int{40}, []int{1}, [][]float64{{3}})))
			return err
		},
		"a stream": func() error {
			s, err := m.Open(t.Context(), p, make([]float64, 5), t.TempDir())
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			_, err = s.Unlearn(t.Context(), RemoveSamples(1, 2, 50))
			require.NoError(t, err)
			_, err = s.Unlearn(t.Context(), CorrectFeatures([]int{40}, []int{1}, [][]float64{{3}}))
			return err
		},
		"what is left of it": func() error {
			left, err := datasets.Without(d, []int{1, 2, 50})
			require.NoError(t, err)
			long, err := datasets.SetValues(left, []int{38}, []int{1}, [][]float64{{3}})
			require.NoError(t, err)
			_, _, err = m.Train(t.Context(), p.With(long.Slice(5, 50)), make([]float64, 5))
			return err
		},
	} {
		var long *RowNormError
		require.ErrorAs(t, call(), &long, name)
		row, ok = long.Row, true
		require.Equal(t, 40, row, name)
	}
	require.True(t, ok)
}

func TestParametersThatAreNoNumbersAreNamed(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := randomVector(5, 5)
	theta[2] = math.Inf(-1)
	for _, m := range []Method{FirstOrder{Tau: 1e-3}, SecondOrder{}, Retrain{}, FineTune{Rate: 1e-3}, Iterative{Method: SecondOrder{}}, None{}} {
		_, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
		require.ErrorContains(t, err, "theta is -Inf at index 2", m.Name())
	}
}

// What is corrected has to be of the data that it goes into.
func TestSamplesOfOtherDataAreNotPutIn(t *testing.T) {
	d := randomData(40, 5, 2, false, 2)
	d.Columns, d.ClassNames = []string{"a", "b", "c", "d", "e"}, []string{"no", "yes"}
	change := func(f func(d *datasets.Dataset)) *datasets.Dataset { to := *d.Slice(3, 5); f(&to); return &to }
	for want, to := range map[string]*datasets.Dataset{
		"other columns":                      change(func(d *datasets.Dataset) { d.Columns = []string{"a", "b", "d", "c", "e"} }),
		"the class names":                    change(func(d *datasets.Dataset) { d.ClassNames = []string{"yes", "no"} }),
		"2 classes and random has 3":         change(func(d *datasets.Dataset) { d.Classes, d.ClassNames = 3, nil }),
		"1 labels a sample and random has 2": change(func(d *datasets.Dataset) { d.Targets, d.Y = 2, []float64{0, 1, 0, 1} }),
		"cannot be mixed":                    change(func(d *datasets.Dataset) { d.X = compressed(d.X.(*datasets.Dense)) }),
		"row 4, column 2": change(func(d *datasets.Dataset) {
			d.X = &datasets.Dense{N: 2, Cols: 5, Data: []float64{0, 0, 0, 0, 0, 0, 0, math.NaN(), 0, 0}}
		}),
		"X is nil":          change(func(d *datasets.Dataset) { d.X = nil }),
		"samples: X is nil": change(func(d *datasets.Dataset) { d.X = (*datasets.Dense)(nil) }),
	} {
		_, err := CorrectSamples([]int{7, 8}, to).Apply(d)
		require.ErrorContains(t, err, want)
		_, err = SecondOrder{}.Unlearn(t.Context(), &Problem{Objective: full{logistic(5)}, Train: d, L2: 1}, make([]float64, 5), CorrectSamples([]int{7, 8}, to))
		require.ErrorContains(t, err, "change 0 of the request (correct samples): the corrected samples")
	}
	_, err := CorrectSamples([]int{7, 8}, change(func(d *datasets.Dataset) { d.Columns, d.ClassNames = nil, nil })).Apply(d)
	require.NoError(t, err, "names that are not there say nothing")
}

// Weights that are numbers each can sum to none, in the data that a request leaves too.
func TestCorrectedWeightsBeyondTheRangeOfNumbers(t *testing.T) {
	d := randomData(40, 5, 2, false, 2)
	d.Weights = slices.Repeat([]float64{1}, 40)
	d.Weights[3] = math.MaxFloat64 / 1.5
	to := d.Slice(7, 8)
	to.Weights = []float64{math.MaxFloat64 / 1.5}
	const want = "the sum of the weights of the corrected samples and of the others of random is beyond the range of numbers"
	_, err := CorrectSamples([]int{7}, to).Apply(d)
	require.ErrorContains(t, err, want)
	for _, m := range everyMethod() {
		if trainedBefore(m) { // on weights that no training bears
			continue
		}
		_, err := m.Unlearn(t.Context(), &Problem{Objective: full{logistic(5)}, Train: d, L2: 1}, make([]float64, 5), CorrectSamples([]int{7}, to))
		require.ErrorContains(t, err, want, m.Name())
	}
	d.Weights[3] = 1
	_, err = CorrectSamples([]int{7}, to).Apply(d)
	require.NoError(t, err)
}

// A gradient cannot be divided by a sum of weights whose reciprocal is infinite: that is no
// divergence.
func TestWeightsTooSmallToDivideBy(t *testing.T) {
	d := randomData(40, 5, 2, false, 2)
	d.Weights = slices.Repeat([]float64{1e-320}, 40)
	for _, trainer := range []Trainer{SGD{Rate: 0.1}, Adam{}} {
		_, err := trainer.Train(t.Context(), &Problem{Objective: full{logistic(5)}, Train: d}, make([]float64, 5))
		require.ErrorContains(t, err, "together, too little to divide by: multiply the weights by a constant")
	}
}

// Settings are looked at where sound data come with others than before.
func TestOtherSettingsOnSoundData(t *testing.T) {
	p := &Problem{Objective: convexLogistic(5), Train: shortRows(60, 5, 2, false, 3), L2: 1}
	q, theta, err := Certified{Seed: 1, Budget: testBudget, Trainer: newton{}}.Train(t.Context(), p, make([]float64, 5))
	require.NoError(t, err)
	for want, set := range map[string]func(p *Problem){
		"Problem.Penalty is -1 at index 1": func(p *Problem) { p.Penalty = []float64{1, -1, 1, 1, 1} },
		"Problem.Tilt is NaN at index 0":   func(p *Problem) { p.Tilt = []float64{math.NaN(), 0, 0, 0, 0} },
		"Problem.L2 is -1":                 func(p *Problem) { p.L2 = -1 },
	} {
		other := *q
		set(&other)
		_, err := SecondOrder{}.Unlearn(t.Context(), &other, theta, RemoveSamples(1))
		require.ErrorContains(t, err, want)
		_, err = LBFGS{}.Train(t.Context(), &other, theta)
		require.ErrorContains(t, err, want)
	}
}

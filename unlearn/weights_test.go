package unlearn

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
)

// weighted gives d whole weights of 0 to 3, and returns the data in which each sample is there so
// many times instead, with where those of each sample stand.
func weightedTwins(d *datasets.Dataset) (weighted, repeated *datasets.Dataset, at [][]int) {
	w := *d
	w.Weights = nil
	var rows []int
	at = make([][]int, d.Len())
	for i := range d.Len() {
		count := (i*7 + 1) % 4
		w.Weights = append(w.Weights, float64(count))
		for range count {
			at[i] = append(at[i], len(rows))
			rows = append(rows, i)
		}
	}
	return &w, d.Subset(rows), at
}

// repeatedly is the request on the repeated rows.
func repeatedly(r Request, at [][]int) Request {
	var out Request
	for _, c := range r.Changes {
		q := Change{Kind: c.Kind, Columns: c.Columns}
		var from []int
		for i, row := range c.Rows {
			for _, copy := range at[row] {
				q.Rows = append(q.Rows, copy)
				from = append(from, i)
				if c.Values != nil {
					q.Values = append(q.Values, c.Values[i])
				}
				if c.Labels != nil {
					q.Labels = append(q.Labels, c.Labels[i])
				}
			}
		}
		if c.To != nil {
			q.To = c.To.Subset(from)
		}
		out.Changes = append(out.Changes, q)
	}
	return out
}

func TestWholeWeightsAreRepeatedSamples(t *testing.T) {
	for name, o := range map[string]Objective{"squares": full{leastSquares(5)}, "logistic": full{logistic(5)}} {
		weighted, repeated, at := weightedTwins(randomData(60, 5, 2, name == "logistic", 8))
		p := &Problem{Objective: o, Train: weighted, L2: 0.8, Tilt: randomVector(5, 3)}
		q := p.With(repeated)
		theta := trained(t, p)
		require.InDeltaSlice(t, theta, trained(t, q), 1e-9)
		plain := *weighted
		plain.Weights = nil // samples that replace others take their weight
		for kind, r := range requests(t, &plain) {
			for _, m := range []Method{
				None{}, FirstOrder{Tau: 1e-3, Force: true}, exact(), SecondOrder{Solver: Exact{}, Steps: 3}, SecondOrder{Solver: Exact{}, Gradient: FullGradient},
				SecondOrder{Solver: Exact{}, Curvature: GaussNewton, Ridge: 2}, Retrain{Trainer: newton{}}, Retrain{Trainer: LBFGS{Tolerance: 1e-10}},
				Iterative{Method: SecondOrder{Solver: Exact{}}, Chunks: 1}, FineTune{Rate: 1e-2, Batch: 1000, Epochs: 2},
				Retrain{Trainer: SGD{Rate: 0.2, Batch: 1000, Epochs: 30}}, Retrain{Trainer: Adam{Batch: 1000, Epochs: 5}},
			} {
				want, err := m.Unlearn(t.Context(), q, theta, repeatedly(r, at))
				require.NoError(t, err, "%s, %s", m.Name(), kind)
				got, err := m.Unlearn(t.Context(), p, theta, r)
				require.NoError(t, err, "%s, %s", m.Name(), kind)
				require.InDeltaSlice(t, want.Theta, got.Theta, 1e-9, "%s, %s", m.Name(), kind)
				require.InDelta(t, want.Before, got.Before, 1e-9)
				require.InDelta(t, want.After, got.After, 1e-8)
			}
		}
	}
}

func TestCertificatesOfWeightedSamplesAreThoseOfRepeatedOnes(t *testing.T) {
	for _, o := range []Objective{convexLogistic(5), convexSquares(5), softmax{5, 3}} {
		classes := 2
		if _, three := o.(softmax); three {
			classes = 3
		}
		weighted, repeated, at := weightedTwins(shortRows(60, 5, classes, true, 8))
		p := &Problem{Objective: o, Train: weighted, L2: 0.8}
		for _, method := range []Method{None{}, FirstOrder{Tau: 1e-3}, SecondOrder{Solver: Exact{}}, SecondOrder{Solver: Exact{}, Steps: 2}} {
			m := Certified{Method: method, Budget: testBudget, Trainer: newton{}, Seed: 2}
			for _, r := range []Request{RemoveSamples(2, 5, 6), RemoveFeatures(1), CorrectLabels([]int{1, 2, 7}, []float64{0, 1, 0})} {
				var c [2]*Certificate
				for k, d := range []*datasets.Dataset{weighted, repeated} {
					q := p.With(d) // with one tilt, which Train would draw for each data set by itself
					q.Tilt = testBudget.tilt(o.Dim(), 2, 0)
					theta, err := m.Trainer.Train(t.Context(), q, make([]float64, o.Dim()))
					require.NoError(t, err)
					if k == 1 {
						r = repeatedly(r, at)
					}
					q, s, err := m.examine(q)
					require.NoError(t, err)
					left := make([]float64, o.Dim())
					require.NoError(t, q.Gradient(t.Context(), left, theta))
					u, err := m.begin(q, s).carryOut(t.Context(), theta, left, r)
					require.NoError(t, err)
					c[k] = u.Certificate
				}
				for what, pair := range map[string][2]float64{
					"residual": {c[0].Residual, c[1].Residual}, "no update": {c[0].NoUpdate, c[1].NoUpdate},
					"bound": {c[0].Bound, c[1].Bound}, "worst case": {c[0].WorstCase, c[1].WorstCase},
				} {
					if math.IsInf(pair[1], 1) {
						require.Equal(t, pair[1], pair[0])
						continue
					}
					require.InDelta(t, pair[1], pair[0], 1e-6*pair[1]+1e-8, "%s of %s", what, method.Name())
				}
			}
		}
	}
}

func TestDataNormOfWeightedRows(t *testing.T) {
	for _, p := range []int{3, 120} {
		d := randomData(150, p, 2, p == 3, 4)
		for i := range d.Len() {
			d.Weights = append(d.Weights, float64(i%5)*1.5)
		}
		bound, err := DataNorm(t.Context(), d)
		require.NoError(t, err)
		normal := mat.NewSymDense(p, nil)
		for i, row := range samples(d) {
			normal.SymRankOne(normal, d.Weights[i], mat.NewVecDense(p, row[:p]))
		}
		var e mat.EigenSym
		require.True(t, e.Factorize(normal, false))
		largest := math.Sqrt(e.Values(nil)[p-1])
		require.GreaterOrEqual(t, bound, largest)
		require.LessOrEqual(t, bound, 1.055*largest)
	}
}

func TestBatchesAndSubsamplesOfWeightedSamples(t *testing.T) {
	weighted, _, _ := weightedTwins(randomData(12, 5, 2, true, 8))
	p := &Problem{Objective: full{logistic(5)}, Train: weighted, L2: 0.8}
	theta, v := randomVector(5, 5), randomVector(5, 6)
	h, err := p.Hessian(t.Context(), theta, FullHessian)
	require.NoError(t, err)
	want, part, mean := make([]float64, 5), make([]float64, 5), make([]float64, 5)
	require.NoError(t, h.MulVecTo(t.Context(), want, v))
	b, err := p.HessianBatches(t.Context(), theta, FullHessian, 5, 1)
	require.NoError(t, err)
	for k := range 5 {
		require.NoError(t, b.MulVecBatchTo(t.Context(), part, v, k))
		floats.AddScaled(mean, 0.2, part)
	}
	require.InDeltaSlice(t, want, mean, 1e-12)

	// All draws of one of the 10 samples that are not touched, each as often as any other: their
	// mean is the gradient itself.
	a, err := CorrectLabels([]int{1, 6}, []float64{1 - weighted.Y[1], 1 - weighted.Y[6]}).Apply(weighted)
	require.NoError(t, err)
	require.NoError(t, p.With(a.Data).Gradient(t.Context(), want, theta))
	clear(mean)
	seen := map[int]bool{}
	for seed := uint64(0); len(seen) < 10; seed++ {
		s, err := a.Subsample(1, seed)
		require.NoError(t, err)
		if row := s.Others.Row(0); !seen[row] {
			seen[row] = true
			s.Affected, s.AffectedWeight = a.New, 1
			require.NoError(t, s.Gradient(t.Context(), p, part, theta))
			floats.AddScaled(mean, 0.1, part)
		}
	}
	require.InDeltaSlice(t, want, mean, 1e-12)
}

func TestSamplesOfWeightZeroAreAsIfTheyWereNotThere(t *testing.T) {
	d := randomData(40, 5, 2, true, 8)
	d.Weights = slices.Repeat([]float64{1}, 40)
	d.Weights[3], d.Weights[9] = 0, 0
	p := &Problem{Objective: full{logistic(5)}, Train: d, L2: 1}
	theta := trained(t, p)
	for _, m := range []Method{SecondOrder{}, FirstOrder{Tau: 1e-3}, Retrain{}, FineTune{Rate: 1e-2}, Iterative{Method: SecondOrder{}}, PublishedSecondOrder{}} {
		for _, r := range []Request{RemoveSamples(3, 9), CorrectLabels([]int{9}, []float64{1 - d.Y[9]}), RemoveSamples(9)} {
			u, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.Equal(t, theta, u.Theta, m.Name())
			require.True(t, u.Unchanged)
			require.Contains(t, u.Notes[len(u.Notes)-1], "weight 0")
		}
	}
	u, err := SecondOrder{}.Unlearn(t.Context(), p, theta, RemoveSamples(3, 9))
	require.NoError(t, err)
	require.Equal(t, 38, u.Data.Len(), "they are removed all the same")
	// With a weight given to it, a sample counts.
	to := d.Slice(3, 4)
	to.Weights = []float64{2}
	u, err = SecondOrder{}.Unlearn(t.Context(), p, theta, CorrectSamples([]int{3}, to))
	require.NoError(t, err)
	require.False(t, u.Unchanged)
	require.Equal(t, 2.0, u.Data.Weight(3))
	for _, trainer := range []Trainer{SGD{Rate: 0.1}, Adam{}} {
		q := d.Slice(3, 4)
		_, err = trainer.Train(t.Context(), p.With(q), theta)
		require.ErrorContains(t, err, "weigh 0 together")
	}
}

func TestClippingCountsTheWeight(t *testing.T) {
	d := randomData(6, 5, 2, true, 8)
	d.Weights = []float64{1, 1e6, 0, 3, 0.1, 1e-9}
	o := full{logistic(5)}
	sum := make([]float64, 5)
	for i := range d.Len() {
		require.NoError(t, o.ClippedSum(t.Context(), sum, randomVector(5, 1), 0.5, d.Slice(i, i+1)))
		require.LessOrEqual(t, norm(sum), 0.5*(1+1e-12))
	}
}

func TestJudgingWeightedSamplesIsJudgingRepeatedOnes(t *testing.T) {
	weighted, repeated, _ := weightedTwins(randomData(60, 5, 2, true, 8))
	p := &Problem{Objective: full{logistic(5)}, Train: weighted, L2: 5}
	theta := trained(t, p)
	got, err := MeasureUtility(t.Context(), p, theta, 1, weighted)
	require.NoError(t, err)
	want, err := MeasureUtility(t.Context(), p.With(repeated), theta, 1, repeated)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{want.Accuracy, want.MacroF1, want.Majority, want.MajorityF1},
		[]float64{got.Accuracy, got.MacroF1, got.Majority, got.MajorityF1}, 1e-12)
	plain := *weighted
	plain.Weights = nil
	other, err := MeasureUtility(t.Context(), p, theta, 1, &plain)
	require.NoError(t, err)
	require.NotEqual(t, other.Accuracy, got.Accuracy, "the weights make a difference here")

	accuracy, err := datasets.Accuracy([]float64{0, 1, 1}, &datasets.Dataset{X: &datasets.Dense{N: 3}, Y: []float64{0, 1, 0}, Classes: 2, Weights: []float64{1, 2, 5}})
	require.NoError(t, err)
	require.InDelta(t, 3.0/8, accuracy, 1e-15)
	// By scikit-learn 1.5 with sample_weight: F1 of class 0 is 2/(1+6), of class 1 4/(7+2).
	f1, err := MacroF1On([]float64{0, 1, 1}, &datasets.Dataset{X: &datasets.Dense{N: 3}, Y: []float64{0, 1, 0}, Classes: 2, Weights: []float64{1, 2, 5}})
	require.NoError(t, err)
	require.InDelta(t, (2.0/7+4.0/9)/2, f1, 1e-15)
	for answer, want := range map[float64]string{2: "classes are 0 to 1", math.NaN(): "answer 0, for row 0 of the data set, is NaN"} {
		_, err = MacroF1On([]float64{answer}, &datasets.Dataset{X: &datasets.Dense{N: 1}, Y: []float64{0}, Classes: 2})
		require.ErrorContains(t, err, want)
	}
	_, err = MacroF1On([]float64{1}, &datasets.Dataset{X: &datasets.Dense{N: 1}, Y: []float64{2}, Classes: 2})
	require.ErrorContains(t, err, "label 2 is not a class index")
	_, err = MacroF1On(nil, &datasets.Dataset{X: &datasets.Dense{}, Classes: 2})
	require.ErrorContains(t, err, "no answers")
}

// several is k regressions on the same rows, theta one after the other: a problem of several
// targets a sample.
type several struct {
	full
	k int
}

// target is the data with the labels of one target.
func target(d *datasets.Dataset, j int) *datasets.Dataset {
	c := *d
	c.Targets, c.Y = 1, nil
	for i := range d.Len() {
		c.Y = append(c.Y, d.Y[i*d.Width()+j])
	}
	return &c
}

func (o several) Dim() int { return o.dim * o.k }

func (o several) part(v []float64, j int) []float64 { return v[j*o.dim : (j+1)*o.dim] }

func (o several) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (sum float64, err error) {
	for j := range o.k {
		l, err := o.full.Loss(ctx, o.part(theta, j), target(d, j))
		if err != nil {
			return 0, err
		}
		sum += l
	}
	return sum, nil
}

func (o several) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	for j := range o.k {
		if err := o.full.Gradient(ctx, o.part(dst, j), o.part(theta, j), target(d, j)); err != nil {
			return err
		}
	}
	return nil
}

func (o several) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	loss, err := o.Loss(ctx, theta, d)
	if err != nil {
		return 0, err
	}
	return loss, o.Gradient(ctx, dst, theta, d)
}

func (o several) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	for j := range o.k {
		if err := o.full.HVP(ctx, o.part(dst, j), o.part(theta, j), o.part(v, j), target(d, j)); err != nil {
			return err
		}
	}
	return nil
}

func (o several) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	return func(dst, v []float64) error { return o.HVP(ctx, dst, theta, v, d) }, nil
}

func (o several) Outputs(*datasets.Dataset) (int, error) { return o.k, nil }

func (o several) Convexity() (float64, float64, error) { return 0.25, 1 / (6 * math.Sqrt(3)), nil }

func (o several) Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	out := make([]float64, d.Len())
	for j := range o.k {
		if err := o.full.Predict(ctx, out, o.part(theta, j), target(d, j)); err != nil {
			return err
		}
		for i, z := range out {
			dst[i*o.k+j] = z
		}
	}
	return nil
}

// severalProblem has three labels a sample.
func severalProblem() *Problem {
	d := shortRows(60, 5, 2, true, 3)
	d.Targets = 3
	y := make([]float64, 0, 180)
	for i, label := range d.Y {
		y = append(y, label, float64(i%2), 1-label)
	}
	d.Y = y
	return &Problem{Objective: several{full{logistic(5)}, 3}, Train: d, L2: 1}
}

func TestSeveralLabelsASample(t *testing.T) {
	p := severalProblem()
	theta := trained(t, p)
	rows := []int{4, 9, 20}
	labels := []float64{1, 1, 1, 0, 0, 0, 0, 1, 0}
	r := merge(t, CorrectLabels(rows, labels), RemoveSamples(7, 8), RemoveFeatures(2))
	for _, m := range []Method{Retrain{Trainer: newton{}}, SecondOrder{Solver: Exact{}, Steps: 4}, Iterative{Method: SecondOrder{Solver: Exact{}, Steps: 4}, Chunks: 3}} {
		u, err := m.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		require.Equal(t, labels[3:6], u.Data.Y[7*3:8*3], "row 9 is row 7 now")
		for j := range 3 { // each target alone
			alone := &Problem{Objective: full{logistic(5)}, Train: target(u.Data, j), L2: 1}
			require.InDeltaSlice(t, trained(t, alone), u.Theta[j*5:(j+1)*5], 1e-7, m.Name())
		}
	}
	for _, c := range []struct {
		labels []float64
		want   string
	}{
		{labels[:3], "3 rows with 3 labels; random has 3 a sample: give 9"}, {labels[:6], "give 9"}, {labels[:7], "3 rows with 7 labels"},
		{[]float64{0, 0, 0, 0, 2, 0, 0, 0, 0}, "labels[4] (row 9) is 2"},
	} {
		_, err := CorrectLabels(rows, c.labels).Apply(p.Train)
		require.ErrorContains(t, err, c.want)
	}
	v, err := MeasureUtility(t.Context(), p, theta, 0, p.Train)
	require.NoError(t, err)
	right := 0.0
	for j := range 3 {
		one, err := MeasureUtility(t.Context(), &Problem{Objective: full{logistic(5)}, Train: target(p.Train, j)}, theta[j*5:(j+1)*5], 0, target(p.Train, j))
		require.NoError(t, err)
		right += one.Accuracy / 3
	}
	require.InDelta(t, right, v.Accuracy, 1e-12)
	s, err := SISA{Shards: 2, Trainer: newton{}}.Train(t.Context(), p)
	require.NoError(t, err)
	require.Len(t, must(s.Predict(t.Context(), p.Train)), 180)
}

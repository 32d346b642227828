package objectivetest_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/unlearn"
	"lethe/unlearn/objectivetest"
)

// logistic is a hand-written logistic regression on dense rows, with everything that an objective
// may have: the loss of a sample is softplus(z) - y z for z = x'theta, its gradient (s - y) x and
// its Hessian s (1 - s) x x', for s = sigmoid(z).
type logistic struct{ dim int }

// each calls f with the weight, the row and the label of every sample.
func (o logistic) each(ctx context.Context, d *datasets.Dataset, f func(w float64, x []float64, y float64)) error {
	x := d.X.(*datasets.Dense)
	for i := range x.N {
		if err := ctx.Err(); err != nil {
			return err
		}
		f(d.Weight(i), x.Data[i*x.Cols:(i+1)*x.Cols], d.Y[i])
	}
	return nil
}

func slope(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

func (o logistic) Dim() int { return o.dim }

func (o logistic) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	sum := 0.0
	err := o.each(ctx, d, func(w float64, x []float64, y float64) {
		z := floats.Dot(x, theta)
		sum += w * (max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) - y*z)
	})
	return sum, err
}

func (o logistic) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	return o.each(ctx, d, func(w float64, x []float64, y float64) { floats.AddScaled(dst, w*(slope(floats.Dot(x, theta))-y), x) })
}

func (o logistic) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	clear(dst)
	return o.each(ctx, d, func(w float64, x []float64, _ float64) {
		s := slope(floats.Dot(x, theta))
		floats.AddScaled(dst, w*s*(1-s)*floats.Dot(x, v), x)
	})
}

// whole is a logistic regression whose methods can be replaced one by one.
type whole struct {
	logistic
	lossFn     func(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error)
	gradFn     func(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
	hvpFn      func(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error
	ggnFn      func(dst, v []float64) error
	rowsFn     func(dst []float64)
	normsFn    func(dst []float64)
	dotsFn     func(dst []float64)
	weightedFn func(dst []float64)
	predictFn  func(dst, theta []float64, d *datasets.Dataset)
	bothFn     func(dst []float64, loss float64) float64
	noiseFn    func(dst []float64, noise uint64) float64
}

func (o whole) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	if o.lossFn != nil {
		return o.lossFn(ctx, theta, d)
	}
	return o.logistic.Loss(ctx, theta, d)
}

func (o whole) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if o.gradFn != nil {
		return o.gradFn(ctx, dst, theta, d)
	}
	return o.logistic.Gradient(ctx, dst, theta, d)
}

func (o whole) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	if o.hvpFn != nil {
		return o.hvpFn(ctx, dst, theta, v, d)
	}
	return o.logistic.HVP(ctx, dst, theta, v, d)
}

func (o whole) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	l, err := o.logistic.Loss(ctx, theta, d)
	err = errors.Join(err, o.logistic.Gradient(ctx, dst, theta, d))
	if o.bothFn != nil {
		l = o.bothFn(dst, l)
	}
	return l, err
}

func (o whole) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	theta = slices.Clone(theta)
	return func(dst, v []float64) error { return o.logistic.HVP(ctx, dst, theta, v, d) }, nil
}

func (o whole) LinearizeGaussNewton(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	if o.ggnFn != nil {
		return o.ggnFn, nil
	}
	return o.Linearize(ctx, theta, d) // of a linear model they are one
}

func (o whole) PerSampleGradients(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	for i := range d.Len() {
		if err := o.logistic.Gradient(ctx, dst[i*o.dim:(i+1)*o.dim], theta, d.Slice(i, i+1)); err != nil {
			return err
		}
	}
	if o.rowsFn != nil {
		o.rowsFn(dst)
	}
	return nil
}

func (o whole) rows(ctx context.Context, theta []float64, d *datasets.Dataset, f func(i int, g []float64)) error {
	all := make([]float64, d.Len()*o.dim)
	err := (whole{logistic: o.logistic}).PerSampleGradients(ctx, all, theta, d)
	for i := range d.Len() {
		f(i, all[i*o.dim:(i+1)*o.dim])
	}
	return err
}

func (o whole) PerSampleNorms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	err := o.rows(ctx, theta, d, func(i int, g []float64) { dst[i] = floats.Norm(g, 2) })
	if o.normsFn != nil {
		o.normsFn(dst)
	}
	return err
}

func (o whole) PerSampleDots(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	err := o.rows(ctx, theta, d, func(i int, g []float64) { dst[i] = floats.Dot(g, v) })
	if o.dotsFn != nil {
		o.dotsFn(dst)
	}
	return err
}

func (o whole) WeightedGradient(ctx context.Context, dst, theta, w []float64, d *datasets.Dataset) error {
	clear(dst)
	err := o.rows(ctx, theta, d, func(i int, g []float64) { floats.AddScaled(dst, w[i], g) })
	if o.weightedFn != nil {
		o.weightedFn(dst)
	}
	return err
}

func (o whole) Outputs(*datasets.Dataset) (int, error) { return 1, nil }

func (o whole) Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	i := 0
	err := o.each(ctx, d, func(_ float64, x []float64, _ float64) { dst[i] = floats.Dot(x, theta); i++ })
	if o.predictFn != nil {
		o.predictFn(dst, theta, d)
	}
	return err
}

func (o whole) Stochastic() bool { return o.noiseFn != nil }

func (o whole) TrainingGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset, noise uint64) (float64, error) {
	l, err := o.LossGradient(ctx, dst, theta, d)
	return l + o.noiseFn(dst, noise), err
}

var (
	_ unlearn.LossGradient          = whole{}
	_ unlearn.Linearizer            = whole{}
	_ unlearn.GaussNewtonLinearizer = whole{}
	_ unlearn.PerSampler            = whole{}
	_ unlearn.Predictor             = whole{}
	_ unlearn.StochasticObjective   = whole{}
)

func someRows(n, cols int) *datasets.Dataset {
	r := rand.New(rand.NewPCG(3, 3))
	x := &datasets.Dense{N: n, Cols: cols}
	d := &datasets.Dataset{Name: "rows", X: x, Classes: 2}
	for range n {
		for range cols {
			x.Data = append(x.Data, r.NormFloat64())
		}
		d.Y = append(d.Y, float64(r.IntN(2)))
	}
	return d
}

func TestCheckAccepts(t *testing.T) {
	d := someRows(7, 4)
	weighted := *d
	weighted.Weights = []float64{1, 0, 2, 0.5, 3, 1, 1}
	theta := []float64{0.3, -0.2, 0.7, 1.1}
	for name, c := range map[string]struct {
		o     unlearn.Objective
		d     *datasets.Dataset
		theta []float64
	}{
		"three methods":    {logistic{4}, d, theta},
		"all methods":      {whole{logistic: logistic{4}}, d, theta},
		"a training pass":  {whole{logistic: logistic{4}, noiseFn: func(_ []float64, noise uint64) float64 { return float64(noise) }}, d, theta},
		"weights":          {whole{logistic: logistic{4}}, &weighted, theta},
		"one sample":       {logistic{4}, d.Slice(2, 3), theta},
		"large parameters": {logistic{4}, d, []float64{30, -20, 70, 11}},
		"at zero":          {logistic{4}, d, make([]float64, 4)},
		"many samples":     {whole{logistic: logistic{4}}, someRows(500, 4), theta},
		"many parameters":  {logistic{150}, someRows(20, 150), make([]float64, 150)},
		"refuses weights":  {refusing{}, d, theta},
	} {
		assert.NoError(t, objectivetest.Check(c.o, c.d, c.theta), name)
	}
}

// refusing is an objective that takes no weights, and says so.
type refusing struct{}

var errWeights = errors.New("no weights")

func (refusing) Dim() int { return 4 }
func (refusing) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	if d.Weights != nil {
		return 0, errWeights
	}
	return logistic{4}.Loss(ctx, theta, d)
}
func (refusing) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if d.Weights != nil {
		return errWeights
	}
	return logistic{4}.Gradient(ctx, dst, theta, d)
}
func (refusing) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	if d.Weights != nil {
		return errWeights
	}
	return logistic{4}.HVP(ctx, dst, theta, v, d)
}

// Each fault is found, and the method named.
func TestCheckFinds(t *testing.T) {
	right := logistic{4}
	ctx := context.Background()
	unweighted := func(d *datasets.Dataset) *datasets.Dataset {
		c := *d
		c.Weights = nil
		return &c
	}
	var kept []float64
	var stale map[*float64][]float64
	calls := 0.0
	grad := func(change func(dst, theta []float64, d *datasets.Dataset)) whole {
		return whole{logistic: right, gradFn: func(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
			err := right.Gradient(ctx, dst, theta, d)
			change(dst, theta, d)
			return err
		}}
	}
	hvp := func(change func(dst, theta, v []float64, d *datasets.Dataset)) whole {
		return whole{logistic: right, hvpFn: func(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
			err := right.HVP(ctx, dst, theta, v, d)
			change(dst, theta, v, d)
			return err
		}}
	}
	loss := func(change func(l float64, theta []float64, d *datasets.Dataset) float64) whole {
		return whole{logistic: right, lossFn: func(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
			l, err := right.Loss(ctx, theta, d)
			return change(l, theta, d), err
		}}
	}
	mean := func(d *datasets.Dataset) float64 { return 1 / float64(d.Len()) }
	for _, c := range []struct {
		name, want string
		o          unlearn.Objective
	}{
		{"a gradient of the other sign", "Gradient along parameter 0", grad(func(dst, _ []float64, _ *datasets.Dataset) { floats.Scale(-1, dst) })},
		{"a gradient that is off by 1e-5 in one element", "Gradient along parameter 2", grad(func(dst, _ []float64, _ *datasets.Dataset) { dst[2] *= 1 + 1e-5 })},
		{"a gradient with the regularizer", "Gradient along parameter", grad(func(dst, theta []float64, _ *datasets.Dataset) { floats.AddScaled(dst, 0.1, theta) })},
		{"a loss with the regularizer", "Gradient along parameter", loss(func(l float64, theta []float64, _ *datasets.Dataset) float64 { return l + floats.Dot(theta, theta) })},
		{"a loss without a gradient's sample", "Gradient along parameter", loss(func(_ float64, theta []float64, d *datasets.Dataset) float64 {
			l, _ := right.Loss(ctx, theta, d.Slice(1, d.Len()))
			return l
		})},
		{"a mean", "sum over two halves", whole{logistic: right,
			lossFn: func(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
				l, err := right.Loss(ctx, theta, d)
				return l * mean(d), err
			},
			gradFn: func(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
				err := right.Gradient(ctx, dst, theta, d)
				floats.Scale(mean(d), dst)
				return err
			},
			hvpFn: func(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
				err := right.HVP(ctx, dst, theta, v, d)
				floats.Scale(mean(d), dst)
				return err
			}}},
		{"a Hessian of the other sign", "HVP along parameter 0", hvp(func(dst, _, _ []float64, _ *datasets.Dataset) { floats.Scale(-1, dst) })},
		{"the gradient as the product", "HVP", hvp(func(dst, theta, _ []float64, d *datasets.Dataset) { _ = right.Gradient(ctx, dst, theta, d) })},
		{"a Hessian that is not symmetric", "not symmetric", hvp(func(dst, _, v []float64, _ *datasets.Dataset) { dst[0] += 1e-3 * v[1] })},
		{"a product that is not linear", "2u - 3v", hvp(func(dst, _, v []float64, _ *datasets.Dataset) { dst[0] += 1e-3 * v[0] * v[0] })},
		{"a Hessian with a ridge", "HVP along parameter", hvp(func(dst, _, v []float64, _ *datasets.Dataset) { floats.AddScaled(dst, 1e-3, v) })},
		{"a mean Hessian alone", "HVP", hvp(func(dst, _, _ []float64, d *datasets.Dataset) { floats.Scale(mean(d), dst) })},
		{"a gradient that is added to dst", "not added to", whole{logistic: right, gradFn: func(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
			g := make([]float64, len(dst))
			err := right.Gradient(ctx, g, theta, d)
			floats.Add(dst, g)
			return err
		}}},
		{"a product that leaves an element out", "HVP: element 3", whole{logistic: right, hvpFn: func(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
			h := make([]float64, len(dst))
			err := right.HVP(ctx, h, theta, v, d)
			copy(dst, h[:3])
			return err
		}}},
		{"weights that are passed over", "weighted sum", whole{logistic: right,
			lossFn: func(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
				return right.Loss(ctx, theta, unweighted(d))
			},
			gradFn: func(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
				return right.Gradient(ctx, dst, theta, unweighted(d))
			},
			hvpFn: func(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
				return right.HVP(ctx, dst, theta, v, unweighted(d))
			}}},
		{"weights that the Hessian alone passes over", "HVP of samples with weights", whole{logistic: right,
			hvpFn: func(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
				return right.HVP(ctx, dst, theta, v, unweighted(d))
			}}},
		{"weights that the loss alone refuses", "refused by 1", whole{logistic: right,
			lossFn: func(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
				if d.Weights != nil {
					return 0, errWeights
				}
				return right.Loss(ctx, theta, d)
			}}},
		{"theta that is changed", "Gradient changed element 1 of theta", grad(func(_, theta []float64, _ *datasets.Dataset) { theta[1]++ })},
		{"v that is changed", "HVP changed element 0 of v", hvp(func(_, _, v []float64, _ *datasets.Dataset) { v[0] = 0 })},
		{"a result that is kept", "must not be kept", grad(func(dst, _ []float64, _ *datasets.Dataset) {
			if kept != nil {
				kept[0] = 7
			}
			kept = dst
		})},
		{"a result by the address of theta", "earlier call", whole{logistic: right, gradFn: func(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
			if stale == nil {
				stale = map[*float64][]float64{}
			}
			if g := stale[&theta[0]]; g != nil && d.Len() == 7 {
				copy(dst, g)
				return nil
			}
			err := right.Gradient(ctx, dst, theta, d)
			stale[&theta[0]] = slices.Clone(dst)
			return err
		}}},
		{"other bits at each call", "or random", loss(func(l float64, _ []float64, _ *datasets.Dataset) float64 { calls++; return l * (1 + calls*0x1p-50) })},
		{"a context that is passed over", "Gradient does not observe its context", whole{logistic: right, gradFn: func(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
			return right.Gradient(ctx, dst, theta, d)
		}}},
		{"a context that is passed over by the loss", "Loss does not observe its context", whole{logistic: right,
			lossFn: func(_ context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
				return right.Loss(ctx, theta, d)
			}}},
		{"a loss of NaN", "Loss: it is NaN", loss(func(float64, []float64, *datasets.Dataset) float64 { return math.NaN() })},
		{"a gradient of Inf", "Gradient: element 1 is +Inf", grad(func(dst, _ []float64, _ *datasets.Dataset) { dst[1] = math.Inf(1) })},
		{"kinks everywhere", "kinks everywhere", loss(func(l float64, theta []float64, _ *datasets.Dataset) float64 {
			return l + math.Abs(math.Sin(1e5*theta[0]))
		})},
		{"a panic", "panicked", grad(func(dst, _ []float64, _ *datasets.Dataset) { dst[len(dst)] = 0 })},
		{"samples that are changed", "changed the samples", grad(func(_, _ []float64, d *datasets.Dataset) { d.X.(*datasets.Dense).Data[0] += 1e-9 })},
		{"LossGradient of another loss", "LossGradient: the loss", whole{logistic: right, bothFn: func(_ []float64, l float64) float64 { return 2 * l }}},
		{"LossGradient of another gradient", "LossGradient against Gradient", whole{logistic: right, bothFn: func(dst []float64, l float64) float64 { dst[0] *= 1 + 1e-8; return l }}},
		{"a Linearize that keeps theta itself", "Linearize against HVP", keeping{whole{logistic: right}}},
		{"Linearize of nothing", "neither a product nor an error", nothing{whole{logistic: right}}},
		{"a Gauss-Newton matrix that is not symmetric", "Gauss-Newton matrix is not symmetric", whole{logistic: right, ggnFn: func(dst, v []float64) error { clear(dst); dst[0] = v[1]; return nil }}},
		{"a Gauss-Newton matrix that is indefinite", "not positive semi-definite", whole{logistic: right, ggnFn: func(dst, v []float64) error {
			for i := range dst {
				dst[i] = -v[i]
			}
			return nil
		}}},
		{"rows in another order", "PerSampleGradients: row 0", whole{logistic: right, rowsFn: func(dst []float64) {
			for k := range 4 {
				dst[k], dst[4+k] = dst[4+k], dst[k]
			}
		}}},
		{"norms squared", "PerSampleNorms", whole{logistic: right, normsFn: func(dst []float64) { floats.Mul(dst, slices.Clone(dst)) }}},
		{"dots of the other sign", "PerSampleDots", whole{logistic: right, dotsFn: func(dst []float64) { floats.Scale(-1, dst) }}},
		{"a weighted gradient that is a mean", "WeightedGradient", whole{logistic: right, weightedFn: func(dst []float64) { floats.Scale(0.5, dst) }}},
		{"answers that depend on the batch", "Predict: sample", whole{logistic: right, predictFn: func(dst, _ []float64, _ *datasets.Dataset) { floats.AddConst(1e-6*floats.Sum(dst), dst) }}},
		{"noise that is not all", "same noise", whole{logistic: right, noiseFn: func([]float64, uint64) float64 { calls++; return calls }}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NotPanics(t, func() { // samples of its own, which one of them changes
				assert.ErrorContains(t, objectivetest.Check(c.o, someRows(7, 4), []float64{0.3, -0.2, 0.7, 1.1}), c.want)
			})
		})
	}
}

// keeping fixes theta by keeping the caller's memory.
type keeping struct{ whole }

func (o keeping) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	return func(dst, v []float64) error { return o.HVP(ctx, dst, theta, v, d) }, nil
}

type nothing struct{ whole }

func (nothing) Linearize(context.Context, []float64, *datasets.Dataset) (func(dst, v []float64) error, error) {
	return nil, nil
}

func TestCheckRefuses(t *testing.T) {
	d, theta := someRows(5, 4), make([]float64, 4)
	bad := d.Subset([]int{3, 4})
	bad.X.(*datasets.Dense).Data[5] = math.NaN()
	for name, c := range map[string]struct {
		o     unlearn.Objective
		d     *datasets.Dataset
		theta []float64
		want  string
	}{
		"no objective":             {nil, d, theta, "no objective"},
		"a nil pointer":            {(*logistic)(nil), d, theta, "panicked"},
		"no data":                  {logistic{4}, nil, theta, "nil"},
		"no samples":               {logistic{4}, d.Slice(2, 2), theta, "no samples"},
		"features of the zero set": {logistic{4}, &datasets.Dataset{}, theta, "X is nil"},
		"a feature":                {logistic{4}, bad, theta, "row 4, column 1"},
		"a short theta":            {logistic{4}, d, theta[1:], "theta has 3 numbers and Dim is 4"},
		"no parameters":            {logistic{0}, d, nil, "Dim is 0"},
		"theta that is no number":  {logistic{4}, d, []float64{0, math.NaN(), 0, 0}, "parameter 1 of theta is NaN"},
	} {
		require.NotPanics(t, func() { assert.ErrorContains(t, objectivetest.Check(c.o, c.d, c.theta), c.want, name) }, name)
	}
}

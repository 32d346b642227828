package unlearn

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"lethe/datasets"
)

// glm is a model with one output m = x'theta and a loss of m and the label, times the sample's
// weight, small enough to be checked by hand.
type glm struct {
	dim int
	// link returns the loss, its first two derivatives in m, and the second derivative that
	// Gauss-Newton keeps.
	link func(m, y float64) (l, d1, d2, gn float64)
}

// leastSquares is l = (x'theta - y)^2 / 2, quadratic in theta.
func leastSquares(dim int) glm {
	return glm{dim, func(m, y float64) (float64, float64, float64, float64) { return (m - y) * (m - y) / 2, m - y, 1, 1 }}
}

// logistic is l = log(1 + exp(-s x'theta)) with s = 2y - 1.
func logistic(dim int) glm {
	return glm{dim, func(m, y float64) (float64, float64, float64, float64) {
		s := 2*y - 1
		a := -s * m
		loss := max(a, 0) + math.Log1p(math.Exp(-math.Abs(a)))
		q := 1 / (1 + math.Exp(-a))
		return loss, -s * q, q * (1 - q), q * (1 - q)
	}}
}

// neuron is l = (tanh(x'theta) - y)^2 / 2, not convex.
func neuron(dim int) glm {
	return glm{dim, func(m, y float64) (float64, float64, float64, float64) {
		t := math.Tanh(m)
		slope := 1 - t*t
		return (t - y) * (t - y) / 2, (t - y) * slope, slope*slope - 2*(t-y)*t*slope, slope * slope
	}}
}

func (o glm) Dim() int { return o.dim }

// each calls f with every sample's entries and margin.
func (o glm) each(ctx context.Context, theta []float64, d *datasets.Dataset, f func(i int, columns []int, values []float64, m float64)) error {
	for i := range d.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		columns, values := entries(d.X, i)
		m := 0.0
		for k, c := range columns {
			m += values[k] * theta[c]
		}
		f(i, columns, values, m)
	}
	return nil
}

func entries(x datasets.Features, i int) (columns []int, values []float64) {
	switch x := x.(type) {
	case *datasets.Dense:
		for j, v := range x.Data[i*x.Cols : (i+1)*x.Cols] {
			columns, values = append(columns, j), append(values, v)
		}
	case *datasets.CSR:
		for k := x.Indptr[i]; k < x.Indptr[i+1]; k++ {
			columns, values = append(columns, int(x.Indices[k])), append(values, x.Values[k])
		}
	}
	return columns, values
}

func (o glm) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	sum := 0.0
	err := o.each(ctx, theta, d, func(i int, _ []int, _ []float64, m float64) {
		l, _, _, _ := o.link(m, d.Y[i])
		sum += d.Weight(i) * l
	})
	return sum, err
}

func (o glm) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	return o.each(ctx, theta, d, func(i int, columns []int, values []float64, m float64) {
		_, d1, _, _ := o.link(m, d.Y[i])
		d1 *= d.Weight(i)
		for k, c := range columns {
			dst[c] += d1 * values[k]
		}
	})
}

func (o glm) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	return o.product(ctx, dst, theta, v, d, func(m, y float64) float64 { _, _, d2, _ := o.link(m, y); return d2 })
}

func (o glm) product(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset, second func(m, y float64) float64) error {
	clear(dst)
	return o.each(ctx, theta, d, func(i int, columns []int, values []float64, m float64) {
		along := 0.0
		for k, c := range columns {
			along += values[k] * v[c]
		}
		along *= d.Weight(i) * second(m, d.Y[i])
		for k, c := range columns {
			dst[c] += along * values[k]
		}
	})
}

// full is a glm with every optional interface.
type full struct{ glm }

func (o full) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	loss, err := o.Loss(ctx, theta, d)
	if err != nil {
		return 0, err
	}
	return loss, o.Gradient(ctx, dst, theta, d)
}

func (o full) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	return func(dst, v []float64) error { return o.HVP(ctx, dst, theta, v, d) }, nil
}

func (o full) LinearizeGaussNewton(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	return func(dst, v []float64) error {
		return o.product(ctx, dst, theta, v, d, func(m, y float64) float64 { _, _, _, gn := o.link(m, y); return gn })
	}, nil
}

func (o full) PerSampleGradients(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	for i := range d.Len() {
		if err := o.Gradient(ctx, dst[i*o.dim:(i+1)*o.dim], theta, d.Slice(i, i+1)); err != nil {
			return err
		}
	}
	return nil
}

func (o full) PerSampleNorms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	g := make([]float64, d.Len()*o.dim)
	err := o.PerSampleGradients(ctx, g, theta, d)
	for i := range dst {
		dst[i] = norm(g[i*o.dim : (i+1)*o.dim])
	}
	return err
}

func (o full) PerSampleDots(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	g := make([]float64, d.Len()*o.dim)
	err := o.PerSampleGradients(ctx, g, theta, d)
	clear(dst)
	for k, x := range g {
		dst[k/o.dim] += x * v[k%o.dim]
	}
	return err
}

func (o full) WeightedGradient(ctx context.Context, dst, theta, w []float64, d *datasets.Dataset) error {
	g := make([]float64, d.Len()*o.dim)
	err := o.PerSampleGradients(ctx, g, theta, d)
	clear(dst)
	for k, x := range g {
		dst[k%o.dim] += w[k/o.dim] * x
	}
	return err
}

func (o full) ClippedSum(ctx context.Context, dst, theta []float64, limit float64, d *datasets.Dataset) error {
	w := make([]float64, d.Len())
	err := o.PerSampleNorms(ctx, w, theta, d)
	for i, size := range w {
		w[i] = min(1, limit/size)
	}
	return errors.Join(err, o.WeightedGradient(ctx, dst, theta, w, d))
}

// EstimateStatistics implements [StatisticsObjective] of a model without any: the table of methods
// goes through it.
func (o full) EstimateStatistics(ctx context.Context, theta []float64, _ *datasets.Dataset) ([]float64, error) {
	return slices.Clone(theta), ctx.Err()
}

// Statistics implements [StatisticsHolder].
func (full) Statistics() bool { return false }

func (o full) Outputs(*datasets.Dataset) (int, error) { return 1, nil }

func (o full) Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	return o.each(ctx, theta, d, func(i int, _ []int, _ []float64, m float64) { dst[i] = m })
}

// WithTargets implements [TargetObjective] of one output: labels are targets.
func (o full) WithTargets(loss string) (any, error) {
	if loss == string(SquaredTargets) {
		return full{leastSquares(o.dim)}, nil
	}
	return o.WithSoftTargets(1)
}

// WithSoftTargets implements [TemperedObjective].
func (o full) WithSoftTargets(temperature float64) (any, error) {
	return full{glm{o.dim, func(m, y float64) (float64, float64, float64, float64) {
		a := m / temperature
		q := 1 / (1 + math.Exp(-a))
		t2 := temperature * temperature
		return t2 * (max(a, 0) - y*a + math.Log1p(math.Exp(-math.Abs(a)))), temperature * (q - y), q * (1 - q), q * (1 - q)
	}}}, nil
}

// Layout implements [TensorObjective]: a layer of one output.
func (o full) Layout() (names []string, shapes [][]int) { return []string{"W"}, [][]int{{o.dim, 1}} }

// InputGrams implements [LayerObjective].
func (o full) InputGrams(ctx context.Context, _ []float64, d *datasets.Dataset, use func(lo, in, out int, gram []float64)) error {
	gram := make([]float64, o.dim*o.dim)
	for i := range d.Len() {
		columns, values := entries(d.X, i)
		for a, j := range columns {
			for b, k := range columns {
				gram[j*o.dim+k] += values[a] * values[b]
			}
		}
	}
	use(0, o.dim, 1, gram)
	return ctx.Err()
}

// randomData returns n samples of p standard normal features, a fifth of them 0, as dense or sparse
// rows. The labels follow a linear rule with noise: class 0 or 1, or the noisy target itself when
// classes is 0.
func randomData(n, p, classes int, sparse bool, seed uint64) *datasets.Dataset {
	rng := rand.New(rand.NewPCG(seed, 1))
	rule := make([]float64, p)
	for j := range rule {
		rule[j] = rng.NormFloat64()
	}
	data, y := make([]float64, n*p), make([]float64, n)
	for i := range y {
		y[i] = rng.NormFloat64() / 2
		for j := range p {
			if rng.IntN(5) > 0 {
				data[i*p+j] = rng.NormFloat64()
			}
			y[i] += rule[j] * data[i*p+j] / math.Sqrt(float64(p))
		}
		if classes == 2 && y[i] > 0 {
			y[i] = 1
		} else if classes == 2 {
			y[i] = 0
		}
	}
	d := &datasets.Dataset{Name: "random", Y: y, Classes: classes, X: &datasets.Dense{N: n, Cols: p, Data: data}}
	if sparse {
		d.X = compressed(d.X.(*datasets.Dense))
	}
	return d
}

func compressed(x *datasets.Dense) *datasets.CSR {
	out := &datasets.CSR{N: x.N, Cols: x.Cols, Indptr: []int{0}}
	for i := range x.N {
		for j, v := range x.Data[i*x.Cols : (i+1)*x.Cols] {
			if v != 0 {
				out.Indices, out.Values = append(out.Indices, int32(j)), append(out.Values, v)
			}
		}
		out.Indptr = append(out.Indptr, len(out.Values))
	}
	return out
}

func randomVector(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 2))
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

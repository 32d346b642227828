package unlearn

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// convex is a glm that says how curved it is.
type convex struct {
	full
	gamma, gamma2 float64
}

func (o convex) Convexity() (float64, float64, error) { return o.gamma, o.gamma2, nil }

func convexLogistic(dim int) convex { return convex{full{logistic(dim)}, 0.25, 1 / (6 * math.Sqrt(3))} }

func convexSquares(dim int) convex { return convex{full{leastSquares(dim)}, 1, 0} }

// softmax is multi-class regression, theta (features x classes) row-major, written out without any
// code of this package.
type softmax struct{ features, classes int }

func (o softmax) Dim() int { return o.features * o.classes }

func (o softmax) Convexity() (float64, float64, error) {
	return 0.5, math.Sqrt2 / (3 * math.Sqrt(3)), nil
}

func (o softmax) Outputs(*datasets.Dataset) (int, error) { return o.classes, nil }

func (o softmax) Predict(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	for i := range d.Len() {
		copy(dst[i*o.classes:], o.outputs(theta, d, i))
	}
	return nil
}

func (o softmax) outputs(theta []float64, d *datasets.Dataset, i int) []float64 {
	z := make([]float64, o.classes)
	columns, values := entries(d.X, i)
	for k, c := range columns {
		floats.AddScaled(z, values[k], theta[c*o.classes:(c+1)*o.classes])
	}
	return z
}

func (o softmax) Loss(_ context.Context, theta []float64, d *datasets.Dataset) (sum float64, err error) {
	for i := range d.Len() {
		z := o.outputs(theta, d, i)
		sum += d.Weight(i) * (floats.LogSumExp(z) - z[int(d.Y[i])])
	}
	return sum, nil
}

// probabilities of sample i.
func (o softmax) probabilities(theta []float64, d *datasets.Dataset, i int) []float64 {
	z := o.outputs(theta, d, i)
	all := floats.LogSumExp(z)
	for k := range z {
		z[k] = math.Exp(z[k] - all)
	}
	return z
}

func (o softmax) Gradient(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	for i := range d.Len() {
		p := o.probabilities(theta, d, i)
		p[int(d.Y[i])]--
		o.addOuter(dst, d, i, p)
	}
	return nil
}

func (o softmax) HVP(_ context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	clear(dst)
	for i := range d.Len() {
		p, along := o.probabilities(theta, d, i), o.outputs(v, d, i)
		mean := floats.Dot(p, along)
		for k := range p {
			p[k] *= along[k] - mean
		}
		o.addOuter(dst, d, i, p)
	}
	return nil
}

func (o softmax) addOuter(dst []float64, d *datasets.Dataset, i int, z []float64) {
	columns, values := entries(d.X, i)
	for k, c := range columns {
		floats.AddScaled(dst[c*o.classes:(c+1)*o.classes], d.Weight(i)*values[k], z)
	}
}

// shortRows returns random data whose rows have norm at most 1; regression targets with classes 0.
func shortRows(n, p, classes int, sparse bool, seed uint64) *datasets.Dataset {
	d, err := datasets.NormalizeRows(randomData(n, p, min(classes, 2), sparse, seed))
	if err != nil {
		panic(err)
	}
	if classes > 2 {
		d.Classes = classes
		for i := range d.Y {
			d.Y[i] = float64((int(d.Y[i]) + i) % classes)
		}
	}
	return d
}

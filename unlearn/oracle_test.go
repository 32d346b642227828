package unlearn

import (
	"context"
	"errors"
	"math"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
)

// ridgeRegression is the minimum of a least-squares problem from the normal equations, without any
// code of this package.
func ridgeRegression(t require.TestingT, p *Problem) []float64 {
	dim := p.Dim()
	normal, right := mat.NewSymDense(dim, nil), mat.NewVecDense(dim, nil)
	for i, row := range samples(p.Train) {
		x := mat.NewVecDense(dim, row[:dim])
		normal.SymRankOne(normal, p.Train.Weight(i), x)
		right.AddScaledVec(right, p.Train.Weight(i)*row[dim], x)
	}
	for j := range dim {
		weight := p.L2
		if p.Penalty != nil {
			weight *= p.Penalty[j]
		}
		normal.SetSym(j, j, normal.At(j, j)+weight)
		if p.Tilt != nil {
			right.SetVec(j, right.AtVec(j)-p.Tilt[j])
		}
	}
	var factor mat.Cholesky
	require.True(t, factor.Factorize(normal))
	theta := mat.NewVecDense(dim, nil)
	require.NoError(t, factor.SolveVecTo(theta, right))
	return theta.RawVector().Data
}

// newton is a trainer of convex problems: Newton's method with a dense factor and step halving.
type newton struct{}

func (newton) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	g, next := make([]float64, len(theta)), make([]float64, len(theta))
	for range 100 {
		loss, err := p.LossGradient(ctx, g, theta)
		if err != nil || norm(g) < 1e-10 {
			return theta, err
		}
		h, err := p.Hessian(ctx, theta, FullHessian)
		if err != nil {
			return nil, err
		}
		m, err := Materialize(ctx, h, 0)
		if err != nil {
			return nil, err
		}
		var factor mat.Cholesky
		if !factor.Factorize(m) {
			return nil, errors.New("not convex")
		}
		step := mat.NewVecDense(len(g), nil)
		if err := factor.SolveVecTo(step, mat.NewVecDense(len(g), g)); err != nil {
			return nil, err
		}
		for scale := 1.0; scale > 1e-3; scale /= 2 {
			floats.AddScaledTo(next, theta, -scale, step.RawVector().Data)
			if l, err := p.Loss(ctx, next); err != nil {
				return nil, err
			} else if l <= loss+1e-12*math.Abs(loss) {
				break
			}
		}
		theta, next = next, theta
	}
	return theta, nil
}

func trained(t require.TestingT, p *Problem) []float64 {
	theta, err := newton{}.Train(context.Background(), p, make([]float64, p.Dim()))
	require.NoError(t, err)
	return theta
}

// requests of every kind on data of randomData with two classes or none.
func requests(t require.TestingT, d *datasets.Dataset) map[string]Request {
	values := [][]float64{{0.5, -1}, {2, 0}, {0, 0}}
	flipped := []float64{1 - d.Y[4], 1 - d.Y[9], 1 - d.Y[20]}
	return map[string]Request{
		"samples":      RemoveSamples(3, 17, 5),
		"features":     RemoveFeatures(2),
		"values":       CorrectFeatures([]int{8, 2, 30}, []int{0, 3}, values),
		"labels":       CorrectLabels([]int{4, 9, 20}, flipped),
		"replacements": CorrectSamples([]int{1, 11}, d.Slice(24, 26)),
		"everything": merge(t, RemoveSamples(3, 17, 5), RemoveFeatures(2), CorrectFeatures([]int{8, 2, 30}, []int{0, 3}, values),
			CorrectLabels([]int{4, 9, 20}, flipped), CorrectSamples([]int{1, 11}, d.Slice(24, 26))),
	}
}

func exact() SecondOrder { return SecondOrder{Solver: CG{Tolerance: 1e-13}} }

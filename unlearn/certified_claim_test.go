package unlearn

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
)

// The claim of a certificate, tested by drawing: two parameters, b drawn 20,000 times as Certified
// draws it, parameters retrained on the corrected data and parameters whose residual is exactly
// what the budget allows, always in the same direction, which is the hardest case. On every
// half-space the two distributions have to obey
//
//	P(theta in S) <= e^epsilon P(theta* in S) + delta, and the other way round,
//
// up to the error of counting. The half-space that tells best has the normal H times the residual's
// direction: where the loss is nearly quadratic theta varies with the covariance sigma^2 H^-2 and
// is moved by H^-1 u.
func TestTheDistributionsObeyTheCertificate(t *testing.T) {
	const draws = 20000
	base := &Problem{Objective: convexLogistic(2), Train: shortRows(12, 2, 2, false, 9), L2: 1}
	request := RemoveSamples(4)
	applied, err := request.Apply(base.Train)
	require.NoError(t, err)
	budget := Budget{Epsilon: 0.5, Delta: 0.01, Sigma: 1}
	direction := []float64{math.Cos(1), math.Sin(1)}
	for _, tt := range []struct {
		name  string
		sigma float64 // of what is drawn; the residual is that of the budget
		holds bool
	}{{"as certified", budget.Sigma, true}, {"sigma ten times too small", budget.Sigma / 10, false}} {
		drawn := budget
		drawn.Sigma = tt.sigma
		unlearned, retrained := make([][2]float64, draws), make([][2]float64, draws)
		for i := range draws {
			// Two trainings have two tilts: the retrained model is another draw.
			b := drawn.tilt(2, uint64(i), 0)
			floats.AddScaled(b, -budget.Residual(), direction) // grad L + b = r u at the optimum of L + (b - r u)'theta
			unlearned[i] = optimum(applied.Data, b)
			retrained[i] = optimum(applied.Data, drawn.tilt(2, uint64(draws+i), 0))
			if i == 0 {
				p := base.With(applied.Data)
				p.Tilt = drawn.tilt(2, 0, 0)
				residual, err := p.Residual(t.Context(), unlearned[0][:])
				require.NoError(t, err)
				require.InDelta(t, budget.Residual(), residual, 1e-9, "the residual is at the budget")
			}
		}
		worst := worstExcess(unlearned, retrained, hessianTimes(applied.Data, direction), direction, budget)
		t.Logf("%s: the inequality is exceeded by %.4f at the most", tt.name, worst)
		// Counting errs by less than four standard errors of the two shares.
		margin := 4 * math.Sqrt(0.25/draws) * (1 + math.Exp(budget.Epsilon))
		if tt.holds {
			require.LessOrEqual(t, worst, margin)
		} else {
			require.Greater(t, worst, 3*margin)
		}
	}
}

// worstExcess returns the largest P(S) - e^epsilon Q(S) - delta over half-spaces S and both orders
// of the two distributions.
func worstExcess(a, b [][2]float64, telling, direction []float64, budget Budget) float64 {
	normals := [][]float64{telling, direction, {1, 0}, {0, 1}}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		v := []float64{rng.NormFloat64(), rng.NormFloat64()}
		normals = append(normals, v)
	}
	worst := math.Inf(-1)
	for _, v := range normals {
		x, y := projected(a, v), projected(b, v)
		all := slices.Concat(x, y)
		slices.Sort(all)
		for k := 1; k < 100; k++ {
			at := all[k*len(all)/100]
			p, q := below(x, at), below(y, at)
			for _, pair := range [][2]float64{{p, q}, {q, p}, {1 - p, 1 - q}, {1 - q, 1 - p}} {
				worst = max(worst, pair[0]-math.Exp(budget.Epsilon)*pair[1]-budget.Delta)
			}
		}
	}
	return worst
}

func projected(points [][2]float64, v []float64) []float64 {
	out := make([]float64, len(points))
	for i, p := range points {
		out[i] = p[0]*v[0] + p[1]*v[1]
	}
	slices.Sort(out)
	return out
}

// below returns the share of sorted values that are below at.
func below(sorted []float64, at float64) float64 {
	i, _ := slices.BinarySearch(sorted, at)
	return float64(i) / float64(len(sorted))
}

// optimum minimizes logistic loss + ||theta||^2/2 + b'theta in two parameters by Newton's method,
// without any code of this package.
func optimum(d *datasets.Dataset, b []float64) (theta [2]float64) {
	for range 50 {
		g := [2]float64{theta[0] + b[0], theta[1] + b[1]}
		h := [3]float64{1, 0, 1}
		x := d.X.(*datasets.Dense).Data
		for i, y := range d.Y {
			q := 1 / (1 + math.Exp(-(x[2*i]*theta[0] + x[2*i+1]*theta[1])))
			for j := range 2 {
				g[j] += (q - y) * x[2*i+j]
			}
			w := q * (1 - q)
			h[0] += w * x[2*i] * x[2*i]
			h[1] += w * x[2*i] * x[2*i+1]
			h[2] += w * x[2*i+1] * x[2*i+1]
		}
		det := h[0]*h[2] - h[1]*h[1]
		theta[0] -= (h[2]*g[0] - h[1]*g[1]) / det
		theta[1] -= (h[0]*g[1] - h[1]*g[0]) / det
		if math.Hypot(g[0], g[1]) < 1e-11 {
			break
		}
	}
	return theta
}

// hessianTimes returns H u with H at the optimum without a tilt.
func hessianTimes(d *datasets.Dataset, u []float64) []float64 {
	theta := optimum(d, []float64{0, 0})
	p := &Problem{Objective: convexLogistic(2), Train: d, L2: 1}
	h := mat.NewDense(2, 2, nil)
	for j := range 2 {
		e, column := make([]float64, 2), make([]float64, 2)
		e[j] = 1
		if err := p.Objective.HVP(context.Background(), column, theta[:], e, d); err != nil {
			panic(err)
		}
		h.SetCol(j, column)
		h.Set(j, j, h.At(j, j)+1)
	}
	out := mat.NewVecDense(2, nil)
	out.MulVec(h, mat.NewVecDense(2, u))
	return out.RawVector().Data
}

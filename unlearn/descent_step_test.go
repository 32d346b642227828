package unlearn

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// bowl is an objective of many parameters: sum_i (theta_j - c_j y_i)^2 / 2 over all j.
type bowl struct{ center []float64 }

func (o bowl) Dim() int { return len(o.center) }

func (o bowl) Loss(context.Context, []float64, *datasets.Dataset) (float64, error) { return 0, nil }

func (o bowl) Gradient(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	for _, y := range d.Y {
		for j, c := range o.center {
			dst[j] += theta[j] - c*y
		}
	}
	return nil
}

func (o bowl) HVP(context.Context, []float64, []float64, []float64, *datasets.Dataset) error {
	return nil
}

// plainly trains as the rules are written, one loop after the other over the whole vectors.
func plainly(t *testing.T, p *Problem, theta []float64, steps, batch int, seed uint64, apply func(theta, g []float64, step int)) []float64 {
	theta = slices.Clone(theta)
	n := p.Train.Len()
	g := make([]float64, len(theta))
	order := rand.New(rand.NewPCG(seed, 0)).Perm(n)
	for k := range steps {
		rows := order[k*n/steps : (k+1)*n/steps]
		require.LessOrEqual(t, len(rows), batch)
		require.NoError(t, p.Objective.Gradient(t.Context(), g, theta, p.Train.Subset(rows)))
		for j := range g {
			g[j] *= float64(n) / float64(len(rows))
			if p.Penalty != nil {
				g[j] += p.L2 * p.Penalty[j] * theta[j]
			} else {
				g[j] += p.L2 * theta[j]
			}
			g[j] += p.Tilt[j]
			g[j] *= 1 / float64(n)
		}
		apply(theta, g, k+1)
	}
	return theta
}

func TestStepsHaveTheBitsOfPlainLoops(t *testing.T) {
	const dim, steps = 2*blockLength + 1003, 4
	rate, b1, b2, epsilon := 0.05, 0.8, 0.9, 1e-4
	for _, penalty := range [][]float64{nil, sizes(randomVector(dim, 4))} {
		p := &Problem{Objective: bowl{randomVector(dim, 1)}, Train: randomData(10, 1, 0, false, 2), L2: 0.3, Tilt: randomVector(dim, 3), Penalty: penalty}
		start := randomVector(dim, 5)
		m, v, largest := make([]float64, dim), make([]float64, dim), make([]float64, dim)
		adam := func(ams bool) func(theta, g []float64, step int) {
			clear(m)
			clear(v)
			return func(theta, g []float64, step int) {
				first, second := 1-math.Pow(b1, float64(step)), 1-math.Pow(b2, float64(step))
				for j, x := range g {
					m[j] = b1*m[j] + (1-b1)*x
					v[j] = b2*v[j] + (1-b2)*x*x
					size := v[j]
					if ams {
						largest[j] = max(largest[j], size)
						size = largest[j]
					}
					theta[j] -= rate * (m[j] / first) / (math.Sqrt(size/second) + epsilon)
				}
			}
		}
		momentum := func(theta, g []float64, _ int) {
			for j, x := range g {
				m[j] = 0.9*m[j] + x
				theta[j] -= rate * m[j]
			}
		}
		want := [][]float64{plainly(t, p, start, steps, 3, 7, momentum), plainly(t, p, start, steps, 3, 7, adam(false)),
			plainly(t, p, start, steps, 3, 7, adam(true))}
		var norms [][]float64
		for _, cores := range []int{1, 2, 5} {
			before := runtime.GOMAXPROCS(cores)
			var seen []float64
			note := func(now Progress) error {
				seen = append(seen, now.GradientNorm)
				return nil
			}
			for k, trainer := range []Trainer{
				SGD{Rate: rate, Momentum: 0.9, Batch: 3, Seed: 7, Callback: note},
				Adam{Rate: rate, Beta1: b1, Beta2: b2, Epsilon: epsilon, Batch: 3, Seed: 7, Callback: note},
				Adam{Rate: rate, Beta1: b1, Beta2: b2, Epsilon: epsilon, Batch: 3, Seed: 7, AMSGrad: true, Callback: note},
			} {
				got, err := trainer.Train(t.Context(), p, start)
				require.NoError(t, err)
				require.Equal(t, want[k], got)
			}
			norms = append(norms, seen)
			runtime.GOMAXPROCS(before)
		}
		require.Equal(t, norms[0], norms[1], "the bits of sums do not depend on the number of cores")
		require.Equal(t, norms[0], norms[2])
	}
}

// sizes are the absolute values.
func sizes(x []float64) []float64 {
	for i, v := range x {
		x[i] = math.Abs(v)
	}
	return x
}

func TestProgressOfManyParameters(t *testing.T) {
	const dim = 2*blockLength + 1003
	for _, penalty := range [][]float64{nil, sizes(randomVector(dim, 4))} {
		p := &Problem{Objective: flat{dim}, Train: randomData(10, 1, 0, false, 2), L2: 0.3, Tilt: randomVector(dim, 3), Penalty: penalty}
		start := randomVector(dim, 5)
		_, err := SGD{Rate: 1, Batch: 10, Callback: func(now Progress) error {
			require.InEpsilon(t, 1+p.regularizer(now.Theta), now.Loss, 1e-11)
			g := make([]float64, dim)
			p.addRegularizerGradient(g, start)
			require.InEpsilon(t, norm(g), now.GradientNorm, 1e-12)
			return nil
		}}.Train(t.Context(), p, start)
		require.NoError(t, err)
	}
}

func TestOneBadNumberAmongManyIsDivergence(t *testing.T) {
	const dim = 2*blockLength + 1003
	for _, at := range []int{0, blockLength, dim - 1} {
		p := &Problem{Objective: bowl{make([]float64, dim)}, Train: randomData(10, 1, 0, false, 2), Tilt: make([]float64, dim)}
		centre := make([]float64, dim)
		centre[at] = math.Inf(1)
		start := randomVector(dim, 5)
		p.Objective = bowl{centre}
		theta, err := Adam{Batch: 10}.Train(t.Context(), p, start)
		var e *DivergedError
		require.ErrorAs(t, err, &e)
		require.Equal(t, start, theta)
		p.Objective = bowl{make([]float64, dim)}
		p.Tilt[at] = 1e200 // its square overflows, it does not
		theta, err = SGD{Rate: 1e-200, Batch: 10, Callback: func(now Progress) error {
			require.InEpsilon(t, 1e200, now.GradientNorm, 1e-12)
			return nil
		}}.Train(t.Context(), p, start)
		require.NoError(t, err)
		require.InDelta(t, start[at]-0.1, theta[at], 1e-12)
		// Adam keeps the square: the parameters would no longer move.
		theta, err = Adam{Batch: 10}.Train(t.Context(), p, start)
		require.ErrorAs(t, err, &e)
		require.ErrorContains(t, err, "its square is too large")
		require.Equal(t, start, theta)
	}
}

// The kernels for many numbers at once, where there are any, have the bits of the loops, on numbers
// of all sizes.
func TestAdamsKernelsHaveTheBitsOfTheLoops(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	beta1, beta2 := 0.9, 0.999
	d := adamDecays{beta1, 1 - beta1, beta2, 1 - beta2}
	c := adamConstants{rate: 1e-3, first: 1 - math.Pow(beta1, 3), second: 1 - math.Pow(beta2, 3), epsilon: 1e-8}
	for n := range 23 {
		theta, m, v, g := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for j := range n {
			size := math.Pow(10, float64(rng.IntN(300)-150))
			theta[j], m[j], v[j], g[j] = rng.NormFloat64(), size*rng.NormFloat64(), size*size*rng.Float64(), size*rng.NormFloat64()
		}
		wantTheta, wantM, wantV := slices.Clone(theta), slices.Clone(m), slices.Clone(v)
		for j, x := range g {
			wantM[j] = beta1*wantM[j] + (1-beta1)*x
			wantV[j] = beta2*wantV[j] + (1-beta2)*x*x
			wantTheta[j] -= c.rate * (wantM[j] / c.first) / (math.Sqrt(wantV[j]/c.second) + c.epsilon)
		}
		d.moments(m, v, g)
		c.descend(theta, m, v)
		require.Equal(t, wantM, m)
		require.Equal(t, wantV, v)
		require.Equal(t, wantTheta, theta)
	}
}

// Gradients whose squares are too small for float64 have a norm all the same.
func TestProgressOfSmallGradients(t *testing.T) {
	const dim = 2*blockLength + 1003
	for _, size := range []float64{1e-130, 1e-155, 1e-170, 1e-300} {
		p := &Problem{Objective: flat{dim}, Train: randomData(10, 1, 0, false, 2), Tilt: make([]float64, dim)}
		p.Tilt[7], p.Tilt[dim-1] = 3*size, -4*size
		_, err := SGD{Rate: 1, Batch: 10, Callback: func(now Progress) error {
			require.InEpsilon(t, 5*size, now.GradientNorm, 1e-12)
			return nil
		}}.Train(t.Context(), p, make([]float64, dim))
		require.NoError(t, err)
	}
}

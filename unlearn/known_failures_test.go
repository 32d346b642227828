package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
)

// general is the operator of any square matrix, symmetric or not.
type general struct{ m *mat.Dense }

func (o general) Dim() int { n, _ := o.m.Dims(); return n }

func (o general) MulVecTo(_ context.Context, dst, x []float64) error {
	mat.NewVecDense(len(dst), dst).MulVec(o.m, mat.NewVecDense(len(x), x))
	return nil
}

func identity(n int) Operator {
	m := mat.NewSymDense(n, nil)
	for i := range n {
		m.SetSym(i, i, 1)
	}
	return Symmetric(m)
}

// Faults of other projects, each as a small input with the right answer. The source is the project
// and the number of its issue or change.
func TestKnownFailures(t *testing.T) {
	for _, known := range []struct {
		source, fault string
		check         func(t *testing.T)
	}{
		{"jax-ml/jax#40254", "preconditioned CG: inner products of a tiny right-hand side vanish, and the result is NaN", func(t *testing.T) {
			for _, size := range []float64{1e-13, 1e-170, 1e-290} {
				x := make([]float64, 3)
				half := func(dst, r []float64) { copy(dst, scaledTen(r, -3)) }
				_, err := CG{Precondition: half}.Solve(t.Context(), x, identity(3), []float64{size, 2 * size, 3 * size})
				require.NoError(t, err)
				require.InDeltaSlice(t, []float64{1, 2, 3}, []float64{x[0] / size, x[1] / size, x[2] / size}, 1e-12)
			}
		}},
		{"adda-team/adda#162", "the test for breakdown is not invariant under the units of length", func(t *testing.T) {
			m, b := rotated(spread(8, 1, 50), 3), randomVector(8, 4)
			for _, e := range []int{-180, 0, 180} {
				_, err := MINRES{}.Solve(t.Context(), make([]float64, 8), Symmetric(timesTen(m, e)), b)
				require.NoError(t, err)
			}
		}},
		{"scipy/scipy#1466", "a relative tolerance is taken for an absolute one: right-hand sides of 1e-9 give zeros", func(t *testing.T) {
			for _, solver := range []Solver{MINRES{Tolerance: 1e-8}, Exact{Tolerance: 1e-8, Indefinite: true}} {
				x := make([]float64, 2)
				_, err := solver.Solve(t.Context(), x, Symmetric(mat.NewSymDense(2, []float64{1, 0, 0, -1})), []float64{1e-9, -1e-9})
				require.NoError(t, err)
				require.InEpsilon(t, 1e-9, x[0], 1e-8)
				require.InEpsilon(t, 1e-9, x[1], 1e-8)
			}
		}},
		{"scipy/scipy#16868", "MINRES reports success by ||r|| / (||A|| ||x||), which is small where x is large", func(t *testing.T) {
			s := newSystem("", rotated(spread(30, 1e-9, 1), 5), randomVector(30, 6))
			x := make([]float64, 30)
			stats, err := MINRES{Tolerance: 1e-6, MaxProducts: 40}.Solve(t.Context(), x, Symmetric(s.m), s.b)
			require.InDelta(t, relativeResidual(s, x), stats.Residual, 1e-9)
			require.Equal(t, stats.Residual <= 1e-6, err == nil)
		}},
		{"scipy/scipy#6843", "MINRES ignores the start that it is given", func(t *testing.T) {
			s := systems()[0]
			x := append([]float64(nil), s.want...)
			stats, err := MINRES{}.Solve(t.Context(), x, Symmetric(s.m), s.b)
			require.NoError(t, err)
			require.LessOrEqual(t, stats.Products, 2.0)
		}},
		{"scipy/scipy#8315", "MINRES is wrong on denormal numbers", func(t *testing.T) {
			x, b := make([]float64, 2), []float64{1e-310, -3e-310}
			_, err := MINRES{}.Solve(t.Context(), x, identity(2), b)
			require.NoError(t, err)
			require.Equal(t, b, x)
		}},
		{"scipy/scipy#9745", "CG on a matrix that is not symmetric hands back a wrong vector", func(t *testing.T) {
			a := general{mat.NewDense(3, 3, []float64{1, 1, 0, 0, 1, 0, 0, 0, 1})}
			x := make([]float64, 3)
			stats, err := CG{}.Solve(t.Context(), x, a, []float64{1, 1, 1})
			if err == nil {
				require.InDeltaSlice(t, []float64{0, 1, 1}, x, 1e-8)
			}
			require.Equal(t, err == nil, stats.Residual <= 1e-10)
		}},
		{"scipy/scipy#8407", "the recurrence's residual says converged, the true one does not", func(t *testing.T) {
			s := newSystem("", rotated(spread(30, 1e-7, 1e7), 2), randomVector(30, 8))
			x := make([]float64, 30)
			stats, err := CG{Tolerance: 1e-12, MaxProducts: 500}.Solve(t.Context(), x, Symmetric(s.m), s.b)
			require.InEpsilon(t, relativeResidual(s, x), stats.Residual, 1e-2)
			require.Equal(t, stats.Residual <= 1e-12, err == nil)
		}},
		{"crobarcro/xfemm#61", "a solve that diverges on a singular matrix is reported as converged, with infinite numbers", func(t *testing.T) {
			x := make([]float64, 3)
			_, err := CG{}.Solve(t.Context(), x, Symmetric(mat.NewSymDense(3, []float64{2, -1, -1, -1, 2, -1, -1, -1, 2})), []float64{1, 2, 4})
			require.True(t, numerical(err), "%v", err)
			require.Equal(t, -1, notFinite(x))
		}},
		{"cai4cai/torchsparsegradutils#100", "CG breaks down on a right-hand side of zeros", func(t *testing.T) {
			for _, solver := range []Solver{CG{}, MINRES{}, LiSSA{}, Exact{}, Galerkin{}, &LaggedCholesky{}} {
				x := []float64{1, 2}
				stats, err := solver.Solve(t.Context(), x, identity(2), []float64{0, 0})
				require.NoError(t, err, solver.Name())
				require.Equal(t, []float64{0, 0}, x)
				require.Zero(t, stats.Residual)
			}
		}},
		{"kohpangwei/influence-release#20", "LiSSA's result depends on its scale unless it is divided out", func(t *testing.T) {
			s := systems()[0]
			for _, scale := range []float64{0, 15, 40, 400} {
				x := make([]float64, 30)
				_, err := LiSSA{Scale: scale, Tolerance: 1e-9}.Solve(t.Context(), x, Symmetric(s.m), s.b)
				require.NoError(t, err)
				require.InDeltaSlice(t, s.want, x, 1e-7)
			}
		}},
		{"alstonlo/torch-influence#9", "LiSSA hands back NaN for a scale below half of the largest eigenvalue", func(t *testing.T) {
			s := systems()[0]
			x := make([]float64, 30)
			_, err := LiSSA{Scale: 1}.Solve(t.Context(), x, Symmetric(s.m), s.b)
			var e *DivergedError
			require.ErrorAs(t, err, &e)
			require.Equal(t, "lissa", e.Solver)
			require.Equal(t, -1, notFinite(x))
		}},
		{"TRAIS-Lab/dattri#241", "the mean of the batches' inverses stands for the inverse of their mean", func(t *testing.T) {
			p := problems(t)["least squares, dense"]
			theta := make([]float64, 5)
			h, err := p.HessianBatches(t.Context(), theta, FullHessian, 4, 1)
			require.NoError(t, err)
			whole, err := p.Hessian(t.Context(), theta, FullHessian)
			require.NoError(t, err)
			want, got, b := make([]float64, 5), make([]float64, 5), randomVector(5, 2)
			_, err = Exact{}.Solve(t.Context(), want, whole, b)
			require.NoError(t, err)
			_, err = LiSSA{Tolerance: 1e-9}.Solve(t.Context(), got, h, b)
			require.NoError(t, err)
			require.InDeltaSlice(t, want, got, 1e-7)
		}},
		{"tensorflow/privacy#166", "an order next to 1 makes epsilon 0", func(t *testing.T) {
			r, err := RDP(105./100000, 1, 1+1e-8)
			require.NoError(t, err)
			require.InEpsilon(t, logOnePlus(logExcessByTrapezoids(105./100000, 1, 1+1e-6))/1e-6, r, 1e-5)
			epsilon, err := PrivacySpent(105./100000, 1, 1, 1e-3)
			require.NoError(t, err)
			require.Greater(t, epsilon, 0.0)
		}},
		{"meta-pytorch/opacus#49", "the order 1 divides by zero", func(t *testing.T) {
			_, err := RDP(0.1, 1, 1)
			require.ErrorContains(t, err, "above 1")
		}},
		{"meta-pytorch/opacus#186", "the older conversion spends more privacy than was lost", func(t *testing.T) {
			older := math.Inf(1)
			for alpha := 11.0; alpha < 64; alpha++ {
				r, err := RDP(1024./50000, 1.54, alpha)
				require.NoError(t, err)
				older = min(older, 1464*r+math.Log(1e5)/(alpha-1))
			}
			newer, err := PrivacySpent(1024./50000, 1.54, 1464, 1e-5)
			require.NoError(t, err)
			require.Less(t, newer, older-0.1)
		}},
		{"meta-pytorch/opacus#11", "noise counts relative to the clipping norm, which therefore does not change epsilon", func(t *testing.T) {
			p := problems(t)["logistic, dense, tilted"]
			var spent []float64
			for _, clip := range []float64{0.01, 1, 100} {
				m, err := DPSGD{Rate: 0.01, Noise: 2, Clip: clip, Batch: 10, Seed: 1}.Train(t.Context(), p)
				require.NoError(t, err)
				spent = append(spent, m.Epsilon)
			}
			require.Equal(t, []float64{spent[0], spent[0], spent[0]}, spent)
		}},
		{"FeRx-NLME/ferx-core#1112", "the square of a large gradient is infinite, and Adam freezes without a word", func(t *testing.T) {
			p := &Problem{Objective: bowl{make([]float64, 3)}, Train: randomData(10, 1, 0, false, 2), Tilt: []float64{1e200, 0, 0}}
			_, err := Adam{Batch: 10}.Train(t.Context(), p, []float64{1, 2, 3})
			var e *DivergedError
			require.ErrorAs(t, err, &e)
		}},
		{"google-deepmind/optax#1769", "Adam divides 0 by 0 where a gradient is exactly 0", func(t *testing.T) {
			p := &Problem{Objective: flat{3}, Train: randomData(10, 1, 0, false, 2)}
			for _, trainer := range []Trainer{Adam{Epochs: 3}, Adam{Epochs: 3, AMSGrad: true, Epsilon: 1e-300}} {
				theta, err := trainer.Train(t.Context(), p, []float64{1, 2, 3})
				require.NoError(t, err)
				require.Equal(t, []float64{1, 2, 3}, theta)
			}
		}},
		{"edgarschnfld/CADA-VAE-PyTorch#32", "outputs that are NaN go into an accuracy", func(t *testing.T) {
			_, err := classesOf([]float64{math.NaN(), 1}, 2, randomData(1, 1, 2, false, 1))
			require.ErrorContains(t, err, "no answer")
			_, err = datasets.Accuracy([]float64{math.NaN()}, &datasets.Dataset{X: &datasets.Dense{N: 1}, Y: []float64{0}})
			require.Error(t, err)
		}},
		{"Lightning-AI/torchmetrics#56", "a class that does not occur makes a mean over classes NaN", func(t *testing.T) {
			f1, err := MacroF1([]float64{0, 1}, []float64{0, 1}, 4)
			require.NoError(t, err)
			require.Equal(t, 0.5, f1)
		}},
		{"vikram2000b/Fast-Machine-Unlearning#2", "all samples are relabelled as the class of the last", func(t *testing.T) {
			d := randomData(6, 2, 3, false, 1)
			d.Y = []float64{0, 1, 2, 0, 1, 2}
			applied, err := CorrectLabels([]int{0, 1, 5}, []float64{1, 2, 0}).Apply(d)
			require.NoError(t, err)
			require.Equal(t, []float64{1, 2, 2, 0, 1, 0}, applied.Data.Y)
		}},
	} {
		t.Run(known.source, func(t *testing.T) {
			t.Log(known.fault)
			known.check(t)
		})
	}
}

func TestASolversErrorNamesItAndTheMethod(t *testing.T) {
	p := problems(t)["neuron, no regularizer"]
	theta := scaledTen(randomVector(p.Dim(), 3), 0)
	for _, solver := range []Solver{CG{MaxProducts: 1}, MINRES{MaxProducts: 1}, LiSSA{MaxProducts: 1, Scale: 1e9}, Exact{}, Galerkin{Products: 1}, &LaggedCholesky{}} {
		_, err := SecondOrder{Solver: solver}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2))
		require.ErrorContains(t, err, solver.Name())
		require.ErrorContains(t, err, "second-order")
		require.True(t, numerical(err))
	}
	gone := errors.New("disk on fire")
	o := &troubled{diagonal: []float64{1, 2}, before: func(int) error { return gone }}
	for _, solver := range []Solver{CG{}, MINRES{}, LiSSA{}, Exact{}, Galerkin{}, &LaggedCholesky{}} {
		_, err := solver.Solve(t.Context(), make([]float64, 2), o, []float64{1, 1})
		require.ErrorIs(t, err, gone)
		require.ErrorContains(t, err, solver.Name())
	}
}

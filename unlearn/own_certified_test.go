package unlearn_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// What Certified asks of a method, own says by the exported interfaces.
func (m own) Smooth() error { return m.inner.(unlearn.SmoothMethod).Smooth() }

// stepping is own with the steps of the method inside.
type stepping struct{ own }

func (m stepping) WithSteps() unlearn.Method {
	return own{m.inner.(unlearn.SteppedMethod).WithSteps().(unlearn.ChunkedMethod)}
}

// bounded is own with the contraction of the method inside.
type bounded struct{ own }

func (m bounded) Contraction(low, high float64) float64 {
	return m.inner.(unlearn.BoundedMethod).Contraction(low, high)
}

// copied is a Newton step that uses nothing of SecondOrder: the request's difference, the Hessian
// and a solver.
type copied struct {
	steps   bool
	measure bool // it leaves what the solver left to be measured
	full    bool // it follows the full gradient
	spoil   func(u *unlearn.Update)
}

func (copied) Name() string                { return "copied" }
func (copied) Smooth() error               { return nil }
func (m copied) WithSteps() unlearn.Method { m.steps = true; return m }

func (m copied) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	applied, err := r.Apply(p.Train)
	if err != nil {
		return nil, err
	}
	at, g := p.With(applied.Data), make([]float64, len(theta))
	follows := unlearn.Difference
	if m.full {
		follows = unlearn.FullGradient
		err = at.Gradient(ctx, g, theta)
	} else {
		err = p.Difference(ctx, g, theta, applied)
	}
	if err != nil {
		return nil, err
	}
	h, err := at.Hessian(ctx, theta, unlearn.FullHessian)
	if err != nil {
		return nil, err
	}
	delta := make([]float64, len(theta))
	stats, err := unlearn.CG{Tolerance: 1e-8}.Solve(ctx, delta, h, g)
	if err != nil {
		return nil, err
	}
	next := slices.Clone(theta)
	floats.Sub(next, delta)
	u := &unlearn.Update{Method: m.Name(), Theta: next, Data: applied.Data}
	if m.steps {
		s := unlearn.Step{From: slices.Clone(theta), To: slices.Clone(next), Gradient: g, Follows: follows}
		if !m.measure {
			s.Residual = stats.Residual * floats.Norm(g, 2)
		}
		u.Steps = []unlearn.Step{s}
	}
	if m.spoil != nil {
		m.spoil(u)
	}
	return u, nil
}

// certifiable is a convex problem with its tilt, trained, and what Certified needs beside the
// method.
func certifiable(t *testing.T) (m unlearn.Certified, p *unlearn.Problem, theta []float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	x := &datasets.Dense{N: 60, Cols: 4}
	d := &datasets.Dataset{Name: "certifiable", X: x, Classes: 2}
	for range x.N {
		row := make([]float64, x.Cols)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		floats.Scale(rng.Float64()/floats.Norm(row, 2), row)
		x.Data, d.Y = append(x.Data, row...), append(d.Y, float64(rng.IntN(2)))
	}
	model, err := nets.NewModel(nets.Linear{In: 4, Out: 1}, nets.Logistic, nets.Float64())
	require.NoError(t, err)
	m = unlearn.Certified{Budget: unlearn.Budget{Epsilon: 1, Delta: 0.1, Sigma: 50}, Seed: 7, AssumeSteady: true}
	p, theta, err = m.Train(t.Context(), &unlearn.Problem{Objective: model, Train: d, L2: 1}, make([]float64, 4))
	require.NoError(t, err)
	return m, p, theta
}

func certificate(t *testing.T, m unlearn.Certified, method unlearn.Method, p *unlearn.Problem, theta []float64) (*unlearn.Update, error) {
	t.Helper()
	m.Method = method
	return m.Unlearn(t.Context(), p, theta, unlearn.RemoveSamples(1, 4, 6, 30, 31, 32, 33))
}

// A user's copy of ours has the certificate that ours has, with the same bounds for the same work.
func TestCertifiedKnowsAMethodByItsInterfacesAlone(t *testing.T) {
	m, p, theta := certifiable(t)
	for name, pair := range map[string][2]unlearn.Method{
		"second order":          {unlearn.SecondOrder{}, stepping{own{unlearn.SecondOrder{}}}},
		"two steps":             {unlearn.SecondOrder{Steps: 2}, stepping{own{unlearn.SecondOrder{Steps: 2}}}},
		"with a ridge":          {unlearn.SecondOrder{Ridge: 2}, stepping{own{unlearn.SecondOrder{Ridge: 2}}}},
		"the full gradient":     {unlearn.SecondOrder{Gradient: unlearn.FullGradient}, stepping{own{unlearn.SecondOrder{Gradient: unlearn.FullGradient}}}},
		"first order":           {unlearn.FirstOrder{Tau: 0.05}, bounded{own{unlearn.FirstOrder{Tau: 0.05}}}},
		"a step much too short": {unlearn.FirstOrder{Tau: 1e-9}, bounded{own{unlearn.FirstOrder{Tau: 1e-9}}}},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := certificate(t, m, pair[0], p, theta)
			require.NoError(t, err)
			got, err := certificate(t, m, pair[1], p, theta)
			require.NoError(t, err)
			require.False(t, math.IsInf(got.Certificate.Bound, 1))
			require.Equal(t, want.Certificate, got.Certificate)
			require.Equal(t, want.Theta, got.Theta)
			require.Equal(t, []float64{want.Cost.Gradients, want.Cost.HVPs, want.Check.Gradients, want.Check.HVPs},
				[]float64{got.Cost.Gradients, got.Cost.HVPs, got.Check.Gradients, got.Check.HVPs})
			require.Nil(t, got.Steps, "they hold the parameters before the request")
		})
	}
	silent, err := certificate(t, m, own{unlearn.SecondOrder{}}, p, theta)
	require.NoError(t, err)
	require.True(t, math.IsInf(silent.Certificate.Bound, 1), "nothing is claimed for a method that says nothing")
}

// A method written from scratch has the bounds of second order; the certificate is that of the
// parameters that it hands over.
func TestANewtonStepOfOnesOwnIsBounded(t *testing.T) {
	m, p, theta := certifiable(t)
	for name, pair := range map[string]struct {
		ours unlearn.SecondOrder
		own  copied
	}{
		"of the difference":       {unlearn.SecondOrder{Solver: unlearn.CG{Tolerance: 1e-8}}, copied{}},
		"residual to be measured": {unlearn.SecondOrder{Solver: unlearn.CG{Tolerance: 1e-8}}, copied{measure: true}},
		"of the full gradient":    {unlearn.SecondOrder{Solver: unlearn.CG{Tolerance: 1e-8}, Gradient: unlearn.FullGradient}, copied{full: true}},
	} {
		want, err := certificate(t, m, pair.ours, p, theta)
		require.NoError(t, err, name)
		got, err := certificate(t, m, pair.own, p, theta)
		require.NoError(t, err, name)
		require.Less(t, got.Certificate.Residual, got.Certificate.Bound, name)
		for _, v := range [][2]float64{
			{want.Certificate.Bound, got.Certificate.Bound}, {want.Certificate.WorstCase, got.Certificate.WorstCase},
			{want.Certificate.Residual, got.Certificate.Residual},
		} {
			require.InEpsilon(t, v[0], v[1], 1e-6, name)
		}
	}
	// The steps of another method say nothing of parameters that were changed afterwards.
	moved, err := certificate(t, m, copied{spoil: func(u *unlearn.Update) { u.Theta[0] += 0.1 }}, p, theta)
	require.NoError(t, err)
	require.True(t, math.IsInf(moved.Certificate.Bound, 1))
	residual, err := p.With(moved.Data).Residual(t.Context(), moved.Theta)
	require.NoError(t, err)
	require.InEpsilon(t, residual, moved.Certificate.Residual, 1e-12)
	// Nor does a difference that was taken elsewhere than where the request began.
	elsewhere, err := certificate(t, m, copied{spoil: func(u *unlearn.Update) {
		if len(u.Steps) > 0 {
			u.Steps[0].From[0] += 0.1
		}
	}}, p, theta)
	require.NoError(t, err)
	require.True(t, math.IsInf(elsewhere.Certificate.Bound, 1))
}

// Parameters that are held fixed were trained before, on the row that is to be forgotten perhaps,
// and would be published as they are: no guarantee is given where there are any.
func TestParametersThatSawTheRowAreNotCertified(t *testing.T) {
	_, p, _ := certifiable(t)
	model, err := nets.NewModel(nets.Linear{In: 4, Out: 1, Bias: true}, nets.Logistic)
	require.NoError(t, err)
	whole, err := unlearn.LBFGS{}.Train(t.Context(), &unlearn.Problem{Objective: model, Train: p.Train, L2: 1}, make([]float64, 5))
	require.NoError(t, err)
	bias, err := model.Select(whole, "b*") // W is as it was trained on row 3
	require.NoError(t, err)
	q := &unlearn.Problem{Objective: bias, Train: p.Train, L2: 1}
	m := unlearn.OutputPerturbation{Epsilon: 0.1, Delta: 0.01}
	_, _, err = m.Train(t.Context(), q, []float64{0})
	require.ErrorContains(t, err, "held fixed")
	_, err = m.Open(t.Context(), q, []float64{0}, t.TempDir())
	require.ErrorContains(t, err, "held fixed")
	for _, m := range []unlearn.Method{
		m, unlearn.Certified{Budget: unlearn.Budget{Epsilon: 1, Delta: 0.1, Sigma: 50}, Seed: 7}, unlearn.SISA{Shards: 2},
		unlearn.DPSGD{Rate: 0.1, Noise: 1, Seed: 1}, unlearn.ObjectivePerturbation{Sigma: 1, Seed: 1},
	} {
		u, err := m.Unlearn(t.Context(), q, []float64{0}, unlearn.RemoveSamples(3))
		require.ErrorContains(t, err, "fixed", m.Name())
		require.Nil(t, u)
	}
}

// embedding has all that SecondOrder says of itself, and does something else.
type embedding struct{ unlearn.SecondOrder }

func (embedding) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	return unlearn.None{}.Unlearn(ctx, p, theta, r)
}

// solving is a solver of a user's own.
type solving struct{ unlearn.CG }

// How what a method leaves varies with the tilt is known of no method but neglected for ours only.
func TestAMethodOfOnesOwnIsVouchedFor(t *testing.T) {
	m, p, theta := certifiable(t)
	m.AssumeSteady = false
	for _, method := range []unlearn.Method{
		own{unlearn.SecondOrder{}}, copied{}, embedding{}, unlearn.SecondOrder{Solver: solving{}}, &unlearn.SecondOrder{Solver: solving{}},
		unlearn.Iterative{Method: copied{}}, &unlearn.Iterative{Method: embedding{}},
	} {
		_, err := certificate(t, m, method, p, theta)
		require.ErrorContains(t, err, "set Certified.AssumeSteady", "%T", method)
	}
	for _, method := range []unlearn.Method{
		unlearn.SecondOrder{Solver: unlearn.MINRES{Tolerance: 1e-8}}, &unlearn.SecondOrder{}, unlearn.Iterative{Method: &unlearn.FirstOrder{Tau: 0.05}},
	} {
		_, err := certificate(t, m, method, p, theta)
		require.NoError(t, err, "%T", method)
	}
}

func TestStepsThatCannotBe(t *testing.T) {
	m, p, theta := certifiable(t)
	for want, spoil := range map[string]func(s *unlearn.Step){
		"step 1 of the update by copied: From has length 3 for 4 parameters":     func(s *unlearn.Step) { s.From = s.From[:3] },
		"step 1 of the update by copied: To has length 0 for 4 parameters":       func(s *unlearn.Step) { s.To = nil },
		"step 1 of the update by copied: Gradient has length 0 for 4 parameters": func(s *unlearn.Step) { s.Gradient = nil },
		"Before has length 2 for 4 parameters":                                   func(s *unlearn.Step) { s.Before = make([]float64, 2) },
		"After has length 5 for 4 parameters":                                    func(s *unlearn.Step) { s.After = make([]float64, 5) },
		"Follows is 0; give Difference or FullGradient":                          func(s *unlearn.Step) { s.Follows = 0 },
		"Residual is NaN": func(s *unlearn.Step) { s.Residual = math.NaN() },
		"Residual is -1":  func(s *unlearn.Step) { s.Residual = -1 },
	} {
		_, err := certificate(t, m, copied{spoil: func(u *unlearn.Update) { spoil(&u.Steps[0]) }}, p, theta)
		require.ErrorContains(t, err, want)
	}
	_, err := certificate(t, m, shrinking{bounded{own{unlearn.FirstOrder{Tau: 0.05}}}}, p, theta)
	require.ErrorContains(t, err, "Contraction returned NaN")
}

// shrinking claims no number.
type shrinking struct{ bounded }

func (shrinking) Contraction(float64, float64) float64 { return math.NaN() }

// The steps that second order keeps are those that it took: each begins where the one before it
// ended, and gradients and residuals are those that the problem has there.
func TestTheStepsOfSecondOrderAreTrue(t *testing.T) {
	_, p, theta := certifiable(t)
	r := unlearn.RemoveSamples(1, 4, 6, 30, 31, 32, 33)
	applied, err := r.Apply(p.Train)
	require.NoError(t, err)
	at := p.With(applied.Data)
	gradient := func(theta []float64) []float64 {
		g := make([]float64, len(theta))
		require.NoError(t, at.Gradient(t.Context(), g, theta))
		return g
	}
	for name, m := range map[string]unlearn.SecondOrder{
		"plain": {Steps: 3}, "full": {Steps: 2, Gradient: unlearn.FullGradient}, "difference": {Steps: 2, Gradient: unlearn.Difference, Force: true},
		"short": {Step: 0.5}, "sampled": {Sample: 20, Force: true},
	} {
		t.Run(name, func(t *testing.T) {
			plain, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.Nil(t, plain.Steps)
			u, err := m.WithSteps().Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.Equal(t, plain.Theta, u.Theta)
			require.Equal(t, plain.Cost.Gradients, u.Cost.Gradients)
			require.NotEmpty(t, u.Steps)
			from := theta
			for i, s := range u.Steps {
				require.Equal(t, from, s.From)
				from = s.To
				want := gradient(s.From)
				if s.Follows == unlearn.Difference {
					require.NoError(t, p.Difference(t.Context(), want, s.From, applied))
				}
				require.Equal(t, m.Gradient == unlearn.FullGradient || m.Gradient != unlearn.Difference && i > 0, s.Follows == unlearn.FullGradient)
				if m.Sample == 0 || s.Follows == unlearn.Difference {
					require.InDeltaSlice(t, want, s.Gradient, 1e-12)
				}
				if m.Sample > 0 {
					require.Nil(t, s.Before)
					require.Nil(t, s.After)
					require.Zero(t, s.Residual)
					continue
				}
				require.InDeltaSlice(t, gradient(s.From), s.Before, 1e-12)
				require.InDeltaSlice(t, gradient(s.To), s.After, 1e-12)
				if m.Step != 0 {
					require.Zero(t, s.Residual, "the step is not the solution of the system")
					continue
				}
				h, err := at.Hessian(t.Context(), s.From, unlearn.FullHessian)
				require.NoError(t, err)
				delta, left := slices.Clone(s.To), make([]float64, len(theta))
				floats.Sub(delta, s.From)
				require.NoError(t, h.MulVecTo(t.Context(), left, delta))
				floats.Add(left, s.Gradient)
				require.InDelta(t, floats.Norm(left, 2), s.Residual, 1e-10)
			}
			require.Equal(t, u.Theta, from)
			u.Theta[0]++
			require.NotEqual(t, u.Theta, from, "the parameters of a step are its own")
		})
	}
	u, err := unlearn.Iterative{Method: unlearn.SecondOrder{}.WithSteps(), Chunks: 2}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	require.Empty(t, u.Steps, "the steps of a chunk are on other data")
}

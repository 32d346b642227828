package unlearn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
	"lethe/nets"
)

// softNet is a small network of four classes in float64, its parameters, and n random samples.
func softNet(t *testing.T, n int) (*nets.Model, []float64, *datasets.Dataset) {
	t.Helper()
	m, err := nets.NewModel(nets.MLP{In: 3, Hidden: []int{4}, Out: 4}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(5, 0))
	d := &datasets.Dataset{Name: "d", X: &datasets.Dense{N: n, Cols: 3, Data: make([]float64, 3*n)}, Y: make([]float64, n), Classes: 4}
	for i := range d.X.(*datasets.Dense).Data {
		d.X.(*datasets.Dense).Data[i] = rng.NormFloat64()
	}
	for i := range d.Y {
		d.Y[i] = float64(rng.IntN(4))
	}
	return m, m.Init(1), d
}

// divergence is KL(p || q).
func divergence(p, q []float64) float64 {
	sum := 0.0
	for j := range p {
		sum += p[j] * math.Log(p[j]/q[j])
	}
	return sum
}

// The target is the projection: in closed form, and nearer than any other distribution that treats
// the outputs alike.
func TestSpreadIsTheProjection(t *testing.T) {
	p := []float64{0.5, 0.1, 0.2, 0.2}
	q := append([]float64(nil), p...)
	Spread(q, []int{0, 2})
	assert.InDeltaSlice(t, []float64{0.35, 0.1, 0.35, 0.2}, q, 1e-15)
	least := divergence(p, q)
	for a := 0.01; a < 0.5; a += 0.01 { // of each of the two
		for share := 0.05; share < 1; share += 0.05 {
			other := []float64{a, (1 - 2*a) * share, a, (1 - 2*a) * (1 - share)}
			assert.GreaterOrEqual(t, divergence(p, other), least-1e-12)
		}
	}
}

// outputsJacobian is the derivative of the outputs of one sample, (k, p), by central differences.
func outputsJacobian(t *testing.T, m *nets.Model, theta []float64, d *datasets.Dataset) *mat.Dense {
	t.Helper()
	const k, h = 4, 1e-5
	j := mat.NewDense(k, len(theta), nil)
	up, down, at := make([]float64, k), make([]float64, k), append([]float64(nil), theta...)
	for i := range theta {
		at[i] = theta[i] + h
		require.NoError(t, m.Predict(t.Context(), up, at, d))
		at[i] = theta[i] - h
		require.NoError(t, m.Predict(t.Context(), down, at, d))
		at[i] = theta[i]
		for c := range k {
			j.Set(c, i, (up[c]-down[c])/(2*h))
		}
	}
	return j
}

// The second-order step of soft labels equals the dense solution of
// (sum J'(diag p - pp')J + ridge) x = sum_c J'(p - q), and the old parameters are stationary.
func TestSecondOrderOnSoftLabelsEqualsDenseAlgebra(t *testing.T) {
	const n, spread, ridge = 12, 4, 0.3
	m, theta, d := softNet(t, n)
	alike := []int{0, 1, 3}
	p, r, err := SoftCorrection(t.Context(), m, theta, d.Slice(n-spread, n), d.Slice(0, n-spread), alike)
	require.NoError(t, err)
	residual, err := p.Residual(t.Context(), theta)
	require.NoError(t, err)
	assert.Less(t, residual, 1e-12)

	dim := len(theta)
	h, g := mat.NewDense(dim, dim, nil), mat.NewVecDense(dim, nil)
	for i := range dim {
		h.Set(i, i, ridge)
	}
	own, k, err := ownDistributions(t.Context(), m, theta, d)
	require.NoError(t, err)
	for i := range n {
		j, pi := outputsJacobian(t, m, theta, d.Slice(i, i+1)), own[i*k:(i+1)*k]
		fisher := mat.NewDense(k, k, nil)
		for a := range k {
			for b := range k {
				fisher.Set(a, b, -pi[a]*pi[b])
			}
			fisher.Set(a, a, pi[a]-pi[a]*pi[a])
		}
		var term mat.Dense
		term.Product(j.T(), fisher, j)
		h.Add(h, &term)
		if i < n-spread {
			continue
		}
		even := (pi[0] + pi[1] + pi[3]) / 3
		var pull mat.VecDense
		pull.MulVec(j.T(), mat.NewVecDense(k, []float64{pi[0] - even, pi[1] - even, 0, pi[3] - even}))
		g.AddVec(g, &pull)
	}
	var x mat.VecDense
	require.NoError(t, x.SolveVec(h, g))

	u, err := SecondOrder{Solver: CG{Tolerance: 1e-11}, Curvature: GaussNewton, Ridge: ridge, Force: true}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	for i := range theta {
		assert.InDelta(t, theta[i]-x.AtVec(i), u.Theta[i], 1e-6)
	}
}

// distillProblem has two samples to spread, three other pairs and kept ones.
func distillProblem(t *testing.T) (Distill, *Problem, []float64, Request) {
	t.Helper()
	m, theta, d := softNet(t, 20)
	return Distill{Own: d.Slice(0, 2), Other: d.Slice(2, 8), Length: 2, Alike: []int{0, 1, 2}, Retain: 3, Batch: 6, Kept: 5,
		Lead: &Lead{Penalty: 0.2}}, &Problem{Objective: m, Train: d.Slice(8, 20)}, theta, RemoveSamples(0)
}

// The gradient of a step is that of the loss in the outputs, by central differences: both
// divergences, and the penalty on the lead, which is (Penalty/2) max(0, lead - bound)^2 while the
// multiplier is 0 and the bound is the mean.
func TestDistillGradientEqualsFiniteDifferences(t *testing.T) {
	m, p, theta, r := distillProblem(t)
	a, err := beginSampled(t.Context(), m.Name(), p, theta, r, Sampling{})
	require.NoError(t, err)
	c, err := m.course(t.Context(), a)
	require.NoError(t, err)
	first, k, err := ownDistributions(t.Context(), p.Objective, theta, m.Own)
	require.NoError(t, err)
	for i := range 2 {
		Spread(first[i*k:(i+1)*k], m.Alike)
	}
	at := append([]float64(nil), theta...)
	for i := range at { // away from the old parameters, where the kept samples have no gradient
		at[i] += 0.1 * math.Sin(float64(3*i))
	}
	batch, err := c.batch(t.Context(), at)
	require.NoError(t, err)
	if c.lead <= 0 { // the other way round there is no force
		t.Fatal("the test needs a lead above 0")
	}
	g := make([]float64, len(at))
	require.NoError(t, c.soft.Gradient(t.Context(), g, at, batch))

	kept := batch.Slice(8, 13)
	old, _, err := ownDistributions(t.Context(), p.Objective, theta, &datasets.Dataset{X: kept.X, Y: make([]float64, 5), Classes: 4})
	require.NoError(t, err)
	labels := append(append([]float64(nil), m.Own.Y...), make([]float64, 6)...)
	order := batch.X.(*datasets.Dense)
	for i := 2; i < 8; i++ { // the sequences are in a drawn order
		for j := 2; j < 8; j++ {
			if order.Data[3*i] == m.Other.X.(*datasets.Dense).Data[3*(j-2)] {
				labels[i] = m.Other.Y[j-2]
			}
		}
	}
	loss := func(theta []float64) float64 {
		plain := &datasets.Dataset{X: batch.X, Y: make([]float64, 13), Classes: 4}
		now, _, err := ownDistributions(t.Context(), p.Objective, theta, plain)
		require.NoError(t, err)
		row := func(i int) []float64 { return now[i*k : (i+1)*k] }
		sum, lead := 0.0, 0.0
		for i := range 8 {
			share, sign := 0.5/2, 1.0
			if i >= 2 {
				share, sign = 0.5/6, -1.0/3
			}
			sum += share * divergence(first[i%2*k:(i%2+1)*k], row(i))
			lead += sign * math.Log(row(i)[int(labels[i])])
		}
		for i := range 5 {
			sum += 3.0 / 5 * divergence(old[i*k:(i+1)*k], row(8+i))
		}
		return sum + 0.2/2*max(0, lead)*max(0, lead)
	}
	for i := range at {
		was, h := at[i], 1e-5
		at[i] = was + h
		up := loss(at)
		at[i] = was - h
		down := loss(at)
		at[i] = was
		assert.InDelta(t, (up-down)/(2*h), g[i], 1e-7, "parameter %d", i)
	}
}

// The steps come to where the outputs are alike, and the lead is pushed from above only.
func TestDistillSpreadsAndKeeps(t *testing.T) {
	m, p, theta, r := distillProblem(t)
	m.Steps, m.Rate, m.Lead = 600, 0.02, nil
	before, k, err := ownDistributions(t.Context(), p.Objective, theta, m.Own)
	require.NoError(t, err)
	u, err := m.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	after, _, err := ownDistributions(t.Context(), p.Objective, u.Theta, m.Own)
	require.NoError(t, err)
	for i := range 2 {
		q := append([]float64(nil), before[i*k:(i+1)*k]...)
		Spread(q, m.Alike)
		was := divergence(q, before[i*k:(i+1)*k])
		assert.Less(t, divergence(q, after[i*k:(i+1)*k]), was/4, "sample %d", i)
	}
	c := course{Distill: Distill{Lead: &Lead{Rate: 0.5, Penalty: 1}}}
	assert.Equal(t, 0.0, c.push([]float64{-5, -4, -3}), "below the mean of the others there is no force")
	assert.InDelta(t, 0.5*1.5+1.5, c.push([]float64{-2, -4, -3}), 1e-15)
	c.Lead = &Lead{Penalty: 1, Spreads: 1, After: 1}
	assert.Equal(t, 0.0, c.push([]float64{-2, -4, -3}), "not yet")
	c.step, c.multiplier = 1, 0
	assert.InDelta(t, 1.5-math.Sqrt(0.5), c.push([]float64{-2, -4, -3}), 1e-15)
}

// What cannot be is refused in words.
func TestDistillRefusals(t *testing.T) {
	m, p, theta, r := distillProblem(t)
	for want, change := range map[string]func(m *Distill){
		"Distill.Other has 6 samples; give whole sequences of Length=4":    func(m *Distill) { m.Length = 4 },
		"Distill.Other needs Own, one sequence of Length=2":                func(m *Distill) { m.Own = nil },
		"Distill.Lead compares Own with the sequences of Other: give both": func(m *Distill) { m.Other = nil },
		"1 outputs to treat alike; give two or more of the 4":              func(m *Distill) { m.Alike = []int{2} },
		"output 4 in the list of those to treat alike":                     func(m *Distill) { m.Alike = []int{2, 4} },
		"Distill.Steps is -1": func(m *Distill) { m.Steps = -1 },
		"Lead.Penalty is -1":  func(m *Distill) { m.Lead = &Lead{Penalty: -1} },
	} {
		other := m
		change(&other)
		_, err := other.Unlearn(t.Context(), p, theta, r)
		assert.ErrorContains(t, err, want)
	}
}

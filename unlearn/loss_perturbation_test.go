package unlearn

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// tiltedDraws is what an adversary against loss perturbation sees in many trainings: the parameters
// before the request, what was released or that it was refused, and the retrained parameters with a
// tilt of their own.
type tiltedDraws struct {
	before, released, retrained [][2]float64
	issued                      []bool
}

// drawTilted trains and unlearns with the package's own stream of tilts, 20,000 times.
func drawTilted(t *testing.T, budget Budget, request Request) (out tiltedDraws, corrected *datasets.Dataset) {
	if testing.Short() {
		t.Skip("20,000 trainings are left out with -short, for the race detector's sake")
	}
	base := &Problem{Objective: convexLogistic(2), Train: shortRows(12, 2, 2, false, 9), L2: 1}
	applied, err := request.Apply(base.Train)
	require.NoError(t, err)
	for i := range adversaryDraws {
		m := Certified{Budget: budget, Trainer: Newton{Tolerance: 1e-9}, Seed: uint64(i) + 1}
		p, theta, err := m.Train(t.Context(), base, []float64{0, 0})
		require.NoError(t, err)
		u, err := m.Unlearn(t.Context(), p, theta, request)
		out.before = append(out.before, [2]float64(theta))
		out.issued = append(out.issued, err == nil)
		released := [2]float64{}
		if err == nil {
			released = [2]float64(u.Theta)
		}
		out.released = append(out.released, released)
		out.retrained = append(out.retrained, optimum(applied.Data, budget.tilt(2, uint64(adversaryDraws+i)+1, 0)))
	}
	return out, applied.Data
}

// What was issued leaves out what was refused, and both depend on the tilt. So an issued
// certificate does not hold as (epsilon, delta); what holds is (epsilon, delta + eta), with eta the
// probability of a refusal, for the model that is released or, if refused, retrained with a fresh
// tilt.
func TestARefusalDependsOnTheTilt(t *testing.T) {
	budget := Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}
	draws, corrected := drawTilted(t, budget, RemoveSamples(1, 6, 8))
	telling := hessianTimes(corrected, []float64{0, 1})
	var issued, either [][2]float64
	for i, yes := range draws.issued {
		if yes {
			issued = append(issued, draws.released[i])
			either = append(either, draws.released[i])
		} else {
			either = append(either, optimum(corrected, budget.tilt(2, uint64(2*adversaryDraws+i)+1, 0)))
		}
	}
	refused := adversaryDraws - len(issued)
	require.Greater(t, refused, adversaryDraws/20)
	require.Less(t, refused, adversaryDraws*19/20)
	margin := 3 * math.Sqrt(0.25/float64(len(issued))) * (1 + math.Exp(budget.Epsilon))
	excess := worstExcess(issued, draws.retrained, telling, []float64{0, 1}, budget)
	require.Greater(t, excess, 3*margin, "certificates that were issued do not obey (epsilon, delta)")

	withEta := budget
	withEta.Delta += RefusalBound(refused, adversaryDraws, 0.001)
	require.LessOrEqual(t, worstExcess(either, draws.retrained, telling, []float64{0, 1}, withEta), margin)
}

// Whoever chooses the request by looking at the model chooses tilts.
func TestAdaptiveRequestsBreakLossPerturbation(t *testing.T) {
	budget := Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}
	draws, _ := drawTilted(t, budget, RemoveSamples(3))
	var asked [][2]float64
	for i, theta := range draws.before {
		if theta[0] > 0.5 && draws.issued[i] {
			asked = append(asked, draws.released[i])
		}
	}
	require.Greater(t, len(asked), 500)
	require.Greater(t, worstExcess(asked, draws.retrained, []float64{1, 0}, []float64{1, 0}, budget), 0.2)
}

// onGrid retrains and rounds: every residual is small, but a retrained model is on no grid.
type onGrid struct{ Retrain }

func (m onGrid) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	u, err := m.Retrain.Unlearn(ctx, p, theta, r)
	for j := range u.Theta {
		u.Theta[j] = math.Round(u.Theta[j]*1e4) / 1e4
	}
	return u, err
}

// The proof needs a residual that depends smoothly on the tilt.
func TestOnlySmoothMethodsAreCertified(t *testing.T) {
	base := &Problem{Objective: convexLogistic(2), Train: shortRows(12, 2, 2, false, 9), L2: 1}
	search := func(context.Context, []float64, []float64) (float64, error) { return 1, nil }
	accept := func(context.Context, []float64) (float64, error) { return 1, nil }
	for want, methods := range map[string][]Method{
		"the proof holds for methods whose result depends smoothly": {onGrid{}, Retrain{}, SISA{Shards: 2}},
		"leave FirstOrder.Search, Full and Sample unset": {FirstOrder{Tau: 0.1, Full: true}, FirstOrder{Search: search},
			FirstOrder{Tau: 0.1, Sample: 3}, Iterative{Method: FirstOrder{Search: search}}},
		"exact gradients": {SecondOrder{Sample: 3}, SecondOrder{Steps: 2, Gradient: Difference}},
		"chooses between": {Iterative{Method: SecondOrder{}, Accept: accept}},
	} {
		for _, method := range methods {
			m := Certified{Method: method, Budget: Budget{0.1, 0.01, 1}, Seed: 1}
			_, _, err := m.Train(t.Context(), base, []float64{0, 0})
			require.ErrorContains(t, err, want, "%T", method)
		}
	}
	for _, method := range []Method{nil, None{}, FineTune{Rate: 0.1}, FirstOrder{Tau: 0.1}, SecondOrder{Steps: 2}, Iterative{Method: SecondOrder{}}} {
		m := Certified{Method: method, Budget: Budget{0.1, 0.01, 1}, Seed: 1}
		_, _, err := m.Train(t.Context(), base, []float64{0, 0})
		require.NoError(t, err)
	}
}

// wavy retrains and adds a wave: smooth, with a residual below 1e-3, and yet it draws all
// parameters near the multiples of 2 pi a.
type wavy struct{}

const wave = 1e-4

func (wavy) Name() string  { return "wavy" }
func (wavy) Smooth() error { return nil }

func (wavy) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	u, err := Retrain{Trainer: Newton{Tolerance: 1e-10}}.Unlearn(ctx, p, theta, r)
	if err != nil {
		return u, err
	}
	for j, v := range u.Theta {
		u.Theta[j] -= 0.999 * wave * math.Sin(v/wave)
	}
	return u, nil
}

// To be smooth is not enough for (epsilon, delta + eta): what the method leaves is small, but it
// varies with the tilt as fast as the tilt itself. So a method that nobody vouches for is refused.
func TestSmoothIsNotEnough(t *testing.T) {
	base := &Problem{Objective: convexLogistic(2), Train: shortRows(12, 2, 2, false, 9), L2: 1}
	budget, request := Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}, RemoveSamples(4)
	m := Certified{Method: wavy{}, Budget: budget, Trainer: Newton{Tolerance: 1e-9}, Seed: 1}
	_, _, err := m.Train(t.Context(), base, []float64{0, 0})
	require.ErrorContains(t, err, "set Certified.AssumeSteady")

	const draws = 2000
	m.AssumeSteady = true
	applied, err := request.Apply(base.Train)
	require.NoError(t, err)
	near := func(theta float64) float64 { // the share of the event: within 0.0895 a of a multiple of 2 pi a
		if math.Abs(math.Remainder(theta/wave, 2*math.Pi)) < 0.0895 {
			return 1.0 / draws
		}
		return 0
	}
	released, retrained := 0.0, 0.0
	for i := range draws {
		m.Seed = uint64(i) + 1
		p, theta, err := m.Train(t.Context(), base, []float64{0, 0})
		require.NoError(t, err)
		u, err := m.Unlearn(t.Context(), p, theta, request)
		require.NoError(t, err, "every request is certified")
		require.True(t, u.Certificate.Issued)
		released += near(u.Theta[0])
		retrained += near(optimum(applied.Data, budget.tilt(2, uint64(draws+i)+1, 0))[0])
	}
	require.InDelta(t, 0.0895/math.Pi, retrained, 4*math.Sqrt(0.0285/draws))
	eta := RefusalBound(0, draws, 0.001)
	allowed := math.Exp(budget.Epsilon)*retrained + budget.Delta + eta
	require.Greater(t, released, allowed+0.15, "the certificate does not hold for it")
}

// Two models of one training share the tilt: the Hessian times their difference is the gradient of
// the removed row, and so points along it. It is why a holder of both learns of it, and no
// certificate of one model says otherwise.
func TestTwoModelsOfOneTrainingGiveTheRowBack(t *testing.T) {
	base := &Problem{Objective: convexLogistic(2), Train: shortRows(12, 2, 2, false, 9), L2: 1}
	m := Certified{Method: SecondOrder{Steps: 2}, Budget: Budget{0.1, 0.01, 1}, Trainer: Newton{Tolerance: 1e-10}, Seed: 5}
	p, theta, err := m.Train(t.Context(), base, []float64{0, 0})
	require.NoError(t, err)
	u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(4))
	require.NoError(t, err)
	difference, row := make([]float64, 2), base.Train.X.(*datasets.Dense).Data[8:10]
	floats.SubTo(difference, u.Theta, theta)
	moved := make([]float64, 2)
	h, err := base.With(u.Data).Hessian(t.Context(), theta, FullHessian)
	require.NoError(t, err)
	require.NoError(t, h.MulVecTo(t.Context(), moved, difference))
	cosine := math.Abs(floats.Dot(moved, row)) / (norm(moved) * norm(row))
	require.Greater(t, cosine, 0.99)
}

func TestRefusalBound(t *testing.T) {
	// Clopper and Pearson: with 0 of n the upper end is 1 - alpha^(1/n); with k of n the binomial
	// tail at it is alpha.
	require.InDelta(t, 1-math.Pow(0.05, 1.0/40), RefusalBound(0, 40, 0.05), 1e-12)
	require.Equal(t, 1.0, RefusalBound(40, 40, 0.05))
	for _, k := range []int{1, 7, 39} {
		p := RefusalBound(k, 40, 0.05)
		tail := 0.0
		for j := 0; j <= k; j++ {
			a, _ := math.Lgamma(41)
			b, _ := math.Lgamma(float64(j + 1))
			c, _ := math.Lgamma(float64(41 - j))
			tail += math.Exp(a - b - c + float64(j)*math.Log(p) + float64(40-j)*math.Log1p(-p))
		}
		require.InEpsilon(t, 0.05, tail, 1e-9)
	}
}

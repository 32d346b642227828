package unlearn

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// In a convex problem Auto is retraining, however well the model was trained, and says how near.
func TestAutoIsRetrainingInAConvexProblem(t *testing.T) {
	for name, p := range map[string]*Problem{
		"squares":            {Objective: convexSquares(5), Train: randomData(40, 5, 2, false, 1), L2: 0.7},
		"squares, penalties": {Objective: convexSquares(5), Train: randomData(40, 5, 2, true, 1), L2: 0.7, Penalty: []float64{1, 0, 2, 1, 0.5}},
		"logistic, tilted":   {Objective: convexLogistic(5), Train: randomData(40, 5, 2, false, 2), L2: 1, Tilt: randomVector(5, 3)},
	} {
		theta := trained(t, p)
		for what, r := range requests(t, p.Train) {
			u, err := Auto{MaxLoss: 1}.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err, "%s, %s", name, what)
			want := trained(t, p.With(u.Data))
			if name != "logistic, tilted" {
				want = ridgeRegression(t, p.With(u.Data))
			}
			require.InDeltaSlice(t, want, u.Theta, 1e-8, "%s, %s", name, what)
			require.Less(t, u.After, 1e-8)
			require.Contains(t, u.Notes[0], "the problem is convex")

			early := slices.Clone(theta) // as if training had ended early
			for j := range early {
				early[j] += 1e-3
			}
			left, err := p.Residual(t.Context(), early)
			require.NoError(t, err)
			u, err = Auto{MaxLoss: 1}.Unlearn(t.Context(), p, early, r)
			require.NoError(t, err)
			require.LessOrEqual(t, u.After, left, "the residual is no larger than what training left")
			require.LessOrEqual(t, u.After, 1e-6*u.Before)
		}
	}
}

// autoOf is a run that has come to the choice.
func autoOf(t *testing.T, m Auto, p *Problem, theta []float64, r Request) *autoRun {
	m.MaxLoss, m.Holdout = max(m.MaxLoss, 0.01), max(m.Holdout, 0.1)
	at, err := begin(t.Context(), "auto", p, theta, r)
	require.NoError(t, err)
	a := &autoRun{Auto: m, attempt: at, request: r, start: slices.Clone(at.grad)}
	a.old = at.p.on(p.Train)
	a.g, err = at.difference(t.Context())
	require.NoError(t, err)
	return a
}

// The criterion is what its comment says: where training ended at a minimum and nothing is held out
// it is the change of the loss on the corrected data, and it is smallest at the retrained model.
// Otherwise its slope at the old parameters is G, whatever training had left.
func TestAutoCriterion(t *testing.T) {
	p := &Problem{Objective: full{neuron(5)}, Train: randomData(40, 5, 2, false, 4), L2: 0.5}
	theta, err := Newton{Tolerance: 1e-12, Curvature: GaussNewton}.Train(t.Context(), p, randomVector(5, 3))
	require.NoError(t, err)
	rows, labels := make([]int, 35), make([]float64, 35)
	for i := range rows {
		rows[i], labels[i] = i, p.Train.Y[i]
	}
	labels[3], labels[9] = 1-labels[3], 1-labels[9]
	a := autoOf(t, Auto{}, p, theta, CorrectLabels(rows, labels))
	h, err := a.rehearsal(t.Context())
	require.NoError(t, err)
	require.Contains(t, h.where, "too few are left to hold any out")
	at := p.With(a.update.Data)
	before, err := at.Loss(t.Context(), theta)
	require.NoError(t, err)
	retrained, err := Newton{Tolerance: 1e-12, Curvature: GaussNewton}.Train(t.Context(), at, theta)
	require.NoError(t, err)
	best, err := h.criterion(t.Context(), retrained)
	require.NoError(t, err)
	require.Negative(t, best)
	for seed := range uint64(20) {
		other := slices.Clone(retrained)
		floats.AddScaled(other, 0.1, randomVector(5, seed))
		after, err := at.Loss(t.Context(), other)
		require.NoError(t, err)
		c, err := h.criterion(t.Context(), other)
		require.NoError(t, err)
		require.InDelta(t, after-before, c, 1e-9)
		require.Greater(t, c, best)
	}

	elsewhere := randomVector(5, 8) // no minimum, and samples held out
	a = autoOf(t, Auto{}, p, elsewhere, RemoveSamples(3, 17))
	h, err = a.rehearsal(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, h.held.Len())
	for j := range elsewhere {
		const step = 1e-6
		up, down := slices.Clone(elsewhere), slices.Clone(elsewhere)
		up[j] += step
		down[j] -= step
		x, err := h.criterion(t.Context(), up)
		require.NoError(t, err)
		y, err := h.criterion(t.Context(), down)
		require.NoError(t, err)
		require.InDelta(t, a.g[j], (x-y)/(2*step), 1e-7)
	}
	none, err := h.criterion(t.Context(), elsewhere)
	require.NoError(t, err)
	require.Zero(t, none)
}

// spy is a method that keeps what it is given and takes a step.
type spy struct {
	seen  *[]Applied
	ridge float64
}

func (spy) Name() string { return "spy" }

func (m spy) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	a, err := r.Apply(p.Train)
	if err != nil {
		return nil, err
	}
	*m.seen = append(*m.seen, *a)
	return SecondOrder{Curvature: GaussNewton, Ridge: m.ridge, Force: true}.Unlearn(ctx, p, theta, r)
}

// In a rehearsal the request names the same samples, and those held out are not there.
func TestAutoHoldsSamplesOut(t *testing.T) {
	p := &Problem{Objective: full{neuron(5)}, Train: randomData(60, 5, 2, false, 4), L2: 0.5}
	theta := randomVector(5, 5)
	for name, r := range requests(t, p.Train) {
		var seen []Applied
		a := Auto{MaxLoss: 1, Seed: 3, Holdout: 0.2, Candidates: []Candidate{{"a", spy{&seen, 1}}, {"b", spy{&seen, 5}}}}
		u, err := a.Unlearn(t.Context(), p, theta, r)
		if _, refused := errors.AsType[*RefusedError](err); !refused { // it may be, so far from an optimum
			require.NoError(t, err, name)
		}
		require.GreaterOrEqual(t, len(seen), 3, "two rehearsals, and the update; a second one if the first is refused")
		whole, rehearsed := seen[2], seen[0]
		require.Equal(t, samples(u.Data), samples(whole.Data))
		held := whole.Data.Len() - rehearsed.Data.Len()
		if name == "features" || name == "everything" { // the removal of a column touches nearly all
			require.Positive(t, held)
			for _, row := range samples(rehearsed.Data) {
				require.Contains(t, samples(whole.Data), row)
			}
		} else {
			require.Equal(t, int(math.Round(0.2*float64(60-len(whole.Rows)))), held)
			require.Equal(t, samples(whole.Old), samples(rehearsed.Old), name)
			require.Equal(t, samples(whole.New), samples(rehearsed.New), name)
		}
		require.Len(t, u.Tried, 2)
		require.Equal(t, err == nil, u.Tried[0].Chosen != u.Tried[1].Chosen)
		require.Contains(t, u.Notes[0], "held out")
		again, _ := a.Unlearn(t.Context(), p, theta, r)
		require.Equal(t, u.Theta, again.Theta)
		require.Equal(t, u.Tried, again.Tried)
	}
}

// What Auto cannot vouch for it refuses: the error says why and what else there is.
func TestAutoRefuses(t *testing.T) {
	p := &Problem{Objective: convexLogistic(5), Train: randomData(200, 5, 2, false, 2), L2: 1}
	theta := trained(t, p)
	rows, labels := []int{}, []float64{}
	for i := range 150 { // wrong corrections, which cost the others' accuracy
		rows, labels = append(rows, i), append(labels, 1-p.Train.Y[i])
	}
	wrong := CorrectLabels(rows, labels)
	stay, far := FirstOrder{Tau: 1e-12, Force: true}, FirstOrder{Tau: 1e6, Force: true}
	for name, c := range map[string]struct {
		m    Auto
		r    Request
		want []string
	}{
		"accuracy": {Auto{}, wrong, []string{"the accuracy on the", "kept samples would fall by", "more than the 1.00 that MaxLoss allows", "raise MaxLoss", "Retrain"}},
		"residual": {Auto{Candidates: []Candidate{{"none", None{}}}}, RemoveSamples(1, 2), []string{"leave the gradient residual as it was", "Retrain"}},
		"a step of nothing": {Auto{Candidates: []Candidate{{"", stay}}}, RemoveSamples(1, 2),
			[]string{"leave the gradient residual as it was", "Retrain"}},
		"none serves": {Auto{Candidates: []Candidate{{"far", far}, {"none", None{}}}}, RemoveSamples(1, 2),
			[]string{"none of 2 settings serves", "far: ", "none: its criterion is not below that of no update"}},
		"a failed method": {Auto{Candidates: []Candidate{{"too far", FirstOrder{Tau: 1e6}}}}, RemoveSamples(1, 2), []string{"too far failed: ", "worse"}},
	} {
		u, err := c.m.Unlearn(t.Context(), p, theta, c.r)
		var refused *RefusedError
		require.ErrorAs(t, err, &refused, name)
		require.NotEmpty(t, refused.Next)
		for _, want := range c.want {
			require.ErrorContains(t, err, want, name)
		}
		require.Nil(t, u.Theta, name)
		require.Positive(t, u.Cost.Gradients)
	}
	_, err := Auto{MaxLoss: 1}.Unlearn(t.Context(), p, theta, wrong)
	require.NoError(t, err, "the caller allows it")
	u, err := Auto{Candidates: []Candidate{{"", SecondOrder{}}}}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2))
	require.NoError(t, err, "a single candidate is forced on it")
	plain, err := SecondOrder{}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2))
	require.NoError(t, err)
	require.Equal(t, plain.Theta, u.Theta)
	_, err = Auto{Candidates: []Candidate{{}}}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2))
	require.ErrorContains(t, err, "Auto.Candidates[0] has no Method")
	_, err = Auto{Candidates: []Candidate{{"", Occlusion{}}}}.Unlearn(t.Context(), p, theta, RemoveFeatures(1))
	require.ErrorContains(t, err, "is not parameters alone")
}

// noisy is an objective whose gradient has an error that no step removes.
type noisy struct {
	convex
	start []float64 // where there is none
}

func (o noisy) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := o.convex.Gradient(ctx, dst, theta, d); err != nil {
		return err
	}
	if !slices.Equal(theta, o.start) {
		dst[0] += 3 * math.Sin(1e9*theta[0])
	}
	return nil
}

func (o noisy) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	loss, err := o.Loss(ctx, theta, d)
	if err != nil {
		return 0, err
	}
	return loss, o.Gradient(ctx, dst, theta, d)
}

// A convex problem whose residual does not fall is refused, not taken to be solved.
func TestAutoVerifiesConvexSolutions(t *testing.T) {
	p := &Problem{Objective: convexLogistic(5), Train: randomData(200, 5, 2, false, 2), L2: 1}
	theta := trained(t, p)
	p.Objective = noisy{convexLogistic(5), theta}
	_, err := Auto{}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2))
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "Newton's method reached a gradient residual of")
}

package unlearn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// The default of Iterative goes through on convex problems, whatever the request and the number of
// chunks, comes nearer to retraining than the old model, and near it where each step is small.
func TestSecondOrderInChunksGoesThroughOnConvexProblems(t *testing.T) {
	for name, tt := range map[string]struct {
		objective Objective
		lambda    float64
		near      float64 // share of the distance that is left at the most
	}{
		"logistic": {full{logistic(6)}, 1, 0.25}, "logistic, weak regularizer": {full{logistic(6)}, 0.05, 0.7},
		"logistic, strong regularizer": {full{logistic(6)}, 30, 0.1}, "squares": {full{leastSquares(6)}, 1, 1e-6}, "softmax": {softmax{6, 2}, 1, 0.25},
	} {
		seeds := uint64(2)
		if name == "logistic" {
			seeds = 4
		}
		for seed := range seeds {
			p := &Problem{Objective: tt.objective, Train: randomData(300, 6, 2, seed%2 == 0, seed), L2: tt.lambda}
			theta := trained(t, p)
			asked := requests(t, p.Train)
			asked["two features"], asked["three features"], asked["many samples"] = RemoveFeatures(0, 5), RemoveFeatures(4, 1, 2), RemoveSamples(allRows(100)...)
			for kind, r := range asked {
				a, err := r.Apply(p.Train)
				require.NoError(t, err)
				retrained := trained(t, p.With(a.Data))
				for _, chunks := range []int{0, 1, 3, 50} {
					if (tt.lambda != 1 || seed > 0) && chunks > 1 { // enough is enough
						continue
					}
					method := SecondOrder{}
					if name == "squares" { // the step is exact if the solve is
						method.Solver = CG{Tolerance: 1e-8}
					}
					u, err := Iterative{Method: method, Chunks: chunks}.Unlearn(t.Context(), p, theta, r)
					require.NoError(t, err, "%s, %s, seed %d, %d chunks", name, kind, seed, chunks)
					residual, err := p.With(a.Data).Residual(t.Context(), u.Theta)
					require.NoError(t, err)
					require.InDelta(t, residual, u.After, 1e-9)
					require.Less(t, u.After, u.Before, "%s, %s, seed %d, %d chunks", name, kind, seed, chunks)
					left := floats.Distance(u.Theta, retrained, 2) / floats.Distance(theta, retrained, 2)
					shortened := strings.Contains(fmt.Sprint(u.Notes), "halved")
					require.True(t, shortened || left < tt.near, "%s, %s, seed %d, %d chunks: %g of the distance is left", name, kind, seed, chunks, left)
				}
			}
		}
	}
}

// Where training had left something, chunks mend it too: the default ends nearer to the optimum
// than the old parameters were to theirs.
func TestChunksMendWhatTrainingLeft(t *testing.T) {
	p := &Problem{Objective: full{logistic(6)}, Train: randomData(300, 6, 2, false, 1), L2: 1}
	theta := trained(t, p)
	floats.AddConst(0.02, theta)
	before, err := p.Residual(t.Context(), theta)
	require.NoError(t, err)
	u, err := Iterative{Method: SecondOrder{}}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	require.Less(t, u.After, before/20)
	difference, err := Iterative{Method: SecondOrder{Gradient: Difference}}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	require.Greater(t, difference.After, before/2, "Gradient: Difference follows what each chunk makes, as published")
	// FirstOrder in chunks is gradient descent; a single chunk is the method itself.
	first := FirstOrder{Tau: 1e-3}
	u, err = Iterative{Method: first, Chunks: 3}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	next, data := append([]float64(nil), theta...), p.Train
	g := make([]float64, 6)
	for k, row := range []int{1, 1, 1} {
		a, err := RemoveSamples(row).Apply(data)
		require.NoError(t, err)
		data = a.Data
		require.NoError(t, p.With(data).Gradient(t.Context(), g, next))
		floats.AddScaled(next, -1e-3, g)
		require.Equal(t, 299-k, data.Len())
	}
	require.InDeltaSlice(t, next, u.Theta, 1e-12)
	one, err := Iterative{Method: first, Chunks: 1}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	alone, err := first.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	require.Equal(t, alone.Theta, one.Theta)
}

// On a problem that is not convex the update goes through or says what helps: nothing that is set
// already, and before comes before after.
func TestRefusalsNameWhatHelps(t *testing.T) {
	p := &Problem{Objective: full{neuron(5)}, Train: randomData(40, 5, 2, false, 4), L2: 1e-3}
	refused := 0
	for seed := range uint64(30) {
		theta := randomVector(5, seed)
		for kind, r := range requests(t, p.Train) {
			left, err := p.Residual(t.Context(), theta)
			require.NoError(t, err)
			for _, m := range []Iterative{
				{Method: SecondOrder{}}, {Method: SecondOrder{Ridge: 0.5}}, {Method: SecondOrder{Curvature: GaussNewton}, Chunks: 2},
				{Method: SecondOrder{Curvature: GaussNewton, Ridge: 0.1}, Chunks: 1}, {Method: SecondOrder{Gradient: Difference, Ridge: 2}},
			} {
				u, err := m.Unlearn(t.Context(), p, theta, r)
				if err == nil {
					require.LessOrEqual(t, u.After, max(u.Before, left)*(1+2e-6)+1e-10)
					continue
				}
				refused++
				require.Nil(t, u.Theta)
				second, text := m.Method.(SecondOrder), err.Error()
				require.NotContains(t, text, "Iterative)", "it is divided already: %s", kind)
				require.NotContains(t, text, "%!")
				if second.Curvature == GaussNewton {
					require.NotContains(t, text, "GaussNewton")
				}
				if second.Ridge > 0 {
					require.NotContains(t, text, "set a Ridge")
				} else {
					require.NotContains(t, text, "raise Ridge")
				}
			}
		}
	}
	require.Greater(t, refused, 50)

	text := (&WorseError{Method: "second-order", Before: 1.5, After: 2.5, Remedy: "do"}).Error()
	require.Less(t, strings.Index(text, "1.5 before"), strings.Index(text, "2.5 after"))
	for want, s := range map[string]string{
		SecondOrder{}.remedy(p).text(false): "set Gradient: FullGradient, so that the step follows the whole gradient on the corrected data, set a Ridge, use Curvature: GaussNewton, divide the request (Iterative), or set Force to keep it",
		SecondOrder{Gradient: FullGradient, Ridge: 1, Curvature: GaussNewton}.remedy(p).text(false):     "raise Ridge, divide the request (Iterative), or set Force to keep it",
		SecondOrder{Gradient: FullGradient}.remedy(&Problem{Objective: convexLogistic(5)}).text(false):  "set a Ridge, divide the request (Iterative), or set Force to keep it",
		SecondOrder{Gradient: FullGradient, Ridge: 1, chunked: chunked{is: true}}.remedy(p).text(false): "raise Ridge, use Curvature: GaussNewton, or set Force to keep it",
		FirstOrder{Tau: 1}.remedy().text(false):                                                         "lower Tau, set Full, divide the request (Iterative), use SecondOrder, or set Force to keep it",
		FirstOrder{Tau: 1, Full: true, chunked: chunked{true, true}}.remedy().text(false):               "lower Tau, take more Chunks, use SecondOrder, or set Force to keep it",
		Iterative{Method: ReestimateStatistics{Method: FirstOrder{}}}.remedy(1).text(false):             "use SecondOrder, use other steps in Method, or set its Force to keep it",
		Iterative{Method: ReestimateStatistics{Method: SecondOrder{}}}.remedy(2).text(false):            "ask for fewer Chunks, use other steps in Method, or set its Force to keep it",
		Iterative{Method: FirstOrder{}}.remedy(3).text(false):                                           "ask for fewer Chunks, use SecondOrder, use other steps in Method, or set its Force to keep it",
	} {
		require.Equal(t, s, want)
	}
	_, err := Iterative{Method: SecondOrder{}}.Unlearn(t.Context(), p, randomVector(5, 1), Request{[]Change{{Kind: SampleCorrection, Rows: []int{1}, To: &datasets.Dataset{}}}})
	require.Error(t, err)
}

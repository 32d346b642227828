package audit

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/exposure"
)

// learner has learned a share of the samples after each step.
type learner struct {
	curve []float64
	at    int
}

func (l *learner) Accuracy(context.Context) (float64, error) { return l.curve[l.at], nil }
func (l *learner) Step(context.Context) error                { l.at++; return nil }

func TestRelearnTime(t *testing.T) {
	curve := []float64{0.1, 0.5, 0.854, 0.856, 1}
	got, err := RelearnTime(t.Context(), &learner{curve: curve}, 0.9, 10)
	require.NoError(t, err)
	assert.Equal(t, 3, got, "95 %% of 0.9 is 0.855")
	_, err = RelearnTime(t.Context(), &learner{curve: curve}, 0.9, 2)
	require.ErrorContains(t, err, "after 2 steps the accuracy is 0.854")
	_, err = RelearnTime(t.Context(), &learner{curve: []float64{math.NaN()}}, 0.9, 2)
	require.Error(t, err)
	_, err = RelearnTime(t.Context(), &learner{}, 0, 2)
	require.ErrorContains(t, err, "accuracy above 0")
}

func TestRelearning(t *testing.T) {
	retrained := []int{10, 9, 11, 10, 10}
	for _, c := range []struct {
		name string
		r    Relearning
		want Verdict
		void string
	}{
		{"as retrained", Relearning{0, []int{10, 11}, retrained, 12}, Inside, ""},
		{"at once", Relearning{0, []int{2}, retrained, 12}, UnderForgotten, ""},
		{"too slow", Relearning{0, []int{30}, retrained, 12}, OverForgotten, ""},
		{"no anchor", Relearning{10, []int{2}, retrained, 12}, UnderForgotten, "no faster"},
		{"slower than fresh", Relearning{0, []int{10}, retrained, 5}, Inside, "more slowly"},
		{"odd retrained model", Relearning{0, []int{10}, []int{10, 9, 11, 10, 40}, 12}, Inside, "held out"},
	} {
		f, err := c.r.Audit()
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, f.Verdict, c.name)
		assert.Contains(t, f.Void, c.void, c.name)
		assert.Equal(t, c.void == "", f.Void == "", c.name)
	}
	f, err := Relearning{0, []int{5}, retrained, 12}.Audit()
	require.NoError(t, err)
	assert.InDelta(t, 0.5, f.Updated, 1e-12)
	_, err = Relearning{0, []int{1}, []int{0, 0, 0}, 1}.Audit()
	require.ErrorContains(t, err, "without relearning")
}

// letters is a model of single tokens: parameters are their logits.
type letters struct{}

func (letters) Outputs(*datasets.Dataset) (int, error) { return 16, nil }
func (letters) Predict(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	for i := range d.Len() {
		copy(dst[i*16:], theta)
	}
	return nil
}

func letterCanary(secret ...int32) Canary {
	return Canary{&exposure.Probe{Model: letters{}, Prompt: []int32{0, 0}, Secret: secret, Length: 2, Vocabulary: 16},
		exposure.Space{Name: "letters", Alphabet: []int32{0, 1, 2, 3, 4, 5, 6, 7}}}
}

// A secret that alone fell between two models ranks first, one that alone rose ranks last. Without
// the secret 7 strings are left of one token.
func TestTwoCheckpointByRank(t *testing.T) {
	c := letterCanary(3)
	old := make([]float64, 16)
	for _, x := range []struct{ logit, want float64 }{{-1, math.Log2(101)}, {1, 0}, {0, math.Log2(101)}} {
		after := make([]float64, 16)
		after[3] = x.logit
		got, err := TwoCheckpoint(t.Context(), c.Probe, old, after, c.Space, 100, 1)
		require.NoError(t, err)
		assert.InDelta(t, x.want, got, 1e-12)
	}
	_, err := TwoCheckpoint(t.Context(), c.Probe, old, old, c.Space, -1, 1)
	require.ErrorContains(t, err, "Samples")
}

// The exposure of a secret that nothing was removed of is that of a random rank: mean log2 e = 1.44
// bits but for the 8 strings being few. Here the mean is that of log2(N+1) - log2 rank by counting.
func TestCanariesAgainstEnumeration(t *testing.T) {
	random := seeded(8)
	c := Canaries{Samples: 50, Seed: 2}
	for k := range int32(8) {
		c.Of = append(c.Of, letterCanary(k))
	}
	c.Old = normals(random, 1, 16, 0, 1)[0]
	c.Retrained = normals(random, 6, 16, 0, 1)
	c.Updated = normals(random, 1, 16, 0, 1)
	found, err := c.Audit(t.Context())
	require.NoError(t, err)
	require.Len(t, found, 2)
	want := 0.0
	for rank := 1; rank <= 8; rank++ { // each string of the space is once the secret
		want += (3 - math.Log2(float64(rank))) / 8
	}
	assert.InDelta(t, want, found[0].Updated, 1e-9)
	assert.InDelta(t, want, found[0].HeldOut, 1e-9)
	assert.Equal(t, Inside, found[0].Verdict)

	// One secret that the old model knows, and the updated one still does.
	c.Of = c.Of[:1]
	c.Old[0] = 9
	c.Updated[0][0] = 9
	for k := range c.Retrained {
		c.Retrained[k][0] = -1 - float64(k)/10
	}
	found, err = c.Audit(t.Context())
	require.NoError(t, err)
	assert.Equal(t, UnderForgotten, found[0].Verdict)
	assert.InDelta(t, 3, found[0].Updated, 1e-12)
	assert.Equal(t, UnderForgotten, found[1].Verdict, "it fell less than retraining makes it fall")
	assert.Nil(t, found[1].Untouched)
	_, err = Canaries{}.Audit(t.Context())
	require.ErrorContains(t, err, "0 canaries")
}

func TestEvaluate(t *testing.T) {
	d, err := datasets.Windows("x", []int32{1, 2, 3, 4}, 2, 16)
	require.NoError(t, err)
	z, err := Evaluate(t.Context(), letters{}, upToFloats(16), d)
	require.NoError(t, err)
	assert.Equal(t, 2, z.N)
	assert.Equal(t, upToFloats(16), z.Row(1))
	_, err = Evaluate(t.Context(), broken{}, nil, d)
	require.ErrorContains(t, err, "broken")
}

type broken struct{ letters }

func (broken) Predict(context.Context, []float64, []float64, *datasets.Dataset) error {
	return errors.New("broken")
}

func upToFloats(n int) (out []float64) {
	for i := range n {
		out = append(out, float64(i))
	}
	return out
}

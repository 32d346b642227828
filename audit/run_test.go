package audit

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/internal/settingstest"
)

const (
	simulated = 60 // samples: a third each removed, kept and unseen
	removed   = 20
)

func simulatedSamples() Samples {
	s := Samples{Labels: make([]int, simulated), Forget: upTo(0, removed), Retain: upTo(removed, removed), Validation: upTo(2*removed, removed)}
	for i := range s.Labels {
		s.Labels[i] = i % 2
	}
	return s
}

// model has margins 1 + noise, shifted by shift on removed samples (twice as far on the last as on
// the first).
func model(random *rand.Rand, labels []int, shift float64) *Logits {
	z := &Logits{N: simulated, K: 2, Data: make([]float64, 2*simulated)}
	for i, y := range labels {
		m := 1 + 0.7*random.NormFloat64()
		if i < removed {
			m += shift * (1 + float64(i)/removed)
		}
		z.Data[2*i+y] = m
	}
	return z
}

func modelsOf(random *rand.Rand, s Samples, updated, retrained int, shift, heldOut float64) Models {
	m := Models{}
	for range updated {
		m.Old = append(m.Old, model(random, s.Labels, 2))
		m.Updated = append(m.Updated, model(random, s.Labels, shift))
	}
	for k := range retrained {
		at := 0.0
		if k >= retrained-updated {
			at = heldOut
		}
		m.Retrained = append(m.Retrained, model(random, s.Labels, at))
	}
	return m
}

func finding(t *testing.T, r *Report, audit, on string) Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Audit == audit && f.On == on {
			return f
		}
	}
	require.Fail(t, "no finding", "%s on %s: %+v", audit, on, r)
	return Finding{}
}

// What is planted is found, on its side, and only where it is; a retrained model that fails voids
// the audit.
func TestPlantedFailuresAreCaught(t *testing.T) {
	s := simulatedSamples()
	for _, c := range []struct {
		updated, retrained int
		shift, heldOut     float64
		want               Verdict
		void               bool
	}{{1, 20, 2, 0, UnderForgotten, false}, {1, 6, 2, 0, UnderForgotten, false}, {3, 12, 2, 0, UnderForgotten, false}, {3, 12, -3, 0, OverForgotten, false},
		{1, 20, 2, 2, UnderForgotten, true}, {3, 12, 2, 2, UnderForgotten, true}} {
		report, err := Run(t.Context(), modelsOf(seeded(21), s, c.updated, c.retrained, c.shift, c.heldOut), s, Options{Seed: 1})
		require.NoError(t, err)
		assert.Equal(t, c.want, report.Verdict, "%+v", c)
		assert.Equal(t, c.void, report.Void != "", "%+v", c)
		klom := finding(t, report, "KLOM, 95th percentile", "removed samples")
		assert.Greater(t, klom.Updated, klom.High)
		require.NotNil(t, klom.Untouched)
		require.NotNil(t, klom.Floor)
		assert.Greater(t, *klom.Untouched, klom.High)
		if c.retrained > 6 && !c.void { // of fewer a far model widens the spread that its limit comes from
			assert.Less(t, *klom.Floor, klom.High)
		}
		if !c.void {
			assert.Equal(t, Inside, finding(t, report, "KLOM, 95th percentile", "kept samples").Verdict, "%+v", c)
			assert.Equal(t, Inside, finding(t, report, "KLOM, 95th percentile", "unseen samples").Verdict, "%+v", c)
		}
		if c.updated >= 3 {
			assert.Equal(t, c.want, finding(t, report, "accuracy of U-LiRA", "removed samples").Verdict, "%+v", c)
			assert.Contains(t, finding(t, report, "mean epsilon of forgetting quality", "removed samples").Note, "log N")
			assert.Contains(t, finding(t, report, "tug of war", "all samples").Note, "95 % interval over 3 pairs")
			assert.Empty(t, report.NotMeasured)
		} else {
			assert.Len(t, report.NotMeasured, 3)
		}
	}
}

// Of updates that are retrainings, 1 of 21 is said to be outside, by each audit of groups: here of
// 2 and 5 models, in 400 runs of everything.
func TestLevelOfRun(t *testing.T) {
	const draws = 400
	s, random := simulatedSamples(), seeded(30)
	outside, void := map[string]int{}, map[string]int{}
	for range draws {
		report, err := Run(t.Context(), modelsOf(random, s, 2, 7, 0, 0), s, Options{})
		require.NoError(t, err)
		for _, f := range report.Findings {
			if f.Audit == "KLOM, 95th percentile" {
				if f.Verdict != Inside {
					outside[f.On]++
				}
				if f.Void != "" {
					void[f.On]++
				}
			}
		}
	}
	require.Len(t, outside, 6, "three sets and three strata")
	for on, hits := range outside {
		near(t, 1./21, hits, draws, on)
		near(t, 1./21, void[on], draws, on)
	}
}

// Two classes that an update left confused on unseen samples: a tenth of the models' answers there.
func TestConfusedClassesAreFound(t *testing.T) {
	s, random := simulatedSamples(), seeded(40)
	s.Confused = []int{0, 1}
	m := modelsOf(random, s, 1, 20, 0, 0)
	for _, z := range []*Logits{m.Old[0], m.Updated[0]} {
		for i, y := range s.Labels {
			if i >= 2*removed && i%3 > 0 { // two thirds get the other class
				z.Data[2*i+y] = -5
			}
		}
	}
	report, err := Run(t.Context(), m, s, Options{})
	require.NoError(t, err)
	for _, name := range []string{"interclass confusion (Fgt)", "error on the confused classes (IC-err)"} {
		f := finding(t, report, name, "unseen samples")
		assert.Equal(t, UnderForgotten, f.Verdict, name)
		assert.Empty(t, f.Void)
		assert.Equal(t, removed, f.Samples)
	}
	s.Validation = nil
	report, err = Run(t.Context(), m, s, Options{})
	require.NoError(t, err)
	assert.Contains(t, report.NotMeasured, Omission{"interclass confusion", "it needs samples that no model was trained on"})
}

func TestRunErrors(t *testing.T) {
	s := simulatedSamples()
	good := func() Models { return modelsOf(seeded(1), s, 1, 6, 0, 0) }
	for want, change := range map[string]func(m *Models, s *Samples){
		"at least 6":         func(m *Models, _ *Samples) { m.Retrained = m.Retrained[:5] },
		"at least 1 of both": func(m *Models, _ *Samples) { m.Updated = nil },
		"is named twice":     func(_ *Models, s *Samples) { s.Retain = append(upTo(removed, removed), 3) },
		"counted from 0":     func(_ *Models, s *Samples) { s.Forget = []int{simulated} },
		"no kept samples":    func(_ *Models, s *Samples) { s.Retain = nil },
		"no removed samples": func(_ *Models, s *Samples) { s.Forget = nil },
		"has no logits":      func(m *Models, _ *Samples) { m.Old[0] = nil },
		"give two":           func(_ *Models, s *Samples) { s.Confused = []int{1, 1} },
		"2 and 3 outputs":    func(m *Models, _ *Samples) { m.Updated[0] = &Logits{N: simulated, K: 3} },
		"is NaN":             func(m *Models, _ *Samples) { m.Retrained[5].Data[3] = math.NaN() },
		"train them with differe": func(m *Models, _ *Samples) {
			m.Retrained = []*Logits{m.Old[0], m.Old[0], m.Old[0], m.Old[0], m.Old[0], m.Old[0]}
		},
	} {
		m, samples := good(), simulatedSamples()
		change(&m, &samples)
		_, err := Run(t.Context(), m, samples, Options{})
		require.ErrorContains(t, err, want)
	}
	report, err := Run(t.Context(), good(), Samples{Labels: s.Labels, Forget: s.Forget[:5], Retain: s.Retain}, Options{})
	require.NoError(t, err)
	assert.Len(t, report.NotMeasured, 5, "unseen samples, strata, two attacks, tug of war: %v", report.NotMeasured)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Run(ctx, good(), s, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestEverySettingIsChecked(t *testing.T) {
	s, o := simulatedSamples(), &Options{Relabelings: 30}
	m := modelsOf(seeded(1), s, 1, 6, 0, 0)
	settingstest.Check(t, []settingstest.Use{{Settings: o, Run: func(ctx context.Context) error {
		_, err := Run(ctx, m, s, *o)
		return err
	}}})
}

func put(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestReadLogits(t *testing.T) {
	got, err := ReadLogits(put(t, "z.csv", "a,b\n1,2\n3, 4e1\n"))
	require.NoError(t, err)
	assert.Equal(t, []*Logits{{2, 2, []float64{1, 2, 3, 40}}}, got)
	// An .npy of two models, three samples, two classes, in 8-bit integers.
	header := "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3, 2), }"
	for len(header)+11 < 128 {
		header += " "
	}
	raw := "\x93NUMPY\x01\x00" + string([]byte{byte(len(header) + 1), 0}) + header + "\n" + string([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	got, err = ReadLogits(put(t, "z.npy", raw))
	require.NoError(t, err)
	assert.Equal(t, []*Logits{{3, 2, []float64{1, 2, 3, 4, 5, 6}}, {3, 2, []float64{7, 8, 9, 10, 11, 12}}}, got)
	rows, err := ReadIndices(put(t, "rows.csv", "row\n3\n5\n"))
	require.NoError(t, err)
	assert.Equal(t, []int{3, 5}, rows)
	for _, c := range []struct{ name, text, want string }{
		{"z.csv", "1,2\n3,x\n", `line 2, column 2: "x" is not a number`}, {"z.csv", "1,2\n3\n", "wrong number of fields"}, {"z.csv", "", "no lines of numbers"},
		{"z.csv", "1,x\n", "line 1, column 2"}, {"z.csv", "1,nan\n", "is NaN"}, {"z.txt", "1", "end in .npy"}, {"z.npy", "no", "z.npy"},
	} {
		_, err := ReadLogits(put(t, c.name, c.text))
		require.ErrorContains(t, err, c.want)
	}
	for _, c := range []struct{ text, want string }{{"1.5\n", "whole numbers"}, {"-1\n", "at least 0"}, {"1,2\n3,4\n", "one number for each sample"}} {
		_, err := ReadIndices(put(t, "y.csv", c.text))
		require.ErrorContains(t, err, c.want)
	}
}

// Every exported struct with numbers is among the settings or among the answers and inputs, whose
// errors have tests of their own.
func TestNoStructWithNumbersIsForgotten(t *testing.T) {
	settingstest.CheckComplete(t, []settingstest.Use{{Settings: &Options{}}},
		[]string{"Accuracies", "Attack", "Band", "Canaries", "Confused", "Finding", "Interval", "Logits", "Noise", "Relearning", "Report", "Samples"}, nil)
}

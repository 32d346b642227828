package poisoning

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tried"
)

// correctSession is a session of a smoke run of correct.
func correctSession(t *testing.T, set ...string) (*Session, *Settings) {
	t.Helper()
	s, settings := poisonSession(t, set...)
	e, err := engine.Find(correctID)
	require.NoError(t, err)
	e.Defaults(settings, engine.Key{Dataset: "digits", Model: imageModel, Profile: engine.Smoke})
	return s, settings
}

// Exactly so many labels are wrong, in the way of their kind, and the images are as they were but
// for the patch.
func TestKindsOfWrongLabels(t *testing.T) {
	s, set := correctSession(t)
	clean := s.images(set)
	for _, c := range []struct {
		wrongSpec
		n     int
		wrong func(truth float64) float64 // the label in its place
		from  func(truth float64) bool
	}{
		{wrongSpec{wrongPairs, 10000}, 40, func(y float64) float64 { return 9 - y }, func(float64) bool { return true }},
		{wrongSpec{wrongConfusion, 5000}, 20, func(y float64) float64 { return 11 - y }, func(y float64) bool { return y == 3 || y == 8 }},
		{wrongSpec{wrongTrigger, 2500}, 10, func(float64) float64 { return 0 }, func(y float64) bool { return y != 0 }},
	} {
		w, err := s.mislabel(set, c.wrongSpec, 0)
		require.NoError(t, err)
		require.Equal(t, clean.Y, w.truth.Y, c.kind)
		require.Len(t, w.rows, c.n, c.kind)
		require.True(t, slices.IsSorted(w.rows))
		var rows []int
		for i, y := range w.data.Y {
			if y != clean.Y[i] {
				require.True(t, c.from(clean.Y[i]), c.kind)
				require.Equal(t, c.wrong(clean.Y[i]), y, c.kind)
				rows = append(rows, i)
			}
		}
		require.Equal(t, rows, w.rows, c.kind)
		same := rowsOf(clean, w.data)
		require.Equal(t, same, rowsOf(clean, w.truth), "the patch stays where labels are corrected")
		if c.kind == wrongTrigger {
			require.Subset(t, w.rows, same, "images with the patch are the wrong ones")
			require.NotEmpty(t, same)
		} else {
			require.Empty(t, same, c.kind)
		}
		other, err := s.mislabel(set, c.wrongSpec, 1)
		require.NoError(t, err)
		require.NotEqual(t, w.rows, other.rows, c.kind)
	}
}

// rowsOf are the rows whose images differ.
func rowsOf(a, b *datasets.Dataset) []int {
	var rows []int
	for i := range a.Len() {
		x, y := a.Slice(i, i+1).X.(*datasets.Images), b.Slice(i, i+1).X.(*datasets.Images)
		if !slices.Equal(x.Pixels, y.Pixels) {
			rows = append(rows, i)
		}
	}
	return rows
}

// The patch is nine pixels at the lower right corner in all channels, and nothing else changes.
func TestThePatch(t *testing.T) {
	x := &datasets.Images{N: 2, Height: 4, Width: 5, Channels: 2, Pixels: make([]uint8, 2*4*5*2), Scale: 1}
	x.Pixels[7] = 200
	d := &datasets.Dataset{X: x, Y: []float64{0, 1}, Classes: 2}
	p, err := withPatch(d, []int{1})
	require.NoError(t, err)
	got := p.X.(*datasets.Images).Pixels
	require.Equal(t, x.Pixels[:40], got[:40], "the other image is as it was")
	require.Equal(t, make([]uint8, 40), x.Pixels[40:], "the data are not changed in place")
	for i := range 4 {
		for j := range 5 {
			for ch := range 2 {
				want := uint8(0)
				if i >= 1 && j >= 2 {
					want = 200
				}
				require.Equal(t, want, got[40+(i*5+j)*2+ch], "line %d, column %d", i, j)
			}
		}
	}
	x.Height, x.N = 2, 4
	_, err = withPatch(d, nil)
	require.ErrorContains(t, err, "images of 2 x 5 pixels have no room for a patch of 3 x 3")
}

// Methods are measured on the half of the test set on which nothing is chosen, and for the trigger
// with the patch on every image; settings are chosen with it on every second one.
func TestWhatIsMeasuredAndWhatIsChosenOn(t *testing.T) {
	s, set := correctSession(t)
	plain, err := s.poisonSubject(poisoningID, set, 10000, 0)
	require.NoError(t, err)
	for _, w := range set.wrongSpecs() {
		sub, err := s.subjectOf(correctID, set, w, 0)
		require.NoError(t, err)
		require.Equal(t, plain.test, sub.test)
		patched := rowsOf(plain.validation, sub.validation)
		switch w.kind {
		case wrongPairs:
			require.Equal(t, sub.test, sub.harmed)
		case wrongConfusion:
			require.Len(t, rowsWhere(sub.test, func(c int) bool { return c == 3 || c == 8 }), sub.harmed.Len())
			require.Empty(t, rowsWhere(sub.harmed, func(c int) bool { return c != 3 && c != 8 }))
		case wrongTrigger:
			require.Empty(t, rowsWhere(sub.harmed, func(c int) bool { return c == 0 }))
			others := plain.test.Subset(rowsWhere(plain.test, func(c int) bool { return c != 0 }))
			require.Equal(t, others.Y, sub.harmed.Y)
			require.Greater(t, len(rowsOf(others, sub.harmed)), others.Len()*9/10, "an image may be as bright there already")
			require.NotEmpty(t, patched)
			require.NotContains(t, patched, 1)
		}
		if w.kind != wrongTrigger {
			require.Empty(t, patched)
		}
	}
}

func TestCorrectRefusesWhatCannotBe(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"confused=3", "confused=3 must name two of the 10 classes"}, {"confused=3,10", "must name two of the 10 classes"}, {"confused=3,3", "names 3 twice"},
		{"target=10", "target=10 is none of the 10 classes"}, {"band=4", "at least 5"}, {"wrong=noise", "one of pairs, confusion, trigger"},
		{"budget=5000", "the setting budget belongs to poisoning"}, {"trigger-labels=50000", "lower trigger-labels"}, {"trigger-labels=100", "trigger-labels=100 is no label of 200 images"},
		{"confusion-labels=50000", "lower the budget"}, {"known=0.01", "known=0.01 of 40 wrong labels (pairs) is none"}, {"sample=201", "sample=201 is more"},
	} {
		tried.Refused(t, engine.Order{Experiment: correctID, Set: []string{c.set}}, c.want)
	}
	tried.Refused(t, engine.Order{Experiment: poisoningID, Set: []string{"band=6"}}, "the setting band belongs to correct")
	_, set := correctSession(t)
	for key, kind := range map[string]string{"pairs-labels": wrongPairs, "confusion-labels": wrongConfusion, "confused": wrongConfusion, "trigger-labels": wrongTrigger,
		"target": wrongTrigger} {
		assert.Empty(t, set.idleInCorrect(key), key)
		others := *set
		others.Wrong = slices.DeleteFunc(slices.Clone(set.Wrong), func(k string) bool { return k == kind })
		assert.Equal(t, kind+" is not among wrong", others.idleInCorrect(key))
	}
}

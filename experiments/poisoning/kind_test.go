package poisoning

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
	"lethe/unlearn"
)

func TestKindsOfTheMethodsInRecords(t *testing.T) {
	for name, want := range map[string]kind{
		"none": {}, "first-order-iterative": {chunks: true}, "second-order": {second: true}, "second-order-iterative-last": {second: true, chunks: true},
		"second-order-last": {second: true}, "fine-tune-2": {family: true}, "fine-tune-adam-10": {family: true}, "sisa-5": {votes: true, family: true},
		"matched-2": {family: true}, "matched-chunks-2": {family: true}, "polished-1": {family: true}, "unrolled": {},
		"sisal": {}, "sisa-few": {}, "second-order-2": {}, "train": {},
	} {
		assert.Equal(t, want, kindOf(name), name)
	}
}

// Whether a chunk was refused the update says; its score alone does not.
func TestChunksAreRefusedAsTheUpdateSays(t *testing.T) {
	found := chunkFindings([]float64{50, 40, 60}, []unlearn.Fact{{Kind: unlearn.Refused, Chunk: 2, Chunks: 2}, {Kind: unlearn.Forced, Chunk: 1, Chunks: 2}})
	require.Len(t, found, 3)
	for k, taken := range []bool{true, true, false} {
		assert.Equal(t, taken, found[k].Tags["taken"], k)
	}
}

// diverging is a method that fails.
type diverging struct{}

func (diverging) Name() string { return "diverging" }

func (diverging) Unlearn(context.Context, *unlearn.Problem, []float64, unlearn.Request) (*unlearn.Update, error) {
	return nil, &unlearn.DivergedError{Solver: "own", Remedy: "lower the rate"}
}

// A try of fine-tuning whose method fails has the method's reason, in each way of statistics.
func TestATryThatFailsSaysWhy(t *testing.T) {
	c := poisonRequest(t, 1)
	f := fineTuner{name: "failing", method: func(*repair, float64, int) unlearn.Method { return diverging{} }}
	recs, err := c.fineTuneTries(t.Context(), f, 0.1, 1)
	require.NoError(t, err)
	failed := engine.ResultsOf("poisoning", &engine.Config{}, recs).Part("try-failed")
	require.Len(t, failed, len(ways(c.set)))
	for _, rec := range failed {
		assert.Contains(t, rec.Text("reason"), "own diverged")
		assert.Contains(t, rec.Text("reason"), "lower the rate")
	}
}

// A network that a former version trained has another label, and is taken; one of another
// architecture is not.
func TestNetworksOfFormerVersionsAreTaken(t *testing.T) {
	set := []string{"methods=none,retrain", "images=100", "train-batch=20", "sample=20", "dense=3", "batch=20", "reestimate=50"}
	trained := tried.RunOrder(t, poisonOrder(t.TempDir(), set...))
	for label, fault := range map[string]string{
		"vgg blocks 2 dense 3 dropout 0 precision float32": "", "vgg blocks 2 dense 4 dropout 0 precision float32": "label was vgg blocks 2 dense 4",
	} {
		dir := t.TempDir()
		_, err := SaveNetworks(trained, dir)
		require.NoError(t, err)
		for _, name := range []string{"train-10000-0", "clean-0"} {
			s, err := unlearn.ReadCheckpoint(networkFile(filepath.Join(trained, records.TrainedName), name))
			require.NoError(t, err)
			require.Equal(t, "vgg precision=float32;blocks=2;dense=3;block-dropout=0;", s.Settings["label"])
			s.Settings["label"] = label
			require.NoError(t, s.SaveParameters(networkFile(dir, name)))
		}
		o := poisonOrder(t.TempDir(), set...)
		o.Networks = dir
		o.Progress = &tried.StepCanceller{Cancel: func() { t.Error("a step of training was made") }, Left: 1}
		_, _, err = o.Do(t.Context())
		if fault != "" {
			require.ErrorContains(t, err, fault)
		} else {
			require.NoError(t, err)
		}
	}
}

// Trainings with other settings are other subjects.
func TestSubjectsAreKeptBySettings(t *testing.T) {
	s, set := poisonSession(t)
	first, err := s.poisonSubject("poisoning", set, 10000, 0)
	require.NoError(t, err)
	same, err := s.poisonSubject("poisoning", set, 10000, 0)
	require.NoError(t, err)
	require.Same(t, first, same)
	other := *set
	other.TrainRate *= 2
	second, err := s.poisonSubject("poisoning", &other, 10000, 0)
	require.NoError(t, err)
	require.NotSame(t, first, second)
	other = *set
	other.Chunks++ // changes no training
	same, err = s.poisonSubject("poisoning", &other, 10000, 0)
	require.NoError(t, err)
	require.Same(t, first, same)
}

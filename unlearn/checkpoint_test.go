package unlearn

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// At any step the process may be killed: what then lies on the disk is a copy of the file at that
// moment.
func TestTrainingGoesOnToTheSameBitsAfterAKill(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	p.Objective = full{logistic(p.Dim())}
	start := randomVector(p.Dim(), 6)
	for name := range stochastic(1, 0, nil, Checkpoint{}) {
		var want []Progress
		note := func(to *[]Progress) func(Progress) error {
			return func(now Progress) error {
				now.Seconds, now.Gradients, now.Theta = 0, 0, slices.Clone(now.Theta)
				*to = append(*to, now)
				return nil
			}
		}
		whole, err := stochastic(3, 4, note(&want), Checkpoint{})[name].Train(t.Context(), p, start)
		require.NoError(t, err)
		for _, every := range []int{0, 1, 4} {
			dir := t.TempDir()
			live := filepath.Join(dir, "live")
			left := map[int][]byte{} // the file after each step
			steps := 0
			_, err := stochastic(3, 4, func(Progress) error {
				steps++
				data, err := os.ReadFile(live)
				if !errors.Is(err, os.ErrNotExist) {
					require.NoError(t, err)
					left[steps] = data
				}
				return nil
			}, Checkpoint{Path: live, Every: every})[name].Train(t.Context(), p, start)
			require.NoError(t, err)
			require.Equal(t, 18, steps)
			require.Len(t, left, map[int]int{0: 12, 1: 18, 4: 15}[every], "six steps an epoch")
			for killed, data := range left {
				path := filepath.Join(dir, "killed")
				require.NoError(t, os.WriteFile(path, data, 0o644))
				var rest []Progress
				theta, err := stochastic(3, 4, note(&rest), Checkpoint{Path: path, Every: every})[name].Train(t.Context(), p, start)
				require.NoError(t, err)
				require.Equal(t, whole, theta, "%s killed after step %d", name, killed)
				lost := killed - (18 - len(rest))
				require.GreaterOrEqual(t, lost, 0)
				require.LessOrEqual(t, lost, map[int]int{0: 6, 1: 1, 4: 4}[every], "steps done twice")
				require.Equal(t, want[18-len(rest):], rest, "progress is reported as without the kill")
			}
		}
	}
}

func TestCancelledTrainingKeepsItsLastStep(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	whole, err := stochastic(2, 4, nil, Checkpoint{})["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	c := Checkpoint{Path: filepath.Join(t.TempDir(), "state")}
	for stop := 1; stop <= 12; stop++ { // one step a run
		ctx, cancel := context.WithCancel(t.Context())
		theta, err := stochastic(2, 4, func(now Progress) error {
			require.Equal(t, stop, now.Iteration)
			cancel()
			return nil
		}, c)["adam"].Train(ctx, p, start)
		if stop < 12 {
			require.ErrorIs(t, err, context.Canceled)
		} else {
			require.NoError(t, err)
		}
		kept, err := ReadCheckpoint(c.Path)
		require.NoError(t, err)
		require.Equal(t, theta, kept.Theta)
		require.Equal(t, []int{stop / 6, stop % 6}, []int{kept.Epoch, kept.Step})
	}
	theta, err := stochastic(2, 4, nil, c)["adam"].Train(t.Context(), p, start)
	require.NoError(t, err, "a finished training is read back")
	require.Equal(t, whole, theta)

	longer, err := stochastic(5, 4, nil, c)["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	want, err := stochastic(5, 4, nil, Checkpoint{})["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	require.Equal(t, want, longer)
	_, err = stochastic(2, 4, nil, c)["adam"].Train(t.Context(), p, start)
	require.ErrorContains(t, err, "holds 5 epochs and 0 steps, more than the 2 epochs asked for")
}

// A callback may end the training after any step, the last of an epoch and the very last included.
func TestTrainingThatItsCallbackEndedGoesOn(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	whole, err := stochastic(2, 4, nil, Checkpoint{})["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	c := Checkpoint{Path: filepath.Join(t.TempDir(), "state")}
	enough := errors.New("enough")
	for stop := 1; stop <= 12; stop++ { // one step a run
		theta, err := stochastic(2, 4, func(now Progress) error {
			require.Equal(t, stop, now.Iteration)
			return enough
		}, c)["adam"].Train(t.Context(), p, start)
		require.ErrorIs(t, err, enough)
		kept, err := ReadCheckpoint(c.Path)
		require.NoError(t, err)
		require.Equal(t, theta, kept.Theta)
	}
	theta, err := stochastic(2, 4, nil, c)["adam"].Train(t.Context(), p, start)
	require.NoError(t, err)
	require.Equal(t, whole, theta)
}

func TestCheckpointOfAnotherTrainingIsRefused(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	path := filepath.Join(t.TempDir(), "state")
	c := Checkpoint{Path: path, Label: "mlp 2x200"}
	base := SGD{Rate: 0.1, Momentum: 0.9, Batch: 8, Seed: 1, Checkpoint: c}
	_, err := base.Train(t.Context(), p, start)
	require.NoError(t, err)
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	sgd := func(f func(s *SGD)) Trainer { s := base; f(&s); return s }
	change := func(f func(p *Problem)) *Problem { q := *p; f(&q); return &q }
	same := base
	flipped := p.Train.Subset(allRows(40))
	flipped.Y[3] = 1 - flipped.Y[3]
	moved := slices.Clone(start)
	moved[4] += 1e-15
	for _, tt := range []struct {
		trainer Trainer
		p       *Problem
		start   []float64
		want    string
	}{
		{sgd(func(s *SGD) { s.Rate = 0.2 }), p, start, "rate was 0.1, is 0.2"},
		{sgd(func(s *SGD) { s.Momentum = 0 }), p, start, "momentum was 0.9, is 0"},
		{sgd(func(s *SGD) { s.Batch = 9 }), p, start, "batch was 8, is 9"},
		{sgd(func(s *SGD) { s.Seed = 2; s.Batch = 3 }), p, start, "(batch was 8, is 3; seed was 1, is 2)"},
		{sgd(func(s *SGD) { s.Checkpoint.Label = "cnn" }), p, start, "label was mlp 2x200, is cnn"},
		{Adam{Batch: 8, Seed: 1, Checkpoint: c}, p, start,
			"trainer was sgd, is adam; rate was 0.1, is 0.001; momentum was 0.9, is none; beta1 was none, is 0.9"},
		{same, change(func(p *Problem) { p.L2 = 3 }), start, "l2 was 1, is 3"},
		{same, change(func(p *Problem) { p.Tilt = nil }), start, "tilt was"},
		{same, change(func(p *Problem) { p.Penalty = make([]float64, 5) }), start, "penalty was none, is"},
		{same, p.With(flipped), start, "data was"},
		{same, p.With(p.Train.Slice(0, 39)), start, "samples was 40, is 39"},
		{same, p, moved, "start was"},
	} {
		_, err := tt.trainer.Train(t.Context(), tt.p, tt.start)
		require.ErrorContains(t, err, tt.want)
		require.ErrorContains(t, err, "belongs to another training")
		require.ErrorContains(t, err, path)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after, "nothing is overwritten")
	}
	_, err = same.Train(t.Context(), p, start)
	require.NoError(t, err)
}

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func TestDamagedCheckpointIsRefused(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	path := filepath.Join(t.TempDir(), "state")
	trainer := stochastic(2, 1, nil, Checkpoint{Path: path})["amsgrad"]
	_, err := trainer.Train(t.Context(), p, start)
	require.NoError(t, err)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	refused := func(data []byte, want ...string) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, data, 0o644))
		_, err := trainer.Train(t.Context(), p, start)
		for _, w := range append(want, path, "move it away") {
			require.ErrorContains(t, err, w)
		}
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, data, after, "nothing is overwritten")
	}
	for n := range good {
		refused(good[:n], "truncated")
	}
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 0x10
		refused(bad)
	}
	refused(append(slices.Clone(good), 0), "1 bytes too long")
	refused([]byte("epoch,loss\n1,0.5\n"), "is not a checkpoint")
}

func TestReadCheckpoint(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	path := filepath.Join(t.TempDir(), "state")
	theta, err := stochastic(2, 1, nil, Checkpoint{Path: path})["amsgrad"].Train(t.Context(), p, start)
	require.NoError(t, err)
	s, err := ReadCheckpoint(path)
	require.NoError(t, err)
	require.Equal(t, theta, s.Theta)
	require.Len(t, s.Vectors, 3)
	require.Equal(t, []int{2, 0}, []int{s.Epoch, s.Step})
	require.Equal(t, "amsgrad", s.Settings["trainer"])
	require.Equal(t, datasets.Fingerprint(p.Train)[:16], s.Settings["data"])
	for key := range maps.Keys(s.Settings) {
		require.Contains(t, settingNames, key, "a setting that is not compared")
	}
	_, err = ReadCheckpoint(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestCheckpointThatCannotBeWritten(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	path := filepath.Join(t.TempDir(), "no", "such", "folder")
	for _, every := range []int{0, 2} {
		theta, err := stochastic(2, 1, nil, Checkpoint{Path: path, Every: every})["sgd"].Train(t.Context(), p, start)
		require.ErrorContains(t, err, "does its folder exist")
		require.NotEqual(t, start, theta)
	}
}

func TestDivergenceLeavesTheLastCheckpoint(t *testing.T) {
	p := problems(t)["least squares, dense"]
	path := filepath.Join(t.TempDir(), "state")
	theta, err := SGD{Rate: 1e6, Epochs: 1000, Batch: 40, Checkpoint: Checkpoint{Path: path}}.Train(t.Context(), p,
		randomVector(p.Dim(), 6))
	var e *DivergedError
	require.ErrorAs(t, err, &e)
	s, err := ReadCheckpoint(path)
	require.NoError(t, err)
	require.Equal(t, -1, notFinite(s.Theta))
	require.Equal(t, theta, s.Theta)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary files are left")
}

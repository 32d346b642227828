package tried

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

// RunOrder carries an order out and returns its folder.
func RunOrder(t *testing.T, o *engine.Order) string {
	t.Helper()
	runs, _, err := o.Do(t.Context())
	require.NoError(t, err)
	require.Len(t, runs, 1)
	return runs[0].Dir
}

// StepCanceller cancels after so many steps of trainings.
type StepCanceller struct {
	engine.Quiet
	Cancel context.CancelFunc
	Left   int
}

// Training implements [engine.Progress].
func (c *StepCanceller) Training(engine.TrainingStatus) {
	if c.Left--; c.Left == 0 {
		c.Cancel()
	}
}

// StoppedAndResumed carries an order out until its progress cancels it, resumes it, and returns the
// folder.
func StoppedAndResumed(t *testing.T, order func(out string) *engine.Order, progress func(context.CancelFunc) engine.Progress) string {
	t.Helper()
	out := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := order(out)
	o.Progress = progress(cancel)
	_, _, err := o.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	var stopped *engine.Stopped
	require.True(t, errors.As(err, &stopped))

	_, _, err = order(out).Do(t.Context())
	require.ErrorIs(t, err, records.ErrExists, "what was trained is not thrown away")
	o = order(out)
	o.Mode = records.Resume
	return RunOrder(t, o)
}

// Refused asserts that an order in the smoke profile is a usage error that says so, before anything
// is written.
func Refused(t *testing.T, o engine.Order, want string) {
	t.Helper()
	o.Profile, o.Out = engine.Smoke, t.TempDir()
	_, _, err := o.Do(t.Context())
	var usage *engine.UsageError
	require.ErrorAs(t, err, &usage, want)
	assert.ErrorContains(t, err, want)
	entries, err := os.ReadDir(o.Out)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing is left behind")
}

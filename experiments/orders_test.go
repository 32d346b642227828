package experiments

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runOrder carries an order out and returns its folder.
func runOrder(t *testing.T, o *Order) string {
	t.Helper()
	runs, _, err := o.Do(t.Context())
	require.NoError(t, err)
	require.Len(t, runs, 1)
	return runs[0].Dir
}

// stepCanceller cancels after so many steps of trainings.
type stepCanceller struct {
	Quiet
	cancel context.CancelFunc
	left   int
}

func (c *stepCanceller) Training(TrainingStatus) {
	if c.left--; c.left == 0 {
		c.cancel()
	}
}

// stoppedAndResumed carries an order out until its progress cancels it, goes on with it, and returns the folder.
func stoppedAndResumed(t *testing.T, order func(out string) *Order, progress func(context.CancelFunc) Progress) string {
	t.Helper()
	out := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := order(out)
	o.Progress = progress(cancel)
	_, _, err := o.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	var stopped *Stopped
	require.True(t, errors.As(err, &stopped))

	_, _, err = order(out).Do(t.Context())
	require.ErrorIs(t, err, ErrExists, "what was trained is not thrown away")
	o = order(out)
	o.Mode = Resume
	return runOrder(t, o)
}

// refused asserts that an order in the smoke profile is a usage error that says so, before anything is written.
func refused(t *testing.T, o Order, want string) {
	t.Helper()
	o.Profile, o.Out = Smoke, t.TempDir()
	_, _, err := o.Do(t.Context())
	var usage *UsageError
	require.ErrorAs(t, err, &usage, want)
	assert.ErrorContains(t, err, want)
	entries, err := os.ReadDir(o.Out)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing is left behind")
}

package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var errFull = errors.New("no space left")

// fullAfter is an output that takes so many bytes.
type fullAfter int

func (f *fullAfter) Write(p []byte) (int, error) {
	if *f < fullAfter(len(p)) {
		return 0, errFull
	}
	*f -= fullAfter(len(p))
	return len(p), nil
}

// A command whose output cannot be written fails, whichever write it is.
func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Setenv("LETHE_DATA", t.TempDir())
	for _, words := range []string{"list", "list --settings", "data list", "data verify"} {
		for _, room := range []fullAfter{0, 300} {
			var errs bytes.Buffer
			err := run(t.Context(), strings.Fields(words), &room, &errs)
			require.ErrorIs(t, err, errFull, words)
			require.ErrorContains(t, err, "the output could not be written", words)
			require.Equal(t, failed, exitCode(err))
		}
	}
}

package main

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/internal/cli"
)

var ansi = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// Elsewhere than on a terminal there are colors only if they are asked for; on one there are, but
// for NO_COLOR, which an explicit flag overrides.
func TestColors(t *testing.T) {
	assert.False(t, bool(paintFor(&bytes.Buffer{}, "auto")))
	assert.True(t, bool(paintFor(&bytes.Buffer{}, "always")))
	assert.False(t, bool(paintFor(&bytes.Buffer{}, "never")))
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminal:", err)
	}
	defer terminal.Close()
	if _, ok := cli.TerminalOf(terminal); !ok {
		t.Skip("the master of a pseudo-terminal is none here")
	}
	for _, c := range []struct {
		noColor, term, flag string
		want                bool
	}{
		{"", "xterm", "auto", true}, {"1", "xterm", "auto", false}, {"0", "xterm", "auto", false}, {"1", "xterm", "always", true},
		{"", "xterm", "never", false}, {"", "dumb", "auto", false},
	} {
		t.Setenv("NO_COLOR", c.noColor)
		t.Setenv("TERM", c.term)
		assert.Equal(t, c.want, bool(paintFor(&cli.Output{W: terminal}, c.flag)), "%+v", c)
	}
}

func TestVerdictsHaveTheirColors(t *testing.T) {
	for text, color := range map[string]string{"better": green, "better 3": green, "worse": red, "mixed": yellow, "undecided 1": yellow, "other": ""} {
		got := paint(true).verdict(text)
		assert.Equal(t, text, ansi.ReplaceAllString(got, ""))
		assert.Equal(t, color != "", got != text)
		if color != "" {
			assert.Contains(t, got, "["+color+"m")
		}
		assert.Equal(t, text, paint(false).verdict(text))
	}
	_, _, err := call(t, "list", "--color", "sometimes")
	require.Error(t, err)
	assert.Equal(t, misused, exitCode(err))
}

package tried

import (
	"context"

	"lethe/experiments/internal/engine"
)

// Canceller cancels when the given number of units are done.
type Canceller struct {
	engine.Quiet
	Cancel context.CancelFunc
	Left   int
}

// Done implements [engine.Progress].
func (c *Canceller) Done(float64) {
	if c.Left--; c.Left == 0 {
		c.Cancel()
	}
}

// Noted keeps the notes.
type Noted struct {
	engine.Quiet
	Notes []string
}

// Note implements [engine.Progress].
func (n *Noted) Note(text string) { n.Notes = append(n.Notes, text) }

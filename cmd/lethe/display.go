package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"lethe/internal/cli"
)

// display shows how far a command is: on a terminal in one line that is drawn again, elsewhere in a
// line now and then. It implements [project.Progress].
type display struct {
	mu     sync.Mutex
	w      io.Writer
	quiet  bool
	screen *cli.Screen // nil where this is no terminal
	began  time.Time
	spoke  time.Time // when something was last drawn or written
	ended  bool
}

const (
	shortestPause  = 100 * time.Millisecond // how long a line on a terminal stays as it is
	longestSilence = 5 * time.Second        // how long nothing is written elsewhere
)

func newDisplay(w io.Writer, quiet bool) *display {
	d := &display{w: w, quiet: quiet, began: time.Now(), spoke: time.Now()}
	if f, ok := cli.TerminalOf(w); ok && !quiet {
		d.screen = &cli.Screen{W: w, Width: func() int { return cli.ColumnsOf(f) }}
	}
	return d
}

// Step implements [project.Progress].
func (d *display) Step(text string, done, total int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	pause := longestSilence
	if d.screen != nil {
		pause = shortestPause
	}
	if d.quiet || d.ended || now.Sub(d.spoke) < pause {
		return
	}
	d.spoke = now
	line := text
	if total > 0 {
		line = fmt.Sprintf("%s, %d %%", text, 100*done/total)
	}
	line = fmt.Sprintf("%s, %.0f s", line, now.Sub(d.began).Seconds())
	if d.screen == nil {
		fmt.Fprintln(d.w, cli.Printable(line))
		return
	}
	d.screen.Show(cli.Cut(line, d.screen.Width()-1))
}

// Note implements [project.Progress].
func (d *display) Note(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.quiet || d.ended:
	case d.screen != nil:
		d.screen.Print(text)
	default:
		fmt.Fprintln(d.w, cli.Printable(text))
	}
}

// close clears the line.
func (d *display) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.screen != nil && !d.ended {
		d.screen.Show()
	}
	d.ended = true
}

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"lethe/experiments"
)

// newProgress shows bars on a terminal and plain lines elsewhere.
func newProgress(w io.Writer, quiet bool) experiments.Progress {
	if quiet {
		return experiments.Quiet{}
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bars{w: w}
	}
	return &lines{w: w}
}

// bars is a progress bar for each run.
type bars struct {
	w   io.Writer
	bar *progressbar.ProgressBar
}

func (b *bars) Begin(title string, units, done int) {
	fmt.Fprintln(b.w, title)
	b.bar = progressbar.NewOptions(max(units, 1), progressbar.OptionSetWriter(b.w), progressbar.OptionShowCount(), progressbar.OptionSetWidth(20),
		progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetRenderBlankState(true))
	_ = b.bar.Set(done) // the bar is only for show
}

func (b *bars) Unit(name string) { b.describe(name) }
func (b *bars) Note(text string) { b.describe(text) }
func (b *bars) Done()            { _ = b.bar.Add(1) }

func (b *bars) End() {
	_ = b.bar.Finish()
	b.bar = nil
}

// describe puts the text before the bar, cut so that both stay within 80 columns.
func (b *bars) describe(text string) {
	if b.bar == nil {
		fmt.Fprintln(b.w, text)
		return
	}
	b.bar.Describe(fmt.Sprintf("%-34.34s", text))
}

// lines prints a line for notes and at most every second one for units.
type lines struct {
	w           io.Writer
	title       string
	units, done int
	last        time.Time
	began       time.Time
}

func (l *lines) Begin(title string, units, done int) {
	l.title, l.units, l.done, l.began = title, units, done, time.Now()
	if done > 0 {
		fmt.Fprintf(l.w, "%s: %d pieces of work, %d of them done before\n", title, units, done)
		return
	}
	fmt.Fprintf(l.w, "%s: %d pieces of work\n", title, units)
}

func (l *lines) Unit(name string) {
	if time.Since(l.last) >= time.Second {
		l.last = time.Now()
		fmt.Fprintf(l.w, "  %3d/%d  %s\n", l.done+1, l.units, name)
	}
}

func (l *lines) Done()            { l.done++ }
func (l *lines) Note(text string) { fmt.Fprintf(l.w, "  %s\n", text) }

func (l *lines) End() {
	fmt.Fprintf(l.w, "  %d/%d after %.1f s\n", l.done, l.units, time.Since(l.began).Seconds())
}

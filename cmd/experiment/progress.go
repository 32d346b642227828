package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
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

// bars is a progress bar for each run, and one for a training within it.
type bars struct {
	w     io.Writer
	bar   *progressbar.ProgressBar
	shown time.Time // when the training was last drawn
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

// Training draws the training over the run's bar, and clears it at the end of the training so that
// the other comes back.
func (b *bars) Training(t experiments.TrainingStatus) {
	const width = 8
	done := (t.Epoch-1)*t.Steps + t.Step
	switch {
	case done == t.Epochs*t.Steps:
		fmt.Fprintf(b.w, "\r%79s\r", "")
	case time.Since(b.shown) >= 200*time.Millisecond:
		b.shown = time.Now()
		filled := width * done / (t.Epochs * t.Steps)
		line := strings.Repeat("█", filled) + strings.Repeat("░", width-filled) + " " + trainingText(t)
		fmt.Fprintf(b.w, "\r%-79.79s", line)
	}
}

// trainingText says where a training stands, in at most 70 columns unless it has hundreds of
// epochs.
func trainingText(t experiments.TrainingStatus) string {
	text := fmt.Sprintf("epoch %d/%d  loss %.3f", t.Epoch, t.Epochs, t.Loss)
	if !math.IsNaN(t.Accuracy) {
		text += fmt.Sprintf("  acc. %.1f %%", 100*t.Accuracy)
	}
	if !math.IsNaN(t.Exposure) {
		text += fmt.Sprintf("  exposure %.1f bit", t.Exposure)
	}
	return text + "  " + leftText(t.Left)
}

// leftText writes a duration as people say it.
func leftText(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm left", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds left", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds left", int(d.Seconds()))
}

// describe puts the text before the bar, cut so that both stay within 80 columns.
func (b *bars) describe(text string) {
	if b.bar == nil {
		fmt.Fprintln(b.w, text)
		return
	}
	b.bar.Describe(fmt.Sprintf("%-34.34s", text))
}

// lines prints a line for notes, at most every second one for units, and every few seconds one for
// a training.
type lines struct {
	w           io.Writer
	title       string
	units, done int
	last        time.Time // of a unit
	shown       time.Time // of a training
	began       time.Time
}

// trainingPause is how long a training is silent between two lines.
const trainingPause = 5 * time.Second

func (l *lines) Begin(title string, units, done int) {
	l.title, l.units, l.done, l.began = title, units, done, time.Now()
	if done > 0 {
		fmt.Fprintf(l.w, "%s: %d steps, %d of them done before\n", title, units, done)
		return
	}
	fmt.Fprintf(l.w, "%s: %d steps\n", title, units)
}

func (l *lines) Unit(name string) {
	if time.Since(l.last) >= time.Second {
		l.last = time.Now()
		fmt.Fprintf(l.w, "  %3d/%d  %s\n", l.done+1, l.units, name)
	}
}

// Training prints the first step, the last one and what lies a pause apart.
func (l *lines) Training(t experiments.TrainingStatus) {
	if last := t.Epoch == t.Epochs && t.Step == t.Steps; last || time.Since(l.shown) >= trainingPause {
		l.shown = time.Now()
		fmt.Fprintf(l.w, "           %s\n", trainingText(t))
	}
}

func (l *lines) Done()            { l.done++ }
func (l *lines) Note(text string) { fmt.Fprintf(l.w, "  %s\n", text) }

func (l *lines) End() {
	fmt.Fprintf(l.w, "  %d/%d after %.1f s\n", l.done, l.units, time.Since(l.began).Seconds())
}

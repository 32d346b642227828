package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"lethe/experiments"
	"lethe/internal/cli"
)

// display shows how far the runs of a command are: on a terminal in two lines that are drawn again
// every second, elsewhere in lines below each other, of which none is followed by a longer silence
// than longestSilence. It implements [experiments.Progress].
type display struct {
	mu     sync.Mutex
	now    func() time.Time
	screen *cli.Screen // nil where this is no terminal
	w      io.Writer   // of the lines elsewhere
	work   work
	spoke  time.Time // when the last line was written
	drawn  time.Time // when the lines of a terminal were drawn
	ended  chan struct{}
}

// shortestPause is how long lines on a terminal stay as they are, so that they can be read.
const shortestPause = 100 * time.Millisecond

// longestSilence is how long nothing is written elsewhere than on a terminal.
const longestSilence = 5 * time.Second

// work is what a display knows.
type work struct {
	runs, run int // of the command; the run is counted from 1
	pieces    []experiments.Piece
	parts     []string // of the run, in their order
	pace      *pace
	began     time.Time // the first run
	runBegan  time.Time
	done      int
	part      int                // of parts, from 1; 0 before the first unit
	at        *experiments.Piece // nil between units
	unitBegan time.Time
	step      string
	stepDone  int
	steps     int // 0 = unknown
	active    bool
}

// newDisplay returns the display of a command with so many runs and its progress, which with quiet
// says nothing; the display is nil then.
func newDisplay(w io.Writer, quiet bool, runs int) (*display, experiments.Progress) {
	if quiet {
		return nil, experiments.Quiet{}
	}
	d := &display{now: time.Now, w: w, work: work{runs: runs}, ended: make(chan struct{})}
	if f, ok := cli.TerminalOf(w); ok {
		d.screen = &cli.Screen{W: w, Width: func() int { return cli.ColumnsOf(f) }}
	}
	go d.tick()
	return d, d
}

// expect tells the display how many runs the command has, once that is known.
func (d *display) expect(runs int) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.work.runs = runs
}

// tick moves the clock.
func (d *display) tick() {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-d.ended:
			return
		case <-second.C:
			d.mu.Lock()
			d.beat()
			d.mu.Unlock()
		}
	}
}

// beat shows that time passes.
func (d *display) beat() {
	switch {
	case !d.work.active:
	case d.screen != nil:
		d.draw()
	case d.now().Sub(d.spoke) >= longestSilence:
		d.say("           %s", d.work.detail(d.now(), math.MaxInt))
	}
}

// rest clears the screen until the next call, so that others can write. A nil display has nothing
// to clear.
func (d *display) rest() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.work.active = false
	if d.screen != nil {
		d.screen.Show()
	}
}

// close ends the display.
func (d *display) close() {
	if d != nil {
		d.rest()
		close(d.ended)
	}
}

// draw shows the two lines.
func (d *display) draw() {
	now := d.now()
	d.drawn = now
	width := d.screen.Width() - 1 // some terminals wrap after the last column
	lines := []string{d.work.detail(now, width)}
	if d.work.pieces != nil {
		lines = slices.Insert(lines, 0, d.work.head(now, width))
	}
	d.screen.Show(lines...)
}

// say writes a line that stays.
func (d *display) say(format string, args ...any) {
	d.spoke = d.now()
	text := fmt.Sprintf(format, args...)
	if d.screen != nil {
		d.screen.Print(text)
		return
	}
	fmt.Fprintln(d.w, cli.Printable(text))
}

// change applies a change to what is known and draws it.
func (d *display) change(f func(w *work, now time.Time)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if d.work.began.IsZero() {
		d.work.began, d.work.unitBegan = now, now
		d.spoke = now
	}
	d.work.active = true
	f(&d.work, now)
	if d.screen != nil && now.Sub(d.drawn) >= shortestPause {
		d.draw() // else the clock does, within a second
	}
}

// Begin implements [experiments.Progress].
func (d *display) Begin(title string, pieces []experiments.Piece) {
	d.change(func(w *work, now time.Time) {
		w.run++
		w.pieces, w.parts, w.pace, w.done, w.at, w.step, w.steps = pieces, nil, newPace(pieces), 0, nil, "", 0
		w.unitBegan, w.runBegan, w.part = now, now, 0
		for _, p := range pieces {
			if p.Done {
				w.done++
			}
			if !slices.Contains(w.parts, p.Part) {
				w.parts = append(w.parts, p.Part)
			}
		}
		text := fmt.Sprintf("%s: %d pieces of work", title, len(pieces))
		if w.done > 0 {
			text += fmt.Sprintf(", %d of them done before", w.done)
		}
		d.say("%s", text)
	})
}

// Unit implements [experiments.Progress].
func (d *display) Unit(name string) {
	d.change(func(w *work, now time.Time) {
		w.unitBegan, w.step, w.steps, w.at = now, "", 0, nil
		for i := range w.pieces {
			if w.pieces[i].Name == name {
				w.at = &w.pieces[i]
				w.part = slices.Index(w.parts, w.at.Part) + 1
			}
		}
		if d.screen == nil && now.Sub(d.spoke) >= time.Second {
			d.say("  %3d/%d  %s", w.done+1, len(w.pieces), w.named())
		}
	})
}

// Step implements [experiments.Progress].
func (d *display) Step(text string, done, total int) {
	d.change(func(w *work, now time.Time) {
		if w.at == nil && w.step == "" {
			w.unitBegan = now
		}
		w.step, w.stepDone, w.steps = text, done, total
	})
}

// Training implements [experiments.Progress].
func (d *display) Training(t experiments.TrainingStatus) {
	d.change(func(w *work, _ time.Time) {
		w.step, w.steps = trainingText(t), 0
		if last := t.Epoch == t.Epochs && t.Step == t.Steps; last && d.screen == nil {
			d.say("           %s", w.step)
		}
	})
}

// Done implements [experiments.Progress].
func (d *display) Done(took float64) {
	d.change(func(w *work, now time.Time) {
		w.done++
		if w.at != nil {
			w.pace.finish(w.at.Kind, seconds(took))
		}
		w.at, w.step, w.unitBegan = nil, "", now
	})
}

// Note implements [experiments.Progress].
func (d *display) Note(text string) {
	d.change(func(*work, time.Time) { d.say("  %s", text) })
}

// End implements [experiments.Progress].
func (d *display) End() {
	d.change(func(w *work, now time.Time) {
		d.say("  %d/%d after %s", w.done, len(w.pieces), clock(now.Sub(w.runBegan)))
		w.pieces, w.at, w.step, w.unitBegan = nil, nil, "", now
	})
}

// head says how far the command is, in at most so many columns: which run and part, how many pieces
// of the run are done, how long it has taken and how long it will.
func (w *work) head(now time.Time, width int) string {
	count := fmt.Sprintf("%d/%d", w.done, len(w.pieces))
	gone := clock(now.Sub(w.began))
	left, short := w.leftTexts(now)
	for _, c := range []struct {
		where, gone, left string
		bar               int
	}{
		{w.where(true), gone + " gone", left, 20}, {w.where(true), gone + " gone", left, 10}, {w.where(true), gone, left, 0},
		{w.where(false), gone, left, 0}, {w.where(false), gone, short, 0}, {w.where(false), "", short, 0},
	} {
		if c.gone == "" && c.left == "" {
			continue
		}
		line := joined("  ", c.where, bar(c.bar, w.done, len(w.pieces)), count, joined(", ", c.gone, c.left))
		if experiments.Columns(line) <= width {
			return line
		}
	}
	return cli.Cut(joined("  ", w.where(false), count, gone), width)
}

// where says which run of the command and which part of the run is at work, where there are
// several.
func (w *work) where(long bool) string {
	of := func(what string, at, of int) string {
		switch {
		case of < 2 || at < 1:
			return ""
		case long:
			return fmt.Sprintf("%s %d of %d", what, at, of)
		}
		return fmt.Sprintf("%s %d/%d", what, at, of)
	}
	return joined(", ", of("run", w.run, w.runs), of("part", w.part, len(w.parts)))
}

// leftTexts say how long the rest will take, in more words and in few; they are empty until that
// means something (see [pace]). Runs that have not begun are only counted: what they cost nobody
// has measured.
func (w *work) leftTexts(now time.Time) (long, short string) {
	kind := ""
	if w.at != nil {
		kind = w.at.Kind
	}
	r := w.pace.remains(kind, now.Sub(w.unitBegan))
	switch text := roughly(r.time); {
	case w.done == len(w.pieces):
		return "", ""
	case r.exact:
		long, short = "about "+text+" left", text+" left"
	case r.known:
		long, short = "at least "+text+" left", ">"+text+" left"
	default:
		return "", ""
	}
	switch later := w.runs - w.run; {
	case later == 1:
		long += ", then 1 run"
	case later > 1:
		long += fmt.Sprintf(", then %d runs", later)
	}
	return long, short
}

// detail says what is being done, in at most so many columns. Where these are few the sizes go
// before the method and its step do.
func (w *work) detail(now time.Time, width int) string {
	gone := clock(now.Sub(w.unitBegan))
	step := w.step
	if w.steps > 0 {
		step += fmt.Sprintf(", %d of %d", min(w.stepDone+1, w.steps), w.steps)
	}
	if w.at == nil {
		return cli.Cut(joined("  ", gone, step), width)
	}
	name, sizes := unitWords(w.at)
	for _, what := range []string{joined(", ", name, sizes), name} {
		if line := joined("  ", gone, joined(": ", what, step)); experiments.Columns(line) <= width {
			return line
		}
	}
	if name == "" {
		name = sizes
	}
	return cli.Cut(joined("  ", gone, joined(": ", name, step)), width)
}

// named says which piece is at work.
func (w *work) named() string {
	name, sizes := unitWords(w.at)
	return w.at.Part + " " + joined(", ", name, sizes)
}

// unitWords divides a unit's name into the words that name a method or a step, and its sizes:
// "memorization length=10 draw=0 retrain" into "retrain" and "length 10, draw 1". Draws are counted
// from 1, as in tables.
func unitWords(p *experiments.Piece) (name, sizes string) {
	var names, rest []string
	for _, word := range strings.Fields(strings.TrimPrefix(p.Name, p.Part)) {
		key, value, ok := strings.Cut(word, "=")
		var draw int
		switch {
		case !ok:
			names = append(names, word)
		case key == "draw":
			if _, err := fmt.Sscan(value, &draw); err == nil {
				value = fmt.Sprint(draw + 1)
			}
			fallthrough
		default:
			rest = append(rest, key+" "+value)
		}
	}
	return strings.Join(names, " "), strings.Join(rest, ", ")
}

// trainingText says where a training stands.
func trainingText(t experiments.TrainingStatus) string {
	text := fmt.Sprintf("epoch %d/%d, loss %.3f", t.Epoch, t.Epochs, t.Loss)
	if !math.IsNaN(t.Accuracy) {
		text += fmt.Sprintf(", acc. %.1f %%", 100*t.Accuracy)
	}
	if !math.IsNaN(t.Exposure) {
		text += fmt.Sprintf(", exposure %.1f bit", t.Exposure)
	}
	if t.Step > 1 || t.Epoch > 1 { // the first step says nothing of the others
		text += ", " + roughly(t.Left) + " left"
	}
	return text
}

// clock writes how long something has taken: 0:07, 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// roughly writes how long something will take, no more exactly than anybody knows.
func roughly(d time.Duration) string {
	switch {
	case d >= 100*time.Hour:
		return fmt.Sprintf("%dd", int(d.Round(24*time.Hour).Hours())/24)
	case d >= time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= 10*time.Minute:
		return fmt.Sprintf("%dm", int(d.Round(time.Minute).Minutes()))
	case d >= time.Minute:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Round(time.Second).Seconds()))
}

// bar draws a share in so many columns.
func bar(width, done, all int) string {
	filled := width * done / max(all, 1)
	return strings.Repeat("█", filled) + strings.Repeat("░", width-filled)
}

// joined puts a separator between the words that are not empty.
func joined(separator string, words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), separator)
}

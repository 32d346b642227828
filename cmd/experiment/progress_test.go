package main

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments"
	"lethe/internal/cli"
)

// glass is a terminal of so many columns, as far as the program uses one.
type glass struct {
	t        *testing.T
	width    int
	rows     [][]string // a cell a column; the second column of a wide character is empty
	row, col int
}

var escape = regexp.MustCompile(`^\x1b\[(\d*)([A-Za-z])`)

func (g *glass) Write(p []byte) (int, error) {
	text := string(p)
	for text != "" {
		if m := escape.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			switch m[2] {
			case "A":
				g.row -= max(n, 1)
				require.GreaterOrEqual(g.t, g.row, 0)
			case "J":
				g.line()
				g.rows = g.rows[:g.row+1]
				g.rows[g.row] = g.rows[g.row][:min(g.col, len(g.rows[g.row]))]
			case "m":
			default:
				require.Fail(g.t, "unknown escape", "%q", m[0])
			}
			text = text[len(m[0]):]
			continue
		}
		cluster, rest, width, _ := uniseg.FirstGraphemeClusterInString(text, -1)
		text = rest
		switch cluster {
		case "\r":
			g.col = 0
			continue
		case "\n", "\r\n":
			g.row, g.col = g.row+1, 0 // as the terminal's driver has it
			g.line()
			continue
		}
		line := g.line()
		require.Less(g.t, g.col+width, g.width+1, "%q wraps in %d columns: %q", cluster, g.width, strings.Join(*line, ""))
		*line = append((*line)[:g.col], cluster)
		for range width - 1 {
			*line = append(*line, "")
		}
		g.col += width
	}
	return len(p), nil
}

// line is that of the cursor.
func (g *glass) line() *[]string {
	for len(g.rows) <= g.row {
		g.rows = append(g.rows, nil)
	}
	return &g.rows[g.row]
}

// text is what a reader sees.
func (g *glass) text() []string {
	var out []string
	for _, row := range g.rows {
		out = append(out, strings.Join(row, ""))
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// hand is a clock that is moved by hand.
type hand struct{ at time.Time }

func (h *hand) now() time.Time { return h.at }

// onGlass is a display on a terminal of so many columns.
func onGlass(t *testing.T, width, runs int) (*display, *glass, *hand) {
	g, h := &glass{t: t, width: width}, &hand{time.Unix(1000, 0)}
	return &display{now: h.now, w: g, screen: &cli.Screen{W: g, Width: func() int { return g.width }}, work: work{runs: runs}, ended: make(chan struct{})}, g, h
}

// pass lets so many seconds go by, with what the display's own clock does in the last ten.
func (h *hand) pass(d *display, seconds int) {
	before := max(seconds-10, 0)
	h.at = h.at.Add(time.Duration(before) * time.Second)
	for range seconds - before {
		h.at = h.at.Add(time.Second)
		d.mu.Lock()
		d.beat()
		d.mu.Unlock()
	}
}

// told tells a display of a run with two parts, up to the middle of its fourth piece.
func told(d *display, h *hand) {
	pieces := []experiments.Piece{
		{Part: "residual", Name: "residual tuning features=10", Kind: "residual tuning features=10", Done: true, Seconds: 50},
		{Part: "residual", Name: "residual features=10 draw=0", Kind: "residual features=10"},
		{Part: "residual", Name: "residual features=10 draw=1", Kind: "residual features=10"},
		{Part: "memorization", Name: "memorization length=10 draw=2 replace=text1 second-order-repeated", Kind: "m"},
		{Part: "memorization", Name: "memorization length=10 draw=3 replace=text1 second-order-repeated", Kind: "m"},
	}
	d.Step("reading 秘密.txt", 0, 0)
	h.pass(d, 2)
	d.Begin("residual on 秘密.txt, linear", pieces)
	for i, took := range []int{60, 62, 3725} {
		d.Unit(pieces[i+1].Name)
		d.Step("second-order", 0, 0)
		h.pass(d, took)
		if i < 2 {
			d.Done(float64(took))
		}
	}
}

func TestTheDisplayOfATerminal(t *testing.T) {
	for width, want := range map[int][]string{
		100: {
			"residual on 秘密.txt, linear: 5 pieces of work, 1 of them done before",
			"run 1 of 3, part 2 of 2  ████████████░░░░░░░░  3/5  1:04:09 gone",
			"1:02:05  second-order-repeated, length 10, draw 3, replace text1: second-order",
		},
		80: {
			"residual on 秘密.txt, linear: 5 pieces of work, 1 of them done before",
			"run 1 of 3, part 2 of 2  ████████████░░░░░░░░  3/5  1:04:09 gone",
			"1:02:05  second-order-repeated, length 10, draw 3, replace text1: second-order",
		},
		40: {
			"residual on 秘密.txt, linear: 5",
			"  pieces of work, 1 of them done before",
			"run 1 of 3, part 2 of 2  3/5  1:04:09",
			"1:02:05  second-order-repeated: second…",
		},
	} {
		d, g, h := onGlass(t, width, 3)
		told(d, h)
		assert.Equal(t, want, g.text(), width)

		// The estimate comes once each kind has been done.
		d.Done(3725)
		d.Unit("memorization length=10 draw=3 replace=text1 second-order-repeated")
		h.pass(d, 25)
		text := strings.Join(g.text(), "\n")
		if width >= 80 {
			assert.Contains(t, text, "1h02m left, then 2 runs", width) // 3725 seconds less 25
		} else {
			assert.Contains(t, text, "run 1/3, part 2/2  4/5  1h02m left", width)
		}

		d.Note("--set length has no effect on the text 秘密秘密秘密, since the secret is given, and this is a long note")
		d.Training(experiments.TrainingStatus{Epoch: 3, Epochs: 14, Step: 5, Steps: 10, Loss: 2.318, Accuracy: 0.5, Exposure: 12, Left: 90 * time.Second})
		h.pass(d, 1)
		last := g.text()[len(g.text())-1]
		assert.Contains(t, last, map[bool]string{true: "epoch 3/14", false: "second-order-repeated"}[width >= 80])
		d.End()
		d.Step("drawing the figure residual", 3, 8)
		h.pass(d, 3)
		assert.Regexp(t, "^0:03  drawing the figure residual", g.text()[len(g.text())-1])
		d.rest()
		assert.Contains(t, g.text()[len(g.text())-1], "after 1:04:", "nothing that was drawn stays behind")
	}
}

// Whatever is told, at no width does a line wrap: the terminal of the test fails where one does.
func TestNothingWrapsAtAnyWidth(t *testing.T) {
	for width := 12; width < 120; width += 3 {
		d, g, h := onGlass(t, width, 12)
		told(d, h)
		d.Note("a wörd that is much longer than the line: " + strings.Repeat("密", 60) + " \x1b[2J\a👍🏽")
		d.Training(experiments.TrainingStatus{Epoch: 150, Epochs: 150, Step: 2, Steps: 3, Loss: 1e9, Accuracy: 1, Exposure: 1000, Left: 99 * time.Hour})
		h.pass(d, 1)
		d.End()
		d.rest()
		assert.NotContains(t, strings.Join(g.text(), ""), "\a")
	}
}

// A terminal that becomes narrower breaks what stands on it; what was drawn goes all the same.
func TestATerminalBecomesNarrower(t *testing.T) {
	var b bytes.Buffer
	width := 80
	s := &cli.Screen{W: &b, Width: func() int { return width }}
	s.Show(strings.Repeat("x", 70), "yy")
	width = 20
	b.Reset()
	s.Show("z")
	assert.Equal(t, "\r\x1b[4A\x1b[Jz", b.String(), "four rows of x and one of y")
}

// Elsewhere than on a terminal nothing is silent for longer than five seconds, and a quick run
// writes few lines.
func TestLinesAreNeverSilentForLong(t *testing.T) {
	var b bytes.Buffer
	h := &hand{time.Unix(1000, 0)}
	d := &display{now: h.now, w: &b, ended: make(chan struct{})}
	d.Step("reading adult", 0, 0)
	lines := func() int { return strings.Count(b.String(), "\n") }
	for range 30 {
		before := lines()
		h.pass(d, 5)
		assert.Greater(t, lines(), before)
	}
	assert.Contains(t, b.String(), "  2:25  reading adult\n")

	var pieces []experiments.Piece
	for i := range 1000 {
		pieces = append(pieces, experiments.Piece{Part: "a", Name: fmt.Sprintf("a draw=%d", i), Kind: "a"})
	}
	d.Begin("a on b, c", pieces)
	before := lines()
	for _, p := range pieces {
		d.Unit(p.Name)
		h.at = h.at.Add(10 * time.Millisecond)
		d.Done(0.01)
	}
	assert.LessOrEqual(t, lines()-before, 10, "ten seconds")
	for range 4 {
		before := lines()
		for step := 1; step <= 500; step++ { // of a training, which tells much
			h.at = h.at.Add(10 * time.Millisecond)
			d.Training(experiments.TrainingStatus{Epoch: 1, Epochs: 3, Step: step, Steps: 1000, Accuracy: math.NaN(), Exposure: math.NaN()})
		}
		h.pass(d, 1)
		assert.Equal(t, 1, lines()-before)
	}
	assert.NotContains(t, b.String(), "\x1b")
	assert.NotContains(t, b.String(), "\r")
}

func TestQuietShowsNothing(t *testing.T) {
	var b bytes.Buffer
	d, p := newDisplay(&b, true, 1)
	p.Begin("a", nil)
	p.Note("b")
	d.rest()
	d.close()
	assert.Empty(t, b.String())
}

func TestUnitsInWords(t *testing.T) {
	for name, want := range map[string]string{
		"a features=50 draw=3":                                     "|features 50, draw 4",
		"a length=10 draw=0 replace=random-digits second-order":    "second-order|length 10, draw 1, replace random-digits",
		"a budget=2500 draw=0 known=0.1 fine-tune-adam-2 rate=0.1": "fine-tune-adam-2|budget 2500, draw 1, known 0.1, rate 0.1",
		"a spectrum": "spectrum|",
	} {
		n, sizes := unitWords(&experiments.Piece{Part: "a", Name: name})
		assert.Equal(t, want, n+"|"+sizes)
	}
}

func TestTimesInWords(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		0: {"0:00", "0s"}, 59600 * time.Millisecond: {"0:59", "60s"}, 61 * time.Second: {"1:01", "1m01s"}, 754 * time.Second: {"12:34", "13m"},
		3*time.Hour + 62*time.Second: {"3:01:02", "3h01m"}, 200 * time.Hour: {"200:00:00", "8d"},
	} {
		assert.Equal(t, want, [2]string{clock(d), roughly(d)})
	}
}

func TestATrainingSaysWhereItStands(t *testing.T) {
	s := experiments.TrainingStatus{Epoch: 1, Epochs: 7, Step: 1, Steps: 10, Loss: 2.5, Accuracy: math.NaN(), Exposure: math.NaN(), Left: 42 * time.Second}
	assert.Equal(t, "epoch 1/7, loss 2.500", trainingText(s), "the first step builds what the others use")
	s.Epoch, s.Accuracy, s.Exposure, s.Left = 2, 0.591, 19.34, 187*time.Second
	assert.Equal(t, "epoch 2/7, loss 2.500, acc. 59.1 %, exposure 19.3 bit, 3m07s left", trainingText(s))
}

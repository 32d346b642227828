package experiments

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// A method has one color and one shape in all experiments, and shares them with none of the same
// list.
func TestAMethodHasItsOwnMark(t *testing.T) {
	everywhere := map[string]int{}
	for _, e := range engine.Experiments() {
		rows := e.Rows
		if rows == nil {
			rows = e.Domain.Rows
		}
		require.NotEmpty(t, rows, e.ID)
		labels, marks := map[string]bool{}, map[int]string{}
		for _, r := range rows {
			assert.False(t, labels[r.Label], "%s: %s stands twice in the list", e.ID, r.Label)
			labels[r.Label] = true
			other, taken := marks[r.Mark]
			assert.False(t, taken, "%s: %s and %s have the same mark %d", e.ID, r.Label, other, r.Mark)
			marks[r.Mark] = r.Label
			assert.True(t, r.Mark >= 0 && r.Mark < report.Colors(), "%s: %s has the mark %d, which repeats a color", e.ID, r.Label, r.Mark)
			if n, ok := everywhere[r.Label]; ok {
				assert.Equal(t, n, r.Mark, "%s: %s has another mark than elsewhere", e.ID, r.Label)
			}
			everywhere[r.Label] = r.Mark
		}
	}
}

// All figures of all experiments can be read alone: what, of what, in which unit, with numbers
// enough, and no two series alike.
func TestFiguresCanBeRead(t *testing.T) {
	runs, err := filepath.Glob(filepath.Join("testdata", "*", records.ConfigName))
	require.NoError(t, err)
	shown := map[string]bool{}
	for _, config := range runs {
		d, err := engine.Load(filepath.Dir(config))
		require.NoError(t, err)
		for _, s := range d.Sections {
			for i := range s.Figures {
				f := &s.Figures[i]
				svg, err := f.SVG()
				require.NoError(t, err)
				if svg == nil {
					continue
				}
				shown[s.ID] = true
				t.Run(filepath.Base(filepath.Dir(config))+"/"+s.ID+"-"+f.Name, func(t *testing.T) { readable(t, f, string(svg)) })
			}
		}
	}
	for _, e := range engine.Experiments() {
		assert.True(t, shown[e.ID] || len(e.Parts) > 0, "no figure of %s is among the runs", e.ID)
	}
}

func readable(t *testing.T, f *report.Figure, svg string) {
	assert.NotContains(t, svg, "#-")
	assert.NotContains(t, svg, "NaN")
	assert.NotEmpty(t, f.Title)
	assert.Contains(t, f.Subtitle, "data ")
	assert.Regexp(t, `1 draw |n = \d+ (draws|simulations) |computed, not measured `, f.Subtitle)
	assert.NotEmpty(t, f.X)
	x, y := f.Axes()
	if f.Matrix == nil {
		assert.GreaterOrEqual(t, len(x.Numbers), 4, "%v", x)
		if f.YNames == nil {
			assert.NotEmpty(t, f.Y)
			assert.GreaterOrEqual(t, len(y.Numbers), 4, "%v", y)
		}
	}
	for _, quantity := range []string{f.X, f.Y} { // tables show these in percent
		if strings.Contains(quantity, "accuracy") && !strings.Contains(quantity, "points") {
			assert.Contains(t, quantity, "%")
		}
	}
	marks := map[string]string{}
	for _, l := range f.Legend() {
		other, taken := marks[l.Color()]
		assert.False(t, taken, "%s and %s have one color", l.Label, other)
		marks[l.Color()] = l.Label
	}
}

package report

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lethe/experiments/internal/numbers"
)

// drawn is a series as package plot draws it: the area or the line, then each point with its error
// bar, all in groups that a page can find.
type drawn struct {
	figure *Figure
	series *Series
	place  int // among the figure's series
	number int // of color and mark
	aside  vg.Length
}

// Plot draws the series.
func (d drawn) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	points := d.figure.points(d.series)
	at := make([]vg.Point, len(points))
	for i, q := range points {
		at[i] = vg.Point{X: x(q.x) + d.aside, Y: y(q.y)}
	}
	end := begin(c, fmt.Sprintf(`class="series" data-series="%d"`, d.figure.leader(d.place)), "")
	defer end()
	col := markColor(d.number)
	style := draw.LineStyle{Color: col, Width: 1.4}
	kind := d.series.kind()
	switch kind {
	case area:
		c.FillPolygon(color.NRGBA{col.R, col.G, col.B, 0x50}, at)
		return
	case dashes:
		style.Dashes = []vg.Length{5, 3}
	case marks:
		style.Width = 0
	}
	if style.Width > 0 {
		c.StrokeLines(style, at)
	}
	if kind != marks && kind != lineAndMarks {
		return
	}
	for i, q := range points {
		end := begin(c, `class="point"`, d.figure.told(d.series, q))
		if q.high > q.y || q.low < q.y {
			bar := draw.LineStyle{Color: col, Width: 0.8}
			within := func(v float64) vg.Length { // a logarithmic axis has no place for zero and less
				if at := y(v); at >= c.Min.Y {
					return min(at, c.Max.Y)
				}
				return c.Min.Y
			}
			low, high := within(q.low), within(q.high)
			const cap = 2.5
			c.StrokeLines(bar, []vg.Point{{X: at[i].X, Y: low}, {X: at[i].X, Y: high}},
				[]vg.Point{{X: at[i].X - cap, Y: low}, {X: at[i].X + cap, Y: low}}, []vg.Point{{X: at[i].X - cap, Y: high}, {X: at[i].X + cap, Y: high}})
		}
		drawMark(&c, d.number, at[i])
		end()
	}
}

// leader is the place of the series in the legend that a series belongs to.
func (f *Figure) leader(place int) int {
	if s := &f.Series[place]; s.Label == "" && s.Of != "" {
		for i := range f.Series {
			if f.Series[i].Label == s.Of {
				return i
			}
		}
		for i := range f.Series { // a companion of a label that stands for another
			if f.Series[i].Of == s.Of && f.Series[i].Label != "" {
				return i
			}
		}
	}
	return place
}

// told says what a point shows: its series, and both numbers with their quantities.
func (f *Figure) told(s *Series, p point) string {
	value := func(quantity string, v float64) string {
		return strings.TrimPrefix(quantity+": ", ": ") + numbers.Significant(v, 4)
	}
	label := s.Label
	if label == "" && f.YNames == nil {
		label = s.Of
	}
	y := value(f.Y, p.y)
	if p.low < p.y || p.high > p.y {
		y += fmt.Sprintf(" (%s to %s)", numbers.Significant(p.low, 4), numbers.Significant(p.high, 4))
	}
	if f.YNames != nil {
		y = f.YNames[clamp(int(p.y), len(f.YNames))]
	}
	var lines []string
	for _, line := range []string{label, value(f.X, p.x), y} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// ideal is the line y = x.
type ideal struct{}

// Plot draws the line over the whole of the figure.
func (ideal) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	low, high := max(p.X.Min, p.Y.Min), min(p.X.Max, p.Y.Max)
	if low < high {
		c.StrokeLines(draw.LineStyle{Color: color.Gray{0x88}, Width: 1, Dashes: []vg.Length{4, 3}}, []vg.Point{{X: x(low), Y: y(low)}, {X: x(high), Y: y(high)}})
	}
}

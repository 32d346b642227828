package report

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lethe/experiments/internal/numbers"
)

// Matrix is a table of counts as a figure: rows from the top, each cell the darker the larger its
// share of the row.
type Matrix struct {
	Rows, Columns []string
	Counts        [][]float64
}

// matrix puts names and cells into the plot.
func (f *Figure) matrix(p *plot.Plot) {
	m := f.Matrix
	var across, down []plot.Tick
	for j, name := range m.Columns {
		across = append(across, plot.Tick{Value: float64(j), Label: name})
	}
	for i, name := range m.Rows {
		down = append(down, plot.Tick{Value: float64(len(m.Rows) - 1 - i), Label: name})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(across), plot.ConstantTicks(down)
	p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = math.Pi/4, text.XRight, text.YCenter
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(len(m.Columns))-0.5, -0.5, float64(len(m.Rows))-0.5
	p.Add(cells{f})
}

// cells are the cells of a figure's matrix.
type cells struct{ *Figure }

// Plot draws each cell that counts something, from nothing to a full color, which is seen on light
// and dark ground alike, with its count.
func (f cells) Plot(c draw.Canvas, p *plot.Plot) {
	m := f.Matrix
	x, y := p.Transforms(&c)
	style := sans(8.5)
	style.XAlign, style.YAlign = text.XCenter, text.YCenter
	full := markColor(1)
	for i, counts := range m.Counts {
		sum := 0.0
		for _, n := range counts {
			sum += n
		}
		row := float64(len(m.Rows) - 1 - i)
		for j, n := range counts {
			if n == 0 {
				continue
			}
			share, at := n/sum, float64(j)
			end := begin(c, `class="point"`, fmt.Sprintf("%s: %s, %s: %s\n%s (%s %% of the row)", f.Y, m.Rows[i], f.X, m.Columns[j], numbers.Shortest(n), numbers.Fixed(100*share, 1)))
			left, right, bottom, top := x(at-0.5), x(at+0.5), y(row-0.5), y(row+0.5)
			c.FillPolygon(color.NRGBA{full.R, full.G, full.B, uint8(max(1, 200*share))}, []vg.Point{{X: left, Y: bottom}, {X: right, Y: bottom}, {X: right, Y: top}, {X: left, Y: top}})
			c.FillText(style, vg.Point{X: x(at), Y: y(row)}, strconv.FormatFloat(n, 'f', -1, 64))
			end()
		}
	}
}

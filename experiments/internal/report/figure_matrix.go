package report

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Matrix is a table of counts as a figure: rows from the top, each cell the darker the larger its
// share of the row.
type Matrix struct {
	Rows, Columns []string
	Counts        [][]float64
}

// shares is a matrix as gonum's heat maps take it, the first row at the top.
type shares struct{ *Matrix }

func (m shares) Dims() (columns, rows int) { return len(m.Columns), len(m.Rows) }
func (m shares) X(column int) float64      { return float64(column) }
func (m shares) Y(row int) float64         { return float64(row) }

func (m shares) Z(column, row int) float64 {
	counts, sum := m.Counts[len(m.Counts)-1-row], 0.0
	for _, n := range counts {
		sum += n
	}
	return counts[column] / math.Max(sum, 1)
}

// shades go from nothing to a full color, which is seen on light and dark ground alike.
type shades color.RGBA

func (c shades) Colors() []color.Color {
	out := make([]color.Color, 32)
	for i := range out {
		out[i] = color.NRGBA{c.R, c.G, c.B, uint8(200 * i / (len(out) - 1))}
	}
	return out
}

// matrix draws the figure's matrix with the counts in its cells.
func (f *Figure) matrix(p *plot.Plot) error {
	m := shares{f.Matrix}
	heat := plotter.NewHeatMap(m, shades(palette[1]))
	heat.Min, heat.Max = 0, 1
	p.Add(heat)
	labels := plotter.XYLabels{}
	rows := len(f.Matrix.Rows)
	for i, counts := range f.Matrix.Counts {
		for j, n := range counts {
			if n > 0 {
				labels.XYs = append(labels.XYs, plotter.XY{X: float64(j), Y: float64(rows - 1 - i)})
				labels.Labels = append(labels.Labels, strconv.FormatFloat(n, 'f', -1, 64))
			}
		}
	}
	l, err := plotter.NewLabels(labels)
	if err != nil {
		return fmt.Errorf("experiments: figure %s: %w", f.Name, err)
	}
	for i := range l.TextStyle {
		l.TextStyle[i].Font.Variant, l.TextStyle[i].Font.Size = "Sans", vg.Points(8)
		l.TextStyle[i].XAlign, l.TextStyle[i].YAlign = text.XCenter, text.YCenter
	}
	p.Add(l)
	var across, down []plot.Tick
	for j, name := range f.Matrix.Columns {
		across = append(across, plot.Tick{Value: float64(j), Label: name})
	}
	for i, name := range f.Matrix.Rows {
		down = append(down, plot.Tick{Value: float64(rows - 1 - i), Label: name})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(across), plot.ConstantTicks(down)
	p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = math.Pi/4, text.XRight, text.YCenter
	return nil
}

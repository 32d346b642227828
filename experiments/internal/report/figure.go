package report

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// Figure is a plot of series over x, written as SVG and PNG.
type Figure struct {
	Name    string // of its files
	Caption string
	X, Y    string // axis titles
	LogX    bool
	LogY    bool
	Series  []Series
	// Identity draws the line y = x.
	Identity bool
	// Matrix is shown in place of series.
	Matrix *Matrix
	// YNames are names of the heights 0, 1, ... in place of numbers.
	YNames []string
	// Colors are the numbers in the palette of labels that have one color in all figures; a series
	// of another label has that of its place.
	Colors map[string]int
}

// Series is one line, or a cloud of points.
type Series struct {
	Label  string // empty = not in the legend
	Of     string // takes the color of the series of that label; empty = one of its own
	X, Y   []float64
	Error  []float64 // half the height of the error bars; nil = none
	Below  []float64 // how far they reach down, where it is not as far as up; nil = Error
	Points bool      // no line
	Bare   bool      // no marks
	Dashed bool      // a line of dashes
	Filled bool      // the area below in place of the line
}

// Add puts a median with its ends above x.
func (s *Series) Add(x float64, m records.Middle) {
	s.X, s.Y = append(s.X, x), append(s.Y, m.Median)
	s.Error, s.Below = append(s.Error, m.High-m.Median), append(s.Below, m.Median-m.Low)
}

const figureWidth, bareWidth, figureHeight = 18 * vg.Centimeter, 13 * vg.Centimeter, 9.5 * vg.Centimeter

// palette is Okabe and Ito's with two of Tol's, distinguishable for color-blind readers, on a light
// and on a dark background.
var palette = []color.RGBA{
	{0xD5, 0x5E, 0x00, 255}, {0x00, 0x72, 0xB2, 255}, {0x00, 0x9E, 0x73, 255}, {0xCC, 0x79, 0xA7, 255}, {0xE6, 0x9F, 0x00, 255},
	{0x56, 0xB4, 0xE9, 255}, {0x8C, 0x6B, 0x3F, 255}, {0x88, 0x88, 0x88, 255}, {0xAA, 0x44, 0x99, 255}, {0x99, 0x99, 0x33, 255},
}

// plot lays the figure out; nil when it has nothing to show.
func (f *Figure) plot() (*plot.Plot, error) {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = f.X, f.Y
	for _, t := range []*text.Style{&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		t.Font.Variant = "Sans"
	}
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = true, true, 3
	if f.LogX {
		p.X.Scale, p.X.Tick.Marker = logScale{}, logTicks{}
	}
	if f.LogY {
		p.Y.Scale, p.Y.Tick.Marker = logScale{}, logTicks{}
	}
	if f.YNames != nil {
		p.Y.Tick.Marker = plot.ConstantTicks(f.nameTicks())
	}
	if f.Matrix != nil {
		return p, f.matrix(p)
	}
	shown := 0
	for i, s := range f.Series {
		n, err := f.add(p, s, f.color(i), i)
		if err != nil {
			return nil, err
		}
		shown += n
	}
	if shown == 0 {
		return nil, nil
	}
	if f.Identity {
		line := plotter.NewFunction(func(x float64) float64 { return x })
		line.Color, line.Dashes = color.Gray{0x88}, []vg.Length{4, 3}
		p.Add(line)
	}
	p.X.Min, p.X.Max = widen(p.X.Min, p.X.Max, f.LogX)
	p.Y.Min, p.Y.Max = widen(p.Y.Min, p.Y.Max, f.LogY)
	return p, nil
}

// nameTicks puts the names where the numbers would be.
func (f *Figure) nameTicks() []plot.Tick {
	ticks := make([]plot.Tick, len(f.YNames))
	for i, name := range f.YNames {
		ticks[i] = plot.Tick{Value: float64(i), Label: name}
	}
	return ticks
}

// add draws one series, without the points that a logarithmic axis cannot show, and returns how
// many points it has.
func (f *Figure) add(p *plot.Plot, s Series, c color.Color, index int) (int, error) {
	var points withErrors
	for i, x := range s.X {
		y := s.Y[i]
		if math.IsNaN(x) || math.IsNaN(y) || f.LogX && x <= 0 || f.LogY && y <= 0 {
			continue
		}
		low, high := 0.0, 0.0
		if s.Error != nil {
			low, high = s.Error[i], s.Error[i]
			if s.Below != nil {
				low = s.Below[i]
			}
			if f.LogY {
				low = min(low, y*0.9) // a bar that would reach below zero ends a decade down
			}
		}
		points.XYs = append(points.XYs, plotter.XY{X: x, Y: y})
		points.YErrors = append(points.YErrors, struct{ Low, High float64 }{low, high})
	}
	if len(points.XYs) == 0 {
		return 0, nil
	}
	line, dots, err := plotter.NewLinePoints(points.XYs)
	if err != nil {
		return 0, fmt.Errorf("experiments: figure %s: %w", f.Name, err)
	}
	line.Color, line.Width = c, vg.Points(1.4)
	dots.Color, dots.Radius, dots.Shape = c, vg.Points(3), shapes[index%len(shapes)]
	if s.Error != nil {
		bars, err := plotter.NewYErrorBars(points)
		if err != nil {
			return 0, fmt.Errorf("experiments: figure %s: %w", f.Name, err)
		}
		bars.Color, bars.CapWidth = c, vg.Points(5)
		p.Add(bars)
	}
	if s.Dashed {
		line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
	}
	var shown []plot.Plotter
	switch {
	case s.Filled:
		r, g, b, _ := c.RGBA()
		area, err := plotter.NewPolygon(points.XYs)
		if err != nil {
			return 0, fmt.Errorf("experiments: figure %s: %w", f.Name, err)
		}
		area.Color, area.LineStyle.Width = color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0x50}, 0
		shown = []plot.Plotter{area}
	case s.Points:
		shown = []plot.Plotter{dots}
	case s.Bare:
		shown = []plot.Plotter{line}
	default:
		shown = []plot.Plotter{line, dots}
	}
	p.Add(shown...)
	if s.Label != "" {
		thumbnails := make([]plot.Thumbnailer, len(shown))
		for i, one := range shown {
			thumbnails[i] = one.(plot.Thumbnailer)
		}
		p.Legend.Add(s.Label, thumbnails...)
	}
	return len(points.XYs), nil
}

// withErrors are points with error bars.
type withErrors struct {
	plotter.XYs
	plotter.YErrors
}

var shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{}, draw.PlusGlyph{}}

// widen leaves room around the data, and makes room where there is a single value.
func widen(low, high float64, log bool) (float64, float64) {
	if log {
		if low <= 0 || high <= 0 {
			return 0.1, 10
		}
		margin := max(math.Pow(high/low, 0.05), 1.2)
		return low / margin, high * margin
	}
	margin := (high - low) * 0.06
	if margin == 0 {
		margin = max(math.Abs(high)*0.1, 0.05)
	}
	return low - margin, high + margin
}

// logScale is a logarithmic axis. Package plot makes room for an axis title as if it stood at the
// arithmetic mean of the axis' ends, which on a logarithmic axis is near one of them: the figure
// would shrink for a title that is drawn in the middle.
type logScale struct{}

func (logScale) Normalize(low, high, x float64) float64 {
	if x == 0.5*(low+high) {
		return 0.5
	}
	return plot.LogScale{}.Normalize(low, high, x)
}

// logTicks marks decades with numbers, and 2 to 9 between them without unless there is hardly a
// decade.
type logTicks struct{}

func (logTicks) Ticks(low, high float64) []plot.Tick {
	var out []plot.Tick
	decades := math.Log10(high / low)
	step := max(1, int(math.Ceil(decades/8)))
	for e := int(math.Floor(math.Log10(low))); e <= int(math.Ceil(math.Log10(high))); e++ {
		for m := 1.0; m < 10; m++ {
			v := m * math.Pow10(e)
			if v < low || v > high {
				continue
			}
			text := ""
			if m == 1 && e%step == 0 || decades < 1.5 && (m == 2 || m == 5) {
				text = numbers.Significant(v, 1)
			}
			out = append(out, plot.Tick{Value: v, Label: text})
		}
	}
	return out
}

// drawBeside draws the plot with its legend to the right of it, where it hides nothing.
func drawBeside(p *plot.Plot, c draw.Canvas) {
	legend := p.Legend
	p.Legend = plot.NewLegend()
	if p.BackgroundColor != color.Transparent {
		c.SetColor(p.BackgroundColor)
		c.Fill(c.Rectangle.Path())
	}
	width := legend.Rectangle(c).Size().X + legend.TextStyle.Rectangle("m").Size().X
	if legend.Rectangle(c).Size().Y <= 0 {
		width = 0
	}
	p.Draw(draw.Crop(c, 4, -width, 0, -4)) // fonts differ: what is laid out to touch an edge may be cut
	legend.Draw(draw.Crop(c, c.Size().X-width+6, 0, 0, -8))
	p.Legend = legend
}

// SVG returns the figure as SVG without a background; nil when it has nothing to show. bare leaves
// the legend out.
func (f *Figure) SVG(bare bool) ([]byte, error) {
	p, err := f.plot()
	if p == nil || err != nil {
		return nil, err
	}
	p.BackgroundColor = color.Transparent
	width := figureWidth
	if bare {
		p.Legend, width = plot.NewLegend(), bareWidth
	}
	c := vgsvg.NewWith(vgsvg.UseWH(width, figureHeight))
	drawBeside(p, draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("experiments: figure %s: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

// LegendEntry is a line of a figure's legend: the mark as a character, its color and its label.
type LegendEntry struct{ Mark, Color, Label string }

// marks are characters for the shapes.
var marks = []string{"●", "□", "△", "○", "■", "▲", "×", "+"}

// Legend returns the figure's legend for a page that sets it itself.
func (f *Figure) Legend() []LegendEntry {
	var out []LegendEntry
	for i, s := range f.Series {
		if len(s.X) > 0 && s.Label != "" {
			c, mark := f.color(i), marks[i%len(marks)]
			if s.Bare {
				mark = "—"
			}
			out = append(out, LegendEntry{mark, fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B), s.Label})
		}
	}
	return out
}

// color returns the color of a series.
func (f *Figure) color(i int) color.RGBA {
	if of := f.Series[i].Of; of != "" {
		if j := slices.IndexFunc(f.Series, func(s Series) bool { return s.Label == of }); j >= 0 {
			return f.color(j)
		}
	}
	index, ok := f.Colors[f.Series[i].Label]
	if !ok {
		index = i
	}
	return palette[index%len(palette)]
}

// PNG returns the figure as PNG on white, at twice the size for sharp screens.
func (f *Figure) PNG() ([]byte, error) {
	p, err := f.plot()
	if p == nil || err != nil {
		return nil, err
	}
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(figureWidth, figureHeight), vgimg.UseDPI(192))}
	drawBeside(p, draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("experiments: figure %s: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

// Write puts both files into the folder and returns their paths.
func (f *Figure) Write(dir, part string) ([]string, error) {
	svg, err := f.SVG(false)
	if svg == nil || err != nil {
		return nil, err
	}
	png, err := f.PNG()
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, part+"-"+f.Name)
	if f.Name == part {
		name = filepath.Join(dir, part)
	}
	if err := records.WriteFile(name+".svg", svg); err != nil {
		return nil, err
	}
	return []string{name + ".svg", name + ".png"}, records.WriteFile(name+".png", png)
}

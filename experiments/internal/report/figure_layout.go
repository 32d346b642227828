package report

import (
	"bytes"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Sizes of a figure's file, which is as wide as a slide, and of the picture in a page, whose title
// and legend the page sets.
const (
	fileWidth, fileHeight = 24 * vg.Centimeter, 13.5 * vg.Centimeter
	pageWidth, pageHeight = 13 * vg.Centimeter, 9.5 * vg.Centimeter
)

var faint = color.Gray{0x55}

// sans is a text of that size.
func sans(size vg.Length) text.Style {
	f := plotfont.From(plot.DefaultFont, size)
	f.Variant = "Sans"
	return text.Style{Color: color.Black, Font: f, Handler: plot.DefaultTextHandler}
}

// plot lays axes and series out.
func (f *Figure) plot(width, height vg.Length) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Label.Text, p.Y.Label.Text = f.X, f.Y
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Tick.Label.Font = sans(12).Font, sans(10.5).Font
		a.Label.Padding = 3
	}
	if f.Matrix != nil {
		f.matrix(p)
		return p
	}
	x, y := f.axes()
	for _, side := range []struct {
		on *plot.Axis
		axis
	}{{&p.X, x}, {&p.Y, y}} {
		if name := side.scale.name(); name == "symmetric-log" {
			side.on.Label.Text += " (" + name + " axis)"
		}
		side.on.Min, side.on.Max = side.low, side.high
		side.on.Scale, side.on.Tick.Marker = normal{side.scale}, plot.ConstantTicks(side.ticks)
	}
	if f.YNames != nil {
		room := width / 3.2
		if len(y.ticks) > 8 { // two lines would reach into the next name
			room = width / 2
		}
		p.Y.Tick.Marker = plot.ConstantTicks(wrapped(y.ticks, p.Y.Tick.Label, room))
	}
	if f.Identity {
		p.Add(ideal{})
	}
	aside := f.aside()
	for i, n := range f.numbers() {
		p.Add(drawn{f, &f.Series[i], i, n, aside[i]})
	}
	for _, a := range []struct {
		on   *plot.Axis
		room vg.Length
	}{{&p.X, width * 0.7}, {&p.Y, height * 0.85}} {
		a.on.Label.Text = strings.Join(fitting(a.on.Label.Text, a.on.Label.TextStyle, a.room), "\n")
	}
	return p
}

// aside is how far each series is drawn beside its places, where marks would hide each other. A line
// without marks is drawn at its places.
func (f *Figure) aside() []vg.Length {
	out := make([]vg.Length, len(f.Series))
	if !f.dodges() {
		return out
	}
	shown := slices.DeleteFunc(f.Legend(), func(l LegendEntry) bool { return l.kind != marks && l.kind != lineAndMarks })
	step := min(8, 70/vg.Length(max(len(shown), 1)))
	for i, l := range shown {
		out[l.Series] = step * (vg.Length(i) - vg.Length(len(shown)-1)/2)
	}
	return out
}

// caption is the caption with what the drawing itself needs to be understood.
func (f *Figure) caption() string {
	if !f.dodges() {
		return f.Caption
	}
	return strings.TrimPrefix(f.Caption+". Methods with one value on the lower axis stand side by side", ". ")
}

// wrapped breaks the labels of ticks that are wider than there is room.
func wrapped(ticks []plot.Tick, style text.Style, room vg.Length) []plot.Tick {
	out := make([]plot.Tick, len(ticks))
	for i, t := range ticks {
		out[i] = plot.Tick{Value: t.Value, Label: strings.Join(fitting(t.Label, style, room), "\n")}
	}
	return out
}

// fitting breaks a text at spaces into lines that fit into the room.
func fitting(txt string, style text.Style, room vg.Length) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(txt) {
		longer := strings.TrimPrefix(current+" "+word, " ")
		if current != "" && style.Width(longer) > room {
			lines, longer = append(lines, current), word
		}
		current = longer
	}
	if current != "" {
		lines = append(lines, current)
	}
	return lines
}

// paint draws the whole file: title and run above, the legend to the right, the caption below.
func (f *Figure) paint(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, 12, -12, 10, -10)
	write := func(style text.Style, lines []string) {
		for _, l := range lines {
			c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y - style.FontExtents().Ascent}, l)
			c.Max.Y -= style.FontExtents().Height * 1.1
		}
	}
	width := c.Size().X
	title, small := sans(15), sans(10.5)
	title.Font.Weight, small.Color = font.WeightBold, faint
	write(title, fitting(f.Title, title, width))
	write(small, fitting(f.Subtitle, small, width))
	c.Max.Y -= 8
	note := fitting(f.caption(), small, width)
	line := small.FontExtents().Height * 1.1
	for i, l := range note {
		c.FillText(small, vg.Point{X: c.Min.X, Y: c.Min.Y + line*vg.Length(len(note)-1-i) + small.FontExtents().Descent}, l)
	}
	if len(note) > 0 {
		c.Min.Y += line*vg.Length(len(note)) + 8
	}
	used := f.legend(c)
	f.plot(c.Size().X-used, c.Size().Y).Draw(draw.Crop(c, 0, -used, 0, -4))
}

// legend draws the legend at the right edge and returns how wide it is.
func (f *Figure) legend(c draw.Canvas) vg.Length {
	const sample, gap = 26, 12
	entries := f.Legend()
	style := sans(10.5)
	var lines [][]string
	width, rows := vg.Length(0), 0
	for _, e := range entries {
		broken := fitting(e.Label, style, 170)
		lines = append(lines, broken)
		rows += len(broken)
		for _, l := range broken {
			width = max(width, style.Width(l))
		}
	}
	if len(entries) == 0 {
		return 0
	}
	height := min(16, (c.Size().Y-10)/vg.Length(rows))
	left, y := c.Max.X-width-sample, c.Max.Y-8
	for i, e := range entries {
		middle := y - style.FontExtents().Ascent*0.35 + 2
		f.sample(c, e, vg.Point{X: left, Y: middle})
		for _, l := range lines[i] {
			c.FillText(style, vg.Point{X: left + sample, Y: y - style.FontExtents().Ascent*0.75 + 2}, l)
			y -= height
		}
	}
	return width + sample + gap
}

// sample draws the sample of a legend's entry.
func (f *Figure) sample(c draw.Canvas, e LegendEntry, at vg.Point) {
	const length = 20
	col := markColor(e.Number)
	style := draw.LineStyle{Color: col, Width: 1.4}
	switch e.kind {
	case area:
		c.FillPolygon(color.NRGBA{col.R, col.G, col.B, 0x50}, []vg.Point{{X: at.X, Y: at.Y - 4}, {X: at.X + length, Y: at.Y - 4}, {X: at.X + length, Y: at.Y + 4}, {X: at.X, Y: at.Y + 4}})
	case dashes:
		style.Dashes = []vg.Length{5, 3}
		fallthrough
	case line, lineAndMarks:
		c.StrokeLines(style, []vg.Point{at, {X: at.X + length, Y: at.Y}})
	}
	if e.kind == marks || e.kind == lineAndMarks {
		drawMark(&c, e.Number, vg.Point{X: at.X + length/2, Y: at.Y})
	}
}

// SVG returns the figure's file as SVG on white; nil when it has nothing to show.
func (f *Figure) SVG() ([]byte, error) {
	if f.empty() {
		return nil, nil
	}
	return f.svg(fileWidth, fileHeight, f.paint)
}

// PNG returns the figure's file as PNG, at twice the size for sharp screens; nil when it has nothing
// to show.
func (f *Figure) PNG() ([]byte, error) {
	if f.empty() {
		return nil, nil
	}
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(fileWidth, fileHeight), vgimg.UseDPI(192))}
	f.paint(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("experiments: figure %s: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

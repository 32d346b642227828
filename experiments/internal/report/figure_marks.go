package report

import (
	"fmt"
	"html/template"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A mark's number says its color and its shape: number n has palette[n%len(palette)] and
// shapes[n%len(shapes)], so that the first numbers differ in both, and the pair repeats only after
// all combinations.

// palette holds each color for a light and for a dark ground. The first two and the green are Okabe
// and Ito's; the others were searched for so that any two are as far apart as can be, for readers
// with and without red-green blindness, each with a contrast of at least 3 to its ground.
var palette = []struct{ light, dark color.RGBA }{
	{rgb(0xd55e00), rgb(0xfea273)}, {rgb(0x0072b2), rgb(0x57b0f4)}, {rgb(0x009e73), rgb(0x5bd6a8)}, {rgb(0x6b6b6b), rgb(0xa7a7a7)},
	{rgb(0x9051e1), rgb(0xc19efd)}, {rgb(0xf6486f), rgb(0xfeabb4)}, {rgb(0x3a95cd), rgb(0x7ecafe)}, {rgb(0x6a3a06), rgb(0xb37e51)},
	{rgb(0x780374), rgb(0xc55bbe)}, {rgb(0x436b17), rgb(0x80ac5b)}, {rgb(0xe250b5), rgb(0xffa3dd)}, {rgb(0x11338a), rgb(0x537edc)},
	{rgb(0xcd142a), rgb(0xff7d77)}, {rgb(0x7783fe), rgb(0xb5c1fe)}, {rgb(0x225241), rgb(0x669784)}, {rgb(0xa15e9c), rgb(0xde96d7)},
	{rgb(0x620b05), rgb(0xb65c4e)}, {rgb(0x4711c8), rgb(0x817bfd)}, {rgb(0x452e4c), rgb(0x8d7396)}, {rgb(0x154de9), rgb(0x719efd)},
	{rgb(0x5f41a2), rgb(0x9e83eb)}, {rgb(0x7a4266), rgb(0xbf82a8)}, {rgb(0x310369), rgb(0x785cbf)}, {rgb(0x023220), rgb(0x517d67)},
	{rgb(0xf323f6), rgb(0xec0def)}, {rgb(0xab138e), rgb(0xbd2c9f)}, {rgb(0x04023c), rgb(0x5d75b7)}, {rgb(0x2e031b), rgb(0xf9c5e3)},
	{rgb(0x090103), rgb(0xfee7ed)},
}

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff} }

// hex is a color as SVG and CSS write it.
func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func markColor(number int) color.RGBA { return palette[number%len(palette)].light }

// shape is a mark about the origin, of a radius of about 1: strokes and closed outlines, filled or
// not.
type shape struct {
	round  bool // a circle besides
	filled bool
	closed bool
	lines  [][]vg.Point
}

var shapes = []shape{
	{round: true, filled: true},                  // disc
	outline(true, polygon(4, 45, 1.15)),          // square
	outline(true, polygon(3, 90, 1.25)),          // triangle
	strokes(45, 135),                             // cross
	outline(true, polygon(4, 90, 1.25)),          // diamond
	outline(true, polygon(3, 270, 1.25)),         // triangle that points down
	{round: true},                                // ring
	outline(false, polygon(4, 45, 1.15)),         // box
	outline(true, star(1.4)),                     // star
	outline(false, polygon(3, 90, 1.25)),         // open triangle
	strokes(0, 90),                               // plus
	outline(false, polygon(4, 90, 1.25)),         // open diamond
	outline(true, polygon(3, 180, 1.25)),         // triangle that points left
	outline(false, polygon(3, 270, 1.25)),        // open triangle that points down
	outline(true, polygon(3, 0, 1.25)),           // triangle that points right
	outline(false, star(1.4)),                    // open star
	strokes(0, 60, 120),                          // asterisk
	outline(true, hourglass),                     // hourglass
	outline(false, polygon(3, 180, 1.25)),        // open triangle that points left
	outline(false, polygon(3, 0, 1.25)),          // open triangle that points right
	outline(false, hourglass),                    // open hourglass
	{round: true, lines: strokes(0, 90).lines},   // ring with a plus
	outline(false, fatPlus),                      // open plus
	outline(true, fatPlus),                       // wide plus
	{round: true, lines: strokes(45, 135).lines}, // ring with a cross
}

var (
	hourglass = []vg.Point{{X: -0.9, Y: -1}, {X: 0.9, Y: -1}, {X: -0.9, Y: 1}, {X: 0.9, Y: 1}}
	fatPlus   = []vg.Point{{X: -0.4, Y: -1.2}, {X: 0.4, Y: -1.2}, {X: 0.4, Y: -0.4}, {X: 1.2, Y: -0.4}, {X: 1.2, Y: 0.4}, {X: 0.4, Y: 0.4},
		{X: 0.4, Y: 1.2}, {X: -0.4, Y: 1.2}, {X: -0.4, Y: 0.4}, {X: -1.2, Y: 0.4}, {X: -1.2, Y: -0.4}, {X: -0.4, Y: -0.4}}
)

func outline(filled bool, corners []vg.Point) shape {
	return shape{filled: filled, closed: true, lines: [][]vg.Point{corners}}
}

// polygon has its first corner at that angle.
func polygon(corners int, degrees, radius float64) []vg.Point {
	var out []vg.Point
	for i := range corners {
		out = append(out, at(degrees+360*float64(i)/float64(corners), radius))
	}
	return out
}

func star(radius float64) []vg.Point {
	var out []vg.Point
	for i := range 5 {
		out = append(out, at(90+72*float64(i), radius), at(126+72*float64(i), radius*0.42))
	}
	return out
}

// strokes are diameters at those angles.
func strokes(degrees ...float64) shape {
	var s shape
	for _, d := range degrees {
		s.lines = append(s.lines, []vg.Point{at(d, 1.15), at(d+180, 1.15)})
	}
	return s
}

func at(degrees, radius float64) vg.Point {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return vg.Point{X: vg.Length(radius * cos), Y: vg.Length(radius * sin)}
}

const markRadius, markStroke = vg.Length(3.2), vg.Length(1.2)

// drawMark draws the shape of that number.
func drawMark(c *draw.Canvas, number int, where vg.Point) {
	s := shapes[number%len(shapes)]
	var path vg.Path
	if s.round {
		path.Move(vg.Point{X: where.X + markRadius, Y: where.Y})
		path.Arc(where, markRadius, 0, 2*math.Pi)
		path.Close()
	}
	for _, line := range s.lines {
		for i, p := range line {
			p = vg.Point{X: where.X + p.X*markRadius, Y: where.Y + p.Y*markRadius}
			if i == 0 {
				path.Move(p)
			} else {
				path.Line(p)
			}
		}
		if s.closed {
			path.Close()
		}
	}
	col := markColor(number)
	if s.filled {
		c.SetColor(col)
		c.Fill(path)
		return
	}
	c.SetLineStyle(draw.LineStyle{Color: col, Width: markStroke})
	c.Stroke(path)
}

// key draws the sample of a series in a legend of a page: an element of SVG of its own.
func key(kind lineKind, number int) template.HTML {
	var b strings.Builder
	paint := func(filled bool) string {
		if filled {
			return fmt.Sprintf(`fill="var(--mark%d)"`, number%len(palette))
		}
		return fmt.Sprintf(`fill="none" stroke="var(--mark%d)" stroke-width="1.3"`, number%len(palette))
	}
	b.WriteString(`<svg class="key" viewBox="-11 -6 22 12" aria-hidden="true">`)
	switch kind {
	case area:
		fmt.Fprintf(&b, `<path d="M-8-4H8V4H-8z" opacity=".35" %s/>`, paint(true))
	case line, lineAndMarks:
		fmt.Fprintf(&b, `<path d="M-10 0H10" %s/>`, paint(false))
	case dashes:
		fmt.Fprintf(&b, `<path d="M-10 0H10" stroke-dasharray="5 3" %s/>`, paint(false))
	}
	if kind == marks || kind == lineAndMarks {
		const r = 3.6
		s := shapes[number%len(shapes)]
		if s.round {
			fmt.Fprintf(&b, `<circle r="%g" %s/>`, r, paint(s.filled))
		}
		for _, points := range s.lines {
			path := ""
			for i, p := range points {
				path += fmt.Sprintf("%c%.2f %.2f", "ML"[min(i, 1)], r*float64(p.X), -r*float64(p.Y))
			}
			if s.closed {
				path += "z"
			}
			fmt.Fprintf(&b, `<path d="%s" %s/>`, path, paint(s.filled))
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers alone
}

// Colors returns how many numbers of marks have a color of their own.
func Colors() int { return len(palette) }

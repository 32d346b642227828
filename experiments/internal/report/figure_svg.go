package report

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// svgCanvas is a canvas of package vgsvg with named groups, which that package does not have: it
// draws a path of one point far outside for each beginning and end, and puts the elements there
// afterwards.
type svgCanvas struct {
	*vgsvg.Canvas
	elements []string
}

const outside = vg.Length(-77777)

// add puts a piece of SVG where the drawing has come to.
func (c *svgCanvas) add(element string) {
	var p vg.Path
	p.Move(vg.Point{X: vg.Length(len(c.elements)), Y: outside})
	c.elements = append(c.elements, element)
	c.Fill(p)
}

var placeholder = regexp.MustCompile(`<path d="M([0-9]+),-77777"[^>]*/>\n?`)

// bytes returns what was drawn.
func (c *svgCanvas) bytes() ([]byte, error) {
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	out := placeholder.ReplaceAllFunc(b.Bytes(), func(path []byte) []byte {
		n, err := strconv.Atoi(string(placeholder.FindSubmatch(path)[1]))
		if err != nil || n >= len(c.elements) {
			return path
		}
		return []byte(c.elements[n] + "\n")
	})
	return fonts.ReplaceAll(out, []byte(fontFamily)), nil
}

// fonts are all of one family, which few systems have: others stand in for it.
var fonts = regexp.MustCompile(`font-family:Liberation Sans;font-variant:normal;`)

const fontFamily = `font-family:Liberation Sans,Arial,Helvetica,sans-serif;`

// begin opens a group of elements with its attributes, and what a reader sees who points at it; the
// function that it returns closes the group. Other canvases have no groups.
func begin(c draw.Canvas, attributes, told string) (end func()) {
	inner := c.Canvas
	for { // package plot puts a canvas into a canvas
		within, ok := inner.(draw.Canvas)
		if !ok {
			break
		}
		inner = within.Canvas
	}
	s, ok := inner.(*svgCanvas)
	if !ok {
		return func() {}
	}
	if told != "" {
		told = "<title>" + html.EscapeString(told) + "</title>"
	}
	s.add("<g " + attributes + ">" + told)
	return func() { s.add("</g>") }
}

// svg draws on a canvas of that size.
func (f *Figure) svg(width, height vg.Length, paint func(draw.Canvas)) ([]byte, error) {
	c := &svgCanvas{Canvas: vgsvg.NewWith(vgsvg.UseWH(width, height))}
	paint(draw.NewCanvas(c, width, height))
	out, err := c.bytes()
	if err != nil {
		return nil, fmt.Errorf("experiments: figure %s: %w", f.Name, err)
	}
	return out, nil
}

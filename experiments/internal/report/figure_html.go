package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// What figures need in a page, once: their style, and the script that shows values and hides
// series. Without the script a figure is a picture.
var (
	//go:embed figure.css
	figureRules string
	//go:embed figure.js
	figureCode string
)

// FigureStyle is the style of figures in a page: the colors of marks on a light and on a dark
// ground, and the rules.
func FigureStyle() template.CSS {
	light, dark := "", ""
	for i, c := range palette {
		light += fmt.Sprintf("--mark%d:%s;", i, hex(c.light))
		dark += fmt.Sprintf("--mark%d:%s;", i, hex(c.dark))
	}
	return template.CSS(":root{" + light + "}\n@media screen and (prefers-color-scheme: dark){:root{" + dark + "}}\n" + figureRules) //nolint:gosec // ours
}

// FigureScript is the script of figures in a page.
func FigureScript() template.JS { return template.JS(figureCode) } //nolint:gosec // ours

var figureTemplate = template.Must(template.New("figure").Parse(
	`<figure class="chart"><div class="plot">{{.SVG}}</div>{{with .Legend}}<ul class="legend">{{range .}}<li data-series="{{.Series}}">{{.Key}} {{.Label}}</li>{{end}}</ul>{{end}}` +
		`<figcaption>{{with .Title}}<b>{{.}}.</b> {{end}}{{.Caption}}</figcaption></figure>`))

// HTML returns the figure as an element of a page, which has FigureStyle and, for what moves,
// FigureScript; empty when it has nothing to show.
func (f *Figure) HTML() (template.HTML, error) {
	if f.empty() {
		return "", nil
	}
	svg, err := f.svg(pageWidth, pageHeight, func(c draw.Canvas) { f.plot(pageWidth, pageHeight).Draw(draw.Crop(c, 2, -10, 2, -6)) })
	if err != nil {
		return "", err
	}
	type entry struct {
		LegendEntry
		Key template.HTML
	}
	var legend []entry
	for _, l := range f.Legend() {
		legend = append(legend, entry{l, key(l.kind, l.Number)})
	}
	caption := f.caption()
	if caption != "" && !strings.HasSuffix(caption, ".") {
		caption += "."
	}
	var b strings.Builder
	err = figureTemplate.Execute(&b, map[string]any{"SVG": inline(svg, strings.Trim(f.Title+". "+f.Caption, ". ")), "Legend": legend, "Title": f.Title, "Caption": sentence(caption)})
	if err != nil {
		return "", fmt.Errorf("experiments: figure %s: %w", f.Name, err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // made by a template
}

var (
	svgStart = regexp.MustCompile(`(?s)^.*?<svg [^>]*?viewBox="([^"]*)"[^>]*>`)
	painted  = regexp.MustCompile(`(fill|stroke):(#[0-9A-Fa-f]{6})`)
)

// inline turns a drawing into an element of the page: as wide as the page allows, what is black in
// the page's own text color, marks in the colors of the page's ground.
func inline(svg []byte, label string) template.HTML {
	label = strings.ReplaceAll(template.HTMLEscapeString(label), "$", "$$") // a dollar sign would be a group of the expression
	s := svgStart.ReplaceAllString(string(svg), `<svg viewBox="$1" fill="currentColor" role="img" aria-label="`+label+`" xmlns="http://www.w3.org/2000/svg">`)
	s = painted.ReplaceAllStringFunc(s, func(rule string) string {
		m := painted.FindStringSubmatch(rule)
		return m[1] + ":" + pageColor(m[2])
	})
	return template.HTML(strings.TrimSpace(s)) //nolint:gosec // our own figure, its texts escaped by the SVG canvas
}

// pageColor is what a page paints in place of a color. A color that a drawing mixed with another
// and parted again is off by a step of rounding.
func pageColor(text string) string {
	v, err := strconv.ParseUint(text[1:], 16, 32)
	if err != nil {
		return text
	}
	c := rgb(uint32(v))
	near := func(a, b uint8) bool { return int(a)-int(b) <= 2 && int(b)-int(a) <= 2 }
	for i, p := range palette {
		if near(c.R, p.light.R) && near(c.G, p.light.G) && near(c.B, p.light.B) {
			return fmt.Sprintf("var(--mark%d)", i)
		}
	}
	if v == 0 {
		return "currentColor"
	}
	return text
}

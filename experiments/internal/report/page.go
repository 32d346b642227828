package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

//go:embed report.html.tmpl
var reportTemplate string

// page is what the template sees.
type page struct {
	Title string
	Runs  []pageRun
}

type pageRun struct {
	Anchor, Title, Question, Command string
	Facts                            []string
	Claims                           *Table
	Sections                         []pageSection
}

type pageSection struct {
	Anchor, Title, Question, Settings string
	Tables                            []Table
	Figures                           []pageFigure
}

type pageFigure struct {
	Caption string
	SVG     template.HTML
	Legend  []LegendEntry
}

// Page returns one self-contained HTML page: no scripts, no fonts, no addresses.
func Page(docs []*Document) ([]byte, error) {
	t, err := template.New("report").Parse(reportTemplate)
	if err != nil {
		return nil, fmt.Errorf("experiments: the report's template: %w", err)
	}
	p := page{Title: docs[0].Title}
	if len(docs) > 1 {
		p.Title = fmt.Sprintf("%d runs", len(docs))
		if docs[0].Overview {
			p.Title = docs[0].Title
		}
	}
	for i, d := range docs {
		run, err := d.page(fmt.Sprintf("run%d", i+1))
		if err != nil {
			return nil, err
		}
		p.Runs = append(p.Runs, run)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("experiments: the report: %w", err)
	}
	return b.Bytes(), nil
}

func (d *Document) page(anchor string) (pageRun, error) {
	run := pageRun{Anchor: anchor, Title: d.Title, Command: d.Command, Claims: d.Claims, Facts: d.Facts}
	for _, s := range d.Sections {
		out := pageSection{Anchor: anchor + "-" + s.ID, Title: s.Title, Question: sentence(s.Question), Settings: s.Settings, Tables: s.Tables}
		for _, f := range s.Figures {
			svg, err := f.SVG(true)
			if err != nil {
				return run, err
			}
			if svg != nil {
				out.Figures = append(out.Figures, pageFigure{f.Caption, inline(svg, f.Caption), f.Legend()})
			}
		}
		run.Sections = append(run.Sections, out)
	}
	return run, nil
}

// sentence begins the text with a capital letter.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

var (
	svgStart = regexp.MustCompile(`(?s)^.*?<svg [^>]*?viewBox="([^"]*)"[^>]*>`)
	black    = regexp.MustCompile(`(fill|stroke):#000000`)
)

// inline turns a figure's file into an element of the page: as wide as the page allows, what is
// black in the page's own text color.
func inline(svg []byte, caption string) template.HTML {
	label := strings.ReplaceAll(template.HTMLEscapeString(caption), "$", "$$") // a dollar sign would be a group of the expression
	s := svgStart.ReplaceAllString(string(svg), `<svg viewBox="$1" fill="currentColor" role="img" aria-label="`+label+`" xmlns="http://www.w3.org/2000/svg">`)
	s = black.ReplaceAllString(s, "$1:currentColor")
	return template.HTML(strings.TrimSpace(s)) //nolint:gosec // our own figure, its texts escaped by the SVG canvas
}

package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed report.html.tmpl
var reportTemplate string

// page is what the template sees.
type page struct {
	Title string
	Runs  []pageRun

	FigureStyle  template.CSS
	FigureScript template.JS
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
	Figures                           []template.HTML
}

// Page returns one self-contained HTML page: nothing from elsewhere, and a script without which
// nothing is lost but the handling of figures.
func Page(docs []*Document) ([]byte, error) {
	t, err := template.New("report").Parse(reportTemplate)
	if err != nil {
		return nil, fmt.Errorf("experiments: the report's template: %w", err)
	}
	p := page{Title: docs[0].Title, FigureStyle: FigureStyle(), FigureScript: FigureScript()}
	if len(docs) > 1 {
		p.Title = fmt.Sprintf("%d runs", len(docs))
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
			figure, err := f.HTML()
			if err != nil {
				return run, err
			}
			if figure != "" {
				out.Figures = append(out.Figures, figure)
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

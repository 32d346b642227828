package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	look "lethe/internal/page"
)

//go:embed report.html.tmpl
var reportTemplate string

// page is what the template sees.
type page struct {
	Title string
	Runs  []pageRun

	PageStyle    template.CSS
	FigureStyle  template.CSS
	FigureScript template.JS
}

type pageRun struct {
	Anchor, Title, Command string
	Alerts                 []string
	Answers                []pageAnswer
	Limits                 []string
	Main                   *pageFigure // small, on the first page
	Compared, Targets      *pageTable
	Facts                  []Fact
	Files, Others          []Link
	Sections               []pageSection
	Glossary               []Term
	Draw                   string // what a draw is
}

type pageAnswer struct {
	Question, Text string
	Verdicts       []pageVerdict
}

// pageVerdict is a verdict with where it holds.
type pageVerdict struct{ Class, Word, Where string }

type pageSection struct {
	Anchor, Title, Question, Settings string
	MainAbove                         bool // the first page has a figure of this section
	Results, Folded                   []pageTable
	Figures                           []pageFigure
}

type pageTable struct {
	Title string
	Heads []head
	Rows  [][]pageCell
	Notes []string
}

type pageCell struct {
	shown
	Class string
}

type pageFigure struct {
	HTML  template.HTML
	Files []Link
}

// Page returns one self-contained HTML page that needs nothing from elsewhere. Its scripts copy the
// command and handle figures; without scripts the page shows all the same.
func Page(docs []*Document) ([]byte, error) {
	t, err := template.New("report").Parse(reportTemplate)
	if err != nil {
		return nil, fmt.Errorf("experiments: the report's template: %w", err)
	}
	p := page{Title: docs[0].Title, PageStyle: look.Style(), FigureStyle: FigureStyle(), FigureScript: FigureScript()}
	if len(docs) > 1 {
		p.Title = fmt.Sprintf("%d runs", len(docs))
		if docs[0].Overview {
			p.Title = fmt.Sprintf("%d runs side by side", len(docs)-1)
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
	run := pageRun{Anchor: anchor, Title: d.Title, Command: d.Command, Alerts: d.alerts(), Compared: ComparedTable(comparedIn(d.Answers)).page(),
		Targets: TargetsTable(Targets(d.Answers)).page(), Facts: d.Facts, Others: d.Others, Glossary: d.Glossary, Draw: drawSays}
	for _, l := range d.Files {
		run.Files = append(run.Files, d.link(l))
	}
	for i := range d.Answers {
		a := &d.Answers[i]
		run.Answers = append(run.Answers, pageAnswer{sentence(a.Question), a.Text, a.verdicts()})
		if a.Limits != "" && !slices.Contains(run.Limits, a.Limits) {
			run.Limits = append(run.Limits, a.Limits)
		}
	}
	for _, s := range d.Sections {
		out := pageSection{Anchor: anchor + "-" + s.ID, Title: s.Title, Question: sentence(s.Question), Settings: s.Settings}
		for i := range s.Tables {
			if t := &s.Tables[i]; t.folded() {
				out.Folded = append(out.Folded, *t.page())
			} else {
				out.Results = append(out.Results, *t.page())
			}
		}
		for i := range s.Figures {
			f, err := s.Figures[i].page()
			if err != nil {
				return run, err
			}
			if f != nil && len(d.Files) > 0 {
				f.Files = s.Figures[i].links(d, s.ID)
			}
			switch {
			case f == nil:
			case run.Main == nil:
				run.Main, out.MainAbove = f, true
			default:
				out.Figures = append(out.Figures, *f)
			}
		}
		run.Sections = append(run.Sections, out)
	}
	return run, nil
}

// page returns the figure as the page shows it; nil where it has nothing to show.
func (f *Figure) page() (*pageFigure, error) {
	html, err := f.HTML()
	if html == "" || err != nil {
		return nil, err
	}
	return &pageFigure{HTML: html}, nil
}

// links lead to the figure's files in the run's folder.
func (f *Figure) links(d *Document, part string) []Link {
	name := part + "-" + f.Name
	if f.Name == part {
		name = part
	}
	return []Link{d.link(Link{"SVG", name + ".svg"}), d.link(Link{"PNG", name + ".png"})}
}

// chips is the number of comparisons up to which each has a verdict of its own on the page.
const chips = 4

// verdicts are the answer's verdicts: of few comparisons each with its gain, of many each word
// once, with where it holds. Where there is none for one reason, that is said once.
func (a *Answer) verdicts() []pageVerdict {
	var out []pageVerdict
	if len(a.Compared) > 0 && a.Compared[0].None != "" && !slices.ContainsFunc(a.Compared, func(c Compared) bool { return c.None != a.Compared[0].None }) {
		return []pageVerdict{{Class: "none", Word: "no verdict", Where: a.Compared[0].None}}
	}
	for i := range a.Compared {
		c := &a.Compared[i]
		v := pageVerdict{Class: string(c.Verdict), Word: string(c.Verdict), Where: c.Case}
		if c.None != "" {
			v.Class, v.Word = "none", "no verdict"
		}
		if len(a.Compared) <= chips {
			if len(a.Compared) == 1 {
				v.Where = ""
			}
			middle, _, _ := c.gained()
			v.Where = strings.TrimPrefix(v.Where+", "+middle+" against "+c.Other, ", ")
			if c.None != "" {
				v.Where += " (" + c.None + ")"
			} else {
				v.Where += fmt.Sprintf(" (in %d of %d draws)", c.Wins, c.N)
			}
			out = append(out, v)
			continue
		}
		if c.None != "" {
			v.Word += " (" + c.None + ")"
		}
		found := false
		for j := range out {
			if found = out[j].Word == v.Word; found {
				if !strings.Contains(out[j].Where, v.Where) {
					out[j].Where += "; " + v.Where
				}
				break
			}
		}
		if !found {
			out = append(out, v)
		}
	}
	return out
}

// page returns the table as the page shows it; nil of none.
func (t *Table) page() *pageTable {
	if t == nil {
		return nil
	}
	g := t.layout()
	out := &pageTable{Title: t.Title, Heads: g.heads}
	for i, row := range g.rows {
		cells := make([]pageCell, len(row))
		for j := range row {
			cells[j] = pageCell{row[j], classOf(&row[j], g.heads[j])}
			if at := g.heads[j].column; !g.heads[j].End && at < len(t.Rows[i]) {
				cells[j].Class = strings.TrimSpace(cells[j].Class + " " + t.Rows[i][at].Tone)
			}
		}
		out.Rows = append(out.Rows, cells)
	}
	for _, note := range strings.Split(t.NoteShown(), "\n\n") {
		if note != "" {
			out.Notes = append(out.Notes, note)
		}
	}
	return out
}

// classOf names how a cell is set.
func classOf(s *shown, h head) string {
	var out []string
	for _, c := range []struct {
		name  string
		holds bool
	}{{"number", h.Numeric}, {"end", h.End}, {"chosen", s.Chosen}, {"bad", s.Bad}} {
		if c.holds {
			out = append(out, c.name)
		}
	}
	return strings.Join(out, " ")
}

// sentence begins the text with a capital letter.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

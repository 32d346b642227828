package evidence

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"lethe/internal/page"
)

//go:embed report.html.tmpl
var reportTemplate string

// view is what the template sees: a report in words.
type view struct {
	PageStyle                                   template.CSS
	Report                                      *Report
	Title, Headline, Lead                       string
	Tiles                                       []tile
	Asked, Touched, Done, Compared, Made, Files []fact
	Subjects                                    []Subject
	HasIDs, Retrained                           bool
	SubjectsNote, ResidualNote                  string
	Figures                                     []figureView
	Past                                        []pastView
}

// tile is one of the figures at the top.
type tile struct{ Name, Value, Below string }

// fact is a line of a list.
type fact struct{ Name, Value, Hash string }

type figureView struct{ Name, Samples, Before, After, Difference, Retrained string }

type pastView struct{ What, When, Method, Residual string }

// shownSubjects is how many samples the page lists.
const shownSubjects = 12

// html returns the page of a report that may be shown.
func (r *Report) html() ([]byte, error) {
	t, err := template.New("report").Parse(reportTemplate)
	if err != nil {
		return nil, fmt.Errorf("evidence: the template: %w", err)
	}
	v := view{PageStyle: page.Style(), Report: r, Title: r.title(), Headline: r.headline(), Lead: r.lead(), Tiles: r.tiles(),
		Asked: r.askedFacts(), Touched: r.touchedFacts(), Done: r.doneFacts(), Compared: r.comparedFacts(), Made: r.madeFacts(), Files: r.fileFacts()}
	v.Subjects, v.SubjectsNote = r.Asked.Subjects, r.subjectsNote()
	if len(v.Subjects) > shownSubjects {
		v.Subjects = v.Subjects[:shownSubjects]
	}
	for _, s := range r.Asked.Subjects {
		v.HasIDs = v.HasIDs || s.ID != ""
	}
	v.ResidualNote = r.residualNote()
	for i := range r.Measured.Figures {
		f := &r.Measured.Figures[i]
		v.Retrained = v.Retrained || f.Retrained != nil
		x := figureView{Name: f.Name, Before: f.value(f.Before), After: f.value(f.After), Difference: f.change(), Retrained: f.value(f.Retrained)}
		if f.Samples > 0 {
			x.Samples = samples(f.Samples)
		}
		v.Figures = append(v.Figures, x)
	}
	for i := range r.History {
		v.Past = append(v.Past, r.History[i].view())
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("evidence: the page: %w", err)
	}
	return b.Bytes(), nil
}

func (r *Report) title() string {
	if r.Model == "" {
		return "Evidence of unlearning: " + r.From
	}
	return "Evidence of unlearning: " + r.From + " to " + r.Model
}

// lead says in a few sentences what happened.
func (r *Report) lead() string {
	text := sentence(r.Asked.Words())
	switch r.Outcome {
	case Planned:
		text += " That would change " + r.touched() + "."
	default:
		text += " That changed " + r.touched() + "."
	}
	if r.Done.Method != "" {
		text += " Method: " + r.Done.Method + "."
	}
	return text
}

// sentence makes a sentence of words.
func sentence(words string) string {
	if words == "" {
		return "Nothing was asked."
	}
	return strings.ToUpper(words[:1]) + words[1:] + "."
}

// tiles are the figures that are read first.
func (r *Report) tiles() []tile {
	out := []tile{{"Samples touched", count(r.Touched.Rows), fmt.Sprintf("of %s, %s", count(r.Touched.Of), percent(r.Touched.Share))}}
	if d := &r.Done; d.ResidualAfter != nil {
		t := tile{Name: "Gradient residual", Value: number(*d.ResidualAfter)}
		if d.ResidualBefore != nil {
			t.Below = number(*d.ResidualBefore) + " before the update"
		}
		out = append(out, t)
	}
	if f := r.headFigure(); f != nil {
		out = append(out, tile{sentenceCase(f.Name), f.value(f.After), f.change()})
	}
	time := tile{"Time", r.Done.took(), ""}
	if t := r.Measured.Retraining; t != nil && t.Seconds > 0 {
		time.Below = percent(t.Ratio) + " of retraining"
	}
	if c := r.Measured.Certificate; c != nil {
		out = append(out, tile{"Certificate", "epsilon " + number(c.Epsilon), "delta " + number(c.Delta)})
	} else if r.Outcome == Updated {
		out = append(out, tile{"Certificate", "none", "measured, not proved"})
	}
	return append(out, time)
}

func sentenceCase(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// headFigure is the figure at the top: on test data, if there is one.
func (r *Report) headFigure() *Figure {
	var first *Figure
	for i := range r.Measured.Figures {
		f := &r.Measured.Figures[i]
		if f.After == nil {
			continue
		}
		if f.Test {
			return f
		}
		if first == nil {
			first = f
		}
	}
	return first
}

// residualNote explains the residual.
func (r *Report) residualNote() string {
	if r.Done.ResidualAfter == nil && r.Done.ResidualBefore == nil {
		return ""
	}
	return "The gradient residual is the norm of the gradient of the training objective on the corrected data. It is zero where training on these data could end."
}

func (r *Report) subjectsNote() string {
	var text string
	if n := len(r.Asked.Subjects); n > shownSubjects {
		text = fmt.Sprintf("The first %d of %s; report.json lists all. ", shownSubjects, count(n))
	}
	text += "Rows are counted from 0 in the data file as it was before."
	if !r.ShowIDs && r.SaltKept != "" {
		text += " An id is shown as the first 16 digits of its HMAC-SHA-256 with the salt in " + r.SaltKept + "."
	}
	return text
}

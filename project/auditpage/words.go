package auditpage

import (
	"fmt"
	"strconv"

	"lethe/audit"
)

// Headline is the result in a sentence.
func (p *Page) Headline() string {
	if p.Report.Void != "" {
		return "The audit is void: " + p.Report.Void + "."
	}
	switch p.Report.Verdict {
	case audit.Inside:
		return "Inside the band: on the removed samples the updated model cannot be told from retrained ones."
	case audit.UnderForgotten:
		return "Under-forgotten: on the removed samples the updated model still leans towards the model before the update."
	}
	return "Over-forgotten: on the removed samples the updated model lies beyond retrained ones."
}

// class is the style of the headline.
func (p *Page) class() string {
	if p.Report.Void == "" && p.Report.Verdict == audit.Inside {
		return "inside"
	}
	return "outside"
}

// lead says what was compared with what.
func (p *Page) lead() string {
	r := p.Report
	text := fmt.Sprintf("%s compared with %s; %s held out and audited in the same way. ", verb(r.Updated, "updated model"), count(r.References, "retrained model"),
		verb(r.HeldOut, "retrained model"))
	text += fmt.Sprintf("Samples: %d removed, %d kept, %d that no model was trained on.", r.Forget, r.Retain, r.Validation)
	return text
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func verb(n int, what string) string {
	if n == 1 {
		return count(n, what) + " is"
	}
	return count(n, what) + " are"
}

// row is a finding in words.
type row struct{ Audit, On, Updated, Untouched, HeldOut, Floor, Band, Verdict, Note, Class string }

func rowOf(f *audit.Finding) row {
	r := row{Audit: f.Audit, On: f.On, Updated: number(f.Updated), Untouched: "not measured", HeldOut: number(f.HeldOut), Floor: "not measured",
		Band: "at most " + number(f.High), Verdict: string(f.Verdict), Note: f.Note, Class: "outside"}
	if f.Untouched != nil {
		r.Untouched = number(*f.Untouched)
	}
	if f.Floor != nil {
		r.Floor = number(*f.Floor)
	}
	if f.Low != nil {
		r.Band = number(*f.Low) + " to " + number(f.High)
	}
	if f.Verdict == audit.Inside {
		r.Class = "inside"
	}
	if f.Void != "" {
		r.Verdict, r.Class = "void: "+f.Void, "outside"
	}
	return r
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

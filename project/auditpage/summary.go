package auditpage

import (
	"fmt"
	"io"
	"strings"

	"lethe/internal/wrap"
)

// Colors of a terminal.
const bold, red, green, plain = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[0m"

// Summary writes the audit for a terminal of so many columns, at least 20.
func (p *Page) Summary(w io.Writer, width int, color bool) error {
	width = max(width, 20)
	var b strings.Builder
	line := func(tone, lead, text string) {
		for i, part := range wrap.Lines(text, width-len(lead)) {
			if i > 0 {
				lead = strings.Repeat(" ", len(lead))
			}
			part = lead + part
			if color && tone != "" {
				part = tone + part + plain
			}
			b.WriteString(part + "\n")
		}
	}
	tone := bold + green
	if p.class() != "inside" {
		tone = bold + red
	}
	line(tone, "", p.Headline())
	line("", "", p.lead())
	for i := range p.Report.Findings {
		r := rowOf(&p.Report.Findings[i])
		tone := ""
		if r.Class != "inside" {
			tone = red
		}
		line(tone, "- ", fmt.Sprintf("%s, %s: %s; %s (band %s; before the update %s, held out %s, floor %s)", r.Audit, r.On, r.Updated, r.Verdict, r.Band, r.Untouched, r.HeldOut, r.Floor))
		if r.Note != "" {
			line("", "  ", r.Note)
		}
	}
	for _, o := range p.Report.NotMeasured {
		line("", "- ", fmt.Sprintf("Not measured: %s; %s.", o.Audit, o.Why))
	}
	for _, text := range p.Warnings {
		line(red, "", "Warning: "+text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

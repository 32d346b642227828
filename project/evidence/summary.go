package evidence

import (
	"fmt"
	"io"
	"strings"

	"lethe/internal/wrap"
)

// Colors of a terminal.
const (
	bold, faint, red, green, plain = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m"
)

// narrow is the width below which names stand above what is said, not beside it.
const narrow = 60

// Summary writes the report for a terminal of so many columns, at least 20. The caller knows
// whether it shows colors.
func (r *Report) Summary(w io.Writer, width int, color bool) error {
	shown, err := r.shown()
	if err != nil {
		return err
	}
	s := &summary{width: max(width, 20), color: color}
	s.report(shown)
	_, err = io.WriteString(w, s.text.String())
	return err
}

type summary struct {
	text  strings.Builder
	width int
	color bool
}

func (s *summary) report(r *Report) {
	tone := map[Outcome]string{Certified: green, Refused: red}[r.Outcome]
	for _, line := range wrap.Lines(r.headline(), s.width) {
		s.line(bold+tone, line)
	}
	s.fact("Why", r.Done.Reason)
	s.fact("Next", r.Done.Next)
	s.fact("Asked", r.Asked.Words())
	s.fact("Touched", r.touched())
	s.fact("Method", r.Done.Method)
	s.fact("Because", r.Done.Why)
	s.fact("Settings", r.Done.settings())
	s.fact("Residual", r.Done.residuals())
	if r.Done.Change != nil {
		s.fact("Change", number(*r.Done.Change)+" of the parameters' norm")
	}
	for i := range r.Measured.Figures {
		s.figure(&r.Measured.Figures[i])
	}
	if t := r.Measured.Retraining; t != nil {
		s.fact("Retraining", t.words())
	}
	if c := r.Measured.Certificate; c != nil {
		s.fact("Certificate", c.words())
	} else if r.Outcome == Updated {
		s.fact("Certificate", "none")
	}
	s.fact("Time", r.Done.took())
	s.list("Notes", "", r.Done.Notes)
	s.list("Warnings", red, r.Warnings)
	s.list("Not shown", "", r.NotShown)
}

// figure says what a number was and is.
func (s *summary) figure(f *Figure) {
	text := f.Name + ":"
	if f.Before != nil {
		text += " " + f.value(f.Before) + " before,"
	}
	if f.After != nil {
		text += " " + f.value(f.After) + " after,"
	}
	if f.Difference != nil {
		text += " " + f.change() + ","
	}
	if f.Retrained != nil {
		text += " " + f.value(f.Retrained) + " retrained,"
	}
	if f.Samples > 0 {
		text += " on " + samples(f.Samples)
	}
	s.fact("Measured", strings.TrimRight(text, ",:"))
}

// fact writes a name and what is said, unless that is nothing.
func (s *summary) fact(name, text string) {
	const column = 13
	if text == "" {
		return
	}
	if s.width < narrow {
		s.line(faint, name)
		for _, line := range wrap.Lines(text, s.width-2) {
			s.line("", "  "+line)
		}
		return
	}
	for i, line := range wrap.Lines(text, s.width-column) {
		if i > 0 {
			name = ""
		}
		lead := fmt.Sprintf("%-*s", column, name)
		if s.color {
			lead = faint + lead + plain
		}
		s.text.WriteString(lead + line + "\n")
	}
}

// list writes items, each with a dash.
func (s *summary) list(name, tone string, items []string) {
	if len(items) == 0 {
		return
	}
	s.line(bold+tone, name)
	for _, item := range items {
		lead := "- "
		for _, line := range wrap.Lines(item, s.width-2) {
			s.line("", lead+line)
			lead = "  "
		}
	}
}

func (s *summary) line(tone, text string) {
	if s.color && tone != "" {
		text = tone + text + plain
	}
	s.text.WriteString(text + "\n")
}

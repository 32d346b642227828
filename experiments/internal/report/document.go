package report

import (
	"fmt"
	"strings"
)

// Document is what is shown of one run, or of several side by side.
type Document struct {
	Overview bool // of the runs whose documents follow on a page
	Title    string
	Summary  string   // what tells it from other runs, in a line
	Facts    []string // what a page says besides of how it was made
	Command  string   // that made it
	Claims   *Table   // nil = none
	Sections []Section
}

// Section is what is shown of one experiment of a run.
type Section struct {
	ID       string // of its element of a page and its figures' files
	Title    string
	Question string // what it answers
	Settings string // what a reader of the tables has to know
	Tables   []Table
	Figures  []Figure
}

// Markdown returns the document's tables.
func (d *Document) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s Made by %s.\n", escaped(d.Title), d.Summary, Code(d.Command))
	if d.Claims != nil {
		fmt.Fprintf(&b, "\n## %s\n\n%s", d.Claims.Title, d.Claims.Markdown())
	}
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.Title, s.Settings)
		for _, t := range s.Tables {
			fmt.Fprintf(&b, "\n### %s\n\n%s", escaped(t.Title), t.Markdown())
		}
	}
	return b.String()
}

// Text returns the tables for a terminal of that many columns, without those that show how settings
// were chosen.
func (d *Document) Text(width int) string {
	var b strings.Builder
	b.WriteString(d.Title + "\n")
	if d.Claims != nil {
		b.WriteString("\n" + d.Claims.Text(width))
	}
	for _, s := range d.Sections {
		for _, t := range s.Tables {
			if !t.Tuning {
				b.WriteString("\n" + t.Text(width))
			}
		}
	}
	return b.String()
}

// WriteFigures writes the figures into the folder.
func (d *Document) WriteFigures(dir string) error {
	for _, s := range d.Sections {
		for _, f := range s.Figures {
			if _, err := f.Write(dir, s.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

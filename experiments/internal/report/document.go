package report

import (
	"fmt"
	"strings"

	"lethe/internal/wrap"
)

// Document is what is shown of one run, or of several side by side.
type Document struct {
	Overview   bool // of the runs whose documents follow on a page
	Title      string
	Summary    string // what tells it from other runs, in a line
	Unfinished string // what is missing and how to go on; empty of a finished run
	Smoke      bool   // the run only shows that things run
	Facts      []Fact // how it was made
	Command    string // that made it
	Answers    []Answer
	Glossary   []Term // names of methods that occur
	At         string // the way from the page to the run's folder; empty = the page is in it
	Files      []Link // of the run's folder
	Others     []Link // pages of other runs beside it
	Sections   []Section
}

// Fact is a line on how a run was made.
type Fact struct{ Name, Text string }

// Link leads to a file, by its path from the page.
type Link struct{ Text, Path string }

// Section is what is shown of one experiment of a run.
type Section struct {
	ID       string // of its element of a page and its figures' files
	Title    string
	Question string // what it answers
	Settings string // what a reader of the tables has to know
	Tables   []Table
	Figures  []Figure
}

// link is a link of the run's folder as the page has it.
func (d *Document) link(l Link) Link {
	if d.At != "" {
		l.Path = d.At + "/" + l.Path
	}
	return l
}

// smokeSays is what a page of a smoke run begins with.
const smokeSays = "A smoke run only shows that everything runs. Its data and trainings are too small for its numbers to mean anything, so it answers no question, compares nothing and has no targets."

// drawSays explains, before anything else does, the word that all else rests on. Where the names of
// methods are explained stands behind it.
const drawSays = "A draw is one random choice of what the request changes; all methods are measured on the same draws."

// alerts are what a reader has to know before anything else.
func (d *Document) alerts() []string {
	var out []string
	if d.Unfinished != "" {
		out = append(out, d.Unfinished)
	}
	if d.Smoke {
		out = append(out, smokeSays)
	}
	return out
}

// Markdown returns the answers and the tables.
func (d *Document) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s Made by %s.\n", escaped(d.Title), d.Summary, Code(d.Command))
	for _, text := range d.alerts() {
		fmt.Fprintf(&b, "\n%s\n", escaped(text))
	}
	if len(d.Answers) > 0 {
		b.WriteString("\n## What was found\n")
		if len(d.Glossary) > 0 {
			b.WriteString("\n" + drawSays + " [Names](#names) explains the methods.\n")
		}
		for i := range d.Answers {
			b.WriteString("\n" + d.Answers[i].markdown())
		}
	}
	if t := ComparedTable(comparedIn(d.Answers)); t != nil {
		fmt.Fprintf(&b, "\n## %s\n\n%s", t.Title, t.Markdown())
	}
	if t := TargetsTable(Targets(d.Answers)); t != nil {
		fmt.Fprintf(&b, "\n## %s\n\n%s", t.Title, t.Markdown())
	}
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.Title, s.Settings)
		for _, t := range s.Tables {
			fmt.Fprintf(&b, "\n### %s\n\n%s", escaped(t.Title), t.Markdown())
		}
	}
	if len(d.Glossary) > 0 {
		b.WriteString("\n## Names\n\n")
		for _, t := range d.Glossary {
			fmt.Fprintf(&b, "- %s (%s): %s\n", escaped(t.Name), Code(t.Label), escaped(t.Meaning))
		}
	}
	return b.String()
}

// markdown is an answer as a paragraph.
func (a *Answer) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%s* %s", escaped(sentence(a.Question)), escaped(a.Text))
	if v := a.Verdict(); v != "" {
		fmt.Fprintf(&b, " **%s.**", escaped(sentence(v)))
	}
	b.WriteString("\n")
	if a.Limits != "" {
		fmt.Fprintf(&b, "\nNot shown: %s\n", escaped(a.Limits))
	}
	return b.String()
}

// comparedIn returns the comparisons of all answers.
func comparedIn(answers []Answer) []Compared {
	var out []Compared
	for i := range answers {
		out = append(out, answers[i].Compared...)
	}
	return out
}

// Brief returns what was found, for a terminal of that many columns: each answer with its verdict.
func (d *Document) Brief(width int) string {
	var b strings.Builder
	for _, text := range append(append([]string{d.Title}, d.alerts()...), d.found()...) {
		b.WriteString(strings.Join(wrap.LinesAt(text, width, nil), "\n") + "\n")
	}
	return b.String()
}

// found are the answers as paragraphs.
func (d *Document) found() []string {
	var out []string
	for i := range d.Answers {
		text := d.Answers[i].Text
		if v := d.Answers[i].Verdict(); v != "" {
			text += " " + sentence(v) + "."
		}
		out = append(out, text)
	}
	return out
}

// Text returns what was found and the tables for a terminal of that many columns, without those that
// show how settings were chosen.
func (d *Document) Text(width int) string {
	var b strings.Builder
	b.WriteString(d.Brief(width))
	if t := TargetsTable(Targets(d.Answers)); t != nil {
		b.WriteString("\n" + t.Text(width))
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

// WriteFigures writes the figures into the folder, and tells drawing the name of each before it
// begins, with how many of the total are done.
func (d *Document) WriteFigures(dir string, drawing func(name string, done, total int)) error {
	done, total := 0, 0
	for _, s := range d.Sections {
		total += len(s.Figures)
	}
	for _, s := range d.Sections {
		for _, f := range s.Figures {
			drawing(strings.TrimPrefix(s.ID+" "+f.Name, f.Name+" "), done, total)
			if _, err := f.Write(dir, s.ID); err != nil {
				return err
			}
			done++
		}
	}
	return nil
}

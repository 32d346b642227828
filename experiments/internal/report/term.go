package report

import (
	"slices"
	"strings"
)

// Term is a label of tables and figures with its name in words and its meaning.
type Term struct {
	Label   string // as records and settings have it
	Name    string // as tables and figures show it
	Meaning string // a line of the glossary; empty = the name says it
	Counts  string // what a number behind the label counts, as in sisa-5: "shards"; empty = nothing
}

// rest returns what stands behind the label where it is a whole one.
func (t *Term) rest(text string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(text, t.Label)
	if ok && t.Counts != "" && strings.HasPrefix(rest, "-") {
		number := rest[1 : len(rest)-len(strings.TrimLeft(rest[1:], "0123456789"))]
		counts := t.Counts
		if number == "1" {
			counts = map[string]string{"passes": "pass", "shards": "shard"}[counts]
		}
		if number != "" {
			rest = ", " + number + " " + counts + rest[1+len(number):]
		}
	}
	return rest, ok && (rest == "" || strings.HasPrefix(rest, ", ") || strings.HasPrefix(rest, " ("))
}

// Named returns the text with the label that it begins with in words: the whole of it, or what
// stands before a comma or a bracket. A text without one stays as it is.
func Named(terms []Term, text string) string {
	best, behind := -1, ""
	for i := range terms {
		if rest, ok := terms[i].rest(text); ok && (best < 0 || len(terms[i].Label) > len(terms[best].Label)) {
			best, behind = i, rest
		}
	}
	if best < 0 {
		return text
	}
	return terms[best].Name + behind
}

// Name puts words in place of labels, in the tables' first columns and in the figures, and lists
// the terms that occur for the glossary.
func (d *Document) Name(terms []Term) {
	used := map[string]bool{}
	named := func(text string) string {
		longest := ""
		for i := range terms {
			if _, ok := terms[i].rest(text); ok && len(terms[i].Label) > len(longest) {
				longest = terms[i].Label
			}
		}
		used[longest] = true
		return Named(terms, text)
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		for j := range s.Tables {
			for _, row := range s.Tables[j].Rows {
				if row[0].Value.N == 0 {
					row[0].Text = named(row[0].Text)
				}
			}
		}
		for j := range s.Figures {
			f := &s.Figures[j]
			marks := make(map[string]int, len(f.Marks))
			for label, c := range f.Marks {
				marks[Named(terms, label)] = c
			}
			if f.Marks != nil {
				f.Marks = marks
			}
			for k := range f.Series {
				f.Series[k].Label, f.Series[k].Of = named(f.Series[k].Label), named(f.Series[k].Of)
			}
			for k, name := range f.YNames {
				f.YNames[k] = named(name)
			}
		}
	}
	for _, t := range terms {
		if used[t.Label] && t.Meaning != "" && !slices.ContainsFunc(d.Glossary, func(o Term) bool { return o.Label == t.Label }) {
			d.Glossary = append(d.Glossary, t)
		}
	}
}

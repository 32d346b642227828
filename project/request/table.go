package request

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"lethe/internal/suggest"
)

// line is a row of a CSV file with the cells that are not empty, by the names of their columns.
type line struct {
	at    place
	cells map[string]string
	has   []string // the columns of the file
}

// columnsOf are the cells that each change takes in a CSV file: those of the sample, and the rest.
var columnsOf = map[string][]string{
	keyRemove:  {"id", "row", "column", "value"},
	keyForget:  {"column"},
	keyCorrect: {"id", "row", "column", "value"},
	keyLabels:  {"id", "row", "label"},
	keyReplace: {"find", "with"},
}

var tableColumns = []string{"action", "id", "row", "column", "value", "label", "find", "with"}

// forms says in messages which headings a request in CSV may have.
const forms = "the first line of a request in CSV names the columns: id or row (remove), id,column,value (correct), id,label (labels), find,with (replace_text), " +
	"or all changes in one file with the column action"

// table reads a request in CSV.
func (p *parser) table(f *File, text []byte) {
	lines := p.lines(text, tableColumns, forms, false)
	if len(lines) == 0 {
		return
	}
	fixed := ""
	if has := lines[0].has; !slices.Contains(has, "action") {
		if fixed = actionOf(has); fixed == "" {
			p.add(place{p.name, 1}, "these columns do not say what to do: %s", forms)
			return
		}
	}
	for i := range lines {
		action := fixed
		if action == "" {
			action = lines[i].cells["action"]
		}
		p.act(f, action, &lines[i])
	}
}

// actionOf returns what a file without the column action asks for; "" where that is not clear.
func actionOf(has []string) string {
	names := slices.Sorted(slices.Values(has))
	names = slices.DeleteFunc(names, func(s string) bool { return s == "id" || s == "row" })
	switch sample := len(names) < len(has); strings.Join(names, ",") {
	case "":
		return keyRemove
	case "column,value":
		if sample {
			return keyCorrect
		}
	case "label":
		if sample {
			return keyLabels
		}
	case "find,with":
		if !sample {
			return keyReplace
		}
	}
	return ""
}

// act adds what a line asks for.
func (p *parser) act(f *File, action string, l *line) {
	takes, known := columnsOf[action]
	if !known {
		if action == "" {
			p.add(l.at, "the column action is empty: it says one of %s", strings.Join(allKeys, ", "))
		} else {
			p.add(l.at, "unknown action %q: it is one of %s.%s", quoted(action), strings.Join(allKeys, ", "), suggest.DidYouMean(action, allKeys))
		}
		return
	}
	for _, name := range tableColumns[1:] {
		if l.cells[name] != "" && !slices.Contains(takes, name) {
			p.add(l.at, "%s takes nothing in the column %s: leave it empty, or give that change a line of its own", action, name)
			return
		}
	}
	switch action {
	case keyRemove:
		p.removeLine(f, l)
	case keyForget:
		if l.needs(p, action, "column") {
			f.ForgetColumns, f.columnsAt = append(f.ForgetColumns, l.cells["column"]), append(f.columnsAt, l.at)
		}
	case keyCorrect:
		if id, row, ok := l.sample(p); ok && l.needs(p, action, "column") {
			f.Correct = append(f.Correct, Correction{ID: id, Row: row, Column: l.cells["column"], Value: l.cells["value"], at: l.at})
		}
	case keyLabels:
		if id, row, ok := l.sample(p); ok && l.needs(p, action, "label") {
			f.Labels = append(f.Labels, Label{ID: id, Row: row, Label: l.cells["label"], at: l.at})
		}
	case keyReplace:
		if l.needs(p, action, "find", "with") {
			f.ReplaceText = append(f.ReplaceText, Replacement{l.cells["find"], l.cells["with"], l.at})
		}
	}
}

// removeLine adds a sample, or the samples that have a value in a column.
func (p *parser) removeLine(f *File, l *line) {
	if l.cells["column"] != "" || l.cells["value"] != "" {
		if l.cells["id"] != "" || l.cells["row"] != "" {
			p.add(l.at, "remove takes id, or row, or column and value: give one of them")
		} else if l.needs(p, keyRemove, "column") {
			f.Remove = append(f.Remove, Removal{Where: &Where{l.cells["column"], l.cells["value"]}, at: []place{l.at}})
		}
		return
	}
	id, row, ok := l.sample(p)
	if !ok {
		return
	}
	if n := len(f.Remove); n == 0 || f.Remove[n-1].Where != nil || (row != nil) != (f.Remove[n-1].Rows != nil) {
		f.Remove = append(f.Remove, Removal{})
	}
	last := &f.Remove[len(f.Remove)-1]
	last.at = append(last.at, l.at)
	if row != nil {
		last.Rows = append(last.Rows, *row)
	} else {
		last.IDs = append(last.IDs, id)
	}
}

// needs says which cells are empty.
func (l *line) needs(p *parser, action string, names ...string) bool {
	for _, name := range names {
		if l.cells[name] == "" {
			p.add(l.at, "%s needs the column %s, which is empty or missing", action, name)
			return false
		}
	}
	return true
}

// sample returns which sample the line is about.
func (l *line) sample(p *parser) (id string, row *int, ok bool) {
	id, number := l.cells["id"], l.cells["row"]
	switch {
	case id != "" && number != "":
		p.add(l.at, "the line names its sample by id and by row: give one of them")
	case id != "":
		return id, nil, true
	case number != "":
		r, ok := p.number(number, l.at)
		return "", &r, ok
	default:
		p.add(l.at, "the line does not say which sample: give id or row")
	}
	return "", nil, false
}

// lines reads a CSV file below a heading of known columns. With plainIDs a file of one column
// without a heading is a list of ids.
func (p *parser) lines(text []byte, known []string, forms string, plainIDs bool) []line {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	var heading []string
	var out []line
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.notCSV(err)
			return nil
		}
		at := place{file: p.name}
		at.line, _ = r.FieldPos(0)
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		if heading == nil {
			if heading = p.heading(record, at, known, forms, plainIDs); heading == nil {
				return nil
			}
			if !plainIDs || isHeading(record) {
				continue
			}
		}
		if len(record) != len(heading) {
			p.add(at, "%d cells below %d columns: a text with a comma needs double quotes", len(record), len(heading))
			continue
		}
		l := line{at, map[string]string{}, heading}
		for i, cell := range record {
			if cell != "" {
				l.cells[heading[i]] = cell
			}
		}
		if len(l.cells) > 0 {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		p.add(place{file: p.name}, "the file asks for nothing: it has no line, or only the heading")
	}
	return out
}

// isHeading tells the heading of a file of samples from an id.
func isHeading(record []string) bool {
	return len(record) > 1 || strings.EqualFold(record[0], "id") || strings.EqualFold(record[0], "row")
}

// heading returns the columns of a file; nil where they are not known.
func (p *parser) heading(record []string, at place, known []string, forms string, plainIDs bool) []string {
	if plainIDs && !isHeading(record) {
		return []string{"id"}
	}
	var out []string
	for _, name := range record {
		lower := strings.ToLower(name)
		switch {
		case !slices.Contains(known, lower):
			p.add(at, "unknown column %q; %s.%s", quoted(name), forms, suggest.DidYouMean(name, known))
			return nil
		case slices.Contains(out, lower):
			p.add(at, "the column %s comes twice", lower)
			return nil
		}
		out = append(out, lower)
	}
	return out
}

// notCSV says where the reader stopped.
func (p *parser) notCSV(err error) {
	at := place{file: p.name}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		at.line, err = e.Line, e.Err
	}
	p.add(at, "this is not CSV: %v; a text with quotes or commas stands in double quotes, and a quote in it is doubled", err)
}

package datasets

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// table is a csv file as text: one header, rows of as many cells, spaces around cells removed.
type table struct {
	name   string
	header []string
	rows   [][]string
	lines  []int // line of each row in the file
}

// readTable reads a csv file. A nil header is taken from the first line.
func readTable(r io.Reader, name string, delimiter, comment rune, header []string) (*table, error) {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" { // the byte-order mark that spreadsheets write is not part of the first name
		_, _ = b.Discard(3)
	}
	c := csv.NewReader(b)
	c.Comma, c.Comment = delimiter, comment
	c.TrimLeadingSpace = true
	c.FieldsPerRecord = -1 // counted below, for a message that says both numbers
	t := &table{name: name, header: header}
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		line, _ := c.FieldPos(0)
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		if t.header == nil {
			t.header = record
			continue
		}
		if len(record) != len(t.header) {
			return nil, malformed(name, line, "%d cells, but %d columns", len(record), len(t.header))
		}
		t.rows = append(t.rows, record)
		t.lines = append(t.lines, line)
	}
	if t.header == nil {
		return nil, malformed(name, 0, "no header: the file is empty")
	}
	for i, h := range t.header {
		if slices.Contains(t.header[:i], h) {
			return nil, malformed(name, 1, "column %q comes twice in the header", h)
		}
	}
	return t, nil
}

func csvError(name string, err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return malformed(name, e.Line, "%v", e.Err)
	}
	return malformed(name, 0, "%v", err)
}

// column returns the place of a column of that name.
func (t *table) column(name string) (int, error) {
	i := slices.Index(t.header, name)
	if i < 0 {
		return 0, malformed(t.name, 1, "no column %q; the columns are %s", name, strings.Join(t.header, ", "))
	}
	return i, nil
}

// isMissing says whether a cell has no value: it is empty or says so.
func isMissing(cell, missing string) bool { return cell == "" || cell == missing }

// fill replaces the missing cells in column c by its most frequent other value over the tables (of equally
// frequent ones the first in order), as fitted on the first table. With refuse, a missing cell is an error.
func fill(tables []*table, c int, missing string, refuse bool) error {
	counts := map[string]int{}
	for _, row := range tables[0].rows {
		if !isMissing(row[c], missing) {
			counts[row[c]]++
		}
	}
	mode := ""
	for value, n := range counts {
		if m := counts[mode]; n > m || n == m && value < mode {
			mode = value
		}
	}
	for _, t := range tables {
		for i, row := range t.rows {
			if !isMissing(row[c], missing) {
				continue
			}
			if refuse || len(counts) == 0 {
				return malformed(t.name, t.lines[i], "column %q: the value is missing (%q)", t.header[c], row[c])
			}
			row[c] = mode
		}
	}
	return nil
}

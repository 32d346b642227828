package datasets

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
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
	limited := &recordLimit{r: r, left: maxLine}
	b := bufio.NewReader(limited)
	if err := skipMark(b); err != nil {
		return nil, malformed(name, 1, "%v", err)
	}
	c := csv.NewReader(b)
	c.Comma, c.Comment = delimiter, comment
	// A delimiter that is white space, as a tab, would be taken off with it where cells are empty.
	c.TrimLeadingSpace = delimiter == ' ' || !unicode.IsSpace(delimiter)
	c.FieldsPerRecord = -1 // counted below, for a message that says both numbers
	t := &table{name: name, header: slices.Clone(header)}
	if header != nil {
		if err := t.checkHeader(0); err != nil {
			return nil, err
		}
	}
	for {
		limited.left = maxLine
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
			if err := t.checkHeader(line); err != nil {
				return nil, err
			}
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
	return t, nil
}

// checkHeader refuses columns without a name and names that come twice.
func (t *table) checkHeader(line int) error {
	if at := slices.Index(t.header, ""); at >= 0 {
		return malformed(t.name, line, "column %d of %d has no name: name it in the header, or give all names in Header", at+1, len(t.header))
	}
	if slices.ContainsFunc(t.header, func(name string) bool { return strings.Contains(name, "\r") }) {
		return malformed(t.name, line, "%s", onlyReturns)
	}
	if name, _, twice := repeated(t.header); twice {
		return malformed(t.name, line, "column %q comes twice in the header", name)
	}
	return nil
}

// onlyReturns says that a file has the line ends of an old Macintosh.
const onlyReturns = "lines end in carriage returns alone: write the file with line feeds"

// skipMark passes over the byte-order mark that spreadsheets write, which is no part of the first
// name or label. That of UTF-16 is refused.
func skipMark(b *bufio.Reader) error {
	mark, _ := b.Peek(3)
	if string(mark) == "\ufeff" {
		_, _ = b.Discard(3)
	} else if len(mark) >= 2 && (string(mark[:2]) == "\xff\xfe" || string(mark[:2]) == "\xfe\xff") {
		return errors.New("the text is in UTF-16: save it as UTF-8")
	}
	return nil
}

// recordLimit bounds the memory that one record may take: a quote that is never closed, or what a
// few kB unpack to.
type recordLimit struct {
	r    io.Reader
	left int // bytes that may still be read for this record
}

func (l *recordLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("a row is longer than %d bytes; is a quote never closed?", maxLine)
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
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

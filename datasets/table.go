package datasets

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
)

// table is a file as columns of text and of numbers: one header, rows of as many cells, spaces
// around cells removed.
type table struct {
	name    string
	header  []string
	columns []*cells // one for each name of the header
	n       int      // number of rows
	ids     []string // names of the rows; nil without a column of names
	lines   lines
	scratch []float64 // memory for the values of a column
}

// readTable reads all rows. What of a column is kept, roles says.
func readTable(rows Records, name, missing string, roles func(file string, header []string) ([]*cells, error)) (*table, error) {
	t := &table{name: name, header: rows.Header()}
	err := checkHeader(name, 1, t.header)
	if err != nil {
		return nil, err
	}
	if t.columns, err = roles(name, t.header); err != nil {
		return nil, err
	}
	ids := &idColumn{}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line := rows.Line()
		t.lines.add(t.n, line)
		for i, c := range t.columns {
			switch c.role {
			case asNothing:
				continue
			case asNames:
				err = ids.add(row[i], line)
			default:
				err = c.add(row[i], line, missing)
			}
			if err != nil {
				return nil, t.fault(c, line, err)
			}
		}
		t.n++
	}
	t.ids = ids.all()
	return t, nil
}

// fault says where a cell is that is wrong.
func (t *table) fault(c *cells, line int, err error) error {
	e, ok := errors.AsType[*cellFault](err)
	if !ok {
		return malformed(t.name, line, "column %q: %v", c.name, err)
	}
	return e.in(t.name, c.name)
}

// lines says in which line of a file each row begins. Where a row has one line, as most have, no
// memory is taken.
type lines struct{ from []lineFrom }

// lineFrom says that row i stands in line i+offset, from a row on.
type lineFrom struct{ row, offset int }

func (l *lines) add(row, line int) {
	if n := len(l.from); n == 0 || l.from[n-1].offset != line-row {
		l.from = append(l.from, lineFrom{row, line - row})
	}
}

func (l *lines) of(row int) int {
	k := sort.Search(len(l.from), func(k int) bool { return l.from[k].row > row })
	if k == 0 {
		return 0
	}
	return row + l.from[k-1].offset
}

// idColumn collects the names of rows, many of them in one string each time.
type idColumn struct {
	ids   []string
	text  []byte
	start []int // of each name in text
}

func (c *idColumn) add(id []byte, line int) error {
	if len(id) == 0 {
		return &cellFault{MissingLabel, line, "", "the name of the row is missing"}
	}
	if invalidUTF8(string(id)) >= 0 {
		return &cellFault{NotUTF8, line, string(id), fmt.Sprintf("%q is not UTF-8: save the table as UTF-8", id)}
	}
	if len(c.text)+len(id) > 1<<13 {
		c.flush()
	}
	c.start = append(c.start, len(c.text))
	c.text = append(c.text, id...)
	return nil
}

func (c *idColumn) flush() {
	text := string(c.text)
	for k, start := range c.start {
		end := len(text)
		if k+1 < len(c.start) {
			end = c.start[k+1]
		}
		c.ids = append(c.ids, text[start:end])
	}
	c.text, c.start = c.text[:0], c.start[:0]
}

func (c *idColumn) all() []string {
	c.flush()
	return slices.Clip(c.ids)
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

// column returns the place of a column of that name.
func (t *table) column(name string) (int, error) { return columnOf(t.name, t.header, name) }

func columnOf(file string, header []string, name string) (int, error) {
	i := slices.Index(header, name)
	if i < 0 {
		return 0, &FormatError{File: file, Line: 1, Reason: fmt.Sprintf("no column %q; the columns are %s", name, strings.Join(header, ", ")),
			Fault: NoColumn, Column: name}
	}
	return i, nil
}

// isMissing says whether a cell has no value: it is empty or says so.
func isMissing(cell, missing string) bool { return cell == "" || cell == missing }

package datasets

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Records hands out the rows of a table as text, one after another. [CSV.Code] makes samples of
// them, whatever file they come from.
type Records interface {
	// Header returns the names of the columns.
	Header() []string
	// Next returns the cells of the next row, as many as there are names. They are valid until the
	// next call. After the last row the error is io.EOF.
	Next() ([][]byte, error)
	// Line returns the line of the file in which the last row begins, counted from 1; 0 where a
	// file has no lines.
	Line() int
}

// csvRecords are the rows of a csv file, without the white space around cells. A line without
// quotes is cut at its delimiters; encoding/csv reads the others, from the same buffer.
type csvRecords struct {
	name    string
	limited *recordLimit
	b       *bufio.Reader
	quoted  *csv.Reader
	comma   byte // 0 = quoted reads all
	comment string
	header  []string
	cells   [][]byte
	line    int
	lines   int // lines that were read so far
	behind  int // lines that quoted does not know of
}

// Records returns the rows of a csv file; name stands in messages.
func (o CSV) Records(r io.Reader, name string) (Records, error) { return o.records(r, name) }

func (o CSV) records(r io.Reader, name string) (*csvRecords, error) {
	c := &csvRecords{name: name, limited: &recordLimit{r: r, left: maxLine}, header: slices.Clone(o.Header)}
	c.b = bufio.NewReaderSize(c.limited, 1<<16)
	if err := skipMark(c.b); err != nil {
		return nil, malformed(name, 1, "%v", err)
	}
	delimiter := cmp.Or(o.Delimiter, ',')
	c.quoted = csv.NewReader(c.b) // which takes a buffer of this size for its own
	c.quoted.Comma, c.quoted.Comment, c.quoted.ReuseRecord = delimiter, o.Comment, true
	// A delimiter that is white space, as a tab, would be taken off with it where cells are empty.
	c.quoted.TrimLeadingSpace = delimiter == ' ' || !unicode.IsSpace(delimiter)
	c.quoted.FieldsPerRecord = -1 // counted below, for a message that says both numbers
	if o.Comment != 0 {
		c.comment = string(o.Comment)
	}
	if delimiter < utf8.RuneSelf && !strings.ContainsRune(" \"\r\n", delimiter) && !strings.ContainsRune("\"\r\n", o.Comment) && delimiter != o.Comment {
		c.comma = byte(delimiter)
	}
	return c, c.readHeader()
}

// readHeader takes the names from the first line unless they are given.
func (c *csvRecords) readHeader() error {
	if c.header == nil {
		cells, err := c.record()
		if errors.Is(err, io.EOF) {
			return malformed(c.name, 0, "no header: the file is empty")
		}
		if err != nil {
			return err
		}
		for _, cell := range cells {
			c.header = append(c.header, string(cell))
		}
	}
	return checkHeader(c.name, c.line, c.header)
}

// Header implements [Records].
func (c *csvRecords) Header() []string { return c.header }

// Line implements [Records].
func (c *csvRecords) Line() int { return c.line }

// Next implements [Records].
func (c *csvRecords) Next() ([][]byte, error) {
	cells, err := c.record()
	if err == nil && len(cells) != len(c.header) {
		err = malformed(c.name, c.line, "%d cells, but %d columns", len(cells), len(c.header))
	}
	return cells, err
}

// record returns the cells of the next line that is neither empty nor a comment.
func (c *csvRecords) record() ([][]byte, error) {
	for c.limited.left = maxLine; c.comma != 0; c.limited.left = maxLine {
		line, whole := c.peekLine()
		if !whole || bytes.IndexByte(line, '"') >= 0 {
			break
		}
		c.lines++
		c.behind++
		c.line = c.lines
		text := withoutEnd(line)
		skip := len(text) == 0 || c.comment != "" && bytes.HasPrefix(text, []byte(c.comment))
		if !skip {
			c.split(text)
		}
		_, _ = c.b.Discard(len(line)) // the cells stay where they are until more is read
		if !skip {
			return c.cells, c.checkText(text)
		}
	}
	return c.slow()
}

// peekLine returns the next line with its end, if it lies in the buffer as a whole.
func (c *csvRecords) peekLine() (line []byte, whole bool) {
	for seen := 0; ; {
		have, _ := c.b.Peek(c.b.Buffered())
		if end := bytes.IndexByte(have[seen:], '\n'); end >= 0 {
			return have[:seen+end+1], true
		}
		seen = len(have)
		if _, err := c.b.Peek(seen + 1); err != nil {
			have, _ = c.b.Peek(seen) // which has moved in the buffer
			return have, errors.Is(err, io.EOF) && seen > 0
		}
	}
}

// withoutEnd takes the end of the line off, \n or \r\n, or \r at the end of the file.
func withoutEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

// split cuts a line without quotes.
func (c *csvRecords) split(text []byte) {
	c.cells = c.cells[:0]
	for {
		end := bytes.IndexByte(text, c.comma)
		if end < 0 {
			break
		}
		c.cells = append(c.cells, trimmed(text[:end]))
		text = text[end+1:]
	}
	c.cells = append(c.cells, trimmed(text))
}

// trimmed takes white space off both ends.
func trimmed(cell []byte) []byte {
	if n := len(cell); n > 0 && cell[0]-'!' < 0x7f-'!' && cell[n-1]-'!' < 0x7f-'!' {
		return cell
	}
	return bytes.TrimSpace(cell)
}

// slow reads a record by encoding/csv.
func (c *csvRecords) slow() ([][]byte, error) {
	record, err := c.quoted.Read()
	if errors.Is(err, io.EOF) {
		return nil, err
	}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, malformed(c.name, e.Line+c.behind, "%v", e.Err)
	}
	if err != nil {
		return nil, malformed(c.name, 0, "%v", err)
	}
	line, _ := c.quoted.FieldPos(0)
	c.line = line + c.behind
	c.lines = c.line
	c.cells = c.cells[:0]
	for _, cell := range record {
		c.lines += strings.Count(cell, "\n")
		c.cells = append(c.cells, []byte(strings.TrimSpace(cell)))
		if err := c.checkText(c.cells[len(c.cells)-1]); err != nil {
			return nil, err
		}
	}
	return c.cells, nil
}

// checkText refuses a byte 0, which no text has.
func (c *csvRecords) checkText(text []byte) error {
	if bytes.IndexByte(text, 0) >= 0 {
		return malformed(c.name, c.line, "it has a byte 0, which no text has: save the table as text in UTF-8")
	}
	return nil
}

// checkHeader refuses columns without a name and names that come twice.
func checkHeader(name string, line int, header []string) error {
	if at := slices.Index(header, ""); at >= 0 {
		return malformed(name, line, "column %d of %d has no name: name it in the header, or give all names in Header", at+1, len(header))
	}
	for _, column := range header {
		if strings.Contains(column, "\r") {
			return malformed(name, line, "%s", onlyReturns)
		}
		if invalidUTF8(column) >= 0 {
			return malformed(name, line, "the column name %q is not UTF-8: save the table as UTF-8", column)
		}
	}
	if column, _, twice := repeated(header); twice {
		return malformed(name, line, "column %q comes twice in the header", column)
	}
	return nil
}

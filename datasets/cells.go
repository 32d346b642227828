package datasets

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// chunkLen is how many values one piece of a column holds. Columns grow by pieces, so that nothing
// is copied and no memory lies idle when they are long.
const chunkLen = 1 << 16

// chunks is a list that grows by pieces.
type chunks[T any] struct {
	full [][]T // of chunkLen each
	last []T
}

func (c *chunks[T]) len() int { return len(c.full)*chunkLen + len(c.last) }

func (c *chunks[T]) add(v T) {
	if len(c.last) == chunkLen {
		c.full = append(c.full, c.last)
		c.last = make([]T, 0, chunkLen)
	}
	c.last = append(c.last, v)
}

// at returns value i.
func (c *chunks[T]) at(i int) T {
	if k := i / chunkLen; k < len(c.full) {
		return c.full[k][i%chunkLen]
	}
	return c.last[i%chunkLen]
}

// piece returns the values from k*chunkLen on, at most chunkLen of them.
func (c *chunks[T]) piece(k int) []T {
	if k < len(c.full) {
		return c.full[k]
	}
	return c.last
}

// release gives up a full piece, and returns how many values it had.
func (c *chunks[T]) release(k int) int {
	if k >= len(c.full) {
		return 0
	}
	n := len(c.full[k])
	c.full[k] = nil
	return n
}

// pieces returns how many pieces there are.
func (c *chunks[T]) pieces() int { return len(c.full) + 1 }

// role says what a column of a table is read for.
type role int

const (
	asNothing role = iota // not kept
	asNames               // of the rows
	asNumbers             // parsed at once
	asTexts               // levels, classes, or numbers of which the most frequent one is looked for
	asEither              // numbers, or levels as soon as a cell is no number
)

// use says what the cells of a column are for, which settles what is wrong with them.
type use int

const (
	forFeatures use = iota
	forLabels
	forWeights
)

// cells is a column of a table. Texts are kept once each and numbered in the order in which they
// occur; a column of numbers has none. A column that may be either begins as texts and is turned
// into numbers when there are more than a category has.
type cells struct {
	name    string
	role    role
	use     use
	limit   int // how many texts there may be; 0 = any number
	codes   chunks[uint16]
	wide    chunks[uint32] // in place of codes where there may be more than 65,536 texts
	values  chunks[float64]
	gaps    int // numbers that are missing; they are NaN
	gap     int // line of the first of them, and what stands there
	gapCell string

	code   map[string]uint32
	texts  []string
	counts []int
	first  []int  // line in which each text occurs first
	last   []byte // the cell before, and its code
	recent uint32
}

// isWide says whether codes have 32 bits.
func (c *cells) isWide() bool { return c.limit == 0 || c.limit > math.MaxUint16 }

// text returns the number of the text in row i.
func (c *cells) text(i int) int {
	if c.isWide() {
		return int(c.wide.at(i))
	}
	return int(c.codes.at(i))
}

// add keeps a cell of some line.
func (c *cells) add(cell []byte, line int, missing string) error {
	if c.role == asNumbers {
		return c.addNumber(cell, line, missing)
	}
	k := c.recent
	if len(c.texts) == 0 || string(c.last) != string(cell) {
		var known bool
		if k, known = c.code[string(cell)]; !known {
			var err error
			if k, err = c.newText(string(cell), line, missing); err != nil {
				return err
			}
			if c.role == asNumbers { // it has become one
				return c.addNumber(cell, line, missing)
			}
		}
		c.last, c.recent = append(c.last[:0], cell...), k
	}
	c.counts[k]++
	if c.isWide() {
		c.wide.add(k)
	} else {
		c.codes.add(uint16(k))
	}
	return nil
}

// newText numbers a text that did not occur before.
func (c *cells) newText(text string, line int, missing string) (uint32, error) {
	if !utf8.ValidString(text) {
		return 0, &cellFault{NotUTF8, line, text, fmt.Sprintf("%q is not UTF-8: save the table as UTF-8", text)}
	}
	if c.limit > 0 && len(c.texts) >= c.limit {
		if c.role == asEither {
			return 0, c.becomeNumbers(missing)
		}
		return 0, c.tooMany(missing)
	}
	if c.code == nil {
		c.code = map[string]uint32{}
	}
	k := uint32(len(c.texts))
	c.code[text] = k
	c.texts, c.counts, c.first = append(c.texts, text), append(c.counts, 0), append(c.first, line)
	return k, nil
}

// tooMany is the error about a column of more texts than a category has.
func (c *cells) tooMany(missing string) error {
	if c.use == forLabels {
		return &cellFault{TooManyLevels, 0, "", fmt.Sprintf("the label has more than the %d values of a classification: set Regression", maxClasses)}
	}
	levels := 1 // the one that does not fit
	for _, text := range c.texts {
		if !isMissing(text, missing) {
			levels++
		}
	}
	return tooManyLevels(levels)
}

// becomeNumbers turns texts into numbers. That one is none is an error, since there are too many
// for a category.
func (c *cells) becomeNumbers(missing string) error {
	as := make([]float64, len(c.texts))
	for k, text := range c.texts {
		if as[k] = math.NaN(); isMissing(text, missing) {
			c.gaps += c.counts[k]
			if c.gap == 0 || c.first[k] < c.gap {
				c.gap, c.gapCell = c.first[k], text
			}
			continue
		}
		v, err := parseFinite([]byte(text))
		if err != nil {
			return c.tooMany(missing)
		}
		as[k] = v
	}
	for p := range c.codes.pieces() {
		for _, k := range c.codes.piece(p) {
			c.values.add(as[k])
		}
	}
	*c = cells{name: c.name, role: asNumbers, limit: c.limit, values: c.values, gaps: c.gaps, gap: c.gap, gapCell: c.gapCell}
	return nil
}

func (c *cells) addNumber(cell []byte, line int, missing string) error {
	empty := len(cell) == 0 || string(cell) == missing
	v, err := parseFinite(cell)
	switch {
	case c.use == forWeights && (err != nil || v < 0):
		return &cellFault{NotNumber, line, string(cell), fmt.Sprintf("the weight %q is not a finite number of at least 0", cell)}
	case empty && c.use == forLabels:
		return missingLabel(string(cell), line)
	case empty && c.use == forFeatures:
		if c.gaps++; c.gaps == 1 {
			c.gap, c.gapCell = line, string(cell)
		}
		v = math.NaN()
	case err != nil && c.use == forLabels:
		return &cellFault{NotNumber, line, string(cell), fmt.Sprintf("%q is not a finite number", cell)}
	case err != nil:
		return notNumber(string(cell), line)
	}
	c.values.add(v)
	return nil
}

// present appends the numbers that are not missing.
func (c *cells) present(dst []float64) []float64 {
	dst = slices.Grow(dst, c.values.len())
	for p := range c.values.pieces() {
		for _, v := range c.values.piece(p) {
			if v == v {
				dst = append(dst, v)
			}
		}
	}
	return dst
}

// filled appends the numbers of all rows, with fill in place of those that are missing.
func (c *cells) filled(dst []float64, fill, missing string) ([]float64, error) {
	of, err := c.parsed(fill, missing)
	if err != nil {
		return nil, err
	}
	if c.role == asNumbers {
		dst = slices.Grow(dst, c.values.len())
		for p := range c.values.pieces() {
			for _, v := range c.values.piece(p) {
				if v != v {
					v = of[0]
				}
				dst = append(dst, v)
			}
		}
		return dst, nil
	}
	for i := range c.rows() {
		dst = append(dst, of[c.text(i)])
	}
	return dst, nil
}

// rows returns how many cells there are.
func (c *cells) rows() int {
	return c.values.len() + c.codes.len() + c.wide.len()
}

// release gives up a piece, and returns how many bytes it had.
func (c *cells) release(piece int) int {
	return 8*c.values.release(piece) + 2*c.codes.release(piece) + 4*c.wide.release(piece)
}

// parsed returns the number that each text is or, of a column of numbers, the one that stands in
// for a missing cell, alone.
func (c *cells) parsed(fill, missing string) ([]float64, error) {
	stand, err := parseFinite([]byte(fill))
	if c.role == asNumbers {
		if err != nil && c.gaps > 0 {
			return nil, missingCell(c.gapCell, c.gap)
		}
		return []float64{stand}, nil
	}
	of := make([]float64, len(c.texts))
	for k, text := range c.texts {
		v, wrong := parseFinite([]byte(text))
		switch empty := isMissing(text, missing); {
		case empty && err != nil:
			return nil, missingCell(text, c.first[k])
		case empty:
			of[k] = stand
		case wrong != nil:
			return nil, notNumber(text, c.first[k])
		default:
			of[k] = v
		}
	}
	return of, nil
}

// cellFault says what is wrong with a cell.
type cellFault struct {
	fault  Fault
	line   int
	cell   string
	reason string
}

func (e *cellFault) Error() string { return e.reason }

// in is the error about a cell of a column.
func (e *cellFault) in(file, column string) error {
	return &FormatError{File: file, Line: e.line, Reason: fmt.Sprintf("column %q: %s", column, e.reason), Fault: e.fault, Column: column, Cell: e.cell}
}

func notNumber(cell string, line int) *cellFault {
	return &cellFault{NotNumber, line, cell, fmt.Sprintf("%q is not a finite number (name the column in Categorical or Drop)", cell)}
}

func missingCell(cell string, line int) *cellFault {
	return &cellFault{MissingCell, line, cell, fmt.Sprintf("the value is missing (%q)", cell)}
}

func missingLabel(cell string, line int) *cellFault {
	return &cellFault{MissingLabel, line, cell, fmt.Sprintf("the label is missing (%q)", cell)}
}

func tooManyLevels(levels int) *cellFault {
	return &cellFault{TooManyLevels, 0, "", fmt.Sprintf("it has %d levels, more than %d: name it in Drop, or read it as a number", levels, maxLevels)}
}

package datasets

import (
	"fmt"
	"math"
	"unicode/utf8"
)

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

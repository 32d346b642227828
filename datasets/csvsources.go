package datasets

import (
	"fmt"
	"math"
	"slices"
)

// source is a column of a table and what becomes of its cells.
type source struct {
	from   *cells
	column Column
	at     int       // its first feature
	number []float64 // what each text becomes; of a column of numbers, what a missing one does
	place  []int     // of a column of levels: the feature that each text sets to 1, zeros or dropped
}

const (
	zeros   = -1 // no feature is 1
	dropped = -2 // the row is left out
)

// sources finds the columns of the coding. Of all cells that are wrong the first in the file is the
// error.
func (o CSV) sources(t *table, c *Coding) ([]source, error) {
	var sources []source
	var worst *cellFault
	var in string
	at := 0
	for _, column := range c.Columns {
		place, err := t.column(column.Name)
		if err != nil {
			return nil, err
		}
		s := source{from: t.columns[place], column: column, at: at}
		if len(column.Levels) > 0 {
			err = o.places(&s)
		} else {
			err = o.scaled(&s)
		}
		if fault, ok := err.(*cellFault); ok {
			if worst == nil || fault.line < worst.line {
				worst, in = fault, column.Name
			}
		} else if err != nil {
			return nil, malformed(t.name, 0, "column %q: %v", column.Name, err)
		}
		sources = append(sources, s)
		at += len(column.coded())
		if len(column.Levels) == 0 {
			at++
		}
	}
	if worst != nil {
		return nil, worst.in(t.name, in)
	}
	return sources, nil
}

// scaled settles what numbers become.
func (o CSV) scaled(s *source) (err error) {
	if s.number, err = s.from.parsed(s.column.Fill, o.missing()); err != nil {
		return err
	}
	for k, v := range s.number {
		w, err := s.column.Apply(v)
		if err != nil {
			line := 0
			if s.from.role != asNumbers {
				line = s.from.first[k]
			}
			return &cellFault{NotNumber, line, fmt.Sprint(v), err.Error()}
		}
		s.number[k] = w
	}
	return nil
}

// places settles which feature each level sets to 1.
func (o CSV) places(s *source) error {
	code := newLevelCode(s.column, o.Auto)
	s.place = make([]int, len(s.from.texts))
	var worst error
	least := math.MaxInt
	for k, text := range s.from.texts {
		line := s.from.first[k]
		if isMissing(text, o.missing()) {
			if s.column.Fill == "" {
				if line < least {
					worst, least = missingCell(text, line), line
				}
				continue
			}
			text = s.column.Fill
		}
		level, known := code.level(text)
		switch {
		case known:
			s.place[k] = s.column.feature(s.at, level)
		case o.Unknown == DropUnknown:
			s.place[k] = dropped
		case o.Unknown == ZeroUnknown && !s.column.DropFirst:
			s.place[k] = zeros
		case line < least:
			worst, least = unknownLevel(s.column, text, line), line
		}
	}
	return worst
}

// feature returns the feature of a level of a column whose features begin at a place; zeros for a
// level that has none.
func (c Column) feature(at, level int) int {
	if c.DropFirst {
		level--
	}
	if level < 0 {
		return zeros
	}
	return at + level
}

// levelCode finds the levels of a column.
type levelCode struct {
	place   map[string]int
	numbers []float64 // the levels as numbers; nil if they are not taken as such
}

func newLevelCode(c Column, asNumbers bool) levelCode {
	code := levelCode{place: make(map[string]int, len(c.Levels))}
	for k, level := range c.Levels {
		code.place[level] = k
	}
	if asNumbers {
		code.numbers = allNumbers(c.Levels)
	}
	return code
}

func (c levelCode) level(text string) (level int, known bool) {
	if k, known := c.place[text]; known || c.numbers == nil {
		return k, known
	}
	v, err := parseFinite([]byte(text))
	k := slices.Index(c.numbers, v)
	return k, err == nil && k >= 0
}

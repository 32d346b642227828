package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// read encodes a table by a coding.
func (o CSV) read(t *table, c *Coding) (*Coded, error) {
	features := 0
	for _, column := range c.Columns {
		features += len(column.Features())
	}
	if err := o.checkSize(t, features); err != nil {
		return nil, err
	}
	sources, err := o.sources(t, c)
	if err != nil {
		return nil, err
	}
	d := &Dataset{Name: t.name, Classes: len(c.Classes), ClassNames: slices.Clone(c.Classes), Coding: c}
	if len(c.Classes) == 0 {
		d.ClassNames = nil
	}
	for _, column := range c.Columns {
		d.Columns = append(d.Columns, column.Features()...)
	}
	out := &Coded{Data: d, lines: t.lines, Filled: map[string]int{}}
	for k, s := range sources {
		if n := s.from.missingCells(o.missing()); n > 0 {
			out.Filled[c.Columns[k].Name] = n
		}
	}
	out.Words = o.words(t, c)
	t.scratch = nil
	labels, err := o.labelled(t, c)
	if err != nil {
		return nil, err
	}
	kept := out.keep(t, sources, labels)
	if d.X, err = o.rows(t, sources, kept, features); err != nil {
		return nil, err
	}
	if err := checkNotEmpty(t.name, d.X); err != nil { // all rows may be left out
		return nil, err
	}
	o.targets(d, t, labels, kept)
	out.IDs = picked(t.ids, kept)
	if d.rows = kept; c.UnitRows {
		out.Data, err = NormalizeRows(d)
	}
	return out, err
}

// checkSize refuses what is no table of samples, or too large for one.
func (o CSV) checkSize(t *table, features int) error {
	if err := checkNotEmpty(t.name, &Dense{N: t.n, Cols: features}); err != nil {
		return err
	}
	if o.Storage == DenseRows && features > math.MaxInt32/t.n {
		return malformed(t.name, 0, "%d rows of %d columns are too many for a dense table; write it as svmlight", t.n, features)
	}
	return nil
}

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

// keep returns which rows are not left out, nil if all are kept, and lists the others.
func (out *Coded) keep(t *table, sources []source, labels []labelled) []int {
	gone := map[int]bool{}
	look := func(from *cells, isDropped func(text int) bool) {
		for i := range t.n {
			if k := from.text(i); isDropped(k) && !gone[i] {
				gone[i] = true
				out.Dropped = append(out.Dropped, DroppedRow{Row: i, Line: t.lines.of(i), Column: from.name, Level: from.texts[k]})
			}
		}
	}
	for _, s := range sources {
		if slices.Contains(s.place, dropped) {
			look(s.from, func(text int) bool { return s.place[text] == dropped })
		}
	}
	for _, l := range labels {
		if slices.Contains(l.of, dropped) {
			look(l.from, func(text int) bool { return l.of[text] == dropped })
		}
	}
	if len(gone) == 0 {
		return nil
	}
	slices.SortFunc(out.Dropped, func(a, b DroppedRow) int { return a.Row - b.Row })
	kept := make([]int, 0, t.n-len(gone))
	for i := range t.n {
		if !gone[i] {
			kept = append(kept, i)
		}
	}
	return kept
}

// picked returns the values of the rows that are kept.
func picked[T any](values []T, kept []int) []T {
	if kept == nil || values == nil {
		return values
	}
	out := make([]T, len(kept))
	for i, r := range kept {
		out[i] = values[r]
	}
	return out
}

// words lists the columns that are categorical because of a cell.
func (o CSV) words(t *table, c *Coding) []Word {
	if !o.Auto || o.Like != nil {
		return nil
	}
	var found []Word
	for _, column := range c.Columns {
		if len(column.Levels) == 0 || slices.Contains(o.Categorical, column.Name) {
			continue
		}
		from := t.columns[slices.Index(t.header, column.Name)]
		word := Word{Column: column.Name, Levels: len(column.Levels)}
		for k, text := range from.texts { // in the order in which they occur
			switch {
			case isMissing(text, o.missing()):
			case isNumber(text):
				word.Numbers++
			case word.Line == 0:
				word.Cell, word.Line = text, from.first[k]
			}
		}
		found = append(found, word)
	}
	return found
}

// labelled is a column of labels and the class of each of its texts; dropped where the row is left
// out.
type labelled struct {
	from *cells
	of   []float64
}

// labelled finds the columns of labels.
func (o CSV) labelled(t *table, c *Coding) ([]labelled, error) {
	if o.Unlabelled {
		return nil, nil
	}
	classes := newLabelCode(c.Classes, o.missing())
	var found []labelled
	for _, name := range c.Labels {
		l := labelled{from: t.columns[slices.Index(t.header, name)]}
		for k, text := range l.from.texts { // in the order in which they occur
			y, err := classes.label(text)
			if fault, ok := err.(*cellFault); ok {
				if y = dropped; o.Unknown != DropUnknown || fault.fault != StrangeClass {
					fault.line = l.from.first[k]
					return nil, fault.in(t.name, name)
				}
			}
			l.of = append(l.of, y)
		}
		found = append(found, l)
	}
	return found, nil
}

// targets sets labels and weights of the rows that are kept.
func (o CSV) targets(d *Dataset, t *table, labels []labelled, kept []int) {
	n, k := d.X.Len(), max(len(d.Coding.Labels), 1)
	if k > 1 {
		d.Targets = k
	}
	d.Y = make([]float64, n*k)
	for j, l := range labels {
		for i := range n {
			row := i
			if kept != nil {
				row = kept[i]
			}
			d.Y[i*k+j] = l.from.numberAt(row, l.of)
		}
	}
	if at := slices.Index(t.header, d.Coding.Weight); d.Coding.Weight != "" && at >= 0 {
		d.Weights = picked(t.columns[at].present(nil), kept)
	}
}

// numberAt returns the number in row i, where of says what each text is.
func (c *cells) numberAt(i int, of []float64) float64 {
	if c.role == asNumbers {
		return c.values.at(i)
	}
	return of[c.text(i)]
}

// missingCells counts the cells that are missing.
func (c *cells) missingCells(missing string) int {
	n := c.gaps
	for k, text := range c.texts {
		if isMissing(text, missing) {
			n += c.counts[k]
		}
	}
	return n
}

func unknownLevel(c Column, cell string, line int) error {
	remedy := `set Unknown to "zero" or "drop"`
	if c.DropFirst {
		remedy = fmt.Sprintf(`set Unknown to "drop" ("zero" would make it %q, which has no feature)`, c.Levels[0])
	}
	shown := c.Levels
	more := ""
	if len(shown) > 10 {
		shown, more = shown[:10], ", ..."
	}
	return &cellFault{StrangeLevel, line, cell,
		fmt.Sprintf("the level %q is not among those of the coding (%s%s): mend the file, or %s", cell, strings.Join(shown, ", "), more, remedy)}
}

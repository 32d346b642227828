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

package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// tableReader turns the rows of one table into samples.
type tableReader struct {
	table   *table
	coding  *Coding
	missing string
	unknown UnknownLevel
	sources []int // place in the table of each column of the coding
	labels  []int
	weight  int // -1 = none
	classes labelCode
}

// read encodes a table by a coding.
func (o CSV) read(t *table, c *Coding) (*Dataset, error) {
	r := &tableReader{table: t, coding: c, missing: o.missing(), unknown: o.Unknown, classes: newLabelCode(c.Classes, o.missing())}
	if err := r.find(slices.Concat(o.Drop, c.Drop)); err != nil {
		return nil, err
	}
	d := &Dataset{Name: t.name, Classes: len(c.Classes), ClassNames: slices.Clone(c.Classes), Coding: c}
	if len(c.Classes) == 0 {
		d.ClassNames = nil
	}
	for _, column := range c.Columns {
		d.Columns = append(d.Columns, column.Features()...)
	}
	if len(c.Labels) > 1 {
		d.Targets = len(c.Labels)
	}
	x := &Dense{N: len(t.rows), Cols: len(d.Columns)}
	d.X = x
	if err := checkNotEmpty(t.name, x); err != nil {
		return nil, err
	}
	if x.Cols > math.MaxInt32/x.N {
		return nil, malformed(t.name, 0, "%d rows of %d columns are too many for a dense table; write it as svmlight", x.N, x.Cols)
	}
	x.Data = make([]float64, 0, x.N*x.Cols)
	d.Y = make([]float64, 0, x.N*len(c.Labels))
	if err := r.rows(d, x); err != nil {
		return nil, err
	}
	if err := checkNotEmpty(t.name, x); err != nil { // all rows may be left out
		return nil, err
	}
	if c.UnitRows {
		return NormalizeRows(d)
	}
	return d, nil
}

// find looks for each column of the coding in the header. There may be no other but those that are
// left out.
func (r *tableReader) find(drop []string) error {
	c, t := r.coding, r.table
	known := map[string]struct{}{}
	place := func(name string) (int, error) {
		known[name] = struct{}{}
		return t.column(name)
	}
	for _, column := range c.Columns {
		at, err := place(column.Name)
		if err != nil {
			return err
		}
		r.sources = append(r.sources, at)
	}
	for _, name := range c.Labels {
		at, err := place(name)
		if err != nil {
			return err
		}
		r.labels = append(r.labels, at)
	}
	if r.weight = -1; c.Weight != "" {
		var err error
		if r.weight, err = place(c.Weight); err != nil {
			return err
		}
	}
	for _, name := range t.header {
		if _, used := known[name]; !used && !slices.Contains(drop, name) {
			return malformed(t.name, 1, "column %q is not among those of the coding that the file is read by: name it in Drop to leave it out", name)
		}
	}
	return nil
}

// rows appends the samples of all rows to d and its features x.
func (r *tableReader) rows(d *Dataset, x *Dense) error {
	var kept []int // rows that are not left out; nil while there are none that are
	for i, row := range r.table.rows {
		before := len(x.Data)
		ok := true
		for k, c := range r.coding.Columns {
			var err error
			if x.Data, ok, err = r.cell(x.Data, c, row[r.sources[k]]); err != nil {
				return malformed(r.table.name, r.table.lines[i], "column %q: %v", c.Name, err)
			}
			if !ok {
				break
			}
		}
		if !ok {
			x.Data = x.Data[:before]
			if kept == nil {
				kept = upTo(i)
			}
			continue
		}
		if kept != nil {
			kept = append(kept, i)
		}
		if err := r.target(d, i, row); err != nil {
			return err
		}
	}
	if kept != nil {
		x.N, d.rows = len(kept), kept
	}
	return nil
}

// upTo returns 0 ... n-1; never nil.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// target appends labels and weight of row i.
func (r *tableReader) target(d *Dataset, i int, row []string) error {
	for _, at := range r.labels {
		y, err := r.classes.label(row[at])
		if err != nil {
			return malformed(r.table.name, r.table.lines[i], "column %q: %v", r.table.header[at], err)
		}
		d.Y = append(d.Y, y)
	}
	if r.weight < 0 {
		return nil
	}
	w, err := parseFinite([]byte(row[r.weight]))
	if err != nil || w < 0 {
		return malformed(r.table.name, r.table.lines[i], "column %q: the weight %q is not a finite number of at least 0", r.coding.Weight, row[r.weight])
	}
	d.Weights = append(d.Weights, w)
	return nil
}

// cell appends what a cell becomes; ok is false where its row is to be left out.
func (r *tableReader) cell(dst []float64, c Column, cell string) (out []float64, ok bool, err error) {
	if isMissing(cell, r.missing) {
		if c.Fill == "" {
			return nil, false, fmt.Errorf("the value is missing (%q)", cell)
		}
		cell = c.Fill
	}
	if len(c.Levels) == 0 {
		v, err := parseFinite([]byte(cell))
		if err != nil {
			return nil, false, fmt.Errorf("%q is not a finite number (name the column in Categorical or Drop)", cell)
		}
		v, err = c.apply(v)
		return append(dst, v), true, err
	}
	k := slices.Index(c.Levels, cell)
	if k < 0 {
		if r.unknown == DropUnknown {
			return dst, false, nil
		}
		if r.unknown != ZeroUnknown || c.DropFirst {
			return nil, false, unknownLevel(c, cell)
		}
	}
	skip := len(c.Levels) - len(c.coded())
	start := len(dst)
	for range c.coded() {
		dst = append(dst, 0)
	}
	if k >= skip {
		dst[start+k-skip] = 1
	}
	return dst, true, nil
}

func unknownLevel(c Column, cell string) error {
	remedy := `set Unknown to "zero" or "drop"`
	if c.DropFirst {
		remedy = fmt.Sprintf(`set Unknown to "drop" ("zero" would make it %q, which has no feature)`, c.Levels[0])
	}
	shown := c.Levels
	more := ""
	if len(shown) > 10 {
		shown, more = shown[:10], ", ..."
	}
	return fmt.Errorf("the level %q is not among those of the coding (%s%s): mend the file, or %s", cell, strings.Join(shown, ", "), more, remedy)
}

// scale fits the scaling of the numeric columns to the first set and applies it to all. It
// completes the coding.
func scale(sets []*Dataset, c *Coding, by Scaling) error {
	first := sets[0].X.(*Dense)
	values := make([]float64, first.N)
	at := 0
	for k := range c.Columns {
		column := &c.Columns[k]
		if len(column.Levels) > 0 {
			at += len(column.coded())
			continue
		}
		for i := range values {
			values[i] = first.Data[i*first.Cols+at]
		}
		var err error
		if column.Shift, column.Scale, err = by.fit(values); err != nil {
			return malformed(sets[0].Name, 0, "column %q: %v", column.Name, err)
		}
		for _, d := range sets {
			x := d.X.(*Dense)
			for i := range x.N {
				v := &x.Data[i*x.Cols+at]
				if *v, err = column.apply(*v); err != nil {
					return malformed(d.Name, 0, "row %d, column %q: %v", d.Row(i), column.Name, err)
				}
			}
		}
		at++
	}
	return nil
}

package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// coding returns Like, or what the tables say themselves.
func (o CSV) coding(tables []*table) (*Coding, error) {
	if o.Like != nil {
		return o.Like, nil
	}
	first := tables[0]
	c := &Coding{Labels: o.labels(), Weight: o.Weight, Drop: slices.Clone(o.Drop), Missing: o.Missing}
	c.Drop = slices.DeleteFunc(c.Drop, func(name string) bool { return slices.Contains(c.Labels, name) || name == c.Weight || name == o.ID })
	for at, from := range first.columns {
		if from.role == asNothing || from.role == asNames || from.use != forFeatures {
			continue
		}
		column, err := o.column(tables, at)
		if err != nil {
			return nil, first.fault(from, 0, err)
		}
		c.Columns = append(c.Columns, column)
	}
	if err := checkNames(c.Columns); err != nil {
		return nil, malformed(first.name, 1, "%v", err)
	}
	var err error
	if c.Classes, err = o.classes(tables); err != nil {
		return nil, err
	}
	return c, nil
}

func (o CSV) labels() []string {
	if o.Label == "" {
		return slices.Clone(o.Labels)
	}
	return append([]string{o.Label}, o.Labels...)
}

// agrees refuses settings that say something else than Like.
func (o CSV) agrees(file string) error {
	c := o.Like
	var err error
	switch labels := o.labels(); {
	case c.Columns == nil:
		err = errors.New("it has no columns: it is not that of a table")
	case len(labels) > 0 && !slices.Equal(labels, c.Labels):
		err = fmt.Errorf("its labels are %q, not %q", c.Labels, labels)
	case o.Regression && len(c.Classes) > 0:
		err = fmt.Errorf("it has the classes %v, but Regression is set", c.Classes)
	case len(c.Labels) == 0:
		err = errors.New("it names no label column")
	case len(o.Classes) > 0 && !slices.Equal(o.Classes, c.Classes):
		err = fmt.Errorf("its classes are %v, not %v", c.Classes, o.Classes)
	case o.Weight != "" && o.Weight != c.Weight:
		err = fmt.Errorf("its weight is column %q, not %q", c.Weight, o.Weight)
	case o.Unknown != RefuseUnknown && o.Unknown != ZeroUnknown && o.Unknown != DropUnknown:
		err = fmt.Errorf("what to do with unknown levels is %q; give Unknown as %q, %q or nothing", o.Unknown, ZeroUnknown, DropUnknown)
	default:
		err = o.Scaling.check()
	}
	for _, name := range o.Categorical {
		if err == nil && !c.names(name) {
			err = fmt.Errorf("column %q, named in Categorical, is not among its columns", name)
		}
	}
	for _, x := range c.Columns {
		if err == nil {
			err = o.agreesOn(x)
		}
	}
	for _, x := range c.Columns {
		if err == nil && len(x.Levels) > 0 && len(o.Categorical) > 0 && !slices.Contains(o.Categorical, x.Name) {
			err = fmt.Errorf("column %q has levels in it, but is not named in Categorical", x.Name)
		}
	}
	if err != nil {
		return malformed(file, 0, "it cannot be read by the coding in Like: %v", err)
	}
	return nil
}

// names says whether the coding has a column of that name, be it a label, the weight or left out.
func (c *Coding) names(name string) bool {
	return name == c.Weight || slices.Contains(c.Labels, name) || slices.Contains(c.Drop, name) ||
		slices.ContainsFunc(c.Columns, func(x Column) bool { return x.Name == name })
}

// agreesOn refuses settings that say something else of a column than Like.
func (o CSV) agreesOn(c Column) error {
	number := len(c.Levels) == 0
	switch {
	case slices.Contains(o.Drop, c.Name):
		return fmt.Errorf("it needs column %q, which is named in Drop", c.Name)
	case number && slices.Contains(o.Categorical, c.Name):
		return fmt.Errorf("column %q is a number in it, but named in Categorical", c.Name)
	case number && o.Scaling != Unscaled && c.Scale == 0:
		return fmt.Errorf("column %q is not scaled in it, but Scaling is %q", c.Name, o.Scaling)
	case !number && o.DropFirst && !c.DropFirst:
		return fmt.Errorf("column %q has a feature for each level in it, but DropFirst is set", c.Name)
	case o.Impute && c.Fill == "":
		return fmt.Errorf("nothing stands in for missing cells of column %q in it, but Impute is set", c.Name)
	}
	return nil
}

// column returns the coding of the column at a place.
func (o CSV) column(tables []*table, at int) (Column, error) {
	from := tables[0].columns[at]
	c := Column{Name: from.name}
	if from.role == asEither {
		if err := from.settle(o.missing()); err != nil {
			return c, err
		}
	}
	if number := from.role == asNumbers || !o.Auto && !slices.Contains(o.Categorical, c.Name); number {
		return c, o.fit(tables[0], from, &c)
	}
	c.Levels, c.DropFirst = distinct(tables, []int{at}, o.missing()), o.DropFirst
	numbers := allNumbers(c.Levels)
	if !o.Auto {
		numbers = nil
	}
	if o.Impute {
		c.Fill = from.mode(o.missing(), numbers != nil)
	}
	switch {
	case numbers != nil:
		c.Levels = numberNames(risingOnce(numbers))
		if v, err := parseFinite([]byte(c.Fill)); err == nil {
			c.Fill = numberNames([]float64{v})[0]
		}
	case o.ByFrequency:
		byFrequency(c.Levels, from)
	}
	if len(c.Levels) > maxLevels {
		return c, tooManyLevels(len(c.Levels))
	}
	return c, nil
}

// settle decides whether a column that may be either is one of numbers or of levels. Numbers among
// which there are signs of other programs for a missing one are refused: they are no category.
func (c *cells) settle(missing string) error {
	numbers, levels, sign := 0, 0, -1
	for k, text := range c.texts {
		if isMissing(text, missing) {
			continue
		}
		levels++
		switch {
		case isNumber(text):
			numbers++
		case isInfinite(text) || isSignForMissing(text):
			if numbers++; sign < 0 {
				sign = k
			}
		}
	}
	switch {
	case levels == 0 && len(c.texts) > 0:
		return missingCell(c.texts[0], c.first[0])
	case numbers < levels || sign >= 0 && !slices.ContainsFunc(c.texts, isNumber):
		c.role = asTexts
		return nil
	case sign >= 0:
		return notNumber(c.texts[sign], c.first[sign])
	}
	return c.becomeNumbers(missing)
}

// distinct returns the texts of some columns that are not missing, sorted; never nil.
func distinct(tables []*table, columns []int, missing string) []string {
	values := []string{}
	for _, t := range tables {
		for _, c := range columns {
			for _, text := range t.columns[c].texts {
				if !isMissing(text, missing) {
					values = append(values, text)
				}
			}
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// byFrequency orders texts by how often they occur in a column, most often first; of equals the
// order stays.
func byFrequency(values []string, c *cells) {
	count := func(text string) int {
		if k, known := c.code[text]; known {
			return c.counts[k]
		}
		return 0
	}
	slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(count(b), count(a)) })
}

// fit settles what stands in for a missing number and how numbers are scaled.
func (o CSV) fit(t *table, from *cells, c *Column) error {
	switch {
	case o.Impute && from.role == asNumbers:
		if present := from.present(t.scratch[:0]); len(present) > 0 {
			mean, _ := meanDeviation(present)
			c.Fill, t.scratch = strconv.FormatFloat(mean, 'g', -1, 64), present
		}
	case o.Impute:
		c.Fill = from.mode(o.missing(), true)
	}
	if o.Scaling == Unscaled {
		return nil
	}
	filled, err := from.filled(t.scratch[:0], c.Fill, o.missing())
	if err != nil {
		return err
	}
	t.scratch = filled
	if o.KeepBinary && !slices.ContainsFunc(filled, func(v float64) bool { return v != 0 && v != 1 }) {
		return nil
	}
	c.Shift, c.Scale, err = o.Scaling.fit(filled)
	return err
}

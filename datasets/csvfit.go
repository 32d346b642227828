package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// coding returns Like, or what the tables say themselves.
func (o CSV) coding(tables []*table) (*Coding, error) {
	if o.Like != nil {
		if err := o.Like.Check(); err != nil {
			return nil, err
		}
		return o.Like, o.agrees(tables[0].name)
	}
	first := tables[0]
	if err := o.Scaling.check(); err != nil {
		return nil, malformed(first.name, 0, "%v", err)
	}
	if o.Unknown != RefuseUnknown {
		return nil, malformed(first.name, 0, "Unknown is %q, but without Like no level is unknown", o.Unknown)
	}
	c := &Coding{Labels: o.labels(), Weight: o.Weight, Drop: slices.Clone(o.Drop), Missing: o.Missing}
	if len(c.Labels) == 0 {
		return nil, malformed(first.name, 0, "no column is named as the label: set Label")
	}
	for _, name := range slices.Concat(c.Labels, o.Drop, o.Categorical) {
		if _, err := first.column(name); err != nil {
			return nil, err
		}
	}
	used := slices.Clone(c.Labels)
	if o.Weight != "" {
		if _, err := first.column(o.Weight); err != nil {
			return nil, err
		}
		used = append(used, o.Weight)
	}
	if name, _, twice := repeated(used); twice {
		return nil, malformed(first.name, 1, "column %q is named twice among labels and weight", name)
	}
	c.Drop = slices.DeleteFunc(c.Drop, func(name string) bool { return slices.Contains(used, name) })
	for at, name := range first.header {
		if slices.Contains(used, name) || slices.Contains(o.Drop, name) {
			continue
		}
		column, err := o.column(tables, at)
		if err != nil {
			return nil, err
		}
		c.Columns = append(c.Columns, column)
	}
	if err := checkNames(c.Columns); err != nil {
		return nil, malformed(first.name, 1, "%v", err)
	}
	var err error
	c.Classes, err = o.classes(tables)
	return c, err
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

// column returns the coding of the column at a place, before it is scaled.
func (o CSV) column(tables []*table, at int) (Column, error) {
	first := tables[0]
	c := Column{Name: first.header[at]}
	number := !slices.Contains(o.Categorical, c.Name)
	if o.Impute {
		c.Fill = mode(first, at, o.missing(), number)
	}
	if number {
		return c, nil
	}
	c.Levels, c.DropFirst = distinct(tables, []int{at}, o.missing()), o.DropFirst
	if o.ByFrequency {
		byFrequency(c.Levels, first, at)
	}
	if len(c.Levels) > maxLevels {
		return c, malformed(first.name, 0, "column %q has %d levels, more than %d: name it in Drop, or read it as a number",
			c.Name, len(c.Levels), maxLevels)
	}
	return c, nil
}

// distinct returns the values of some columns that are not missing, sorted; never nil.
func distinct(tables []*table, columns []int, missing string) []string {
	values := []string{}
	seen := map[string]struct{}{}
	for _, t := range tables {
		for _, row := range t.rows {
			for _, c := range columns {
				if _, known := seen[row[c]]; !known && !isMissing(row[c], missing) {
					seen[row[c]] = struct{}{}
					values = append(values, row[c])
				}
			}
		}
	}
	slices.Sort(values)
	return values
}

// byFrequency orders values of a column by how often they occur in t, most often first; of equals
// the order stays.
func byFrequency(values []string, t *table, c int) {
	counts := map[string]int{}
	for _, row := range t.rows {
		counts[row[c]]++
	}
	slices.SortStableFunc(values, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
}

// mode returns the most frequent value of a column that is not missing, of equally frequent ones
// the first in order. Of numbers 1, 1.0 and 1e0 are one value, written as the first of them in
// order.
func mode(t *table, c int, missing string, number bool) string {
	counts := map[string]int{}
	for _, row := range t.rows {
		if !isMissing(row[c], missing) {
			counts[row[c]]++
		}
	}
	for value := range counts {
		if number && !isPlain(value) { // else different texts are different numbers
			counts = byNumber(counts)
			break
		}
	}
	most := ""
	for value, n := range counts {
		if m := counts[most]; n > m || n == m && value < most {
			most = value
		}
	}
	return most
}

// isPlain says whether a text is a number of few digits as it is usually written, as 12, -0.5 or 0:
// no other such text is the same number.
func isPlain(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	whole, part, point := strings.Cut(digits, ".")
	switch {
	case len(digits) == 0 || len(digits) > 15 || text == "-0": // 15 digits always differ as numbers of 64 bits
		return false
	case whole == "" || whole[0] == '0' && len(whole) > 1:
		return false
	case point && (part == "" || part[len(part)-1] == '0'):
		return false
	}
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && i != len(whole) {
			return false
		}
	}
	return true
}

// byNumber adds up the counts of texts that are the same number.
func byNumber(counts map[string]int) map[string]int {
	name := make(map[float64]string, len(counts)) // the first text in order of each number
	sums := make(map[string]int, len(counts))
	for text, n := range counts {
		v, err := parseFinite([]byte(text))
		known, twice := name[v]
		switch {
		case err != nil:
			sums[text] = n
			continue
		case twice && known < text:
			text, n = known, n+sums[known]
		case twice:
			n += sums[known]
			delete(sums, known)
		}
		name[v], sums[text] = text, n
	}
	return sums
}

package datasets

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Coding says how what stands in a file became numbers: which columns, levels and classes there are
// and in which order, what stands in for a missing cell, how columns are scaled. It comes with a
// data set that was read ([Dataset].Coding); another file that is read by it (Like in [CSV],
// [SVMLight], [NumPy] and [IDX]) is numbered the same way, whatever occurs in it. It is plain data,
// to be kept as YAML or JSON beside a model, and is not changed after it was made.
type Coding struct {
	Labels  []string `yaml:"labels,omitempty" json:"labels,omitempty"`   // names of the label columns; none in files without names
	Classes []string `yaml:"classes,omitempty" json:"classes,omitempty"` // the classes in their order; none for a regression
	Weight  string   `yaml:"weight,omitempty" json:"weight,omitempty"`   // name of the column of weights; "" = none
	Columns []Column `yaml:"columns,omitempty" json:"columns,omitempty"` // the columns of a table, in the order of the features
	Drop    []string `yaml:"drop,omitempty" json:"drop,omitempty"`       // columns of the table that are left out
	Missing string   `yaml:"missing,omitempty" json:"missing,omitempty"` // how a missing cell is written; "" = "?"
	// Width is the number of features where they have no names, as in svmlight and NumPy files; 0
	// in tables.
	Width     int  `yaml:"width,omitempty" json:"width,omitempty"`
	ZeroBased bool `yaml:"zero_based,omitempty" json:"zero_based,omitempty"` // the first column of an svmlight file is 0
	UnitRows  bool `yaml:"unit_rows,omitempty" json:"unit_rows,omitempty"`   // each row is divided by its norm, as by [NormalizeRows]
}

// Column says what one column of a table becomes: a number or, where it has levels, one feature of
// 0 or 1 a level.
type Column struct {
	Name      string   `yaml:"name" json:"name"`
	Levels    []string `yaml:"levels,omitempty" json:"levels,omitempty"`         // in the order of their features; none for a number
	DropFirst bool     `yaml:"drop_first,omitempty" json:"drop_first,omitempty"` // the first level has no feature: all others are 0
	Fill      string   `yaml:"fill,omitempty" json:"fill,omitempty"`             // stands in for a missing cell; "" = that is an error
	// A number v becomes (v-Shift)/Scale; with a Scale of 0 it stays as it is.
	Shift float64 `yaml:"shift,omitempty" json:"shift,omitempty"`
	Scale float64 `yaml:"scale,omitempty" json:"scale,omitempty"`
}

// Features returns the names of the features that the column becomes: its own name, or "name_level"
// for each level.
func (c Column) Features() []string {
	if len(c.Levels) == 0 {
		return []string{c.Name}
	}
	names := make([]string, 0, len(c.Levels))
	for _, l := range c.coded() {
		names = append(names, c.Name+"_"+l)
	}
	return names
}

// coded returns the levels that have a feature.
func (c Column) coded() []string {
	if c.DropFirst && len(c.Levels) > 0 {
		return c.Levels[1:]
	}
	return c.Levels
}

// Check says what makes c no coding: names, levels or classes that are empty or come twice, a
// column that is label or weight too, two features of one name, a scale that is no positive number.
func (c *Coding) Check() error {
	if c == nil {
		return errors.New("datasets: there is no coding: it is nil")
	}
	if err := c.check(); err != nil {
		return fmt.Errorf("datasets: coding: %w", err)
	}
	return nil
}

func (c *Coding) check() error {
	if err := checkOrder(c.Classes); err != nil {
		return err
	}
	if c.Width < 0 || c.Width > 0 && c.Columns != nil {
		return fmt.Errorf("a width of %d with %d named columns; give columns, or a width above 0 where they have no names", c.Width, len(c.Columns))
	}
	used := slices.Clone(c.Labels)
	if c.Weight != "" {
		used = append(used, c.Weight)
	}
	for _, column := range c.Columns {
		used = append(used, column.Name)
		if err := column.check(); err != nil {
			return fmt.Errorf("column %q: %w", column.Name, err)
		}
	}
	if name, _, twice := repeated(used); twice {
		return fmt.Errorf("column %q is named twice among labels, weight and columns", name)
	}
	if slices.Contains(used, "") {
		return errors.New("a column has no name")
	}
	for _, name := range c.Drop {
		if slices.Contains(used, name) {
			return fmt.Errorf("column %q is used and left out at once", name)
		}
	}
	return checkNames(c.Columns)
}

func (c Column) check() error {
	if level, _, twice := repeated(c.Levels); twice {
		return fmt.Errorf("the level %q comes twice", level)
	}
	switch {
	case c.Scale < 0 || c.Scale-c.Scale != 0 || c.Shift-c.Shift != 0:
		return fmt.Errorf("the shift is %v and the scale %v; give finite numbers, a scale above 0, or 0 for none", c.Shift, c.Scale)
	case len(c.Levels) > 0 && (c.Scale != 0 || c.Shift != 0):
		return errors.New("it has levels and a scale; give one of both")
	case c.Fill != "" && len(c.Levels) > 0 && !slices.Contains(c.Levels, c.Fill):
		return fmt.Errorf("%q stands in for missing cells but is no level", c.Fill)
	}
	return nil
}

// checkOrder refuses classes that have no name or the same one twice; equal numbers are the same
// however written.
func checkOrder(classes []string) error {
	if slices.Contains(classes, "") {
		return errors.New("a class has no name: a cell without text is a missing label")
	}
	if name, _, twice := repeated(classes); twice {
		return fmt.Errorf("the class %q comes twice in the order of classes %v", name, classes)
	}
	if i, j, twice := repeatedNumber(allNumbers(classes)); twice {
		return fmt.Errorf("the classes %q and %q are the same number", classes[i], classes[j])
	}
	return nil
}

// repeated returns the first name that comes twice, and where it does so. What has no name is not
// counted.
func repeated(names []string) (name string, at int, twice bool) {
	seen := make(map[string]struct{}, len(names))
	for i, n := range names {
		if _, known := seen[n]; known && n != "" {
			return n, i, true
		}
		seen[n] = struct{}{}
	}
	return "", 0, false
}

// repeatedNumber returns the places of the first number that comes twice.
func repeatedNumber(numbers []float64) (first, second int, twice bool) {
	seen := make(map[float64]int, len(numbers))
	for i, n := range numbers {
		if k, known := seen[n]; known {
			return k, i, true
		}
		seen[n] = i
	}
	return 0, 0, false
}

// checkNames says which two features would have one name.
func checkNames(columns []Column) error {
	from := map[string]string{}
	for _, c := range columns {
		levels := c.coded()
		for i, name := range c.Features() {
			source := fmt.Sprintf("column %q", c.Name)
			if levels != nil {
				source = fmt.Sprintf("level %q of column %q", levels[i], c.Name)
			}
			if other, twice := from[name]; twice {
				return fmt.Errorf("%s and %s would both be called %q: rename one column or name it in Drop", other, source, name)
			}
			from[name] = source
		}
	}
	return nil
}

// numbers returns the classes as numbers, for files whose labels are numbers; nil for a regression.
func (c *Coding) numbers() ([]float64, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if len(c.Classes) == 0 {
		return nil, nil
	}
	numbers := allNumbers(c.Classes)
	if numbers == nil {
		return nil, fmt.Errorf("datasets: the classes %v of the coding are words, but the labels of this file are numbers", c.Classes)
	}
	return numbers, nil
}

// sameCoding says where two codings give other numbers to the same file. Names of labels and of
// what is left out, and how a file is written, make no difference; classes are compared by their
// names in the data sets.
func sameCoding(a, b *Coding) error {
	if a == nil || b == nil {
		return nil
	}
	if a.UnitRows != b.UnitRows {
		return errors.New("the rows of one are divided by their norms and those of the other are not")
	}
	if a.Columns == nil || b.Columns == nil {
		return nil
	}
	if len(a.Columns) != len(b.Columns) {
		return fmt.Errorf("their features come from %d and %d columns", len(a.Columns), len(b.Columns))
	}
	for i, x := range a.Columns {
		y := b.Columns[i]
		switch {
		case x.Name != y.Name || x.DropFirst != y.DropFirst || !slices.Equal(x.Levels, y.Levels):
			return fmt.Errorf("column %q has the levels %v in one and column %q %v in the other", x.Name, x.Levels, y.Name, y.Levels)
		case x.Shift != y.Shift || x.Scale != y.Scale:
			return fmt.Errorf("column %q is scaled by (v-%g)/%g in one and by (v-%g)/%g in the other", x.Name, x.Shift, x.Scale, y.Shift, y.Scale)
		case x.Fill != y.Fill:
			return fmt.Errorf("missing cells of column %q are taken for %q in one and for %q in the other", x.Name, x.Fill, y.Fill)
		}
	}
	return nil
}

// Apply returns (v-Shift)/Scale, without overflow on the way.
func (c Column) Apply(v float64) (float64, error) {
	if c.Scale == 0 {
		return v, nil
	}
	w := shifted(v, c.Shift, c.Scale)
	if math.IsInf(w, 0) {
		return 0, fmt.Errorf("%v is too far from %v to be divided by %v", v, c.Shift, c.Scale)
	}
	return w, nil
}

package datasets

import (
	"fmt"
	"slices"
)

// labelCode turns the cells of the label column into class indices; the zero value into the numbers of a regression.
type labelCode struct {
	missing string    // how a missing label is written, besides an empty cell
	texts   []string  // the classes as written; nil if they are known as numbers only
	numbers []float64 // the classes as numbers; nil if not all are
	classes int       // 0 for a regression
}

// labelCode returns the classes that are given or, without them, those that occur. Where all are numbers, equal numbers
// are one class however they are written.
func (o CSV) labelCode(tables []*table, label int) (labelCode, error) {
	code := labelCode{missing: o.missing()}
	if o.Regression {
		return code, nil
	}
	if o.Classes != nil {
		code.texts, code.numbers, code.classes = o.Classes, allNumbers(o.Classes), len(o.Classes)
		return code, nil
	}
	for _, t := range tables {
		for i, row := range t.rows {
			if isMissing(row[label], code.missing) {
				return code, malformed(t.name, t.lines[i], "column %q: the label is missing (%q)", o.Label, row[label])
			}
		}
	}
	texts := distinct(tables, label)
	if code.numbers = allNumbers(texts); code.numbers != nil {
		code.numbers = classOrder(code.numbers)
		code.classes = len(code.numbers)
	} else {
		code.texts, code.classes = texts, len(texts)
	}
	if code.classes > maxClasses {
		return code, malformed(tables[0].name, 0, "label %q has %d values, more than the %d of a classification: set Regression",
			o.Label, code.classes, maxClasses)
	}
	return code, nil
}

// allNumbers returns texts as numbers, nil if there are none or one is no finite number.
func allNumbers(texts []string) []float64 {
	var numbers []float64
	for _, s := range texts {
		f, err := parseFinite([]byte(s))
		if err != nil {
			return nil
		}
		numbers = append(numbers, f)
	}
	return numbers
}

// label returns what stands for a cell. What is written like a class is that class, even a sign for missing.
func (c labelCode) label(cell string) (float64, error) {
	if k := slices.Index(c.texts, cell); k >= 0 {
		return float64(k), nil
	}
	if isMissing(cell, c.missing) {
		return 0, fmt.Errorf("the label is missing (%q)", cell)
	}
	v, err := parseFinite([]byte(cell))
	if c.classes == 0 {
		if err != nil {
			return 0, fmt.Errorf("%q is not a finite number", cell)
		}
		return v, nil
	}
	if k := slices.Index(c.numbers, v); err == nil && k >= 0 {
		return float64(k), nil
	}
	return 0, fmt.Errorf("%q is not among the classes %v", cell, c.texts)
}

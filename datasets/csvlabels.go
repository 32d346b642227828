package datasets

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// labelCode turns the cells of the label columns into class indices.
type labelCode struct {
	missing string         // how a missing label is written, besides an empty cell
	texts   []string       // the classes as written
	place   map[string]int // of each text
	numbers []float64      // the classes as numbers; nil if not all are
}

func newLabelCode(classes []string, missing string) labelCode {
	code := labelCode{missing: missing, texts: classes, place: make(map[string]int, len(classes)), numbers: allNumbers(classes)}
	for k, text := range classes {
		code.place[text] = k
	}
	return code
}

// classes returns the classes that are given or, without them, those that occur; nil for a
// regression. Where all are numbers, equal numbers are one class however they are written, and it
// is named by the number.
func (o CSV) classes(tables []*table) ([]string, error) {
	first := tables[0]
	if o.Regression {
		if len(o.Classes) > 0 {
			return nil, malformed(first.name, 0, "Regression is set and the classes %v are given: choose one", o.Classes)
		}
		return nil, nil
	}
	if len(o.Classes) > 0 {
		if err := checkOrder(o.Classes); err != nil {
			return nil, malformed(first.name, 0, "Classes: %v", err)
		}
		return slices.Clone(o.Classes), nil
	}
	var columns []int
	for _, name := range o.labels() {
		at, err := first.column(name)
		if err != nil {
			return nil, err
		}
		columns = append(columns, at)
	}
	if err := eachText(tables, columns, func(text string, line int) error {
		if isMissing(text, o.missing()) {
			return missingLabel(text, line)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	texts := distinct(tables, columns, o.missing())
	if err := o.refuseNotNumbers(tables, columns, texts); err != nil {
		return nil, err
	}
	if numbers := allNumbers(texts); numbers != nil {
		texts = numberNames(classOrder(numbers))
	}
	if len(texts) > maxClasses {
		return nil, malformed(first.name, 0, "label %q has %d values, more than the %d of a classification: set Regression",
			o.labels()[0], len(texts), maxClasses)
	}
	return texts, nil
}

// refuseNotNumbers refuses labels that other programs write for a missing one: NaN and infinities
// always, NA and the like where all other labels are numbers.
func (o CSV) refuseNotNumbers(tables []*table, columns []int, texts []string) error {
	numbers := 0
	for _, text := range texts {
		if isNumber(text) {
			numbers++
		}
	}
	signs := 0
	for _, text := range texts {
		if isSignForMissing(text) {
			signs++
		}
	}
	bad := func(text string) bool {
		return isInfinite(text) || numbers > 0 && numbers+signs == len(texts) && isSignForMissing(text)
	}
	if !slices.ContainsFunc(texts, bad) {
		return nil
	}
	return eachText(tables, columns, func(text string, line int) error {
		if bad(text) {
			return &cellFault{LabelNumber, line, text,
				fmt.Sprintf("the label %q is not a number: leave the row out, or name all classes in Classes if it is one", text)}
		}
		return nil
	})
}

// eachText looks at the texts of some columns. Of what is wrong it returns what stands first.
func eachText(tables []*table, columns []int, look func(text string, line int) error) error {
	for _, t := range tables {
		var worst error
		least := math.MaxInt
		for _, at := range columns {
			c := t.columns[at]
			for k, text := range c.texts {
				if err := look(text, c.first[k]); err != nil && c.first[k] < least {
					worst, least = t.fault(c, c.first[k], err), c.first[k]
				}
			}
		}
		if worst != nil {
			return worst
		}
	}
	return nil
}

// isInfinite says whether a text is NaN or a number beyond the range of numbers.
func isInfinite(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	return (math.IsNaN(f) || math.IsInf(f, 0)) && !errors.Is(err, strconv.ErrSyntax)
}

// isNumber says whether a text is a finite number.
func isNumber(text string) bool {
	_, err := parseFinite([]byte(text))
	return err == nil
}

// isSignForMissing says whether other programs write a missing value so: a word for it, NaN with
// what kind it is, or nothing but punctuation (".", "-", "*").
func isSignForMissing(text string) bool {
	word := strings.ToLower(strings.Trim(text, "<>#-+"))
	switch word {
	case "na", "n/a", "n/a n/a", "nan", "null", "none", "nil", "missing", "1.#ind", "1.#qnan", "1.#snan", "1.#inf", "n.a.", "n.d.":
		return true
	}
	return strings.HasPrefix(word, "nan(") || !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// maxWhole is where float64 begins to take different whole numbers for one.
const maxWhole = 1 << 53

// allNumbers returns texts as numbers, nil if there are none or one is no finite number. Whole
// numbers from 2^53 on are taken for words, since different ones would be equal as numbers.
func allNumbers(texts []string) []float64 {
	var numbers []float64
	for _, s := range texts {
		f, err := parseFinite([]byte(s))
		if err != nil || math.Abs(f) >= maxWhole {
			return nil
		}
		numbers = append(numbers, f)
	}
	return numbers
}

// numberNames returns the names of classes that are numbers.
func numberNames(numbers []float64) []string {
	names := make([]string, len(numbers))
	for i, v := range numbers {
		names[i] = strconv.FormatFloat(v+0, 'f', -1, 64) // -0 is 0
		if len(names[i]) > 20 {
			names[i] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	return names
}

// label returns what stands for a cell. What is written like a class is that class, even a sign for
// missing.
func (c labelCode) label(cell string) (float64, error) {
	if k, known := c.place[cell]; known {
		return float64(k), nil
	}
	if isMissing(cell, c.missing) {
		return 0, missingLabel(cell, 0)
	}
	v, err := parseFinite([]byte(cell))
	if k := slices.Index(c.numbers, v); err == nil && k >= 0 {
		return float64(k), nil
	}
	return 0, &cellFault{StrangeClass, 0, cell, fmt.Sprintf("%q is not among the classes %v", cell, c.texts)}
}

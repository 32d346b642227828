package datasets

import (
	"fmt"
	"slices"
)

// FormatError reports a file that is not what it should be. Found by errors.As.
type FormatError struct {
	File   string
	Line   int // counted from 1; 0 for binary files
	Reason string
	// What is known of the place, for programs that say in their own words what is to be done.
	Fault  Fault  // "" = of no kind that is told apart
	Column string // of a table
	Cell   string // what stands in it
}

// Fault is what a [FormatError] is about.
type Fault string

// The kinds of faults that are told apart, all of them of tables.
const (
	NotNumber     Fault = "not a number"     // a cell of a column of numbers
	NotUTF8       Fault = "not UTF-8"        // a cell of a column of texts
	MissingCell   Fault = "missing cell"     // and nothing stands in for it
	MissingLabel  Fault = "missing label"    // or name of a row
	StrangeLevel  Fault = "unknown level"    // a category that the coding does not have
	StrangeClass  Fault = "unknown class"    // a label that is none of the classes
	TooManyLevels Fault = "too many levels"  // of a category
	NoColumn      Fault = "no such column"   // that the coding or an option names
	SpareColumn   Fault = "unknown column"   // that the coding does not name
	LabelNumber   Fault = "label not finite" // a label that stands for a missing one or is beyond the range of numbers
)

func (e *FormatError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("datasets: %s:%d: %s", e.File, e.Line, e.Reason)
	}
	return fmt.Sprintf("datasets: %s: %s", e.File, e.Reason)
}

func malformed(file string, line int, format string, args ...any) error {
	return &FormatError{File: file, Line: line, Reason: fmt.Sprintf(format, args...)}
}

// checkNotEmpty refuses a file that was read but gives nothing to learn from.
func checkNotEmpty(file string, x Features) error {
	if x.Len() == 0 {
		return malformed(file, 0, "no samples")
	}
	if slices.Contains(x.Shape(), 0) {
		return malformed(file, 0, "no feature columns: there is nothing but labels")
	}
	return nil
}

// checkIndices says which of the indices is outside 0 ... n-1. what is "row" or "column".
func checkIndices(d *Dataset, what string, indices []int, n int) error {
	for _, i := range indices {
		if i < 0 || i >= n {
			return fmt.Errorf("datasets: %s: there is no %s %d (%d %ss, counted from 0)", d.title(), what, i, n, what)
		}
	}
	return nil
}

// checkDistinct is checkIndices and says which index comes twice.
func checkDistinct(d *Dataset, what string, indices []int, n int) error {
	if err := checkIndices(d, what, indices, n); err != nil {
		return err
	}
	seen := make(map[int]struct{}, len(indices))
	for _, i := range indices {
		if _, twice := seen[i]; twice {
			return fmt.Errorf("datasets: %s: %s %d is named twice", d.title(), what, i)
		}
		seen[i] = struct{}{}
	}
	return nil
}

// noColumns is the error of column-wise changes on samples that have no columns.
func noColumns(d *Dataset, action string) error {
	kind := "these samples"
	switch d.X.(type) {
	case *Images:
		kind = "images"
	case *Tokens:
		kind = "token rows"
	case *Tensor:
		kind = "samples of several dimensions"
	}
	return fmt.Errorf("datasets: %s: cannot %s of %s, only of dense and sparse rows; replace whole samples instead", d.title(), action, kind)
}

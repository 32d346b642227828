package datasets

import (
	"fmt"
)

// cellFault says what is wrong with a cell.
type cellFault struct {
	fault  Fault
	line   int
	cell   string
	reason string
}

func (e *cellFault) Error() string { return e.reason }

// in is the error about a cell of a column.
func (e *cellFault) in(file, column string) error {
	return &FormatError{File: file, Line: e.line, Reason: fmt.Sprintf("column %q: %s", column, e.reason), Fault: e.fault, Column: column, Cell: e.cell}
}

func notNumber(cell string, line int) *cellFault {
	return &cellFault{NotNumber, line, cell, fmt.Sprintf("%q is not a finite number (name the column in Categorical or Drop)", cell)}
}

func missingCell(cell string, line int) *cellFault {
	return &cellFault{MissingCell, line, cell, fmt.Sprintf("the value is missing (%q)", cell)}
}

func missingLabel(cell string, line int) *cellFault {
	return &cellFault{MissingLabel, line, cell, fmt.Sprintf("the label is missing (%q)", cell)}
}

func tooManyLevels(levels int) *cellFault {
	return &cellFault{TooManyLevels, 0, "", fmt.Sprintf("it has %d levels, more than %d: name it in Drop, or read it as a number", levels, maxLevels)}
}

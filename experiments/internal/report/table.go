// Package report shows results: answers, tables as Markdown, for a terminal and in a page; figures
// as SVG and PNG; and whole runs. It knows no experiment.
package report

// Table is a table as it is printed, all cells text. A cell is a text, or a number with what belongs
// to it: the ends of its draws in brackets, its error behind ±, and remarks.
type Table struct {
	Title  string
	Header []string
	Rows   [][]string
	Values [][]Value // behind the cells of Rows; shorter, or nil, where those are text: see [Table.Append]
	Note   string    // what a reader has to know, below the table
	Tuning bool      // shows how a setting was chosen
	Folded bool      // shows costs or solves, which pages fold below the results
	// Chosen are the cells, by row and column, of what was chosen.
	Chosen [][2]int
	// Residuals are the columns of relative residuals of solves, where a number above 1 is worse than
	// the zero vector.
	Residuals []int
}

// worseThanZero is the sign of such a number, and zeroNote what it means.
const (
	chosenSign    = "✓"
	worseThanZero = "▲"
	zeroNote      = worseThanZero + ": at least one solve is worse than the zero vector, whose relative residual is 1."
)

// folded reports whether pages fold the table.
func (t *Table) folded() bool { return t.Folded || t.Tuning }

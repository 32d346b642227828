package datasets

// Coded is a table that was read, with what a data set does not say of it.
type Coded struct {
	Data    *Dataset
	IDs     []string       // the name of each sample, by the column ID; nil without one
	Dropped []DroppedRow   // rows that were left out because of an unknown level, in their order
	Filled  map[string]int // how many missing cells were filled, by column
	Words   []Word         // columns that are categorical because of their cells, not by name

	lines lines
}

// DroppedRow is a row of a table that is not in the data set.
type DroppedRow struct {
	Row           int // counted from 0
	Line          int // of the file, counted from 1
	Column, Level string
}

// Word is the first cell of a column that is no number.
type Word struct {
	Column, Cell string
	Line         int // in which it stands
	Numbers      int // how many of the levels are numbers
	Levels       int
}

// Line returns the line in which a row of the table begins, as [Records] counts them. Rows are
// counted from 0, as by [Dataset.Row].
func (c *Coded) Line(row int) int { return c.lines.of(row) }

// Code makes samples of the rows of a table, as Load does of those of a csv file; name stands in
// messages. Header, Delimiter and Comment do not count. Memory is that of the samples and of the
// columns in compact form: 2 bytes a cell for a column of at most 1,000 texts, 8 bytes for other
// numbers.
func (o CSV) Code(rows Records, name string) (*Coded, error) {
	t, err := readTable(rows, name, o.missing(), o.roles)
	if err != nil {
		return nil, err
	}
	coded, err := o.encode(t)
	if err != nil {
		return nil, err
	}
	return coded[0], nil
}

package datasets

import (
	"bytes"
	"cmp"
	"io"
	"slices"
)

// CSV says how to read comma-separated values. Label (or Labels) is required, all else may stay
// zero. With Like a file is read by the coding of another, which says what stands for what: Label,
// Classes, Categorical and so on may stay zero, or as they were for the first file; where they
// contradict it they are refused. What it does not say, ByFrequency and which Scaling it is, goes
// by what it has.
type CSV struct {
	Label       string       // name of the label column
	Labels      []string     // names of several label columns, in place of Label: Targets of the data set; classes are those of all
	Weight      string       // name of the column that holds the weight of each sample; "" = all weigh 1
	Classes     []string     // the values of labels in class order; nil = those that occur, sorted (as numbers if all are; -1, +1 or both are binary)
	Regression  bool         // the label is a number to predict
	Drop        []string     // columns to leave out
	Categorical []string     // columns to write one-hot, as columns "name_level" of 0 and 1, levels sorted; the others are numbers
	ByFrequency bool         // order levels by falling frequency in place of by name
	DropFirst   bool         // leave out the first level of each, which the others imply
	Scaling     Scaling      // bring the columns of numbers to one size
	Missing     string       // how a missing cell is written; "" = "?"; an empty cell is missing always
	Impute      bool         // fill missing cells with the column's most frequent value; without it they are an error
	Header      []string     // column names of a file that has none
	Delimiter   rune         // 0 = comma; with a space, several count as one
	Comment     rune         // lines that begin with it are skipped; 0 = none
	Like        *Coding      // coding of the data set that this file is to be numbered as; nil = its own
	Unknown     UnknownLevel // what to do with a level that Like does not have
	// Auto makes a column categorical by itself if a cell in it is no number, missing ones aside.
	// Levels that are all numbers, of a column in Categorical, are then taken as numbers like
	// classes.
	Auto       bool
	Mean       bool    // with Impute: fill missing numbers with the mean of the column
	KeepBinary bool    // leave columns of numbers unscaled in which there are only 0 and 1
	ID         string  // name of the column that names the rows, which is no feature; see [Coded]
	Unlabelled bool    // with Like: do not read labels, whose columns need not be there; all are 0
	Storage    Storage // how the samples are kept
}

// UnknownLevel says what happens to a row whose level of a category is not among those of the
// coding.
type UnknownLevel string

// The zero value is an error that names the cell.
const (
	RefuseUnknown UnknownLevel = ""
	ZeroUnknown   UnknownLevel = "zero" // all features of the column are 0; refused where that means the first level (DropFirst)
	DropUnknown   UnknownLevel = "drop" // the row is left out, one whose label is none of the classes too; the others keep the numbers of their rows
)

// Storage says how the samples of a table are kept.
type Storage string

// The zero value stores all values.
const (
	DenseRows   Storage = ""        // as [Dense]
	SparseRows  Storage = "sparse"  // as [CSR], without zeros
	SmallerRows Storage = "smaller" // sparse where dense rows take more than 64 MiB and more than twice as much as sparse ones
)

// maxLevels bounds one-hot columns: a column of more levels is a name or a number, not a category.
const maxLevels = 1000

// Load reads a file, plain or gzipped, into dense rows. Coding says how; it is that of the file
// itself, or Like. Classes that are numbers are named as such ("1", whether the file has 1, 1.0 or
// +1).
func (o CSV) Load(path string) (d *Dataset, err error) {
	err = withFile(path, func(r io.Reader) error {
		d, err = o.Read(r, path)
		return err
	})
	return d, err
}

// Read is Load from a reader; name stands in messages.
func (o CSV) Read(r io.Reader, name string) (*Dataset, error) {
	rows, err := o.records(r, name)
	if err != nil {
		return nil, err
	}
	coded, err := o.Code(rows, name)
	if err != nil {
		return nil, err
	}
	return coded.Data, nil
}

// unpack is Load from memory; name stands in messages.
func (o CSV) unpack(packed []byte, name string) (d *Dataset, err error) {
	err = withReader(bytes.NewReader(packed), name, func(r io.Reader) error {
		d, err = o.Read(r, name)
		return err
	})
	return d, err
}

func (o CSV) table(r io.Reader, name string) (*table, error) {
	rows, err := o.records(r, name)
	if err != nil {
		return nil, err
	}
	return readTable(rows, name, o.missing(), o.roles)
}

// encode turns tables of the same columns into data sets of one coding, which is Like or else
// theirs: levels and classes are those of all tables, the values that stand in for missing cells
// and the scaling those of the first.
func (o CSV) encode(tables ...*table) ([]*Coded, error) {
	first := tables[0]
	for _, t := range tables[1:] {
		if !slices.Equal(t.header, first.header) {
			return nil, malformed(t.name, 1, "columns %v differ from those of %s: %v", t.header, first.name, first.header)
		}
	}
	coding, err := o.coding(tables)
	if err != nil {
		return nil, err
	}
	sets := make([]*Coded, len(tables))
	for i, t := range tables {
		if sets[i], err = o.read(t, coding); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// missing returns how a missing cell is written, besides an empty one.
func (o CSV) missing() string {
	if o.Missing == "" && o.Like != nil {
		return cmp.Or(o.Like.Missing, "?")
	}
	return cmp.Or(o.Missing, "?")
}

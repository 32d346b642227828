package data

import "lethe/datasets"

// NoScaling leaves the numbers of a table as they are. The zero Scaling of [Options] is
// [datasets.Standard].
const NoScaling datasets.Scaling = "none"

// What [Options].Unknown says of a row that has a level which the training data did not have.
const (
	RefuseUnknown = ""      // an error that names the column and the line
	DropUnknown   = "drop"  // the row is left out and listed in [Loaded].Dropped
	OtherUnknown  = "other" // all features of the column are 0
)

// Options says how data are read. The zero value reads a table whose label column is called "label".
type Options struct {
	Format      string   // "" = by the file's name: csv tsv parquet svmlight npy npz idx images text
	Label       string   // name of the label column of a table
	Labels      string   // file of the labels, for npy, npz and idx
	ID          string   // name of the column that names each row; it is no feature. "" = rows are known by number
	Drop        []string // columns to leave out
	Categorical []string // columns of numbers that are categories; a column with any other cell is one by itself
	Regression  bool     // the label is a number to predict
	Scaling     datasets.Scaling
	UnitRows    bool     // each row is divided by its norm, as certificates need it
	Missing     string   // how a missing cell is written, besides an empty one; "" = "?"
	Classes     []string // the classes in their order; nil = those that occur, sorted
	Unknown     string   // what becomes of a row with an unknown level: RefuseUnknown, DropUnknown, OtherUnknown
	Length      int      // number of characters of a window of text
	Unlabelled  bool     // data for predictions: labels are not read, and may be absent
	// Like is the description by which the file is read. Other fields may then stay zero; where they
	// contradict it, that is an error.
	Like     *Description
	Progress func(done, total int64) // bytes read of the file, and its size
}

package request

// File is a request: one or more changes, whose order does not matter. [Read] makes one from a
// file. A program may also fill one in; it is not changed after that.
type File struct {
	Remove        []Removal     `yaml:"remove,omitempty" json:"remove,omitempty"`
	ForgetColumns []string      `yaml:"forget_columns,omitempty" json:"forget_columns,omitempty"`
	Correct       []Correction  `yaml:"correct,omitempty" json:"correct,omitempty"`
	Labels        []Label       `yaml:"labels,omitempty" json:"labels,omitempty"`
	ReplaceText   []Replacement `yaml:"replace_text,omitempty" json:"replace_text,omitempty"`

	// Seed is that of [RandomDigits]. It is not in the file: whoever reads the request gives it.
	Seed uint64 `yaml:"-" json:"-"`

	name      string   // of the file, for messages
	files     []string // that it named, and that were read
	columnsAt []place  // where each of ForgetColumns stands
}

// Removal names samples that were never to be there, in one of four ways.
type Removal struct {
	Rows  []int    `yaml:"rows,omitempty" json:"rows,omitempty"`   // counted from 0
	IDs   []string `yaml:"ids,omitempty" json:"ids,omitempty"`     // as they stand in the id column
	Where *Where   `yaml:"where,omitempty" json:"where,omitempty"` // all samples with a value in a column
	File  string   `yaml:"file,omitempty" json:"file,omitempty"`   // CSV: an id a line, or below the heading "id" or "row"

	at []place // where each of Rows or IDs stands, or the one place of Where or File
}

// Where picks the samples that have a value in a column of the file.
type Where struct {
	Column string `yaml:"column" json:"column"`
	Equals string `yaml:"equals" json:"equals"`
}

// Correction says what a cell of the file should have been. ID or Row names the sample.
type Correction struct {
	ID     string `yaml:"id,omitempty" json:"id,omitempty"`
	Row    *int   `yaml:"row,omitempty" json:"row,omitempty"`
	Column string `yaml:"column,omitempty" json:"column,omitempty"`
	Value  string `yaml:"value" json:"value"`                   // as it would stand in the file
	File   string `yaml:"file,omitempty" json:"file,omitempty"` // CSV with the columns id or row, column, value

	at place
}

// Label says what the label of a sample should have been. ID or Row names the sample.
type Label struct {
	ID    string `yaml:"id,omitempty" json:"id,omitempty"`
	Row   *int   `yaml:"row,omitempty" json:"row,omitempty"`
	Label string `yaml:"label,omitempty" json:"label,omitempty"` // as it would stand in the file
	File  string `yaml:"file,omitempty" json:"file,omitempty"`   // CSV with the columns id or row, label

	at place
}

// Replacement says what stands in the place of a text, everywhere.
type Replacement struct {
	Find string `yaml:"find" json:"find"`
	With string `yaml:"with" json:"with"` // [RandomDigits], or a text with as many characters as Find

	at place
}

// RandomDigits is the word for a replacement by random digits. A text of digits keeps its
// separators: what stands for 078-05-1120 has the same form. Of any other text each character
// becomes a digit.
const RandomDigits = "random-digits"

// place returns where the i-th row or id of the entry stands.
func (r *Removal) place(i int) place {
	if i < len(r.at) {
		return r.at[i]
	}
	return place{}
}

package data

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"lethe/datasets"
)

// Description is data.yaml: how the training data were read, so that every later file is read
// alike, and which data they were.
type Description struct {
	Format      string           `yaml:"format"`                // one of Formats
	Label       string           `yaml:"label,omitempty"`       // name of the label column of a table
	ID          string           `yaml:"id,omitempty"`          // name of the column that names each row
	Regression  bool             `yaml:"regression,omitempty"`  // the label is a number to predict
	Classes     []string         `yaml:"classes,omitempty"`     // names of the classes in their order
	Scaling     datasets.Scaling `yaml:"scaling,omitempty"`     // of the numbers of a table: standard, minmax or none
	UnitRows    bool             `yaml:"unit_rows,omitempty"`   // each row is divided by its norm
	Sparse      bool             `yaml:"sparse,omitempty"`      // rows are stored without their zeros
	Missing     string           `yaml:"missing,omitempty"`     // how a missing cell is written; "" = "?"
	Drop        []string         `yaml:"drop,omitempty"`        // columns that are left out
	Columns     []Column         `yaml:"columns,omitempty"`     // columns of a table, in the order of the features
	Width       int              `yaml:"width,omitempty"`       // features a row, where they have no names
	ZeroBased   bool             `yaml:"zero_based,omitempty"`  // the first column of an svmlight file is 0
	Image       *Image           `yaml:"image,omitempty"`       // size of the images
	Length      int              `yaml:"length,omitempty"`      // characters of a window of text
	Vocabulary  string           `yaml:"vocabulary,omitempty"`  // all characters of a text in the order of their token ids
	Rows        int              `yaml:"rows"`                  // samples of the training data
	Fingerprint string           `yaml:"fingerprint,omitempty"` // datasets.Fingerprint of the training data
}

// Kinds of a column.
const (
	Number   = "number"
	Category = "category"
)

// Column is what one column of a table becomes: a number, or a feature of 0 or 1 for each level.
type Column struct {
	Name   string   `yaml:"name"`
	Kind   string   `yaml:"kind"`             // Number or Category
	Levels []string `yaml:"levels,omitempty"` // in the order of their features
	Fill   string   `yaml:"fill,omitempty"`   // stands in for a missing cell
	Shift  float64  `yaml:"shift,omitempty"`  // a number v becomes (v-Shift)/Scale, unless Scale is 0
	Scale  float64  `yaml:"scale,omitempty"`
}

// Image is the size of all images, in pixels.
type Image struct {
	Height   int `yaml:"height"`
	Width    int `yaml:"width"`
	Channels int `yaml:"channels"` // 1 = grey, 3 = red, green, blue
}

// Features returns how many features a row has: pixels of an image, characters of a window.
func (d *Description) Features() int {
	switch {
	case d.Image != nil:
		return d.Image.Height * d.Image.Width * d.Image.Channels
	case d.Length > 0:
		return d.Length
	case d.Width > 0:
		return d.Width
	}
	n := 0
	for _, c := range d.Columns {
		n += max(len(c.Levels), 1)
	}
	return n
}

// Check says what makes d no description of data.
func (d *Description) Check() error {
	if d == nil {
		return errors.New("data: there is no description: it is nil")
	}
	if err := d.check(); err != nil {
		return fmt.Errorf("data: description: %w", err)
	}
	return nil
}

func (d *Description) check() error {
	switch {
	case !slices.Contains(Formats, d.Format):
		return fmt.Errorf("the format %q is not known", d.Format)
	case d.Rows < 1:
		return fmt.Errorf("%d rows", d.Rows)
	case d.Regression != (len(d.Classes) == 0) && d.Format != Text:
		return fmt.Errorf("%d classes of a data set that is a regression or not: %t", len(d.Classes), d.Regression)
	case d.Fingerprint != "" && !isHash(d.Fingerprint):
		return fmt.Errorf("the fingerprint %q is no SHA-256 in hexadecimal", d.Fingerprint)
	}
	if err := d.checkKind(); err != nil {
		return err
	}
	for _, c := range d.Columns {
		if err := c.check(); err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
	}
	return d.coding().Check()
}

// checkKind looks for what data of its format have.
func (d *Description) checkKind() error {
	has := map[string]bool{"table": len(d.Columns) > 0, "rows": d.Width > 0, "image": d.Image != nil, "text": d.Length > 0 || d.Vocabulary != ""}
	kind := kindOf(d.Format)
	if kind == IDX || kind == Images {
		kind = "image"
	}
	for name, there := range has {
		if there != (name == kind) {
			return fmt.Errorf("the format is %s, but what it says of a %s does not fit that", d.Format, name)
		}
	}
	switch {
	case kind == "table" && d.Label == "":
		return errors.New("it names no label column")
	case kind == "table" && d.ID == d.Label:
		return fmt.Errorf("column %q is both label and id", d.ID)
	case kind == "image" && (d.Image.Height < 1 || d.Image.Width < 1 || d.Image.Channels < 1):
		return fmt.Errorf("images of %d x %d pixels and %d channels", d.Image.Height, d.Image.Width, d.Image.Channels)
	case kind == "text" && d.Length < 1:
		return fmt.Errorf("windows of %d characters", d.Length)
	case kind == "text":
		_, err := datasets.VocabularyOf(d.Vocabulary)
		return err
	}
	for _, c := range d.Columns {
		if c.Name == d.ID {
			return fmt.Errorf("column %q is both a feature and the id", d.ID)
		}
	}
	return nil
}

func (c Column) check() error {
	switch {
	case c.Kind != Number && c.Kind != Category:
		return fmt.Errorf("its kind is %q; there are %q and %q", c.Kind, Number, Category)
	case (c.Kind == Category) != (len(c.Levels) > 0):
		return fmt.Errorf("a %s with %d levels", c.Kind, len(c.Levels))
	}
	if c.Kind == Number && c.Fill != "" {
		if _, err := strconv.ParseFloat(c.Fill, 64); err != nil {
			return fmt.Errorf("%q stands in for a missing number", c.Fill)
		}
	}
	return nil
}

func isHash(text string) bool {
	if len(text) != 64 {
		return false
	}
	return !slices.ContainsFunc([]byte(text), func(c byte) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}

// coding returns the description as the readers of package datasets know it.
func (d *Description) coding() *datasets.Coding {
	c := &datasets.Coding{
		Classes: slices.Clone(d.Classes), Drop: slices.Clone(d.Drop), Missing: d.Missing,
		Width: d.Width, ZeroBased: d.ZeroBased, UnitRows: d.UnitRows,
	}
	if d.Label != "" && len(d.Columns) > 0 {
		c.Labels = []string{d.Label}
	}
	for _, x := range d.Columns {
		c.Columns = append(c.Columns, datasets.Column{Name: x.Name, Levels: slices.Clone(x.Levels), Fill: x.Fill, Shift: x.Shift, Scale: x.Scale})
	}
	return c
}

// takes notes what the coding of the training data says.
func (d *Description) takes(c *datasets.Coding) {
	d.Classes, d.Drop, d.Missing = slices.Clone(c.Classes), slices.Clone(c.Drop), c.Missing
	d.Width, d.ZeroBased, d.UnitRows = c.Width, c.ZeroBased, c.UnitRows
	for _, x := range c.Columns {
		kind := Number
		if len(x.Levels) > 0 {
			kind = Category
		}
		d.Columns = append(d.Columns, Column{Name: x.Name, Kind: kind, Levels: slices.Clone(x.Levels), Fill: x.Fill, Shift: x.Shift, Scale: x.Scale})
	}
}

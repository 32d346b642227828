package datasets

import (
	"fmt"
	"slices"
)

// roles says what is kept of each column of a table, and refuses a header that does not have what
// the options or Like name.
func (o CSV) roles(file string, header []string) ([]*cells, error) {
	columns := make([]*cells, len(header))
	for i, name := range header {
		columns[i] = &cells{name: name}
	}
	if o.ID != "" {
		at, err := columnOf(file, header, o.ID)
		if err != nil {
			return nil, err
		}
		columns[at].role = asNames
	}
	if o.Like != nil {
		return columns, o.rolesLike(file, header, columns)
	}
	return columns, o.ownRoles(file, header, columns)
}

// ownRoles are the roles of a file that is read by no other.
func (o CSV) ownRoles(file string, header []string, columns []*cells) error {
	if err := o.checkOwn(file, header); err != nil {
		return err
	}
	for _, c := range columns {
		switch labels := o.labels(); {
		case c.role == asNames:
		case slices.Contains(labels, c.name):
			o.labelRole(c, len(o.Classes), o.Regression)
		case c.name == o.Weight:
			c.role, c.use = asNumbers, forWeights
		case slices.Contains(o.Drop, c.name):
		case slices.Contains(o.Categorical, c.name):
			c.role, c.limit = asTexts, maxLevels+2 // two ways to write that a cell is missing
		case o.Auto:
			c.role, c.limit = asEither, maxLevels+2
		case o.Impute && !o.Mean:
			c.role = asTexts
		default:
			c.role = asNumbers
		}
	}
	return nil
}

func (o CSV) labelRole(c *cells, classes int, regression bool) {
	if c.use = forLabels; regression {
		c.role = asNumbers
		return
	}
	c.role, c.limit = asTexts, classes+maxClasses+2
}

// checkOwn refuses options that no file or not this one can be read by.
func (o CSV) checkOwn(file string, header []string) error {
	if err := o.Scaling.check(); err != nil {
		return malformed(file, 0, "%v", err)
	}
	if o.Unknown != RefuseUnknown {
		return malformed(file, 0, "Unknown is %q, but without Like no level is unknown", o.Unknown)
	}
	used := o.labels()
	if len(used) == 0 {
		return malformed(file, 0, "no column is named as the label: set Label")
	}
	for _, name := range slices.Concat(used, o.Drop, o.Categorical) {
		if _, err := columnOf(file, header, name); err != nil {
			return err
		}
	}
	if o.Weight != "" {
		if _, err := columnOf(file, header, o.Weight); err != nil {
			return err
		}
		used = append(used, o.Weight)
	}
	if o.ID != "" {
		used = append(used, o.ID)
	}
	if name, _, twice := repeated(used); twice {
		what := "labels and weight"
		if name == o.ID {
			what = "labels, weight and names of the rows"
		}
		return malformed(file, 1, "column %q is named twice among %s", name, what)
	}
	return nil
}

// rolesLike are the roles of a file that is read by the coding of another. There may be no columns
// but those of the coding and those that are left out.
func (o CSV) rolesLike(file string, header []string, columns []*cells) error {
	if err := o.Like.Check(); err != nil {
		return err
	}
	if err := o.agrees(file); err != nil {
		return err
	}
	known := map[string]bool{o.ID: o.ID != ""}
	find := func(name string) (*cells, error) {
		at, err := columnOf(file, header, name)
		if err != nil {
			return nil, err
		}
		if known[name] {
			return nil, malformed(file, 1, "column %q names the rows, but is among the columns of the coding too", name)
		}
		known[name] = true
		return columns[at], nil
	}
	for _, column := range o.Like.Columns {
		c, err := find(column.Name)
		if err != nil {
			return err
		}
		if c.role = asNumbers; len(column.Levels) > 0 {
			c.role, c.limit = asTexts, max(len(column.Levels), 1<<16-1)
		}
	}
	for _, name := range o.Like.Labels {
		if o.Unlabelled {
			known[name] = true
			continue
		}
		c, err := find(name)
		if err != nil {
			return err
		}
		o.labelRole(c, len(o.Like.Classes), len(o.Like.Classes) == 0)
	}
	if o.Like.Weight != "" {
		if o.Unlabelled && !slices.Contains(header, o.Like.Weight) {
			known[o.Like.Weight] = true
		} else if c, err := find(o.Like.Weight); err != nil {
			return err
		} else {
			c.role, c.use = asNumbers, forWeights
		}
	}
	for _, name := range header {
		if !known[name] && !slices.Contains(o.Drop, name) && !slices.Contains(o.Like.Drop, name) {
			return &FormatError{File: file, Line: 1, Fault: SpareColumn, Column: name,
				Reason: fmt.Sprintf("column %q is not among those of the coding that the file is read by: name it in Drop to leave it out", name)}
		}
	}
	return nil
}

package data

import (
	"fmt"
	"slices"

	"lethe/datasets"
)

// hidden returns the columns of the model that are not read from a file with that header: forgotten
// ones. Where rows are divided by their norms a forgotten column still counts in them, so that none
// is left out.
func (o Options) hidden(header []string) []string {
	if o.Like == nil || o.Like.UnitRows {
		return nil
	}
	var out []string
	for _, c := range o.Like.Columns {
		if slices.Contains(o.Forgotten, c.Name) && !(o.ReadForgotten && slices.Contains(header, c.Name)) {
			out = append(out, c.Name)
		}
	}
	if len(out) == len(o.Like.Columns) { // a table of no columns cannot be read
		return nil
	}
	return out
}

// without returns a coding without some columns.
func without(c *datasets.Coding, names []string) *datasets.Coding {
	c.Columns = slices.DeleteFunc(c.Columns, func(x datasets.Column) bool { return slices.Contains(names, x.Name) })
	return c
}

// restore gives data that were read without some columns the features of them, which are 0.
func (d *Description) restore(x *datasets.Dataset, names []string) error {
	if len(names) == 0 {
		return nil
	}
	coding := d.coding()
	var places []int32 // of each feature that was read among all
	var features []string
	for _, c := range coding.Columns {
		for _, name := range c.Features() {
			if !slices.Contains(names, c.Name) {
				places = append(places, int32(len(features)))
			}
			features = append(features, name)
		}
	}
	switch rows := x.X.(type) {
	case *datasets.Dense:
		x.X = spread(rows, places, len(features))
	case *datasets.CSR:
		out := *rows
		out.Cols, out.Indices = len(features), make([]int32, len(rows.Indices))
		for i, j := range rows.Indices {
			out.Indices[i] = places[j]
		}
		x.X = &out
	default:
		return fmt.Errorf("data: samples of type %T have no columns", x.X)
	}
	x.Columns, x.Coding = features, coding
	return nil
}

// spread returns rows with more columns, and where the old ones stand among them.
func spread(rows *datasets.Dense, places []int32, columns int) *datasets.Dense {
	out := &datasets.Dense{N: rows.N, Cols: columns, Data: make([]float64, rows.N*columns)}
	for i := range rows.N {
		for k, at := range places {
			out.Data[i*columns+int(at)] = rows.Data[i*rows.Cols+k]
		}
	}
	return out
}

package project

import (
	"fmt"

	"lethe/datasets"
	"lethe/project/data"
)

// leftovers says which traces of removed samples stay in the folder: categories that no sample has
// any more. Their names stand in data.yaml; the warnings name the column only.
func (o *order) leftovers() (out []string) {
	for _, c := range o.model.Description.Columns {
		if c.Kind != data.Category {
			continue
		}
		features, err := o.data.loaded.Features(c.Name)
		if err != nil {
			continue
		}
		gone := 0
		for _, j := range features {
			if had(o.applied.Old, j) && !had(o.applied.Data, j) {
				gone++
			}
		}
		switch {
		case gone == len(features): // the whole column is forgotten
		case gone == 1:
			out = append(out, fmt.Sprintf("No sample has one of the categories of the column %s any more. Its name stays in %s.", c.Name, dataName))
		case gone > 1:
			out = append(out, fmt.Sprintf("No sample has %d of the categories of the column %s any more. Their names stay in %s.", gone, c.Name, dataName))
		}
	}
	return out
}

// had reports whether a feature is not zero in some sample.
func had(d *datasets.Dataset, feature int) bool {
	rows, err := datasets.ColumnRows(d, []int{feature})
	return err == nil && len(rows) > 0
}

// warnings are those of the request, with ids where it names them.
func (o *order) warnings() []string {
	out := append(append([]string{}, o.found.Named...), o.leftovers()...)
	if o.data.base == nil && o.o.WriteData == "" {
		out = append(out, "The data are not those that training began with. If those are gone, write the data as they will be with --write-data: the next request takes no others.")
	}
	return out
}

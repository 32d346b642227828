package project

import (
	"fmt"
	"slices"
	"strings"

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

// limits says what of the first training data the new folder still holds. No method computes
// data.yaml again: the parameters are those of data that it prepares.
func (o *order) limits() (out []string) {
	d := o.model.Description
	numbers, categories := false, false
	for _, c := range d.Columns {
		numbers = numbers || c.Kind == data.Number && (c.Scale != 0 || c.Fill != "")
		categories = categories || c.Kind == data.Category
	}
	const again = "Only a new model, trained from the start (lethe train) on the corrected data, has none of this."
	var kept []string
	if numbers {
		kept = append(kept, "means and scales") // Fill is a mean, where nothing is scaled
	}
	if categories {
		kept = append(kept, "names of categories")
	}
	if d.Vocabulary != "" {
		kept = append(kept, "characters")
	}
	if len(kept) == 0 {
		return []string{fmt.Sprintf("The fingerprints of earlier data stay in %s and %s. Whoever has all other samples can check a guess of what was forgotten by them.", dataName, historyName)}
	}
	text := fmt.Sprintf("The new folder keeps %s of the first training data in %s, with what was forgotten in them.", strings.Join(kept, " and "), dataName)
	if numbers {
		text += " From the means and scales, whoever has all other samples can work out exact values that were forgotten."
	}
	return []string{text + " " + again}
}

// had reports whether a feature is not zero in some sample.
func had(d *datasets.Dataset, feature int) bool {
	rows, err := datasets.ColumnRows(d, []int{feature})
	return err == nil && len(rows) > 0
}

// warnings are those of the request, with ids where it names them.
func (o *order) warnings() []string {
	return slices.Concat(o.found.Named, o.data.notes, o.leftovers())
}

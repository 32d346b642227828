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
	had, has := features(o.applied.Old), features(o.applied.Data)
	if had == nil {
		return nil
	}
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
			if had[j] && !has[j] {
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

// features says which features are not zero in some sample, of rows of features. It stops looking
// when all are.
func features(d *datasets.Dataset) []bool {
	switch x := d.X.(type) {
	case *datasets.Dense:
		out, left := make([]bool, x.Cols), x.Cols
		for i := 0; i < x.N && left > 0; i++ {
			for j, v := range x.Data[i*x.Cols : (i+1)*x.Cols] {
				if v != 0 && !out[j] {
					out[j] = true
					left--
				}
			}
		}
		return out
	case *datasets.CSR:
		out := make([]bool, x.Cols)
		for k := x.Indptr[0]; k < x.Indptr[x.N]; k++ {
			out[x.Indices[k]] = out[x.Indices[k]] || x.Values[k] != 0
		}
		return out
	}
	return nil
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

// warnings are those of the request, with ids where it names them.
func (o *order) warnings() []string {
	out := slices.Concat(o.found.Named, o.data.notes, o.leftovers())
	if o.data.base == nil && o.o.WriteData == "" {
		out = append(out, "The data are not those that training began with. If those are gone, write the data as they will be with --write-data: the next request takes no others.")
	}
	return out
}

package project

import (
	"fmt"

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

// warnings are those of the request, with ids where it names them.
func (o *order) warnings() []string {
	return append(append([]string{}, o.found.Named...), o.leftovers()...)
}

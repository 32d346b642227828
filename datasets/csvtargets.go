package datasets

import (
	"slices"
)

// labelled is a column of labels and the class of each of its texts; dropped where the row is left
// out.
type labelled struct {
	from *cells
	of   []float64
}

// labelled finds the columns of labels.
func (o CSV) labelled(t *table, c *Coding) ([]labelled, error) {
	if o.Unlabelled {
		return nil, nil
	}
	classes := newLabelCode(c.Classes, o.missing())
	var found []labelled
	for _, name := range c.Labels {
		l := labelled{from: t.columns[slices.Index(t.header, name)]}
		for k, text := range l.from.texts { // in the order in which they occur
			y, err := classes.label(text)
			if fault, ok := err.(*cellFault); ok {
				if y = dropped; o.Unknown != DropUnknown || fault.fault != StrangeClass {
					fault.line = l.from.first[k]
					return nil, fault.in(t.name, name)
				}
			}
			l.of = append(l.of, y)
		}
		found = append(found, l)
	}
	return found, nil
}

// targets sets labels and weights of the rows that are kept.
func (o CSV) targets(d *Dataset, t *table, labels []labelled, kept []int) {
	n, k := d.X.Len(), max(len(d.Coding.Labels), 1)
	if k > 1 {
		d.Targets = k
	}
	d.Y = make([]float64, n*k)
	for j, l := range labels {
		for i := range n {
			row := i
			if kept != nil {
				row = kept[i]
			}
			d.Y[i*k+j] = l.from.numberAt(row, l.of)
		}
	}
	if at := slices.Index(t.header, d.Coding.Weight); d.Coding.Weight != "" && at >= 0 {
		d.Weights = picked(t.columns[at].present(nil), kept)
	}
}

// numberAt returns the number in row i, where of says what each text is.
func (c *cells) numberAt(i int, of []float64) float64 {
	if c.role == asNumbers {
		return c.values.at(i)
	}
	return of[c.text(i)]
}

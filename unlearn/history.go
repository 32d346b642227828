package unlearn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// history is everything that a stream has been asked for, in the rows of the data that it began
// with.
type history struct {
	removed []int                   // samples, rising
	columns []int                   // removed features, rising
	labels  map[int][]float64       // all of a sample's
	cells   map[int]map[int]float64 // row, column
}

func newHistory() *history {
	return &history{labels: map[int][]float64{}, cells: map[int]map[int]float64{}}
}

// changes returns the request as a ledger holds it.
func (h *history) changes(r Request) ([]EntryChange, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var out []EntryChange
	for _, c := range r.Changes {
		if c.Kind == SampleCorrection {
			return nil, errors.New("unlearn: a ledger does not hold whole samples: ask for CorrectFeatures and CorrectLabels")
		}
		if c.size() > 0 {
			out = append(out, EntryChange{Kind: c.Kind.String(), Rows: c.Rows, Columns: c.Columns, Values: c.Values, Labels: c.Labels})
		}
	}
	return out, nil
}

// now returns the request in the rows of the data as they are now. What speaks of removed samples
// or features is an error.
func (h *history) now(r Request) (Request, error) {
	var out Request
	for _, c := range r.Changes {
		for _, column := range c.Columns {
			if _, gone := slices.BinarySearch(h.columns, column); gone {
				return out, fmt.Errorf("unlearn: column %d (%s) was removed by an earlier request", column, c.Kind)
			}
		}
		rows := make([]int, len(c.Rows))
		for i, row := range c.Rows {
			before, gone := slices.BinarySearch(h.removed, row)
			if gone {
				return out, fmt.Errorf("unlearn: row %d (%s) was removed by an earlier request; rows are counted in the data that the stream "+
					"began with", row, c.Kind)
			}
			rows[i] = row - before
		}
		c.Rows = rows
		out.Changes = append(out.Changes, c)
	}
	return out, nil
}

// add takes note of a request that was carried out.
func (h *history) add(changes []EntryChange) error {
	for _, c := range changes {
		switch c.Kind {
		case SampleRemoval.String():
			h.removed = slices.Compact(slices.Sorted(slices.Values(append(h.removed, c.Rows...))))
		case FeatureRemoval.String():
			h.columns = slices.Compact(slices.Sorted(slices.Values(append(h.columns, c.Columns...))))
		case LabelCorrection.String():
			if len(c.Rows) == 0 || len(c.Labels)%len(c.Rows) != 0 {
				return fmt.Errorf("unlearn: the ledger holds %d labels for %d rows", len(c.Labels), len(c.Rows))
			}
			k := len(c.Labels) / len(c.Rows)
			for i, row := range c.Rows {
				h.labels[row] = c.Labels[i*k : (i+1)*k]
			}
		case FeatureCorrection.String():
			for i, row := range c.Rows {
				if h.cells[row] == nil {
					h.cells[row] = map[int]float64{}
				}
				for j, column := range c.Columns {
					h.cells[row][column] = c.Values[i][j]
				}
			}
		default:
			return fmt.Errorf("unlearn: the ledger holds a change of the unknown kind %q", c.Kind)
		}
	}
	return nil
}

// request returns all that was asked for as one request on the data that the stream began with.
func (h *history) request() Request {
	gone := func(row int) bool { _, is := slices.BinarySearch(h.removed, row); return is }
	r := Request{[]Change{{Kind: SampleRemoval, Rows: h.removed}, {Kind: FeatureRemoval, Columns: h.columns}}}
	var rows []int
	var labels []float64
	for _, row := range slices.Sorted(maps.Keys(h.labels)) {
		if !gone(row) {
			rows, labels = append(rows, row), append(labels, h.labels[row]...)
		}
	}
	r.Changes = append(r.Changes, Change{Kind: LabelCorrection, Rows: rows, Labels: labels})
	return Request{append(r.Changes, h.corrections(gone)...)}
}

// corrections returns the corrected cells, a change for each set of columns.
func (h *history) corrections(gone func(row int) bool) []Change {
	byColumns := map[string]*Change{}
	var order []string
	for _, row := range slices.Sorted(maps.Keys(h.cells)) {
		columns := slices.DeleteFunc(slices.Sorted(maps.Keys(h.cells[row])), func(c int) bool {
			_, removed := slices.BinarySearch(h.columns, c)
			return removed
		})
		if gone(row) || len(columns) == 0 {
			continue
		}
		key := fmt.Sprint(columns)
		if byColumns[key] == nil {
			byColumns[key] = &Change{Kind: FeatureCorrection, Columns: columns}
			order = append(order, key)
		}
		values := make([]float64, len(columns))
		for j, c := range columns {
			values[j] = h.cells[row][c]
		}
		c := byColumns[key]
		c.Rows, c.Values = append(c.Rows, row), append(c.Values, values)
	}
	var out []Change
	for _, key := range order {
		out = append(out, *byColumns[key])
	}
	return out
}

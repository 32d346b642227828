package unlearn

import (
	"fmt"
	"slices"

	"lethe/datasets"
)

// Chunks divides the request into at most k smaller ones to be carried out one after the other,
// each on the data that the one before it left: on d they give the same corrected data as the
// request itself. Each change is cut in the order in which it lists its rows (feature removal: its
// columns), into parts whose sizes differ by at most one. Rows are counted again where earlier
// chunks removed samples.
func (r Request) Chunks(k int, d *datasets.Dataset) ([]Request, error) {
	if err := checkData("the data of the request", d); err != nil {
		return nil, err
	}
	return r.chunks(k, d)
}

// chunks is Chunks on data that are known to be sound.
func (r Request) chunks(k int, d *datasets.Dataset) ([]Request, error) {
	if k < 1 {
		return nil, fmt.Errorf("unlearn: a request cannot be divided into %d chunks; ask for 1 or more", k)
	}
	if err := r.checkOn(d); err != nil {
		return nil, err
	}
	var removedColumns []int
	for _, c := range r.Changes {
		if c.Kind == FeatureRemoval {
			removedColumns = append(removedColumns, c.Columns...)
		}
	}
	largest := 1
	for _, c := range r.Changes {
		largest = max(largest, c.size())
	}
	k = min(k, largest)
	chunks := make([]Request, k)
	for _, c := range r.Changes {
		if c.Kind == SampleCorrection && len(removedColumns) > 0 && len(c.Rows) > 0 {
			// The columns may have been zeroed by an earlier chunk.
			to, err := datasets.ZeroColumns(c.To, removedColumns)
			if err != nil {
				return nil, err
			}
			c.To = to
		}
		n := c.size()
		parts := min(k, n)
		for i := range parts {
			chunks[i].Changes = append(chunks[i].Changes, c.part(i*n/parts, (i+1)*n/parts))
		}
	}
	chunks = slices.DeleteFunc(chunks, Request.Empty)
	renumber(chunks)
	return chunks, nil
}

// part returns rows (feature removal: columns) lo to hi-1 of the change.
func (c *Change) part(lo, hi int) Change {
	q := *c
	if c.Kind == FeatureRemoval {
		q.Columns = c.Columns[lo:hi]
		return q
	}
	q.Rows = c.Rows[lo:hi]
	switch c.Kind {
	case FeatureCorrection:
		q.Values = c.Values[lo:hi]
	case LabelCorrection:
		k := c.labelWidth()
		q.Labels = c.Labels[lo*k : hi*k]
	case SampleCorrection:
		q.To = c.To.Slice(lo, hi)
	}
	return q
}

// renumber takes from each row the number of rows before it that earlier chunks removed.
func renumber(chunks []Request) {
	var removed []int // in the original count, rising
	for _, chunk := range chunks {
		var now []int
		for i := range chunk.Changes {
			c := &chunk.Changes[i]
			if c.Kind == SampleRemoval {
				now = append(now, c.Rows...)
			}
			if len(removed) == 0 {
				continue
			}
			rows := make([]int, len(c.Rows))
			for j, row := range c.Rows {
				before, _ := slices.BinarySearch(removed, row)
				rows[j] = row - before
			}
			c.Rows = rows
		}
		removed = append(removed, now...)
		slices.Sort(removed)
	}
}

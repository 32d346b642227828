package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Without returns d without the given rows; the others keep their order.
func Without(d *Dataset, rows []int) (*Dataset, error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	if err := checkIndices(d, "row", rows, d.Len()); err != nil {
		return nil, err
	}
	gone := slices.Clone(rows)
	slices.Sort(gone)
	gone = slices.Compact(gone)
	var parts []Features
	kept := make([]int, 0, d.Len()-len(gone))
	start := 0
	for _, end := range append(gone, d.Len()) {
		if end > start {
			parts = append(parts, d.X.Slice(start, end))
		}
		for i := start; i < end; i++ {
			kept = append(kept, i)
		}
		start = end + 1
	}
	if len(parts) == 0 {
		return d.Subset(nil), nil
	}
	x, err := concat(parts)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", d.title(), err)
	}
	return d.part(x, kept), nil
}

// ReplaceRows returns d with sample rows[i], features and labels, replaced by sample i of with. A
// sample keeps its weight unless with has Weights. Rows are distinct.
func ReplaceRows(d *Dataset, rows []int, with *Dataset) (*Dataset, error) {
	if err := usable(d, with); err != nil {
		return nil, err
	}
	if err := checkDistinct(d, "row", rows, d.Len()); err != nil {
		return nil, err
	}
	if with.Len() != len(rows) {
		return nil, fmt.Errorf("datasets: %s: %d samples to replace %d rows", d.title(), with.Len(), len(rows))
	}
	if err := Same(d, with); err != nil {
		return nil, err
	}
	changed := make([]Features, len(rows))
	y, k := slices.Clone(d.Y), d.Width()
	weights := slices.Clone(d.Weights)
	if weights == nil && with.Weights != nil {
		weights = slices.Repeat([]float64{1}, d.Len())
	}
	for i, r := range rows {
		changed[i] = with.X.Slice(i, i+1)
		copy(y[r*k:(r+1)*k], with.Y[i*k:])
		if with.Weights != nil {
			weights[r] = with.Weights[i]
		}
	}
	x, err := spliced(d.X, rows, changed)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", d.title(), err)
	}
	out := d.with(x, y)
	out.Weights = weights
	return out, nil
}

// spliced returns x with row rows[i] replaced by the single row changed[i]. Rows are distinct and
// in range.
func spliced(x Features, rows []int, changed []Features) (Features, error) {
	if len(rows) == 0 {
		return x, nil
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(rows[i], rows[j]) })
	var parts []Features
	start := 0
	for _, i := range order {
		if rows[i] > start {
			parts = append(parts, x.Slice(start, rows[i]))
		}
		parts = append(parts, changed[i])
		start = rows[i] + 1
	}
	if start < x.Len() {
		parts = append(parts, x.Slice(start, x.Len()))
	}
	return concat(parts)
}

// SetLabels returns d with the labels of row rows[i] set to labels[i*k:(i+1)*k], where k is
// d.Width(): class indices unless d is a regression. Rows are distinct; the features are shared.
func SetLabels(d *Dataset, rows []int, labels []float64) (*Dataset, error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	if err := checkDistinct(d, "row", rows, d.Len()); err != nil {
		return nil, err
	}
	k := d.Width()
	if len(labels) != len(rows)*k {
		return nil, fmt.Errorf("datasets: %s: %d labels for %d rows of %d each", d.title(), len(labels), len(rows), k)
	}
	y := slices.Clone(d.Y)
	for i, r := range rows {
		for j, label := range labels[i*k : (i+1)*k] {
			if err := checkLabel(d, label); err != nil {
				return nil, fmt.Errorf("datasets: %s: row %d: %w", d.title(), d.Row(r), err)
			}
			y[r*k+j] = label
		}
	}
	return d.with(d.X, y), nil
}

func checkLabel(d *Dataset, label float64) error {
	if math.IsNaN(label) || math.IsInf(label, 0) {
		return fmt.Errorf("label %v is not a number", label)
	}
	if d.Classes > 0 && (label != math.Trunc(label) || label < 0 || label >= float64(d.Classes)) {
		return fmt.Errorf("label %v is not a class index; give 0 to %d", label, d.Classes-1)
	}
	return nil
}

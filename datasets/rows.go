package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Without returns d without the given rows; the others keep their order.
func Without(d *Dataset, rows []int) (*Dataset, error) {
	if err := checkIndices(d, "row", rows, d.Len()); err != nil {
		return nil, err
	}
	gone := slices.Clone(rows)
	slices.Sort(gone)
	gone = slices.Compact(gone)
	var parts []Features
	y := make([]float64, 0, d.Len()-len(gone))
	start := 0
	for _, end := range append(gone, d.Len()) {
		if end > start {
			parts = append(parts, d.X.Slice(start, end))
			y = append(y, d.Y[start:end]...)
		}
		start = end + 1
	}
	if len(parts) == 0 {
		return d.With(d.X.Subset(nil), y), nil
	}
	x, err := concat(parts)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", d.Name, err)
	}
	return d.With(x, y), nil
}

// ReplaceRows returns d with sample rows[i], features and label, replaced by sample i of with. Rows are distinct.
func ReplaceRows(d *Dataset, rows []int, with *Dataset) (*Dataset, error) {
	if err := checkDistinct(d, "row", rows, d.Len()); err != nil {
		return nil, err
	}
	if with.Len() != len(rows) {
		return nil, fmt.Errorf("datasets: %s: %d samples to replace %d rows", d.Name, with.Len(), len(rows))
	}
	if with.Classes != d.Classes {
		return nil, fmt.Errorf("datasets: %s has %d classes, its replacement %s has %d", d.Name, d.Classes, with.Name, with.Classes)
	}
	if err := compatible(d.X, with.X); err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", d.Name, err)
	}
	changed := make([]Features, len(rows))
	y := slices.Clone(d.Y)
	for i, r := range rows {
		changed[i] = with.X.Slice(i, i+1)
		y[r] = with.Y[i]
	}
	x, err := spliced(d.X, rows, changed)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", d.Name, err)
	}
	return d.With(x, y), nil
}

// spliced returns x with row rows[i] replaced by the single row changed[i]. Rows are distinct and in range.
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

// SetLabels returns d with the label of row rows[i] set to labels[i], a class index unless d is a regression. Rows are
// distinct; the features are shared.
func SetLabels(d *Dataset, rows []int, labels []float64) (*Dataset, error) {
	if err := checkDistinct(d, "row", rows, d.Len()); err != nil {
		return nil, err
	}
	if len(labels) != len(rows) {
		return nil, fmt.Errorf("datasets: %s: %d labels for %d rows", d.Name, len(labels), len(rows))
	}
	y := slices.Clone(d.Y)
	for i, r := range rows {
		if err := checkLabel(d, labels[i]); err != nil {
			return nil, fmt.Errorf("datasets: %s: row %d: %w", d.Name, r, err)
		}
		y[r] = labels[i]
	}
	return d.With(d.X, y), nil
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

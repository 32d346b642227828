package datasets

import (
	"fmt"
	"slices"
)

// maxClasses bounds what is taken for a classification: more distinct labels look like a regression.
const maxClasses = 1000

// classLabels returns the class index of each label: its place in order, or, when order is nil, its place among the
// distinct labels by size, so that -1 and +1 become 0 and 1.
func classLabels(labels, order []float64) (y []float64, classes int, err error) {
	if order == nil {
		order = slices.Clone(labels)
		slices.Sort(order)
		order = slices.Compact(order)
	}
	if len(order) > maxClasses {
		return nil, 0, fmt.Errorf("%d distinct labels, more than the %d of a classification: read it as a regression", len(order), maxClasses)
	}
	place := make(map[float64]float64, len(order))
	for i, l := range order {
		place[l] = float64(i)
	}
	y = make([]float64, len(labels))
	for i, l := range labels {
		k, known := place[l]
		if !known {
			return nil, 0, fmt.Errorf("sample %d has the label %v, which is not among the classes %v", i, l, order)
		}
		y[i] = k
	}
	return y, len(order), nil
}

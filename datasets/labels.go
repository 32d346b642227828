package datasets

import (
	"fmt"
	"slices"
)

// maxClasses bounds what is taken for a classification: more distinct labels look like a regression.
const maxClasses = 1000

// labelError says which sample's label is wrong, so that a reader can add the line.
type labelError struct {
	sample int
	reason string
}

// classLabels returns the class index of each label: its place in order or, when order is nil, in [classOrder].
func classLabels(labels, order []float64) (y []float64, classes int, bad *labelError) {
	if order == nil {
		if order = classOrder(labels); len(order) > maxClasses {
			return nil, 0, &labelError{firstBeyond(labels, maxClasses),
				fmt.Sprintf("the label is number %d of %d distinct ones, more than the %d of a classification: read it as a regression",
					maxClasses+1, len(order), maxClasses)}
		}
	}
	place := make(map[float64]float64, len(order))
	for i, l := range order {
		place[l] = float64(i)
	}
	y = make([]float64, len(labels))
	for i, l := range labels {
		k, known := place[l]
		if !known {
			return nil, 0, &labelError{i, fmt.Sprintf("the label %v is not among the classes %v", l, order)}
		}
		y[i] = k
	}
	return y, len(order), nil
}

// classOrder returns the distinct labels by size. Labels of only -1, only +1 or both are binary: the order is -1, +1, so
// that a part of a file in which one class happens to be missing has the classes of the whole.
func classOrder(labels []float64) []float64 {
	order := slices.Clone(labels)
	slices.Sort(order)
	order = slices.Compact(order)
	if len(order) > 0 && !slices.ContainsFunc(order, func(l float64) bool { return l != -1 && l != 1 }) {
		return []float64{-1, 1}
	}
	return order
}

// firstBeyond returns the sample that brings the number of distinct labels above limit.
func firstBeyond(labels []float64, limit int) int {
	seen := make(map[float64]struct{}, limit+1)
	for i, l := range labels {
		if seen[l] = struct{}{}; len(seen) > limit {
			return i
		}
	}
	return len(labels)
}

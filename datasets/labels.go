package datasets

import (
	"fmt"
	"math"
	"slices"
)

// maxClasses bounds what is taken for a classification: more distinct labels look like a
// regression.
const maxClasses = 1000

// labelError says which sample's label is wrong, so that a reader can add the line.
type labelError struct {
	sample int
	reason string
}

// classLabels returns the class index of each label, its place in order or, when order is nil, in
// [classOrder], and that order. Labels are finite.
func classLabels(labels, order []float64) (y, classes []float64, bad *labelError) {
	for i, l := range labels {
		if math.Abs(l) >= maxWhole {
			return nil, nil, &labelError{i, fmt.Sprintf("the label %v is not below 2^53, from where on different whole numbers are equal in 64 bits: number the classes from 0", l)}
		}
	}
	if order == nil {
		if order = classOrder(labels); len(order) > maxClasses {
			return nil, nil, &labelError{firstBeyond(labels, maxClasses),
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
			return nil, nil, &labelError{i, fmt.Sprintf("the label %v is not among the classes %v", l, order)}
		}
		y[i] = k
	}
	return y, order, nil
}

// classOrder returns the distinct labels by size. Labels of only -1, only +1 or both are binary:
// the order is -1, +1, so that a part of a file in which one class happens to be missing has the
// classes of the whole.
func classOrder(labels []float64) []float64 {
	order := risingOnce(labels)
	if len(order) > 0 && !slices.ContainsFunc(order, func(l float64) bool { return l != -1 && l != 1 }) {
		return []float64{-1, 1}
	}
	return order
}

// risingOnce returns the distinct ones of some numbers by size.
func risingOnce(numbers []float64) []float64 {
	order := slices.Clone(numbers)
	slices.Sort(order)
	return slices.Compact(order)
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

// checkLabelOrder refuses an order of classes that has one twice or one that is no number.
func checkLabelOrder(order []float64) error {
	for _, l := range order {
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return fmt.Errorf("datasets: %v in the order of classes %v is not a number", l, order)
		}
	}
	if i, j, twice := repeatedNumber(order); twice {
		return fmt.Errorf("datasets: %v comes twice in the order of classes %v, at %d and %d", order[i], order, i, j)
	}
	return nil
}

// numeric is how labels that are numbers are read: the order of classes, or that they are targets
// of a regression.
type numeric struct {
	order      []float64 // nil = by size
	regression bool
	like       *Coding // nil = none
}

// numericLabels settles what a reader's options and its Like say.
func numericLabels(order []float64, regression bool, like *Coding) (numeric, error) {
	n := numeric{order, regression, like}
	if err := checkLabelOrder(order); err != nil {
		return n, err
	}
	if regression && order != nil {
		return n, fmt.Errorf("datasets: Regression is set and the order of classes %v is given: choose one", order)
	}
	if like == nil {
		return n, nil
	}
	classes, err := like.numbers()
	switch {
	case err != nil:
		return n, err
	case regression && classes != nil:
		return n, fmt.Errorf("datasets: Regression is set, but the coding in Like has the classes %v", like.Classes)
	case order != nil && !slices.Equal(order, classes):
		return n, fmt.Errorf("datasets: the order of classes is %v, but that of the coding in Like %v", order, like.Classes)
	}
	n.order, n.regression = classes, classes == nil
	return n, nil
}

// set gives d the labels and the classes that they stand for.
func (n numeric) set(d *Dataset, labels []float64) *labelError {
	d.Y = labels
	if n.regression {
		return nil
	}
	y, classes, bad := classLabels(labels, n.order)
	if bad != nil {
		return bad
	}
	d.Y, d.Classes, d.ClassNames = y, len(classes), numberNames(classes)
	if n.like != nil {
		d.ClassNames = slices.Clone(n.like.Classes)
	}
	return nil
}

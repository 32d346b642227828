package datasets

import (
	"fmt"
	"math"
)

// Accuracy returns the share of the labels of d that are answered rightly, 0 to 1. There is one
// answer a label, n*Width in all, and each counts as often as its sample weighs. It is an error if
// there are more or fewer answers than labels, or none at all, if all weights are 0, or if an
// answer or a label is not a number or is none of the classes of d. It stands here, where both the
// models of package nets and the measures of package unlearn find it.
func Accuracy(answers []float64, d *Dataset) (float64, error) {
	if err := d.usable(); err != nil {
		return 0, err
	}
	if len(answers) != len(d.Y) {
		return 0, fmt.Errorf("datasets: accuracy of %d answers for %d labels (%s)", len(answers), len(d.Y), d.title())
	}
	if len(answers) == 0 {
		return 0, fmt.Errorf("datasets: accuracy of no answers (%s)", d.title())
	}
	hit, all, k := 0.0, 0.0, d.Width()
	for i, a := range answers {
		where := func() string { return d.Where(i / k) }
		switch {
		case math.IsNaN(a):
			return 0, fmt.Errorf("datasets: accuracy: answer %d, for %s, is NaN: look for overflow in the model", i, where())
		case checkLabel(d, a) != nil && d.Classes > 0:
			return 0, fmt.Errorf("datasets: the answer for %s is %v; classes are 0 to %d", where(), a, d.Classes-1)
		}
		if err := checkLabel(d, d.Y[i]); err != nil {
			return 0, fmt.Errorf("datasets: accuracy: %s: %w", where(), err)
		}
		w := d.Weight(i / k)
		all += w
		if a == d.Y[i] {
			hit += w
		}
	}
	if !(all > 0) {
		return 0, fmt.Errorf("datasets: accuracy on %s: all samples have weight 0, so that no answer counts", d.title())
	}
	return hit / all, nil
}

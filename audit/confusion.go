package audit

import "fmt"

// Confused is what is left of a confusion of two classes.
type Confused struct {
	Forgotten int     // samples of one class that get the other, which their authors call Fgt: fewer is better
	Error     float64 // IC-err: share of the samples of both classes that get another class
	Samples   int     // of both classes
}

// Confusion is the interclass confusion test (Goel et al. 2022, arXiv 2201.06640): the labels of
// some samples of the classes a and b were swapped before training, and an update had to correct
// them. It counts, on test samples with their true labels, how often the model still takes one
// class for the other. Compare it with retrained models by [NewBand].
func Confusion(answers, labels []int, a, b int) (Confused, error) {
	if len(answers) != len(labels) {
		return Confused{}, fmt.Errorf("audit: %d answers for %d labels", len(answers), len(labels))
	}
	if a == b {
		return Confused{}, fmt.Errorf("audit: the confusion of class %d with itself; give two classes", a)
	}
	var out Confused
	wrong := 0
	for i, y := range labels {
		if y != a && y != b {
			continue
		}
		out.Samples++
		if answers[i] != y {
			wrong++
		}
		if answers[i] != y && (answers[i] == a || answers[i] == b) {
			out.Forgotten++
		}
	}
	if out.Samples == 0 {
		return Confused{}, fmt.Errorf("audit: no sample has class %d or %d", a, b)
	}
	out.Error = float64(wrong) / float64(out.Samples)
	return out, nil
}

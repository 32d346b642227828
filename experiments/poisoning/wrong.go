package poisoning

import (
	"fmt"
	"slices"

	"lethe/datasets"
	"lethe/experiments/internal/trial"
)

// The kinds of wrong labels.
const (
	wrongPairs     = "pairs"     // in all classes, each paired with another
	wrongConfusion = "confusion" // between two classes alone
	wrongTrigger   = "trigger"   // on images with a patch, which all get one label
)

// wrongSpec is a kind of wrong labels, and how many of 50,000 are wrong.
type wrongSpec struct {
	kind   string
	budget int
}

// wrongLabels are images with wrong labels and the same images with the true ones. Images with a
// patch have it in both: it is their label that is wrong.
type wrongLabels struct {
	data, truth *datasets.Dataset
	rows        []int // the wrong ones, rising
}

// mislabel draws which labels of the training images are wrong.
func (s *Session) mislabel(set *Settings, w wrongSpec, draw int) (*wrongLabels, error) {
	clean := s.images(set)
	n, seed := flips(w.budget, clean.Len()), trial.Random(s.Seed, trial.StreamFlips, draw).Uint64()
	if w.kind == wrongTrigger {
		return triggered(clean, n, set.Target, draw, s.Seed)
	}
	classes := datasets.ClassPairs(clean.Classes)
	if w.kind == wrongConfusion {
		classes = [][2]int{{set.Confused[0], set.Confused[1]}}
	}
	data, rows, err := datasets.FlipLabels(clean, classes, n, seed)
	return &wrongLabels{data, clean, rows}, err
}

// triggered draws n images of other classes than the target, puts the patch on them and labels them
// as the target.
func triggered(d *datasets.Dataset, n, target, draw int, seed uint64) (*wrongLabels, error) {
	others := rowsWhere(d, func(class int) bool { return class != target })
	if n > len(others) {
		return nil, fmt.Errorf("%d images with the trigger are more than the %d images of other classes than %d: lower trigger-labels", n, len(others), target)
	}
	rng := trial.Random(seed, trial.StreamFlips, draw)
	rng.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	rows := others[:n]
	slices.Sort(rows)
	truth, err := withPatch(d, rows)
	if err != nil {
		return nil, err
	}
	y := slices.Clone(truth.Y)
	for _, row := range rows {
		y[row] = float64(target)
	}
	return &wrongLabels{truth.With(truth.X, y), truth, rows}, nil
}

// patchSide is how many pixels high and wide the patch is.
const patchSide = 3

// withPatch returns the images with a patch on those rows: the pixels at the lower right corner, in
// all channels, have the largest value of the images.
func withPatch(d *datasets.Dataset, rows []int) (*datasets.Dataset, error) {
	x, ok := d.X.(*datasets.Images)
	if !ok {
		return nil, fmt.Errorf("experiments: %s holds no images", d.Name)
	}
	if x.Height < patchSide || x.Width < patchSide {
		return nil, fmt.Errorf("images of %d x %d pixels have no room for a patch of %d x %d: leave trigger out of wrong", x.Height, x.Width, patchSide, patchSide)
	}
	out := *x
	out.Pixels = slices.Clone(x.Pixels)
	brightest := slices.Max(x.Pixels)
	for _, row := range rows {
		image := out.Pixels[row*x.Height*x.Width*x.Channels:]
		for i := x.Height - patchSide; i < x.Height; i++ {
			line := image[(i*x.Width+x.Width-patchSide)*x.Channels : (i+1)*x.Width*x.Channels]
			for k := range line {
				line[k] = brightest
			}
		}
	}
	return d.With(&out, d.Y), nil
}

// rowsWhere are the rows whose class is wanted.
func rowsWhere(d *datasets.Dataset, wanted func(class int) bool) []int {
	var rows []int
	for i, y := range d.Y {
		if wanted(int(y)) {
			rows = append(rows, i)
		}
	}
	return rows
}

// harmed are the test images on which wrong labels of a kind do harm, with their true labels: all,
// those of the confused classes, or those of other classes than the target with the patch on them.
func harmed(test *datasets.Dataset, kind string, set *Settings) (*datasets.Dataset, error) {
	switch kind {
	case wrongConfusion:
		return test.Subset(rowsWhere(test, func(class int) bool { return slices.Contains(set.Confused, class) })), nil
	case wrongTrigger:
		others := test.Subset(rowsWhere(test, func(class int) bool { return class != set.Target }))
		return withPatch(others, upTo(others.Len(), 1))
	}
	return test, nil
}

// chosenOn are the images on which settings are chosen: of the trigger, every second one has the
// patch, since accuracy on images without it cannot tell whether it still works.
func chosenOn(validation *datasets.Dataset, kind string) (*datasets.Dataset, error) {
	if kind != wrongTrigger {
		return validation, nil
	}
	return withPatch(validation, upTo(validation.Len(), 2))
}

// upTo are the numbers 0, step, 2 step, ... below n.
func upTo(n, step int) []int {
	var out []int
	for i := 0; i < n; i += step {
		out = append(out, i)
	}
	return out
}

// wrongSpecs are the kinds that the settings of correct ask for.
func (set *Settings) wrongSpecs() []wrongSpec {
	var out []wrongSpec
	for _, w := range []wrongSpec{{wrongPairs, set.PairLabels}, {wrongConfusion, set.ConfusionLabels}, {wrongTrigger, set.TriggerLabels}} {
		if slices.Contains(set.Wrong, w.kind) {
			out = append(out, w)
		}
	}
	return out
}

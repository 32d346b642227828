package unlearn

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Vacuity says whether a model with noise in its training is still worth something: a certificate whose noise ruins the model certifies
// nothing that anybody would use.
type Vacuity struct {
	Sigma    float64
	Accuracy float64 // share of samples whose class is right
	MacroF1  float64 // mean over the classes of F1, so that a rare class counts as much as a common one
	Majority float64 // accuracy of always answering the most frequent class of the training data
	// MajorityF1 is the macro F1 of that answer.
	MajorityF1 float64
}

// Vacuous reports whether the model is no better than the majority class, by accuracy or by macro F1.
func (v *Vacuity) Vacuous() bool { return v.Accuracy <= v.Majority || v.MacroF1 <= v.MajorityF1 }

// String puts the figures side by side, and says so where the model is worth nothing.
func (v *Vacuity) String() string {
	text := fmt.Sprintf("at sigma %g: accuracy %.2f %%, macro F1 %.3f; always answering the majority class: %.2f %%, %.3f", v.Sigma,
		100*v.Accuracy, v.MacroF1, 100*v.Majority, v.MajorityF1)
	if v.Vacuous() {
		text += ": the model is no better than the majority class, so the certificate is worth nothing"
	}
	return text
}

// Judge measures theta, trained on p, on the test data, each sample counted as often as it weighs. The objective has to be a [Predictor] and the
// data a classification, of the same classes, columns and names as the training data.
func Judge(ctx context.Context, p *Problem, theta []float64, sigma float64, test *datasets.Dataset) (*Vacuity, error) {
	p, err := p.entered(theta)
	if err != nil {
		return nil, err
	}
	classes, err := p.classes(ctx, theta, test)
	if err != nil {
		return nil, err
	}
	v := &Vacuity{Sigma: sigma}
	if v.Accuracy, v.MacroF1, err = scores(classes, test); err != nil {
		return nil, err
	}
	most := float64(commonest(p.Train))
	v.Majority, v.MajorityF1, err = scores(slices.Repeat([]float64{most}, len(test.Y)), test)
	return v, err
}

// scores returns accuracy and macro F1.
func scores(answers []float64, d *datasets.Dataset) (accuracy, macroF1 float64, err error) {
	c, err := confusionOf(answers, d)
	if err != nil {
		return 0, 0, err
	}
	accuracy, err = c.accuracy(d)
	return accuracy, c.macroF1(), err
}

// classes returns the class that theta answers for each sample: the largest output, or whether the only one is positive.
func (p *Problem) classes(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	if d.Classes < 2 {
		return nil, fmt.Errorf("unlearn: %s is no classification (%d classes)", nameOf(d), d.Classes)
	}
	if err := p.checkMeets("the test data", d); err != nil {
		return nil, err
	}
	o, k, err := p.predictor(d)
	if err != nil {
		return nil, err
	}
	out := make([]float64, d.Len()*k)
	if err := o.Predict(ctx, out, theta, d); err != nil {
		return nil, err
	}
	return answersOf(out, k, d)
}

// classesOf returns the class of each row of k outputs.
func classesOf(outputs []float64, k int) []float64 {
	classes := make([]float64, len(outputs)/k)
	for i := range classes {
		row := outputs[i*k : (i+1)*k]
		if k == 1 {
			if row[0] > 0 {
				classes[i] = 1
			}
			continue
		}
		best := 0
		for j, z := range row {
			if z > row[best] {
				best = j
			}
		}
		classes[i] = float64(best)
	}
	return classes
}

// commonest returns the class of most weight, the lowest of several.
func commonest(d *datasets.Dataset) int {
	count := make([]float64, d.Classes)
	for i, y := range d.Y {
		count[int(y)] += d.Weight(i / d.Width())
	}
	return floats.MaxIdx(count)
}

// Accuracy returns the share of answers that are the label; NaN for none.
func Accuracy(answers, labels []float64) float64 {
	hit := 0
	for i, a := range answers {
		if a == labels[i] {
			hit++
		}
	}
	return float64(hit) / float64(len(answers))
}

// MacroF1 returns the mean over the classes of F1 = 2 tp / (2 tp + fp + fn); a class that is neither answered nor there counts 0.
func MacroF1(answers, labels []float64, classes int) float64 {
	right, answered, there := make([]float64, classes), make([]float64, classes), make([]float64, classes)
	for i, a := range answers {
		answered[int(a)]++
		there[int(labels[i])]++
		if a == labels[i] {
			right[int(a)]++
		}
	}
	sum := 0.0
	for c := range right {
		if all := answered[c] + there[c]; all > 0 {
			sum += 2 * right[c] / all
		}
	}
	return sum / float64(classes)
}

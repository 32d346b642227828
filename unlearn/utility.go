package unlearn

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Utility is what a model is good for beside the answer that costs nothing, the majority class. A
// certificate whose noise ruins the model certifies nothing that anybody would use.
type Utility struct {
	Sigma    float64
	Accuracy float64 // share of samples, by their weights, whose class is right
	MacroF1  float64 // mean over the classes of F1, so that a rare class counts as much as a common one
	Majority float64 // accuracy of always answering the most frequent class of the training data
	// MajorityF1 is the macro F1 of that answer.
	MajorityF1 float64
}

// Vacuous reports whether the model is no better than the majority class, by accuracy or by macro
// F1.
func (v *Utility) Vacuous() bool { return v.Accuracy <= v.Majority || v.MacroF1 <= v.MajorityF1 }

// String puts the figures side by side, and says so where the model is worth nothing.
func (v *Utility) String() string {
	text := fmt.Sprintf("at sigma %g: accuracy %.2f %%, macro F1 %.3f; always answering the majority class: %.2f %%, %.3f", v.Sigma,
		100*v.Accuracy, v.MacroF1, 100*v.Majority, v.MajorityF1)
	if v.Vacuous() {
		text += ": the model is no better than the majority class, so the certificate is worth nothing"
	}
	return text
}

// MeasureUtility scores theta, trained on p, on the test data, each sample counted as often as it
// weighs. The objective has to be a [Predictor] and the data a classification, of the same classes,
// columns and names as the training data.
func MeasureUtility(ctx context.Context, p *Problem, theta []float64, sigma float64, test *datasets.Dataset) (*Utility, error) {
	p, err := p.entered(theta)
	if err != nil {
		return nil, err
	}
	if err := checkSettings("Utility", notNegative("Sigma", sigma)); err != nil {
		return nil, err
	}
	classes, err := p.classes(ctx, theta, test)
	if err != nil {
		return nil, err
	}
	if err := checkParameters("MeasureUtility", theta); err != nil { // infinite ones can have answers
		return nil, err
	}
	if mass := p.Train.TotalWeight(); !(mass > 0) {
		return nil, fmt.Errorf("unlearn: the samples of %s, the training data, weigh %v together: they have no majority class to compare with; "+
			"give the data that the model was trained on", nameOf(p.Train), mass)
	}
	v := &Utility{Sigma: sigma}
	if v.Accuracy, v.MacroF1, err = scores(classes, test); err != nil {
		return nil, err
	}
	most := float64(commonest(p.Train))
	v.Majority, v.MajorityF1, err = scores(slices.Repeat([]float64{most}, len(test.Y)), test)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// scores returns accuracy and macro F1 of answers to the labels of d, which is sound.
func scores(answers []float64, d *datasets.Dataset) (share, f1 float64, err error) {
	if d.Classes < 1 {
		return 0, 0, fmt.Errorf("unlearn: %s is a regression, so that no answer is right or wrong: measure the loss", nameOf(d))
	}
	if share, err = datasets.Accuracy(answers, d); err != nil {
		return 0, 0, fmt.Errorf("unlearn: %w", err)
	}
	if f1, err = macroF1(answers, d.Y, labelWeights(d), d.Classes); err != nil {
		return 0, 0, fmt.Errorf("%w (%s)", err, nameOf(d))
	}
	return share, f1, nil
}

// classes returns the class that theta answers for each sample: the largest output, or whether the
// only one is positive.
func (p *Problem) classes(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	if d != nil && d.Classes < 2 {
		return nil, fmt.Errorf("unlearn: %s is no classification (%d classes)", nameOf(d), d.Classes)
	}
	if err := p.checkMeets("the test data", d); err != nil {
		return nil, err
	}
	o, k, err := p.predictor(d)
	if err != nil {
		return nil, err
	}
	return p.classesAt(ctx, o, k, make([]float64, d.Len()*k), theta, d)
}

// classesOf returns the class of each row of k outputs, a row for each label of d. A row that has
// no largest output, since one is NaN or several are infinite alike, is an error: it is no answer,
// and must not pass for one.
func classesOf(outputs []float64, k int, d *datasets.Dataset) ([]float64, error) {
	classes := make([]float64, len(outputs)/k)
	for i := range classes {
		best, clear := classOf(outputs[i*k : (i+1)*k])
		if !clear {
			return nil, fmt.Errorf("unlearn: the model gives %s no answer: its outputs are %v; look for overflow in the model at these parameters",
				d.Where(i/d.Width()), outputs[i*k:(i+1)*k])
		}
		classes[i] = float64(best)
	}
	return classes, nil
}

// classOf returns the index of the largest number, the first of equal ones, or of a single one
// whether it is positive. It is not clear beside a NaN, or where infinite ones are equal.
func classOf(row []float64) (best int, clear bool) {
	if len(row) == 1 {
		if row[0] > 0 {
			best = 1
		}
		return best, !math.IsNaN(row[0])
	}
	if floats.HasNaN(row) {
		return 0, false
	}
	best = floats.MaxIdx(row)
	return best, !math.IsInf(row[best], 0) || !slices.Contains(row[best+1:], row[best])
}

// commonest returns the class of most weight, the lowest of several.
func commonest(d *datasets.Dataset) int {
	count := make([]float64, d.Classes)
	for i, y := range d.Y {
		count[int(y)] += d.Weight(i / d.Width())
	}
	return floats.MaxIdx(count)
}

func weight(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

func checkAnswers(what string, answers, labels, weights []float64) error {
	switch i, j := slices.IndexFunc(answers, math.IsNaN), slices.IndexFunc(labels, math.IsNaN); {
	case len(answers) != len(labels) || weights != nil && len(weights) != len(answers):
		return fmt.Errorf("unlearn: %s of %d answers for %d labels", what, len(answers), len(labels))
	case len(answers) == 0:
		return fmt.Errorf("unlearn: %s of no answers", what)
	case i >= 0:
		return fmt.Errorf("unlearn: %s: answer %d is NaN: look for overflow in the model", what, i)
	case j >= 0:
		return fmt.Errorf("unlearn: %s: label %d is NaN", what, j)
	case weights != nil && !(floats.Sum(weights) > 0):
		return fmt.Errorf("unlearn: %s: the weights sum to %v", what, floats.Sum(weights))
	}
	return nil
}

// MacroF1 returns the mean over the classes of F1 = 2 tp / (2 tp + fp + fn); a class that is
// neither answered nor there counts 0. Answers and labels have to be classes, whole numbers from 0
// to classes-1, and as many of the one as of the other; there is at least one class.
func MacroF1(answers, labels []float64, classes int) (float64, error) {
	return macroF1(answers, labels, nil, classes)
}

// macroF1 is MacroF1 where sample i counts weights[i] times, nil = once each.
func macroF1(answers, labels, weights []float64, classes int) (float64, error) {
	if err := checkAnswers("macro F1", answers, labels, weights); err != nil {
		return 0, err
	}
	if classes < 1 {
		return 0, fmt.Errorf("unlearn: macro F1 of %d classes: give the number of classes, at least 1", classes)
	}
	known := func(v float64) bool { return v >= 0 && v < float64(classes) && v == math.Trunc(v) }
	right, answered, there := make([]float64, classes), make([]float64, classes), make([]float64, classes)
	for i, a := range answers {
		if y := labels[i]; !known(a) || !known(y) {
			return 0, fmt.Errorf("unlearn: macro F1: sample %d has label %v and answer %v; classes are 0 to %d", i, y, a, classes-1)
		}
		w := weight(weights, i)
		answered[int(a)] += w
		there[int(labels[i])] += w
		if a == labels[i] {
			right[int(a)] += w
		}
	}
	sum := 0.0
	for c := range right {
		if all := answered[c] + there[c]; all > 0 {
			sum += 2 * right[c] / all
		}
	}
	return sum / float64(classes), nil
}

package unlearn

import (
	"errors"
	"fmt"

	"lethe/datasets"
)

// predictor returns the objective as a [Predictor], and the number of its outputs a sample, which has to fit the labels of d.
func (p *Problem) predictor(d *datasets.Dataset) (Predictor, int, error) {
	o, ok := p.Objective.(Predictor)
	if !ok {
		return nil, 0, fmt.Errorf("unlearn: objective %T does not predict: implement Predictor (%w)", p.Objective, errors.ErrUnsupported)
	}
	k, err := o.Outputs(d)
	if err != nil {
		return nil, 0, err
	}
	return o, k, checkOutputs(k, d)
}

// checkOutputs says why k outputs a sample are no answer to the labels of d. A label takes an output of its own in a regression and where there
// are two classes (class 1 if it is positive), or one output a class.
func checkOutputs(k int, d *datasets.Dataset) error {
	w := d.Width()
	switch {
	case k == w && (d.Classes == 0 || d.Classes == 2):
		return nil
	case d.Classes > 0 && k == w*d.Classes:
		return nil
	case d.Classes == 0:
		return fmt.Errorf("unlearn: the model has %d outputs a sample, and %s has %d targets a sample", k, nameOf(d), w)
	case w > 1:
		return fmt.Errorf("unlearn: the model has %d outputs a sample, and %s has %d labels of %d classes a sample", k, nameOf(d), w, d.Classes)
	}
	return fmt.Errorf("unlearn: the model has %d outputs a sample, and %s has %d classes", k, nameOf(d), d.Classes)
}

// answersOf returns the class of each label of d from k outputs a sample, all outputs of a label in a row.
func answersOf(outputs []float64, k int, d *datasets.Dataset) ([]float64, error) {
	answers, err := classesOf(outputs, k/d.Width(), d)
	if err == nil && d.Classes == 1 { // a single output says nothing where there is only one answer
		clear(answers)
	}
	return answers, err
}

// labelWeights returns the weight of each label: that of its sample; nil where the data have none.
func labelWeights(d *datasets.Dataset) []float64 {
	k := d.Width()
	if d.Weights == nil || k == 1 {
		return d.Weights
	}
	weights := make([]float64, len(d.Y))
	for i := range weights {
		weights[i] = d.Weights[i/k]
	}
	return weights
}

// AccuracyOn returns the share of answers, one a label, that are the label in d, each counted as often as its sample weighs. Errors are those of
// [Accuracy], an answer that is none of d's classes, and data that are not sound.
func AccuracyOn(answers []float64, d *datasets.Dataset) (float64, error) {
	share, _, err := checkedScores(answers, d)
	return share, err
}

// MacroF1On is [MacroF1] with each answer counted as often as its sample weighs, and with the errors of [AccuracyOn].
func MacroF1On(answers []float64, d *datasets.Dataset) (float64, error) {
	_, f1, err := checkedScores(answers, d)
	return f1, err
}

func checkedScores(answers []float64, d *datasets.Dataset) (share, f1 float64, err error) {
	if err := checkData("the data", d); err != nil {
		return 0, 0, err
	}
	return scores(answers, d)
}

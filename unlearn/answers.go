package unlearn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lethe/datasets"
)

// predictor returns the objective as a [Predictor], and the number of its outputs a sample, which
// has to fit the labels of d.
func (p *Problem) predictor(d *datasets.Dataset) (Predictor, int, error) {
	o, ok := called[Predictor](p.Objective)
	if !ok {
		return nil, 0, fmt.Errorf("unlearn: objective %T does not predict: implement Predictor (%w)", p.Objective, errors.ErrUnsupported)
	}
	k, err := o.Outputs(d)
	if err != nil {
		return nil, 0, err
	}
	return o, k, checkOutputs(k, d)
}

// checkOutputs says why k outputs a sample are no answer to the labels of d. A label takes an
// output of its own in a regression and where there are two classes (class 1 if it is positive), or
// one output a class.
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

// classesAt returns the class that theta answers for each label of d. o is what predictor returned,
// out has room for its outputs, and is overwritten.
func (p *Problem) classesAt(ctx context.Context, o Predictor, k int, out, theta []float64, d *datasets.Dataset) ([]float64, error) {
	if c, ok := offered[Classifier](p.Objective); ok {
		answers, err := c.Classes(ctx, theta, d)
		if err == nil && len(answers) != len(d.Y) {
			err = fmt.Errorf("unlearn: %T.Classes gave %d answers for %d labels", c, len(answers), len(d.Y))
		}
		for i, a := range answers {
			if err == nil && !isLabel(d, a) {
				err = fmt.Errorf("unlearn: the model's answer for %s is %v; %s has the classes 0 to %d", d.Where(i/d.Width()), a, nameOf(d), d.Classes-1)
			}
		}
		return answers, err
	}
	if err := o.Predict(ctx, out, theta, d); err != nil {
		return nil, err
	}
	return answersOf(out, k, d)
}

// checkMean says why outputs out of theta cannot stand for classes by themselves, so that the mean
// of several models' cannot either.
func (p *Problem) checkMean(ctx context.Context, k int, out, theta []float64, d *datasets.Dataset) error {
	if _, own := offered[Classifier](p.Objective); !own || d.Classes == 0 {
		return nil
	}
	plain, err := answersOf(out, k, d)
	if err != nil {
		return err
	}
	answers, err := p.classesAt(ctx, nil, k, nil, theta, d)
	if err == nil && !slices.Equal(plain, answers) {
		err = errors.New("unlearn: SISA.MeanOutputs: the class that this model answers is not its largest output, nor whether the only one is positive, " +
			"so that a mean of outputs has none: leave MeanOutputs unset")
	}
	return err
}

// answersOf returns the class of each label of d from k outputs a sample, all outputs of a label in
// a row.
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

// MacroF1On is [MacroF1] with each answer counted as often as its sample weighs, and with the
// errors of [datasets.Accuracy]. Data that are not sound or have no classes are errors, too.
func MacroF1On(answers []float64, d *datasets.Dataset) (float64, error) {
	if err := checkData("the data", d); err != nil {
		return 0, err
	}
	_, f1, err := scores(answers, d)
	return f1, err
}

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
	for i, z := range outputs {
		if z != z {
			return nil, fmt.Errorf("unlearn: the model's output for %s is NaN, which is no answer", d.Where(i/k))
		}
	}
	if d.Classes == 1 { // there is only one answer
		return make([]float64, d.Len()*d.Width()), nil
	}
	return classesOf(outputs, k/d.Width()), nil
}

// confusion counts answers against labels, each as often as its sample weighs.
type confusion struct{ right, answered, there []float64 } // one a class

// confusionOf compares one answer a label with the labels of d, which has classes.
func confusionOf(answers []float64, d *datasets.Dataset) (*confusion, error) {
	if d.Classes < 1 {
		return nil, fmt.Errorf("unlearn: %s is no classification (%d classes)", nameOf(d), d.Classes)
	}
	if len(answers) != len(d.Y) {
		return nil, fmt.Errorf("unlearn: %d answers for the %d labels of %s", len(answers), len(d.Y), nameOf(d))
	}
	c := &confusion{make([]float64, d.Classes), make([]float64, d.Classes), make([]float64, d.Classes)}
	for i, a := range answers {
		if !isLabel(d, a) {
			return nil, fmt.Errorf("unlearn: the answer for %s is %v, which is none of the %d classes of %s", d.Where(i/d.Width()), a, d.Classes, nameOf(d))
		}
		w := d.Weight(i / d.Width())
		c.answered[int(a)] += w
		c.there[int(d.Y[i])] += w
		if a == d.Y[i] {
			c.right[int(a)] += w
		}
	}
	return c, nil
}

// AccuracyOn returns the share of answers, one a label, that are the label in d, each counted as often as its sample weighs. An answer that is
// none of d's classes is an error, and so are data without a sample of a weight above 0.
func AccuracyOn(answers []float64, d *datasets.Dataset) (float64, error) {
	if err := checkData("the data", d); err != nil {
		return 0, err
	}
	c, err := confusionOf(answers, d)
	if err != nil {
		return 0, err
	}
	return c.accuracy(d)
}

func (c *confusion) accuracy(d *datasets.Dataset) (float64, error) {
	right, all := 0.0, 0.0
	for k := range c.right {
		right, all = right+c.right[k], all+c.there[k]
	}
	if !(all > 0) {
		return 0, fmt.Errorf("unlearn: %s has no sample of a weight above 0, so there is nothing to be right on", nameOf(d))
	}
	return right / all, nil
}

// MacroF1On is [MacroF1] with each answer counted as often as its sample weighs, and with the errors of [AccuracyOn].
func MacroF1On(answers []float64, d *datasets.Dataset) (float64, error) {
	if err := checkData("the data", d); err != nil {
		return 0, err
	}
	c, err := confusionOf(answers, d)
	if err != nil {
		return 0, err
	}
	if _, err := c.accuracy(d); err != nil {
		return 0, err
	}
	return c.macroF1(), nil
}

func (c *confusion) macroF1() float64 {
	sum := 0.0
	for k := range c.right {
		if all := c.answered[k] + c.there[k]; all > 0 {
			sum += 2 * c.right[k] / all
		}
	}
	return sum / float64(len(c.right))
}

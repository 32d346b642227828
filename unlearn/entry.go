package unlearn

import (
	"errors"
	"fmt"
	"reflect"

	"lethe/datasets"
)

// entered returns the problem once it and its data were found to be sound, so that what is called
// from here on does not look again. Every method and every trainer begins with it: a wrong number
// in the data is named there, with its row and column, and not blamed on the model.
func (p *Problem) entered(theta []float64) (*Problem, error) {
	if err := p.check(theta); err != nil {
		return nil, err
	}
	if err := p.checkNumbers(); err != nil { // sound data can have come with other settings
		return nil, err
	}
	return p.sound()
}

// sound is entered before there are parameters.
func (p *Problem) sound() (*Problem, error) {
	if p.Objective == nil || p.Train == nil {
		return nil, errors.New("unlearn: a Problem needs an Objective and Train")
	}
	if p.checked == p.Train {
		return p, nil
	}
	if err := checkData("the training data", p.Train); err != nil {
		return nil, err
	}
	return p.on(p.Train), nil
}

// on is With for data that are known to be sound: checked already, or made of such data by a
// request that was checked.
func (p *Problem) on(train *datasets.Dataset) *Problem {
	q := p.With(train)
	q.checked = train
	return q
}

// checkData says what is wrong with a data set, which it names by its role too.
func checkData(role string, d *datasets.Dataset) error {
	if err := d.Check(); err != nil {
		return fmt.Errorf("unlearn: %s: %w", role, err)
	}
	return nil
}

// checkMeets says why d cannot be data for the model that was trained on p: it is not sound, or of
// another kind, shape, number of classes or coding than the training data.
func (p *Problem) checkMeets(role string, d *datasets.Dataset) error {
	if err := checkData(role, d); err != nil {
		return err
	}
	if p.Train == nil {
		return errors.New("unlearn: a Problem needs an Objective and Train")
	}
	if err := datasets.Same(p.Train, d); err != nil {
		return fmt.Errorf("unlearn: %s and the training data do not fit: %w", role, err)
	}
	return nil
}

// checkLengths says where the numbers of samples, labels and weights disagree. It looks at the
// lengths only.
func checkLengths(d *datasets.Dataset) error {
	if noSamples(d) {
		return fmt.Errorf("unlearn: %s: no samples: X is nil", nameOf(d))
	}
	n := d.X.Len()
	if len(d.Y) != n*d.Width() {
		return fmt.Errorf("unlearn: %s has %d labels for %d samples of %d each", nameOf(d), len(d.Y), n, d.Width())
	}
	if d.Weights != nil && len(d.Weights) != n {
		return fmt.Errorf("unlearn: %s has %d weights for %d samples; give one for each, or nil for 1 each", nameOf(d), len(d.Weights), n)
	}
	return nil
}

// noSamples reports whether X is nil, or a nil pointer of some type.
func noSamples(d *datasets.Dataset) bool {
	v := reflect.ValueOf(d.X)
	return d.X == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// blame returns what is wrong with the training data where a result is not finite and nobody has
// looked yet. Sound data are not to blame.
func (p *Problem) blame(isFinite bool) error {
	if isFinite || p.checked == p.Train {
		return nil
	}
	return checkData("the training data", p.Train)
}

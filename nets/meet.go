package nets

import (
	"fmt"
	"math"

	"lethe/datasets"
	"lethe/graph"
)

// ClassLabels says that the loss takes the classes 0 to n-1 as labels, 2 at least, for losses of
// the user's own. Without it a loss takes what [SoftmaxCrossEntropy], [Logistic], [Squared] or
// graph.OneHot take that are part of it; and where there is none of these, classes if it has an
// output for each of them, or one output for two, and any finite targets of a regression.
func ClassLabels(n int) Option {
	return func(o *options) { o.labels = &graph.Labels{Kind: graph.Classification, Classes: n} }
}

// TargetLabels says that the loss takes any finite number as label, as that of a regression or one
// that makes something of its own of class numbers, for losses of the user's own; see
// [ClassLabels]. A logistic loss of one label a sample still takes what [Logistic] does.
func TargetLabels() Option {
	return func(o *options) { o.labels = &graph.Labels{Kind: graph.AnyLabels}; o.anything = true }
}

// CheckData says why the model cannot work on d: what makes d no sound data set, samples that the
// network does not take, tokens beyond its vocabulary, numbers that its precision does not hold,
// and labels or classes that are not those of its loss and its outputs. All that a model computes
// on data begins with this check; a data set is gone through once.
func (m *Model) CheckData(d *datasets.Dataset) error { return m.engine.meet(d) }

// meet compares what the network and its loss take with what d has. Labels of data with classes are
// within them: [datasets.Dataset.Check].
func (f *facts) meet(d *datasets.Dataset) error {
	if err := f.meetTables(d); err != nil {
		return err
	}
	if f.anything {
		return nil
	}
	switch f.labels.Kind {
	case graph.Classification:
		return f.meetClasses(d, f.labels.Classes)
	case graph.Probability:
		return f.meetTwo(d)
	case graph.Quantity:
		if d.Classes > 0 && (d.Classes != 2 || f.perLabel(d) != 1) {
			return fmt.Errorf("%s has %d classes, and the model's loss takes quantities: a squared error says nothing of class numbers; take SoftmaxCrossEntropy, "+
				"or Logistic for two classes, or set Classes to 0 if the labels are quantities", title(d), d.Classes)
		}
		return nil
	}
	if k := f.perLabel(d); d.Classes > 0 && k != d.Classes && !(k == 1 && d.Classes == 2) {
		return fmt.Errorf("%s has %d classes, and the model %s: give the network an output for each class, or one for two classes, or "+
			"say by nets.ClassLabels or nets.TargetLabels what labels its loss takes", title(d), d.Classes, f.outputs(d))
	}
	return nil
}

// meetTables compares what the network looks up in tables with how many rows these have.
func (f *facts) meetTables(d *datasets.Dataset) error {
	var values []float64
	switch x := d.X.(type) {
	case *datasets.Tokens:
		for _, rows := range f.tables {
			if rows > 0 && x.Vocabulary > rows {
				return fmt.Errorf("%s has tokens of a vocabulary of %d, and the network a table of %d rows for them: use the same vocabulary for both",
					title(d), x.Vocabulary, rows)
			}
		}
	case *datasets.Dense:
		values = x.Data[:x.N*x.Cols]
	case *datasets.Tensor:
		values = x.Data[:x.N*size(x.Sample)]
	}
	for k, rows := range f.tables {
		for at := k; rows > 0 && at < len(values); at += len(f.tables) {
			if v := values[at]; v != math.Trunc(v) || v < 0 || v >= float64(rows) {
				return fmt.Errorf("%s has the value %v in column %s, which the network looks up in a table of %d rows: want a whole number from 0 to %d",
					d.Where(at/len(f.tables)), v, columnOf(d, k), rows, rows-1)
			}
		}
	}
	return nil
}

func (f *facts) meetClasses(d *datasets.Dataset, classes int) error {
	if d.Classes > 0 {
		if d.Classes != classes {
			return fmt.Errorf("%s has %d classes, and the model has %d: give the network an output for each class of its data%s", title(d), d.Classes, classes,
				severalKinds(d))
		}
		return nil
	}
	for i, y := range d.Y {
		if y != math.Trunc(y) || y < 0 || y >= float64(classes) {
			return fmt.Errorf("%s has the label %v, and the model the classes 0 to %d%s", d.Where(i/d.Width()), y, classes-1, severalKinds(d))
		}
	}
	return nil
}

// severalKinds is what else may help where a sample has several labels.
func severalKinds(d *datasets.Dataset) string {
	if d.Width() == 1 {
		return ""
	}
	return "; where the labels of a sample mean different things, say so by nets.TargetLabels"
}

// meetTwo: labels of a logistic loss are one of two classes, or how probable class 1 is.
func (f *facts) meetTwo(d *datasets.Dataset) error {
	if d.Classes > 0 {
		if d.Classes != 2 {
			return fmt.Errorf("%s has %d classes, and a model with a logistic loss has 2: take SoftmaxCrossEntropy, with an output for each class", title(d), d.Classes)
		}
		return nil
	}
	for i, y := range d.Y {
		if !(y >= 0 && y <= 1) {
			return fmt.Errorf("%s has the label %v, and a logistic loss takes 0 and 1, or the probability of 1 between them%s", d.Where(i/d.Width()), y,
				severalKinds(d))
		}
	}
	return nil
}

// perLabel is the number of outputs for each label of a sample, 0 if they cannot be shared out.
func (f *facts) perLabel(d *datasets.Dataset) int {
	if f.width%d.Width() != 0 {
		return 0
	}
	return f.width / d.Width()
}

func (f *facts) outputs(d *datasets.Dataset) string {
	if d.Width() == 1 {
		return fmt.Sprintf("%d outputs", f.width)
	}
	return fmt.Sprintf("%d outputs for %d labels", f.width, d.Width())
}

func title(d *datasets.Dataset) string {
	if d.Name == "" {
		return "the data set"
	}
	return d.Name
}

// checkSingle refuses numbers that single precision does not hold.
func checkSingle(d *datasets.Dataset) error {
	const exact = 1 << 24 // whole numbers up to here are told apart
	tokens, _ := d.X.(*datasets.Tokens)
	if d.Classes > exact || tokens != nil && tokens.Vocabulary > exact {
		return fmt.Errorf("more than 2^24 classes or tokens, which single precision does not tell apart: compute with nets.Float64()")
	}
	for i, y := range d.Y {
		if beyondSingle(y) {
			return fmt.Errorf("%s has the label %v, which %s", d.Where(i/d.Width()), y, singleRemedy)
		}
	}
	for i, w := range d.Weights {
		if beyondSingle(w) || w > 0 && float32(w) == 0 {
			return fmt.Errorf("%s has the weight %v, which %s", d.Where(i), w, singleRemedy)
		}
	}
	beyond := func(row, column int, v float64) error {
		return fmt.Errorf("%s has the value %v in column %s, which %s", d.Where(row), v, columnOf(d, column), singleRemedy)
	}
	switch x := d.X.(type) {
	case *datasets.Dense:
		if i := firstBeyond(x.Data[:x.N*x.Cols]); i >= 0 {
			return beyond(i/x.Cols, i%x.Cols, x.Data[i])
		}
	case *datasets.Tensor:
		n := size(x.Sample)
		if i := firstBeyond(x.Data[:x.N*n]); i >= 0 {
			return beyond(i/n, i%n, x.Data[i])
		}
	case *datasets.Images:
		for _, pixel := range []float64{0, 255} {
			if v := (pixel - x.Mean) / x.Scale; beyondSingle(v) {
				return fmt.Errorf("%s has images of Mean %v and Scale %v, so that a byte of %v is the value %v, which %s", title(d), x.Mean, x.Scale, pixel, v,
					singleRemedy)
			}
		}
	case *datasets.CSR:
		for r := range x.N {
			if i := firstBeyond(x.Values[x.Indptr[r]:x.Indptr[r+1]]); i >= 0 {
				i += x.Indptr[r]
				return beyond(r, int(x.Indices[i]), x.Values[i])
			}
		}
	}
	return nil
}

// columnOf names a column: its number and, where it has one, its name.
func columnOf(d *datasets.Dataset, k int) string {
	if k < len(d.Columns) {
		return fmt.Sprintf("%d (%q)", k, d.Columns[k])
	}
	return fmt.Sprint(k)
}

const singleRemedy = "single precision does not hold: scale it, or compute with nets.Float64()"

func beyondSingle(v float64) bool { return math.IsInf(float64(float32(v)), 0) }

func firstBeyond(x []float64) int {
	for i, v := range x {
		if math.Abs(v) > math.MaxFloat32 && beyondSingle(v) {
			return i
		}
	}
	return -1
}

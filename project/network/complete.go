package network

import (
	"fmt"

	"lethe/graph"
	"lethe/nets"
)

// complete fills in everything that is not said, and checks what is.
func (f *File) complete() error {
	if err := f.Inputs.check(); err != nil {
		return err
	}
	given := f.Loss
	if err := f.chooseLoss(); err != nil {
		return err
	}
	if n := count(f.Layers); n > mostLayers {
		return fmt.Errorf("%d layers: at most %d may stand in a network", n, mostLayers)
	}
	if len(f.Layers) == 0 {
		return fmt.Errorf("there are no layers")
	}
	out, err := f.fit()
	if err != nil {
		return err
	}
	if given == "" && f.Classes == 2 && f.Inputs.Targets <= 1 && len(out.sample) == 1 && out.sample[0] == 2 {
		f.Loss = LossSoftmax // an output for each of two classes, as many programs have it
	}
	if want := f.outputs(); len(out.sample) != 1 || out.sample[0] != want {
		last := f.Layers[len(f.Layers)-1]
		return atLine{last.line, fmt.Errorf("the network ends with %s: the labels (%s) and the loss %s need one row of %d%s", out, f.labels(), f.Loss, want, f.advice(out))}
	}
	f.choosePrecision()
	return f.checkParameters()
}

// fit fills in the sizes of the layers.
func (f *File) fit() (flow, error) {
	in := flow{sample: f.Inputs.Sample, vocabulary: f.Inputs.Vocabulary, outputs: f.outputs()}
	return fit(f.Layers, in, 0)
}

func (f *File) labels() string {
	switch {
	case f.Classes == 0 && f.Inputs.Targets > 1:
		return fmt.Sprintf("%d targets", f.Inputs.Targets)
	case f.Classes == 0:
		return "one target"
	}
	return fmt.Sprintf("%d classes", f.Classes)
}

func (f *File) advice(out flow) string {
	if len(out.sample) > 1 {
		return ": put a flatten, a mean-positions or a recurrent layer without sequence before the last dense layer"
	}
	return ": without an out of its own the last layer takes the number from the labels"
}

// check refuses shapes that no samples have.
func (s Shape) check() error {
	if len(s.Sample) == 0 {
		return fmt.Errorf("the shape of a sample is not known: write for instance `inputs: {sample: [20]}`")
	}
	if err := (flow{sample: s.Sample}).check(); err != nil {
		return fmt.Errorf("the samples have shape %v: every dimension has to be between 1 and %d, and all of them together at most %d", s.Sample, mostSize, mostNumbers)
	}
	if s.Vocabulary < 0 || s.Vocabulary > mostSize || s.Targets < 0 || s.Targets > mostSize {
		return fmt.Errorf("a vocabulary of %d and %d targets: give numbers up to %d", s.Vocabulary, s.Targets, mostSize)
	}
	if s.Vocabulary > 0 && len(s.Sample) != 1 {
		return fmt.Errorf("samples of token ids have shape %v: want one dimension, the length of a window", s.Sample)
	}
	return nil
}

// chooseLoss takes the loss that the labels ask for, or checks the one given.
func (f *File) chooseLoss() error {
	if f.Classes < 0 || f.Classes == 1 || f.Classes > mostSize {
		return fmt.Errorf("%d classes: give 2 or more, or 0 for a regression", f.Classes)
	}
	if f.Loss == "" {
		f.Loss = map[bool]string{true: LossSquared, false: LossSoftmax}[f.Classes == 0]
		if f.Classes == 2 {
			f.Loss = LossLogistic
		}
	}
	fits := map[string]bool{LossLogistic: f.Classes == 2, LossSoftmax: f.Classes >= 2, LossSquared: f.Classes == 0 || f.Classes == 2}
	ok, known := fits[f.Loss]
	if !known {
		return unknown("loss", f.Loss, []string{LossLogistic, LossSoftmax, LossSquared})
	}
	if !ok {
		return fmt.Errorf("the loss %s does not fit the labels (%s): logistic takes 2 classes, softmax 2 or more, squared targets or 2 classes", f.Loss, f.labels())
	}
	return nil
}

// choosePrecision takes single precision for networks with convolutions, recurrent layers or
// attention, whose products take long, and double for the others.
func (f *File) choosePrecision() {
	if f.Precision == "" {
		f.Precision = Float64
		if anySingle(f.Layers) {
			f.Precision = Float32
		}
	}
}

func anySingle(layers []Layer) bool {
	for _, l := range layers {
		if kinds[l.Kind].single || anySingle(l.Layers) {
			return true
		}
	}
	return false
}

func count(layers []Layer) int {
	n := len(layers)
	for _, l := range layers {
		n += count(l.Layers)
	}
	return n
}

// checkParameters refuses networks that are too large to be meant.
func (f *File) checkParameters() error {
	var ps []nets.Param
	net := network(f.Layers)
	if err := graph.Build(func() { ps = net.Params() }); err != nil {
		return fmt.Errorf("the network is too large, or cannot be: %w", err)
	}
	total := 0.0
	for _, p := range ps {
		n := 1.0
		for _, d := range p.Shape {
			n *= float64(d)
		}
		if total += n; total > mostParameters {
			return fmt.Errorf("the network is too large: %s %v alone has %.3g numbers, and all parameters together may have %d", p.Name, p.Shape, n, mostParameters)
		}
	}
	return nil
}

package network

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// needed refuses a size that nothing says.
func needed(size int, name, example string) error {
	if size > 0 {
		return nil
	}
	return fmt.Errorf("%s is missing: write for instance `%s`", name, example)
}

// lastOut fills in the outputs of a layer that gives them: of the network's last they follow from
// the labels.
func lastOut(l *Layer, in flow) error {
	if l.Out == 0 {
		l.Out = in.outputs
	}
	if l.Out == 0 {
		return fmt.Errorf("out is missing: only of the network's last layer it follows from the labels; write for instance `%s: 64`", l.Kind)
	}
	return nil
}

func fitDense(l *Layer, in flow) (flow, error) {
	err := in.numbers()
	if l.Kind == "linear" && err == nil {
		err = in.rows()
	}
	if err == nil {
		err = infer(&l.In, "in", in.width(), in)
	}
	if err == nil {
		err = lastOut(l, in)
	}
	l.turned = in.turned
	if l.Kind == "linear" {
		b := l.bias(true)
		l.Bias = &b
	}
	return in.with(append(slices.Clone(in.sample[:len(in.sample)-1]), l.Out)...), err
}

func fitMLP(l *Layer, in flow) (flow, error) {
	err := in.rows()
	if err == nil {
		err = infer(&l.In, "in", in.width(), in)
	}
	if err == nil {
		err = lastOut(l, in)
	}
	if err == nil && len(l.Hidden) == 0 {
		err = errors.New("hidden is missing: write for instance `mlp: [64, 64]`; a linear model is `linear`")
	}
	if err == nil {
		err = widths("hidden", l.Hidden)
	}
	if l.Activation == "" {
		l.Activation = "tanh"
	}
	if _, ok := activations[l.Activation]; !ok && err == nil {
		err = unknown("activation", l.Activation, activationNames())
	}
	l.turned = in.turned
	return in.with(l.Out), err
}

// widths refuses sizes in a list.
func widths(name string, list []int) error {
	if len(list) > mostLayers {
		return fmt.Errorf("%s has %d widths: at most %d may stand there", name, len(list), mostLayers)
	}
	for _, w := range list {
		if w < 1 || w > mostSize {
			return fmt.Errorf("%s has a width of %d: give numbers from 1 to %d", name, w, mostSize)
		}
	}
	return nil
}

func rate(name string, r float64) error {
	if r >= 0 && r < 1 {
		return nil
	}
	return fmt.Errorf("%s is %v: it has to be at least 0 and below 1", name, r)
}

func positiveOrDefault(name string, v *float64, zero float64) error {
	if *v == 0 {
		*v = zero
	}
	if *v > 0 && !math.IsInf(*v, 0) {
		return nil
	}
	return fmt.Errorf("%s is %v: it has to be a positive number", name, *v)
}

// asIs is the flow behind a layer that keeps the shape.
func (in flow) asIs() flow {
	return flow{sample: in.sample, vocabulary: in.vocabulary, turned: in.turned}
}

// fitBatchNorm leaves epsilon alone: what is not said is 1e-3 here and 1e-5 in PyTorch, see Import.
func fitBatchNorm(l *Layer, in flow) (flow, error) {
	err := in.numbers()
	if err == nil {
		err = infer(&l.Channels, "channels", in.width(), in)
	}
	if err == nil && (!(l.Epsilon >= 0) || math.IsInf(l.Epsilon, 0)) {
		err = fmt.Errorf("epsilon is %v: it has to be a positive number", l.Epsilon)
	}
	l.turned = in.turned
	return in.asIs(), err
}

func fitLayerNorm(l *Layer, in flow) (flow, error) {
	err := in.numbers()
	if err == nil {
		err = infer(&l.Width, "width", in.width(), in)
	}
	if err == nil && l.Width < 2 {
		err = errors.New("it normalizes rows of one number, whose variance is 0")
	}
	if err == nil {
		err = positiveOrDefault("epsilon", &l.Epsilon, 1e-5)
	}
	l.turned = in.turned
	return in.asIs(), err
}

func fitElements(_ *Layer, in flow) (flow, error) { return in.asIs(), in.numbers() }

func fitDropout(l *Layer, in flow) (flow, error) {
	err := in.numbers()
	if err == nil {
		err = rate("rate", l.Rate)
	}
	return in.asIs(), err
}

func fitSlope(l *Layer, in flow) (flow, error) {
	err := in.numbers()
	if err == nil {
		err = positiveOrDefault("slope", &l.Slope, leakySlope)
	}
	return in.asIs(), err
}

// fitResidual stands in the table of kinds; residuals are fitted with their depth.
func fitResidual(l *Layer, in flow) (flow, error) { return fitResidualAt(l, in, 0) }

func fitResidualAt(l *Layer, in flow, depth int) (flow, error) {
	if len(l.Layers) == 0 {
		return in, errors.New("it has no layers: write them below it, each behind a dash")
	}
	inner := in.asIs()
	inner.turned = nil
	inner.outputs = in.width()
	out, err := fit(l.Layers, inner, depth+1)
	if err != nil {
		return in, err
	}
	if in.vocabulary > 0 || !slices.Equal(out.sample, in.sample) {
		return in, fmt.Errorf("it adds what its layers give to what they read: they read %s and give %s, which have to be alike", in, out)
	}
	l.turned = in.turned
	return in.asIs(), nil
}

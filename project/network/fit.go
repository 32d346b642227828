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

func fitVGG(l *Layer, in flow) (flow, error) {
	if err := in.images(); err != nil {
		return in, err
	}
	for _, s := range []struct {
		size *int
		name string
	}{{&l.Height, "height"}, {&l.Width, "width"}, {&l.Channels, "channels"}} {
		if err := infer(s.size, s.name, in.sample[map[string]int{"height": 0, "width": 1, "channels": 2}[s.name]], in); err != nil {
			return in, err
		}
	}
	if len(l.Blocks) == 0 {
		l.Blocks = []int{128, 128, 128}
	}
	if l.Dense == 0 {
		l.Dense = 512
	}
	if err := widths("blocks", l.Blocks); err != nil {
		return in, err
	}
	if n := len(l.Blocks); n > 30 || min(l.Height, l.Width)>>n == 0 {
		return in, fmt.Errorf("%d blocks halve %s to nothing: take fewer", n, in)
	}
	if len(l.Rates) > len(l.Blocks) {
		return in, fmt.Errorf("%d rates for %d blocks", len(l.Rates), len(l.Blocks))
	}
	for _, r := range l.Rates {
		if err := rate("rates", r); err != nil {
			return in, err
		}
	}
	err := lastOut(l, in)
	return in.with(l.Out), err
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

func fitNextToken(l *Layer, in flow) (flow, error) {
	if in.vocabulary == 0 {
		return in, fmt.Errorf("it reads token ids, and is given %s", in)
	}
	err := infer(&l.Vocabulary, "vocabulary", in.vocabulary, in)
	if err == nil {
		err = needed(l.Units, "units", "next-token: 64")
	}
	if l.Width == 0 {
		l.Width = l.Units
	}
	l.Depth = max(l.Depth, 1)
	if err == nil && l.Depth > mostLayers {
		err = fmt.Errorf("depth is %d: at most %d", l.Depth, mostLayers)
	}
	if err == nil {
		err = rate("rate", l.Rate)
	}
	if err == nil {
		err = steps(in)
	}
	return in.with(l.Vocabulary), err
}

func steps(in flow) error {
	if in.sample[0] > mostSteps {
		return fmt.Errorf("it is given sequences of %d steps: at most %d may be, since each adds operations to the network", in.sample[0], mostSteps)
	}
	return nil
}

func fitConv(l *Layer, in flow) (flow, error) {
	if err := in.images(); err != nil {
		return in, err
	}
	if err := infer(&l.In, "in", in.width(), in); err != nil {
		return in, err
	}
	if err := needed(l.Out, "out", "conv: 16"); err != nil {
		return in, err
	}
	if l.Size == 0 {
		l.Size = 3
	}
	if l.Same && l.Padding != 0 {
		return in, errors.New("same and padding are both set: take one of them")
	}
	padding, after := l.Padding, l.Padding
	if l.Same {
		total := max(l.Dilation, 1) * (l.Size - 1)
		padding, after = total/2, total-total/2
	}
	h, err := window(in.sample[0], l.Size, l.Stride, l.Dilation, padding, after, in)
	if err != nil {
		return in, err
	}
	w, err := window(in.sample[1], l.Size, l.Stride, l.Dilation, padding, after, in)
	return in.with(h, w, l.Out), err
}

func fitPool(l *Layer, in flow) (flow, error) {
	if err := in.images(); err != nil {
		return in, err
	}
	if l.Size == 0 {
		l.Size = 2
	}
	if l.Padding >= l.Size {
		return in, fmt.Errorf("padding is %d: it has to be below size, %d", l.Padding, l.Size)
	}
	stride := l.Stride
	if stride == 0 {
		stride = l.Size
	}
	h, err := window(in.sample[0], l.Size, stride, 1, l.Padding, l.Padding, in)
	if err != nil {
		return in, err
	}
	w, err := window(in.sample[1], l.Size, stride, 1, l.Padding, l.Padding, in)
	return in.with(h, w, in.sample[2]), err
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

func fitFlatten(_ *Layer, in flow) (flow, error) {
	n := 1
	for _, d := range in.sample {
		n *= d
	}
	out := in.with(n)
	out.turned = in.turned
	if len(in.sample) > 1 {
		out.turned = turnedBy(in.sample)
	}
	return out, in.numbers()
}

func fitReshape(l *Layer, in flow) (flow, error) {
	if err := in.numbers(); err != nil {
		return in, err
	}
	have, want, open := 1, 1.0, -1
	for _, d := range in.sample {
		have *= d
	}
	if len(l.Shape) == 0 {
		return in, errors.New("shape is missing: write for instance `reshape: [28, 28, 1]`")
	}
	for i, d := range l.Shape {
		switch {
		case d == -1 && open >= 0:
			return in, fmt.Errorf("shape %v leaves two dimensions open: -1 may stand once", l.Shape)
		case d == -1:
			open = i
		case d < 1 || d > mostSize:
			return in, fmt.Errorf("shape %v: give numbers from 1 to %d, and -1 for one at most", l.Shape, mostSize)
		default:
			want *= float64(d)
		}
	}
	shape := slices.Clone(l.Shape)
	if open >= 0 && want <= float64(have) {
		shape[open] = have / int(want)
		want *= float64(shape[open])
	}
	if want != float64(have) {
		return in, fmt.Errorf("shape %v does not hold %s, which are %d numbers", l.Shape, in, have)
	}
	l.Shape, l.turned = shape, in.turned
	return in.with(shape...), nil
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

func fitEmbedding(l *Layer, in flow) (flow, error) {
	if in.vocabulary == 0 {
		return in, fmt.Errorf("it reads token ids, and is given %s", in)
	}
	err := infer(&l.Vocabulary, "vocabulary", in.vocabulary, in)
	if err == nil {
		err = needed(l.Width, "width", "embedding: 64")
	}
	if err == nil {
		err = positiveOrDefault("limit", &l.Limit, 0.05)
	}
	return in.with(append(slices.Clone(in.sample), l.Width)...), err
}

func fitPositions(l *Layer, in flow) (flow, error) {
	if err := in.sequences(); err != nil {
		return in, err
	}
	if l.Length == 0 {
		l.Length = in.sample[0]
	}
	if l.Length < in.sample[0] {
		return in, fmt.Errorf("length is %d, and it is given %s", l.Length, in)
	}
	err := infer(&l.Width, "width", in.width(), in)
	return in.asIs(), err
}

func fitAttention(l *Layer, in flow) (flow, error) {
	if err := in.sequences(); err != nil {
		return in, err
	}
	if err := infer(&l.Width, "width", in.width(), in); err != nil {
		return in, err
	}
	l.Heads = max(l.Heads, 1)
	if l.Width%l.Heads != 0 {
		return in, fmt.Errorf("%d heads do not divide the width, %d", l.Heads, l.Width)
	}
	if scores := float64(l.Heads) * float64(in.sample[0]) * float64(in.sample[0]); scores > mostNumbers {
		return in, fmt.Errorf("%d heads on %s have %.3g scores a sample: at most %d fit", l.Heads, in, scores, mostNumbers)
	}
	return in.asIs(), nil
}

func fitRecurrent(l *Layer, in flow) (flow, error) {
	if err := in.sequences(); err != nil {
		return in, err
	}
	if err := infer(&l.In, "in", in.width(), in); err != nil {
		return in, err
	}
	if err := needed(l.Units, "units", l.Kind+": 64"); err != nil {
		return in, err
	}
	if l.Sequence {
		return in.with(in.sample[0], l.Units), steps(in)
	}
	return in.with(l.Units), steps(in)
}

func fitMeanPositions(_ *Layer, in flow) (flow, error) {
	if err := in.sequences(); err != nil {
		return in, err
	}
	return in.with(in.sample[1]), nil
}

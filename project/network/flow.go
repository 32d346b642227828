package network

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// flow is what goes from one layer to the next.
type flow struct {
	sample     []int // the shape of a sample
	vocabulary int   // above 0: the numbers are token ids below it
	turned     []int // the images whose flattened numbers these are; nil = none, or the order is PyTorch's too
	outputs    int   // what the network has to give, for its last layer; 0 = this is another one
}

// with is a flow of other numbers.
func (in flow) with(sample ...int) flow { return flow{sample: sample} }

// width is the number of numbers in a row, an image's channel or a step of a sequence.
func (in flow) width() int { return in.sample[len(in.sample)-1] }

func (in flow) String() string {
	if in.vocabulary > 0 {
		return fmt.Sprintf("%s token ids", shapeText(in.sample))
	}
	switch len(in.sample) {
	case 1:
		return fmt.Sprintf("rows of %d numbers", in.sample[0])
	case 2:
		return fmt.Sprintf("sequences of %d steps of %d numbers", in.sample[0], in.sample[1])
	case 3:
		return fmt.Sprintf("images of %s (height, width, channels)", shapeText(in.sample))
	}
	return fmt.Sprintf("samples of shape %v", in.sample)
}

func shapeText(shape []int) string {
	text := make([]string, len(shape))
	for i, d := range shape {
		text[i] = strconv.Itoa(d)
	}
	return strings.Join(text, " x ")
}

// The limits of a network. They are far above what Lethe can train, and keep a slip of the keyboard
// from taking the machine's memory.
const (
	mostSize       = 1 << 24 // a width, a count of channels, ...
	mostParameters = 1 << 28 // 2 GiB in double precision
	mostNumbers    = 1 << 28 // of one sample between two layers
	mostSteps      = 2000    // of a sequence that a recurrent layer reads: each adds nodes to the graph
	mostLayers     = 1000
	mostDepth      = 16 // of residuals within residuals
)

// check refuses what is too large to be meant.
func (in flow) check() error {
	numbers := 1.0
	for _, d := range in.sample {
		if d < 1 || d > mostSize {
			return fmt.Errorf("it gives samples of shape %v: every dimension has to be between 1 and %d", in.sample, mostSize)
		}
		numbers *= float64(d)
	}
	if numbers > mostNumbers {
		return fmt.Errorf("it gives %.3g numbers for a sample (%s): at most %d fit", numbers, shapeText(in.sample), mostNumbers)
	}
	return nil
}

// fit fills in the sizes of all layers, and returns what the last one gives.
func fit(layers []Layer, in flow, depth int) (flow, error) {
	outputs := in.outputs
	for i := range layers {
		l := &layers[i]
		in.outputs = 0
		if i == len(layers)-1 {
			in.outputs = outputs
		}
		out, err := fitLayer(l, in, depth)
		if err != nil {
			return in, atLine{l.line, fmt.Errorf("layer %d, %s: %w", i+1, l.Kind, err)}
		}
		in = out
	}
	return in, nil
}

func fitLayer(l *Layer, in flow, depth int) (flow, error) {
	k, ok := kinds[l.Kind]
	if !ok {
		return in, fmt.Errorf("there is no such layer")
	}
	if depth > mostDepth {
		return in, fmt.Errorf("residuals stand in each other %d deep: at most %d may", depth, mostDepth)
	}
	for _, name := range k.settings {
		if n, ok := l.setting(name).(*int); ok && (*n < 0 || *n > mostSize) {
			return in, fmt.Errorf("%s is %d: give a number up to %d", name, *n, mostSize)
		}
	}
	l.turned = nil
	if l.Kind == "residual" {
		return fitResidualAt(l, in, depth)
	}
	out, err := k.fit(l, in)
	if err != nil {
		return in, err
	}
	return out, out.check()
}

// infer fills in a size that is not given, and refuses another than follows from the layers before.
func infer(size *int, name string, want int, from flow) error {
	if *size == 0 {
		*size = want
	}
	if *size != want {
		return fmt.Errorf("%s is %d, and the layer reads %s: %[1]s has to be %[4]d; leave it out, and it is", name, *size, from, want)
	}
	return nil
}

// numbers refuses token ids, which only some layers read.
func (in flow) numbers() error {
	if in.vocabulary > 0 {
		return fmt.Errorf("it reads numbers, and is given %s: put an embedding before it", in)
	}
	return nil
}

// images refuses what is no image.
func (in flow) images() error {
	if err := in.numbers(); err != nil {
		return err
	}
	if len(in.sample) != 3 {
		return fmt.Errorf("it reads images, and is given %s: put a reshape before it, such as `reshape: [28, 28, 1]`", in)
	}
	return nil
}

// sequences refuses what is no sequence of rows.
func (in flow) sequences() error {
	if err := in.numbers(); err != nil {
		return err
	}
	if len(in.sample) != 2 {
		return fmt.Errorf("it reads sequences, and is given %s: put an embedding before it for tokens, or a reshape such as `reshape: [50, 3]`", in)
	}
	return nil
}

// rows refuses what is no row of numbers.
func (in flow) rows() error {
	if err := in.numbers(); err != nil {
		return err
	}
	if len(in.sample) != 1 {
		return fmt.Errorf("it reads rows, and is given %s: put a flatten before it", in)
	}
	return nil
}

// window is the number of places of a window along an axis.
func window(n, size, stride, dilation, padding, after int, in flow) (int, error) {
	room := n + padding + after - (max(dilation, 1)*(size-1) + 1)
	if room < 0 {
		return 0, fmt.Errorf("its window of %d is larger than %s with padding %d", size, in, padding)
	}
	return room/max(stride, 1) + 1, nil
}

// turnedBy is the shape of images whose flattened order differs from PyTorch's.
func turnedBy(sample []int) []int {
	if len(sample) != 3 || sample[2] == 1 || sample[0]*sample[1] == 1 {
		return nil
	}
	return slices.Clone(sample)
}

package network

import (
	"errors"
	"fmt"
	"slices"
)

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

package network

import (
	"fmt"
	"slices"
)

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

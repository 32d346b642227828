package network

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// shortForms are the words that a short form begins with.
var shortForms = []string{"linear", "mlp", "cnn", "vgg", "lstm", "gru"}

func activationNames() []string { return slices.Sorted(maps.Keys(activations)) }

// short returns the network of a short form.
func short(name, widths string, inputs Shape, classes int) (*File, error) {
	sizes, err := parseWidths(name, widths)
	if err != nil {
		return nil, err
	}
	if err := inputs.check(); err != nil {
		return nil, err
	}
	f := &File{Inputs: inputs, Classes: classes}
	if f.Layers, err = shortLayers(name, sizes, inputs); err != nil {
		return nil, err
	}
	f.L2 = f.defaultL2()
	return f, f.complete()
}

func parseWidths(name, text string) (sizes []int, err error) {
	if text == "" {
		if name == "linear" || name == "vgg" {
			return nil, nil
		}
		return nil, fmt.Errorf("the widths are missing: write for instance %s:64,64", name)
	}
	if name == "linear" {
		return nil, errors.New("a linear model has no widths: write linear alone")
	}
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > mostSize {
			return nil, fmt.Errorf("%q is no width: give whole numbers from 1 to %d, with commas between them", word, mostSize)
		}
		sizes = append(sizes, n)
	}
	if len(sizes) > mostLayers/4 {
		return nil, fmt.Errorf("%d widths: at most %d", len(sizes), mostLayers/4)
	}
	return sizes, nil
}

func shortLayers(name string, sizes []int, in Shape) ([]Layer, error) {
	if in.Vocabulary > 0 && name != "lstm" && name != "gru" {
		return nil, fmt.Errorf("it reads numbers, and the samples are windows of tokens: take lstm:64 or gru:64, or an embedding in a network.yaml")
	}
	flat := len(in.Sample) > 1
	switch name {
	case "linear":
		return flattened(flat, Layer{Kind: "linear"}), nil
	case "mlp":
		if !flat {
			return []Layer{{Kind: "mlp", Hidden: sizes}}, nil
		}
		layers := []Layer{{Kind: "flatten"}}
		for _, n := range sizes {
			layers = append(layers, Layer{Kind: "dense", Out: n}, Layer{Kind: "tanh"})
		}
		return append(layers, Layer{Kind: "dense"}), nil
	case "cnn":
		return convolutions(sizes, in)
	case "vgg":
		if len(in.Sample) != 3 {
			return nil, fmt.Errorf("it reads images, and the data are %s: write a network.yaml that begins with `reshape: [28, 28, 1]`", in)
		}
		return []Layer{{Kind: "vgg", Blocks: sizes}}, nil
	}
	return recurrent(name, sizes, in)
}

// flattened puts a flatten before a layer that reads rows.
func flattened(flat bool, l Layer) []Layer {
	if flat {
		return []Layer{{Kind: "flatten"}, l}
	}
	return []Layer{l}
}

// convolutions are the layers of cnn.
func convolutions(sizes []int, in Shape) ([]Layer, error) {
	if len(in.Sample) != 3 {
		return nil, fmt.Errorf("it reads images, and the data are %s: write a network.yaml that begins with `reshape: [28, 28, 1]`", in)
	}
	if side := min(in.Sample[0], in.Sample[1]); len(sizes) > 30 || side>>len(sizes) == 0 {
		return nil, fmt.Errorf("%d poolings halve %s to nothing: give fewer widths", len(sizes), in)
	}
	var layers []Layer
	for _, n := range sizes {
		layers = append(layers, Layer{Kind: "conv", Out: n, Size: 3, Same: true}, Layer{Kind: "relu"}, Layer{Kind: "max-pool", Size: 2})
	}
	return append(layers, Layer{Kind: "flatten"}, Layer{Kind: "dense"}), nil
}

// recurrent are the layers of lstm and gru.
func recurrent(name string, sizes []int, in Shape) (layers []Layer, err error) {
	switch {
	case in.Vocabulary > 0:
		layers = append(layers, Layer{Kind: "embedding", Width: sizes[0]})
	case len(in.Sample) != 2:
		return nil, fmt.Errorf("it reads sequences, and the data are %s: write a network.yaml that begins with `reshape: [50, 3]`", in)
	}
	for i, n := range sizes {
		layers = append(layers, Layer{Kind: name, Units: n, Sequence: i+1 < len(sizes)})
	}
	return append(layers, Layer{Kind: "dense"}), nil
}

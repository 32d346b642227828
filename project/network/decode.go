package network

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"lethe/internal/suggest"
)

func unknown(what, word string, known []string) error { return suggest.Unknown(what, word, known) }
func didYouMean(word string, known []string) string   { return suggest.DidYouMean(word, known) }

// mostBytes is how long a network.yaml may be.
const mostBytes = 1 << 20

// read reads a network.yaml.
func read(path string, inputs Shape, classes int) (*File, error) {
	text, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	f, err := decode(text, inputs, classes)
	if err == nil {
		return f, nil
	}
	if line := lineOf(err); line > 0 {
		return nil, fmt.Errorf("%s:%d: %w", path, line, err)
	}
	return nil, fmt.Errorf("%s: %w", path, err)
}

func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err == nil && len(text) > mostBytes {
		err = fmt.Errorf("it is longer than %d bytes: a network.yaml lists layers, not numbers", mostBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

// decode reads the text of a network.yaml.
func decode(text []byte, inputs Shape, classes int) (*File, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("it is no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, errors.New("it is empty: list the layers under `layers:`")
	}
	f := &File{Classes: -1}
	l2 := false
	err := mapping(doc.Content[0], func(key, value *yaml.Node) (err error) {
		switch key.Value {
		case "inputs":
			f.Inputs, err = decodeShape(value)
		case "classes":
			err = scalar(value, "classes", &f.Classes)
		case "loss":
			err = scalar(value, "loss", &f.Loss)
		case "l2":
			err, l2 = scalar(value, "l2", &f.L2), true
			if err == nil && !(f.L2 >= 0 && f.L2 <= 1e300) {
				err = atLine{value.Line, fmt.Errorf("l2 is %v: give 0 or a positive number", f.L2)}
			}
		case "precision":
			err = scalar(value, "precision", &f.Precision)
			if err == nil && f.Precision != Float32 && f.Precision != Float64 {
				err = atLine{value.Line, unknown("precision", f.Precision, []string{Float64, Float32})}
			}
		case "layers":
			f.Layers, err = decodeLayers(value, 0)
		case "names":
			f.Names, err = decodeNames(value)
		default:
			err = atLine{key.Line, unknown("setting of a network", key.Value, []string{"inputs", "classes", "loss", "l2", "precision", "layers", "names"})}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := f.meet(inputs, classes); err != nil {
		return nil, err
	}
	if !l2 {
		f.L2 = f.defaultL2()
	}
	return f, f.complete()
}

// defaultL2 keeps linear models and perceptrons on rows from growing without bound; it is that of
// scikit-learn's logistic regression.
func (f *File) defaultL2() float64 {
	if len(f.Layers) == 1 && (f.Layers[0].Kind == "linear" || f.Layers[0].Kind == "mlp") {
		return 1
	}
	return 0
}

// meet puts what is known of the data in the place of what the file leaves open, and refuses what
// differs.
func (f *File) meet(inputs Shape, classes int) error {
	switch {
	case f.Inputs.Sample == nil:
		f.Inputs = inputs
	case inputs.Sample != nil && (!slices.Equal(inputs.Sample, f.Inputs.Sample) || inputs.Vocabulary != f.Inputs.Vocabulary ||
		max(inputs.Targets, 1) != max(f.Inputs.Targets, 1)):
		return fmt.Errorf("the network is for %s, and the data have %s", f.Inputs, inputs)
	}
	switch {
	case f.Classes < 0:
		f.Classes = classes
	case inputs.Sample != nil && classes != f.Classes:
		return fmt.Errorf("the network is for %s, and the data have %d classes (0 = a regression)", f.labels(), classes)
	}
	return nil
}

func (s Shape) String() string {
	text := flow{sample: s.Sample, vocabulary: s.Vocabulary}.String()
	if s.Vocabulary > 0 {
		text += fmt.Sprintf(" below %d", s.Vocabulary)
	}
	if s.Targets > 1 {
		text += fmt.Sprintf(" with %d labels each", s.Targets)
	}
	return text
}

func decodeShape(n *yaml.Node) (s Shape, err error) {
	err = mapping(n, func(key, value *yaml.Node) error {
		switch key.Value {
		case "sample":
			return scalar(value, "sample", &s.Sample)
		case "vocabulary":
			return scalar(value, "vocabulary", &s.Vocabulary)
		case "targets":
			return scalar(value, "targets", &s.Targets)
		}
		return atLine{key.Line, unknown("setting of the inputs", key.Value, []string{"sample", "vocabulary", "targets"})}
	})
	return s, err
}

func decodeNames(n *yaml.Node) (map[string]string, error) {
	names := map[string]string{}
	err := mapping(n, func(key, value *yaml.Node) error {
		var to string
		if err := scalar(value, key.Value, &to); err != nil {
			return err
		}
		names[key.Value] = to
		return nil
	})
	return names, err
}

func decodeLayers(n *yaml.Node, depth int) ([]Layer, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, atLine{n.Line, fmt.Errorf("%s stands where layers have to be: write each in a line of its own, behind a dash", nodeText(n))}
	}
	if depth > mostDepth {
		return nil, atLine{n.Line, fmt.Errorf("residuals stand in each other more than %d deep", mostDepth)}
	}
	var layers []Layer
	for i, item := range n.Content {
		l, err := decodeLayer(item, depth)
		if err != nil {
			return nil, atLine{item.Line, fmt.Errorf("layer %d: %w", i+1, err)}
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// decodeLayer reads a layer: its name alone, its name with its main setting, or with several.
func decodeLayer(n *yaml.Node, depth int) (Layer, error) {
	l := Layer{line: n.Line}
	name, value := n, (*yaml.Node)(nil)
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 {
		name, value = n.Content[0], n.Content[1]
	}
	if name.Kind != yaml.ScalarNode {
		return l, fmt.Errorf("%s stands where one layer has to be: write its name, or `name: {setting: value}`", nodeText(n))
	}
	l.Kind = name.Value
	if l.Kind == "activation" { // activation: relu is relu
		if value == nil || value.Kind != yaml.ScalarNode {
			return l, errors.New("which activation? Write for instance `relu`")
		}
		l.Kind, value = value.Value, nil
		if k, ok := kinds[l.Kind]; !ok || !k.elements || l.Kind == "dropout" {
			return l, unknown("activation", l.Kind, append(activationNames(), "leaky-relu"))
		}
	}
	k, ok := kinds[l.Kind]
	if !ok {
		return l, unknown("layer", l.Kind, kindNames())
	}
	return l, k.read(&l, value, depth)
}

// read reads the settings of a layer.
func (k kind) read(l *Layer, value *yaml.Node, depth int) error {
	switch {
	case value == nil || value.Tag == "!!null":
		return nil
	case len(k.settings) == 0:
		return atLine{value.Line, fmt.Errorf("%s has no settings: write `%[1]s` alone", l.Kind)}
	case value.Kind != yaml.MappingNode:
		return l.set(k.settings[0], value, depth)
	}
	return mapping(value, func(key, value *yaml.Node) error {
		if !slices.Contains(k.settings, key.Value) {
			return atLine{key.Line, unknown("setting of "+l.Kind, key.Value, k.settings)}
		}
		return l.set(key.Value, value, depth)
	})
}

func (l *Layer) set(name string, value *yaml.Node, depth int) (err error) {
	if name == "layers" {
		l.Layers, err = decodeLayers(value, depth+1)
		return err
	}
	return scalar(value, name, l.setting(name))
}

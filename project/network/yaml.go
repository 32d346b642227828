package network

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// atLine is an error about a line of a file; 0 = it has none.
type atLine struct {
	line int
	err  error
}

func (e atLine) Error() string { return e.err.Error() }
func (e atLine) Unwrap() error { return e.err }

// lineOf is the innermost line that an error is about.
func lineOf(err error) (line int) {
	for ; err != nil; err = errors.Unwrap(err) {
		if at, ok := err.(atLine); ok && at.line > 0 {
			line = at.line
		}
	}
	return line
}

// mapping calls f for each entry of a mapping.
func mapping(n *yaml.Node, f func(key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return atLine{n.Line, fmt.Errorf("%s stands where settings have to be: write `name: value`", nodeText(n))}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return atLine{key.Line, fmt.Errorf("%s stands where a name has to be", nodeText(key))}
		}
		if seen[key.Value] {
			return atLine{key.Line, fmt.Errorf("%s is there twice", key.Value)}
		}
		seen[key.Value] = true
		if err := f(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func nodeText(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a list of settings"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias (*" + n.Value + ")"
	}
	if n.Value == "" {
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}

// scalar reads a value into what a pointer points to.
func scalar(n *yaml.Node, name string, to any) error {
	want := map[string]string{"*int": "a whole number", "*float64": "a number", "*bool": "true or false", "**bool": "true or false", "*string": "a word",
		"*[]int": "a list of whole numbers, such as [64, 64]", "*[]float64": "a list of numbers, such as [0.1, 0.2]"}[fmt.Sprintf("%T", to)]
	wrong := atLine{n.Line, fmt.Errorf("%s is %s: give %s", name, nodeText(n), want)}
	if n.Kind == yaml.AliasNode || n.Tag == "!!null" || whole(to) && !wholeNumbers(n) {
		return wrong
	}
	if list, ok := to.(*[]int); ok && n.Kind == yaml.ScalarNode { // one width alone
		var one int
		if n.Decode(&one) != nil {
			return wrong
		}
		*list = []int{one}
		return nil
	}
	if n.Decode(to) != nil {
		return wrong
	}
	return nil
}

// whole reports whether a pointer is one to whole numbers.
func whole(to any) bool {
	switch to.(type) {
	case *int, *[]int:
		return true
	}
	return false
}

// wholeNumbers reports whether there are only whole numbers in a value: YAML would cut 3.5 to 3.
func wholeNumbers(n *yaml.Node) bool {
	if n.Kind == yaml.SequenceNode {
		return !slices.ContainsFunc(n.Content, func(x *yaml.Node) bool { return !wholeNumbers(x) || x.Kind == yaml.SequenceNode })
	}
	return n.Kind == yaml.ScalarNode && n.Tag == "!!int"
}

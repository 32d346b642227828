package request

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlTree reads one YAML document as a tree with lines. A file without content is nil.
func yamlTree(text []byte, name string) (root *yaml.Node, err error) {
	defer func() { // the parser's own faults are no reason to end the program
		if r := recover(); r != nil {
			root, err = nil, &Error{[]said{say(place{file: name}, "this is not YAML")}}
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(text))
	var document, more yaml.Node
	if err := d.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, notYAML(name, err)
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, notYAML(name, err)
		}
		return nil, &Error{[]said{say(place{name, more.Line}, "a second document begins here: a request is one document, so remove the line ---")}}
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return document.Content[0], nil
}

var lineOf = regexp.MustCompile(`line (\d+): `)

// notYAML says where the parser stopped. What it says may quote the file.
func notYAML(name string, err error) error {
	at, text := place{file: name}, err.Error()
	if m := lineOf.FindStringSubmatchIndex(text); m != nil {
		at.line, _ = strconv.Atoi(text[m[2]:m[3]])
		text = text[m[1]:]
	}
	text = strings.TrimPrefix(text, "yaml: ")
	return &Error{[]said{say(at, "this is not YAML: %s; texts with : or # need quotes, and lists and keys the same number of spaces before them", quoted(text))}}
}

// kindOf says what a node is, in words.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys with values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case n.ShortTag() == "!!null":
		return "nothing"
	case n.ShortTag() == "!!int":
		return "a whole number"
	case n.ShortTag() == "!!float":
		return "a number"
	case n.ShortTag() == "!!bool":
		return "true or false"
	}
	return "a text"
}

// deepest is how far lists and objects of a JSON file may be nested; a request needs 4 levels.
const deepest = 16

// errDeep is the fault of a file that is nested deeper.
var errDeep = fmt.Errorf("it is nested more than %d levels deep", deepest)

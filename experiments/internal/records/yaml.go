package records

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Mapping is a node of names and values: texts, whole numbers and nodes. Texts that are not plain
// are written with quotation marks and escapes, whatever they hold: left to itself the library
// writes some of several lines so that it cannot read them.
func Mapping(pairs ...any) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		var value *yaml.Node
		switch v := pairs[i+1].(type) {
		case string:
			value = TextNode(v)
		case uint64:
			value = Scalar(strconv.FormatUint(v, 10))
		case int:
			value = Scalar(strconv.Itoa(v))
		case *yaml.Node:
			value = v
		}
		out.Content = append(out.Content, Scalar(pairs[i].(string)), value)
	}
	return out
}

// Scalar is a text that needs no quotation marks.
func Scalar(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// TextNode is a text: as it is where that reads back the same, and within quotation marks
// elsewhere. What is no UTF-8, a path may be, the library writes in base64.
func TextNode(s string) *yaml.Node {
	if plainYAML(s) || !utf8.ValidString(s) {
		return Scalar(s)
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
}

// plainYAML reports whether a text without quotation marks is read as that text.
func plainYAML(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	var v any
	return yaml.Unmarshal([]byte(s), &v) == nil && v == s
}

// EncodeYAML writes a value with an indent of two.
func EncodeYAML(v any) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(v)
	return b.Bytes(), err
}

// DecodeYAML reads the one document of a run's configuration into v. Fields that v does not have, a
// file without a document and one with several are errors, which begin with the file's path.
func DecodeYAML(path string, data []byte, v any) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(v); errors.Is(err, io.EOF) {
		return fmt.Errorf("%s is empty: restore the file, or start the run again with --force", path)
	} else if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s holds more than one document, of which only the first would count: remove the others", path)
	}
	return nil
}

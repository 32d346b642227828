package request

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"
)

// jsonTree reads JSON as a tree of the same kind as YAML, with lines. Numbers stay as they are
// written. A file without content is nil.
func jsonTree(text []byte, name string) (*yaml.Node, error) {
	j := &jsonReader{text: text, d: json.NewDecoder(bytes.NewReader(text)), line: 1}
	j.d.UseNumber()
	root, err := j.value(0)
	if errors.Is(err, io.EOF) && len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	if err == nil {
		if _, after := j.d.Token(); !errors.Is(after, io.EOF) {
			j.mark()
			err = errors.New("more follows behind its end")
		}
	}
	if err != nil {
		return nil, j.fault(name, err)
	}
	return root, nil
}

type jsonReader struct {
	text []byte
	d    *json.Decoder
	line int // of the byte at
	at   int
}

// mark counts the lines up to where the decoder is.
func (j *jsonReader) mark() { j.upTo(int(j.d.InputOffset())) }

func (j *jsonReader) upTo(at int) {
	at = min(max(at, j.at), len(j.text))
	j.line += bytes.Count(j.text[j.at:at], []byte("\n"))
	j.at = at
}

func (j *jsonReader) fault(name string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		j.upTo(len(j.text))
		err = errors.New("the file ends too early")
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		j.upTo(int(e.Offset))
	}
	return &Error{[]said{say(place{name, j.line}, "this is not JSON: %s", quoted(err.Error()))}}
}

// value reads the next value.
func (j *jsonReader) value(depth int) (*yaml.Node, error) {
	if depth > deepest {
		return nil, errDeep
	}
	token, err := j.d.Token()
	if err != nil {
		return nil, err
	}
	j.mark()
	scalar := func(tag, text string) (*yaml.Node, error) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text, Line: j.line}, nil
	}
	switch t := token.(type) {
	case json.Delim:
		return j.items(t, depth)
	case string:
		return scalar("!!str", t)
	case json.Number:
		if wholeNumber.MatchString(t.String()) {
			return scalar("!!int", t.String())
		}
		return scalar("!!float", t.String())
	case bool:
		if t {
			return scalar("!!bool", "true")
		}
		return scalar("!!bool", "false")
	}
	return scalar("!!null", "null")
}

// items reads a list or an object, whose keys and values follow each other, up to its end.
func (j *jsonReader) items(begin json.Delim, depth int) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: j.line}
	if begin == '{' {
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
	}
	for j.d.More() {
		item, err := j.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, item)
	}
	_, err := j.d.Token()
	return n, err
}

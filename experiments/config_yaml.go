package experiments

import (
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// MarshalYAML writes the fields in their order. Texts that are not plain are written with quotation marks and escapes, whatever they hold:
// left to itself the library writes some of several lines so that it cannot read them.
func (c Config) MarshalYAML() (any, error) {
	parts := &yaml.Node{Kind: yaml.SequenceNode}
	for _, p := range c.Parts {
		node, err := p.MarshalYAML()
		if err != nil {
			return nil, err
		}
		parts.Content = append(parts.Content, node.(*yaml.Node))
	}
	if len(c.Parts) == 0 {
		parts.Style = yaml.FlowStyle
	}
	out := mapping("experiment", c.Experiment, "dataset", c.Dataset, "model", c.Model, "profile", c.Profile, "seed", c.Seed,
		"command", c.Command, "parts", parts)
	if c.Memory != nil {
		out.Content = append(out.Content, scalar("memory"), c.Memory.node())
	}
	if c.Networks != "" {
		out.Content = append(out.Content, mapping("networks", c.Networks).Content...)
	}
	m := c.MadeOn
	out.Content = append(out.Content, mapping("data", c.Data, "made-on", mapping("go", m.Go, "os", m.OS, "cores", m.Cores, "blas", m.BLAS)).Content...)
	return out, nil
}

// node is what is given, without what is not.
func (m *Memory) node() *yaml.Node {
	out := mapping()
	for _, f := range []struct{ key, value string }{
		{"text", m.Text}, {"prompt", m.Prompt}, {"secret", m.Secret}, {"replacement", m.Replacement}, {"checkpoint", m.Checkpoint}, {"loaded", m.Loaded},
	} {
		if f.value != "" {
			out.Content = append(out.Content, scalar(f.key), textNode(f.value))
		}
	}
	if len(out.Content) == 0 {
		out.Style = yaml.FlowStyle
	}
	return out
}

// mapping is a node of names and values: texts, whole numbers and nodes.
func mapping(pairs ...any) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		var value *yaml.Node
		switch v := pairs[i+1].(type) {
		case string:
			value = textNode(v)
		case uint64:
			value = scalar(strconv.FormatUint(v, 10))
		case int:
			value = scalar(strconv.Itoa(v))
		case *yaml.Node:
			value = v
		}
		out.Content = append(out.Content, scalar(pairs[i].(string)), value)
	}
	return out
}

// textNode is a text: as it is where that reads back the same, and within quotation marks elsewhere. What is no UTF-8, a path may be, the
// library writes in base64.
func textNode(s string) *yaml.Node {
	if plainYAML(s) || !utf8.ValidString(s) {
		return scalar(s)
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

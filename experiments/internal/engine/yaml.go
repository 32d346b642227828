package engine

import (
	"cmp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"lethe/experiments/internal/records"
)

// MarshalYAML writes the fields in their order.
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
	out := records.Mapping("experiment", c.Experiment, "dataset", c.Dataset, "model", c.Model, "profile", c.Profile, "seed", c.Seed,
		"records-version", cmp.Or(c.RecordsVersion, records.Version),
		"command", c.Command, "parts", parts)
	if c.Given != nil {
		out.Content = append(out.Content, records.Scalar("memory"), c.Given.node())
	}
	if c.Label != "" {
		out.Content = append(out.Content, records.Mapping("name", c.Label).Content...)
	}
	if c.Networks != "" {
		out.Content = append(out.Content, records.Mapping("networks", c.Networks).Content...)
	}
	m := c.MadeOn
	out.Content = append(out.Content, records.Mapping("data", c.Data, "made-on", m.node()).Content...)
	return out, nil
}

// node leaves out what is not known.
func (m Machine) node() *yaml.Node {
	out := records.Mapping("go", m.Go, "os", m.OS, "cores", m.Cores, "blas", m.BLAS)
	add := func(name string, value any) {
		out.Content = append(out.Content, records.Mapping(name, value).Content...)
	}
	if m.Commit != "" {
		add("commit", m.Commit)
	}
	if m.Started != "" {
		add("started", m.Started)
	}
	if m.Seconds > 0 {
		add("seconds", records.Scalar(strconv.FormatFloat(m.Seconds, 'f', 1, 64)))
	}
	if m.Units > 0 {
		add("units", m.Units)
	}
	return out
}

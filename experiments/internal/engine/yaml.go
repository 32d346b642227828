package engine

import (
	"cmp"

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
	if c.Networks != "" {
		out.Content = append(out.Content, records.Mapping("networks", c.Networks).Content...)
	}
	m := c.MadeOn
	out.Content = append(out.Content, records.Mapping("data", c.Data, "made-on", records.Mapping("go", m.Go, "os", m.OS, "cores", m.Cores, "blas", m.BLAS)).Content...)
	return out, nil
}

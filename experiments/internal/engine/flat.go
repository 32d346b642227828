package engine

import (
	"strconv"

	"lethe/experiments/internal/settings"
)

// flat is what a run depends on, by names in one order.
type flat struct {
	names  []string
	values map[string]string
	fields map[string]settings.Field // of the names that are settings
}

func (f *flat) add(name, value string) {
	f.names = append(f.names, name)
	f.values[name] = value
}

// flat lists what the run depends on. A part's settings have its name before theirs, unless the run
// has the part's name itself.
func (c *Config) flat() *flat {
	f := &flat{values: map[string]string{}, fields: map[string]settings.Field{}}
	f.add("experiment", c.Experiment)
	f.add("dataset", c.Dataset)
	f.add("model", c.Model)
	f.add("profile", c.Profile)
	f.add("seed", strconv.FormatUint(c.Seed, 10))
	f.add("data", c.Data)
	if g := c.Given; g != nil {
		f.add("checkpoint", g.Loaded)
		if !g.masks() && g.Secret != Mask {
			f.add("prompt", g.Prompt)
			f.add("secret", g.Secret)
			f.add("replacement", g.Replacement)
		}
	}
	if c.Networks != "" {
		f.add("networks", c.Networks)
	}
	for _, p := range c.Parts {
		for _, field := range p.Settings.Fields() {
			if e, err := Find(p.Experiment); err == nil && !e.Takes(field.Name) {
				continue
			}
			name := field.Name
			if p.Experiment != c.Experiment {
				name = p.Experiment + "." + name
			}
			f.add(name, p.Settings.Text(field.Name))
			f.fields[name] = field
		}
	}
	return f
}

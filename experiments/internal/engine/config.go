package engine

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"lethe/experiments/internal/records"
	"lethe/internal/suggest"
)

// Config is one run: everything that its records depend on. It is config.yaml.
type Config struct {
	Experiment string `yaml:"experiment"`
	Dataset    string `yaml:"dataset"`
	Model      string `yaml:"model"`
	Profile    string `yaml:"profile"`
	Seed       uint64 `yaml:"seed"`
	// RecordsVersion is that of the file and of the records; 0 = the present one, see
	// [records.Version].
	RecordsVersion int `yaml:"records-version"`
	// Command repeats the run when the defaults are still the same; config.yaml itself repeats it
	// always.
	Command string `yaml:"command"`
	// Parts holds the settings of each experiment that the run consists of, all of them, in the
	// run's order.
	Parts []Part `yaml:"parts"`
	// Given is what the user gave besides data set and settings; nil = nothing.
	Given *Given `yaml:"memory,omitempty"`
	// Label is the name that the user gave the run's folder; "" = none.
	Label string `yaml:"name,omitempty"`
	// Networks is the fingerprint of the networks that the run began with; "" = it trained them.
	Networks string `yaml:"networks,omitempty"`
	// Data is the fingerprint of the training and test data, or of the text.
	Data   string  `yaml:"data"`
	MadeOn Machine `yaml:"made-on"`

	fingerprint string // of the text where Data is a seal of it; "" elsewhere
}

// Part is one experiment of a run with its settings.
type Part struct {
	Experiment string
	Settings   Settings
	// Used holds what was used in place of settings that ask for more than the data have, by their
	// names; Unused the given settings that changed nothing, with the reasons.
	Used, Unused map[string]string

	missing []string // settings that the file did not name
}

// Machine says where a run was made; it does not belong to what a resumed run must repeat.
type Machine struct {
	Go    string `yaml:"go"`
	OS    string `yaml:"os"`
	Cores int    `yaml:"cores"`
	BLAS  string `yaml:"blas"`
	// Commit is that of the program, "" where it was built without one. Started is when the run
	// began, in RFC 3339. Seconds is how long it took, over all sessions that were not killed, and
	// Units how many units it has; 0 = unknown.
	Commit  string  `yaml:"commit,omitempty"`
	Started string  `yaml:"started,omitempty"`
	Seconds float64 `yaml:"seconds,omitempty"`
	Units   int     `yaml:"units,omitempty"`
}

// MarshalYAML writes the settings as --set takes them.
func (p Part) MarshalYAML() (any, error) {
	e, err := Find(p.Experiment)
	if err != nil {
		return nil, err
	}
	settings := &yaml.Node{Kind: yaml.MappingNode}
	for _, k := range e.keys() {
		settings.Content = append(settings.Content, records.Scalar(k), records.Scalar(p.Settings.Text(k)))
	}
	node := &yaml.Node{Kind: yaml.MappingNode}
	node.Content = []*yaml.Node{records.Scalar("experiment"), records.Scalar(p.Experiment), records.Scalar("settings"), settings}
	for _, m := range []struct {
		name string
		of   map[string]string
	}{{"used", p.Used}, {"unused", p.Unused}} {
		if len(m.of) == 0 {
			continue
		}
		pairs := records.Mapping()
		for _, k := range slices.Sorted(maps.Keys(m.of)) {
			pairs.Content = append(pairs.Content, records.Scalar(k), records.TextNode(m.of[k]))
		}
		node.Content = append(node.Content, records.Scalar(m.name), pairs)
	}
	return node, nil
}

// UnmarshalYAML reads what MarshalYAML wrote. Settings that are missing are noted for
// [Config.complete], unknown ones are errors.
func (p *Part) UnmarshalYAML(node *yaml.Node) error {
	var raw struct {
		Experiment string            `yaml:"experiment"`
		Settings   map[string]string `yaml:"settings"`
		Used       map[string]string `yaml:"used"`
		Unused     map[string]string `yaml:"unused"`
	}
	if err := node.Decode(&raw); err != nil {
		return err
	}
	for k, text := range raw.Settings { // by a former name
		if name := keyName(k); name != k {
			if _, both := raw.Settings[name]; both {
				return fmt.Errorf("line %d: %s and %s are the same setting: remove one of them", node.Line, k, name)
			}
			delete(raw.Settings, k)
			raw.Settings[name] = text
		}
	}
	e, err := Find(raw.Experiment)
	if err != nil {
		return err
	}
	p.Experiment, p.Settings, p.Used, p.Unused = raw.Experiment, e.Domain.New(), raw.Used, raw.Unused
	for _, f := range p.Settings.Fields() {
		k := f.Name
		text, ok := raw.Settings[k]
		if ok && !e.Takes(k) { // former versions wrote it although nobody read it
			delete(raw.Settings, k)
			ok = false
		}
		if !ok {
			p.missing = append(p.missing, k)
			continue
		}
		delete(raw.Settings, k)
		if text == "" && p.Settings.Text(k) == "" { // a list or a text that is empty
			continue
		}
		if err := p.Settings.Set(k, text); err != nil {
			return fmt.Errorf("line %d: %w", node.Line, err)
		}
	}
	for _, m := range []*map[string]string{&p.Used, &p.Unused} {
		for k := range *m {
			if !e.Takes(k) {
				return fmt.Errorf("line %d: %s does not read the setting %q, of which used or unused tells", node.Line, p.Experiment, k)
			}
		}
		if len(*m) == 0 {
			*m = nil
		}
	}
	for k := range raw.Settings {
		names, _ := Keys()
		if slices.Contains(names, k) {
			return fmt.Errorf("line %d: %s does not take the setting %s", node.Line, p.Experiment, k)
		}
		return fmt.Errorf("line %d: %w", node.Line, suggest.Unknown("setting", k, names))
	}
	return nil
}

// Encode returns config.yaml.
func (c *Config) Encode() []byte {
	data, err := records.EncodeYAML(c)
	if err != nil {
		panic(err) // a struct of ours that always encodes
	}
	return data
}

// ReadConfig reads a config.yaml.
func ReadConfig(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, err := DecodeConfig(path, data)
	if err == nil && c.Given != nil {
		c.Given.resolve(filepath.Dir(path))
		c.Given.salt, err = readSalt(filepath.Dir(path))
	}
	return c, err
}

// DecodeConfig reads what [Config.encode] wrote.
func DecodeConfig(path string, data []byte) (*Config, error) {
	version, err := records.VersionOf(path, data)
	if err != nil {
		return nil, err
	}
	seeded, err := checkSeed(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var c Config
	if err := records.DecodeYAML(path, data, &c); err != nil {
		return nil, err
	}
	if len(c.Parts) == 0 {
		return nil, fmt.Errorf("%s names no parts, so it does not say what was run: use the %s in a run's folder", path, records.ConfigName)
	}
	if !seeded {
		return nil, fmt.Errorf("%s names no seed: restore the file", path)
	}
	if err := checkLabel(c.Label); err != nil {
		return nil, fmt.Errorf("%s: name: %w", path, err)
	}
	if err := c.complete(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.RecordsVersion = version
	return &c, nil
}

// checkSeed refuses a seed that is no whole number, of which the library would take a part, and
// says whether there is one. What is no configuration at all is left to the library.
func checkSeed(data []byte) (there bool, err error) {
	var c struct {
		Seed yaml.Node `yaml:"seed"`
	}
	if yaml.Unmarshal(data, &c) != nil || c.Seed.IsZero() {
		return false, nil
	}
	if _, err := strconv.ParseUint(c.Seed.Value, 0, 64); err != nil {
		return true, fmt.Errorf("line %d: the seed %q is not a whole number of 0 to %d", c.Seed.Line, c.Seed.Value, uint64(math.MaxUint64))
	}
	return true, nil
}

// checkParts refuses parts that the experiment does not have on its model, and duplicates.
func (c *Config) checkParts(e *Experiment, parts []*Experiment) error {
	if _, err := Defaults(e, Key{c.Dataset, c.Model, c.Profile}); err != nil {
		return err
	}
	for i, p := range c.Parts {
		if _, err := Find(p.Experiment); err != nil {
			return err
		}
		if !slices.ContainsFunc(parts, func(x *Experiment) bool { return x.ID == p.Experiment }) {
			return fmt.Errorf("the configuration names the part %s, which %s with the model %s does not have: restore the file", p.Experiment, e.ID, c.Model)
		}
		if slices.ContainsFunc(c.Parts[:i], func(x Part) bool { return x.Experiment == p.Experiment }) {
			return fmt.Errorf("the configuration names the part %s twice: restore the file", p.Experiment)
		}
	}
	return nil
}

// complete gives settings that the file does not name their default: a run may be older than a
// setting, whose default then is what the program did before there was one.
func (c *Config) complete() error {
	for i := range c.Parts {
		p := &c.Parts[i]
		if len(p.missing) == 0 {
			continue
		}
		e, err := Find(p.Experiment)
		if err != nil {
			return err
		}
		defaults, err := Defaults(e, Key{c.Dataset, c.Model, c.Profile})
		if err != nil && !slices.ContainsFunc(p.missing, e.Takes) {
			p.missing = nil // of a former model or profile, and nothing that counts is missing
			continue
		}
		if err != nil {
			return err
		}
		for _, k := range p.missing {
			if text := defaults.Text(k); text != "" {
				if err := p.Settings.Set(k, text); err != nil {
					return err
				}
			}
		}
		p.missing = nil
	}
	return nil
}

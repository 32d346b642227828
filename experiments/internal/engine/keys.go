package engine

import (
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/settings"
)

// Keys returns the names of all settings with their meaning, in their order.
func Keys() (names, docs []string) {
	for _, f := range Fields() {
		names, docs = append(names, f.Name), append(docs, f.Doc)
	}
	return names, docs
}

// Fields returns the settings of all experiments, each once.
func Fields() []settings.Field {
	var out []settings.Field
	for _, d := range domains() {
		for _, f := range d.New().Fields() {
			if !slices.ContainsFunc(out, func(x settings.Field) bool { return x.Name == f.Name }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// keyName returns the name of a setting that is given by one of its other names; every other text
// as it is.
func keyName(name string) string {
	for _, f := range Fields() {
		if f.Name == name || slices.Contains(f.Also, name) {
			return f.Name
		}
	}
	return name
}

// Owners returns the experiments that alone take the setting; none where all of a domain of several
// do.
func Owners(key string) []string {
	var out []string
	for _, d := range domains() {
		var taking []string
		several, restricted := 0, false
		for _, e := range all {
			if e.Domain == d && len(e.Parts) == 0 {
				several++
				if e.Takes(key) {
					taking = append(taking, e.ID)
				}
			}
		}
		for _, f := range d.New().Fields() {
			if f.Name == key {
				restricted = len(f.Owners) > 0
			}
		}
		if len(taking) > 0 && several > 1 && !restricted {
			return nil
		}
		out = append(out, taking...)
	}
	return out
}

// set changes a setting of the experiment; one that only others take is checked by theirs, and
// changes nothing.
func (e *Experiment) set(s Settings, key, text string) error {
	for _, f := range s.Fields() {
		if f.Name == key {
			return s.Set(key, text)
		}
	}
	for _, d := range domains() {
		other := d.New()
		if slices.ContainsFunc(other.Fields(), func(f settings.Field) bool { return f.Name == key }) {
			return other.Set(key, text)
		}
	}
	names, _ := Keys()
	return fmt.Errorf("unknown setting %q; known: %s", key, strings.Join(names, ", "))
}

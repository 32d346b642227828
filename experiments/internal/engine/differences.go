package engine

import (
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/settings"
)

// difference is something in which two runs differ. The machine may, and what the folder is called.
type difference struct {
	name       string
	here, asks string         // the value of the run that is there and of the one that is asked for; "" = none
	field      settings.Field // of a setting
	masked     bool           // the name says it all
}

// differences lists in what the run that is asked for differs from this one. Of secrets of which
// one is masked it says only that.
func (c *Config) differences(asked *Config) []difference {
	asked = asked.comparedWith(c)
	var out []difference
	for _, f := range Facts(c, asked) {
		if f.Made || !f.Differs() || f.secret && slices.Contains(f.Values, Mask) {
			continue
		}
		name := f.Name
		if f.Part != "" && f.Part != c.Experiment {
			name = f.Part + "." + name
		}
		out = append(out, difference{name: name, here: f.Values[0], asks: f.Values[1], field: f.field})
	}
	if text := otherSecret(c.Given, asked.Given); text != "" {
		out = append(out, difference{name: text, masked: true})
	}
	return out
}

// describe lists differences for a reader.
func describe(all []difference) string {
	var out []string
	for _, d := range all {
		text := fmt.Sprintf("%s (the run has %q, requested %q)", d.name, d.here, d.asks)
		if d.masked {
			text = d.name
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// hindering leaves out the differences that a run may grow by.
func hindering(all []difference) []difference {
	return slices.DeleteFunc(slices.Clone(all), func(d difference) bool { return d.field.Extends(d.here, d.asks) })
}

// SameRun returns an error that lists what differs, unless this run may go on to become the other:
// it is the same, or the other has more of what a run may have more of.
func (c *Config) SameRun(asked *Config) error {
	all := hindering(c.differences(asked))
	if len(all) == 0 {
		return nil
	}
	grow := ""
	if slices.ContainsFunc(all, func(d difference) bool { return d.field.More }) {
		grow = ". A run can get more draws and methods, not fewer"
	}
	return fmt.Errorf("cannot resume with settings that differ from the run's: %s%s", describe(all), grow)
}

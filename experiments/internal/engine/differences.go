package engine

import (
	"fmt"
	"slices"
	"strings"
)

// difference is something in which two runs differ. The machine may, and what the folder is called.
type difference struct {
	name       string
	here, asks string // the value of the run that is there and of the one that is asked for; "" = none
	extends    bool   // the run that is there may go on to become the other
	masked     bool   // the name says it all
}

// differences lists in what the run that is asked for differs from this one.
func (c *Config) differences(asked *Config) []difference {
	asked = asked.comparedWith(c)
	a, b := c.flat(), asked.flat()
	var out []difference
	for _, name := range a.names {
		if x, y := a.values[name], b.values[name]; x != y {
			field, isSetting := a.fields[name]
			out = append(out, difference{name: name, here: x, asks: y, extends: isSetting && field.Extends(x, y)})
		}
	}
	for _, name := range b.names {
		if _, ok := a.values[name]; !ok {
			out = append(out, difference{name: name, asks: b.values[name]})
		}
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
	return slices.DeleteFunc(slices.Clone(all), func(d difference) bool { return d.extends })
}

// SameRun returns an error that lists what differs, unless this run may go on to become the other:
// it is the same, or the other has more of what a run may have more of.
func (c *Config) SameRun(asked *Config) error {
	all := hindering(c.differences(asked))
	if len(all) == 0 {
		return nil
	}
	grow := ""
	for _, d := range all {
		if field, ok := c.flat().fields[d.name]; ok && field.More {
			grow = ". A run can get more draws and methods, not fewer"
		}
	}
	return fmt.Errorf("cannot resume with settings that differ from the run's: %s%s", describe(all), grow)
}

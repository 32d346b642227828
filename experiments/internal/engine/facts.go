package engine

import (
	"cmp"
	"slices"
	"strconv"

	"lethe/experiments/internal/settings"
)

// Fact is something that runs depend on, or that was noted of how they were made, with its value in
// each of several runs.
type Fact struct {
	Name   string   // as config.yaml has it
	Title  string   // in reports
	Part   string   // the experiment whose setting it is; "" = it is none
	Made   bool     // it says what the run was made on, which may change when a run is resumed
	Values []string // one a run; "" where a run has none. What a run masks is [Mask]

	secret bool           // a run may mask it
	field  settings.Field // of a setting
}

// Differs reports whether the runs have different values.
func (f *Fact) Differs() bool {
	return slices.ContainsFunc(f.Values, func(v string) bool { return v != f.Values[0] })
}

// Facts returns the facts of the runs in the order of reports: what they work on, the settings of
// their experiments, what was given, and what they were made on. It is the only list of what runs
// may differ in: resuming and comparing use it. The name of a folder is not a fact.
func Facts(runs ...*Config) []Fact {
	var out []Fact
	add := func(f Fact, of func(*Config) string) {
		f.Title = cmp.Or(f.Title, f.Name)
		for _, c := range runs {
			f.Values = append(f.Values, of(c))
		}
		out = append(out, f)
	}
	add(Fact{Name: "experiment"}, func(c *Config) string { return c.Experiment })
	add(Fact{Name: "dataset", Title: "data set"}, func(c *Config) string { return c.Dataset })
	add(Fact{Name: "model"}, func(c *Config) string { return c.Model })
	add(Fact{Name: "profile"}, func(c *Config) string { return c.Profile })
	add(Fact{Name: "seed"}, func(c *Config) string { return strconv.FormatUint(c.Seed, 10) })
	for _, s := range settingsOf(runs) {
		add(Fact{Name: s.field.Name, Part: s.part, field: s.field}, func(c *Config) string { return c.setting(s.part, s.field.Name) })
	}
	add(Fact{Name: "prompt", secret: true}, shownGiven(func(g *Given) string { return g.Prompt }))
	add(Fact{Name: "secret", secret: true}, shownGiven(func(g *Given) string { return g.Secret }))
	add(Fact{Name: "replacement", secret: true}, shownGiven(func(g *Given) string { return g.Replacement }))
	add(Fact{Name: "checkpoint"}, func(c *Config) string { return cmp.Or(c.Given, &Given{}).Loaded })
	add(Fact{Name: "networks"}, func(c *Config) string { return c.Networks })
	add(Fact{Name: "data", Title: "data (fingerprint)"}, func(c *Config) string { return c.Data })
	add(Fact{Name: "commit", Made: true}, func(c *Config) string { return c.MadeOn.Commit })
	add(Fact{Name: "go", Made: true}, func(c *Config) string { return c.MadeOn.Go })
	add(Fact{Name: "os", Made: true}, func(c *Config) string { return c.MadeOn.OS })
	add(Fact{Name: "cores", Made: true}, func(c *Config) string { return strconv.Itoa(c.MadeOn.Cores) })
	add(Fact{Name: "blas", Made: true}, func(c *Config) string { return c.MadeOn.BLAS })
	return out
}

// shownGiven reads a text of what was given as the run's files show it.
func shownGiven(of func(*Given) string) func(*Config) string {
	return func(c *Config) string {
		switch {
		case c.Given == nil || of(c.Given) == "":
			return ""
		case c.Masked():
			return Mask
		}
		return of(c.Given)
	}
}

// partSetting is a setting of one experiment of a run.
type partSetting struct {
	part  string
	field settings.Field
}

// settingsOf returns the settings that the experiments of the runs read, each once.
func settingsOf(runs []*Config) []partSetting {
	var out []partSetting
	seen := map[string]bool{}
	for _, c := range runs {
		for _, p := range c.Parts {
			e, err := Find(p.Experiment)
			if seen[p.Experiment] || err != nil {
				continue
			}
			seen[p.Experiment] = true
			for _, field := range p.Settings.Fields() {
				if e.Takes(field.Name) {
					out = append(out, partSetting{p.Experiment, field})
				}
			}
		}
	}
	return out
}

// setting returns the text of a setting; "" where the run has no such part.
func (c *Config) setting(part, name string) string {
	for _, p := range c.Parts {
		if p.Experiment == part {
			return p.Settings.Text(name)
		}
	}
	return ""
}

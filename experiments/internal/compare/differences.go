package compare

import (
	"slices"
	"strconv"
	"strings"

	"lethe/experiments/internal/engine"
)

// Difference is something in which runs differ, with its value in each of them.
type Difference struct {
	Name   string
	Values []string // one a run; "" where a run has none
}

// Differences returns in what the runs differ: what they work on, their seeds, the settings of the
// experiments that they have in common, and what they were made on.
func Differences(runs []*Run) []Difference {
	var out []Difference
	add := func(name string, of func(*Run) string) {
		d := Difference{Name: name}
		for _, r := range runs {
			d.Values = append(d.Values, of(r))
		}
		if len(slices.Compact(slices.Clone(d.Values))) > 1 {
			out = append(out, d)
		}
	}
	add("experiment", func(r *Run) string { return r.Config.Experiment })
	add("data set", func(r *Run) string { return r.Config.Dataset })
	add("model", func(r *Run) string { return r.Config.Model })
	add("profile", func(r *Run) string { return r.Config.Profile })
	add("seed", func(r *Run) string { return strconv.FormatUint(r.Config.Seed, 10) })
	out = append(out, differentSettings(runs)...)
	given := func(of func(*engine.Given) string) func(*Run) string {
		return func(r *Run) string {
			if r.Config.Given == nil {
				return ""
			}
			return of(r.Config.Given)
		}
	}
	add("prompt", given(func(g *engine.Given) string { return g.Prompt }))
	add("secret", given(func(g *engine.Given) string { return g.Secret }))
	add("replacement", given(func(g *engine.Given) string { return g.Replacement }))
	add("checkpoint", given(func(g *engine.Given) string { return g.Loaded }))
	add("networks", func(r *Run) string { return r.Config.Networks })
	add("data (fingerprint)", func(r *Run) string { return r.Config.Data })
	for _, f := range machineFacts {
		add(f.name, func(r *Run) string { return f.of(&r.Config.MadeOn) })
	}
	return out
}

// differentSettings returns the settings that differ in an experiment that all runs have. Where the
// experiments agree on a setting, it stands once.
func differentSettings(runs []*Run) []Difference {
	byName := map[string][]Difference{} // each named by its experiment
	var names []string
	for _, part := range commonParts(runs) {
		for _, key := range settingNames(runs[0], part) {
			d := Difference{Name: part}
			for _, r := range runs {
				d.Values = append(d.Values, r.part(part).Text(key))
			}
			if byName[key] == nil {
				names = append(names, key)
			}
			byName[key] = append(byName[key], d)
		}
	}
	var out []Difference
	for _, key := range names {
		all := byName[key]
		same := !slices.ContainsFunc(all, func(d Difference) bool { return !slices.Equal(d.Values, all[0].Values) })
		if same {
			all = all[:1]
		}
		for _, d := range all {
			if len(slices.Compact(slices.Clone(d.Values))) == 1 {
				continue
			}
			name := key
			if !same {
				name += " of " + d.Name
			}
			out = append(out, Difference{name, d.Values})
		}
	}
	return out
}

// commonParts returns the experiments that all of the runs have, in the order of the first.
func commonParts(runs []*Run) []string {
	out := runs[0].parts()
	return slices.DeleteFunc(out, func(part string) bool {
		return slices.ContainsFunc(runs, func(r *Run) bool { return r.part(part) == nil })
	})
}

// settingNames returns the names of the settings that the run's experiment takes.
func settingNames(r *Run, part string) []string {
	e, err := engine.Find(part)
	var out []string
	for _, f := range r.part(part).Fields() {
		if err == nil && e.Takes(f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

// machineFact is something recorded of how a run was made, by its name in config.yaml.
type machineFact struct {
	name string
	of   func(m *engine.Machine) string
}

// machineFacts are those that are shown where runs differ in them.
var machineFacts = []machineFact{
	{"commit", func(m *engine.Machine) string { return m.Commit }},
	{"go", func(m *engine.Machine) string { return m.Go }},
	{"os", func(m *engine.Machine) string { return m.OS }},
	{"cores", func(m *engine.Machine) string { return strconv.Itoa(m.Cores) }},
	{"blas", func(m *engine.Machine) string { return m.BLAS }},
}

// isMachineFact reports whether a difference has the name of one.
func isMachineFact(name string) bool {
	return slices.ContainsFunc(machineFacts, func(f machineFact) bool { return f.name == name })
}

// sameMachine reports whether the runs were made on machines of one description.
func sameMachine(runs []*Run) bool {
	first := runs[0].Config.MadeOn
	return !slices.ContainsFunc(runs, func(r *Run) bool {
		m := r.Config.MadeOn
		return m.OS != first.OS || m.Cores != first.Cores || m.BLAS != first.BLAS
	})
}

// labels are the names of runs in headings: what tells them apart, without what names the data and
// the machine.
func labels(runs []*Run, differ []Difference) []string {
	out := make([]string, len(runs))
	for i := range runs {
		var words []string
		for _, d := range differ {
			if slices.Contains([]string{"data (fingerprint)", "networks", "checkpoint"}, d.Name) || isMachineFact(d.Name) {
				continue
			}
			words = append(words, labelled(d.Name, d.Values[i]))
		}
		out[i] = strings.Join(words, ", ")
	}
	return out
}

// labelled writes a value with its name, where the value does not speak for itself.
func labelled(name, value string) string {
	switch {
	case slices.Contains([]string{"experiment", "data set", "model", "profile"}, name):
		return value
	case value == "":
		return name + " none"
	}
	return name + " " + value
}

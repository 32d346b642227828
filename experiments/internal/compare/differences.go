package compare

import (
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
)

// Differences returns in what the runs differ: what they work on, their seeds, the settings of the
// experiments that they have in common, and what they were made on. Where these experiments agree
// on a setting, it stands once; elsewhere its title names the experiment.
func Differences(runs []*Run) []engine.Fact {
	all := engine.Facts(configs(runs)...)
	common := commonParts(runs)
	all = slices.DeleteFunc(all, func(f engine.Fact) bool { return f.Part != "" && !slices.Contains(common, f.Part) })
	var out []engine.Fact
	for i, f := range all {
		same := func(g engine.Fact) bool { return f.Part != "" && g.Part != "" && g.Name == f.Name }
		if slices.ContainsFunc(all[:i], same) {
			continue // with its first experiment
		}
		group := []engine.Fact{f}
		for _, g := range all[i+1:] {
			if same(g) {
				group = append(group, g)
			}
		}
		out = append(out, merged(group)...)
	}
	return slices.DeleteFunc(out, func(f engine.Fact) bool { return !f.Differs() })
}

// merged returns one fact of those of several experiments where they agree, and otherwise each with
// its experiment in the title.
func merged(group []engine.Fact) []engine.Fact {
	if !slices.ContainsFunc(group, func(f engine.Fact) bool { return !slices.Equal(f.Values, group[0].Values) }) {
		return group[:1]
	}
	for i := range group {
		group[i].Title += " of " + group[i].Part
	}
	return group
}

// configs are the configurations of runs.
func configs(runs []*Run) []*engine.Config {
	out := make([]*engine.Config, len(runs))
	for i, r := range runs {
		out[i] = r.Config
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
func labels(runs []*Run, differ []engine.Fact) []string {
	out := make([]string, len(runs))
	for i := range runs {
		var words []string
		for _, d := range differ {
			if slices.Contains([]string{"data", "networks", "checkpoint"}, d.Name) || d.Made {
				continue
			}
			words = append(words, labelled(d.Title, d.Values[i]))
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

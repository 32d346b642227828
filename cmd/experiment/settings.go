package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"lethe/experiments"
)

// group is the settings that the same experiments take.
type group struct {
	owners string // "" = all
	fields []experiments.Field
}

// settingGroups returns the settings of all experiments, groups and settings in their order.
func settingGroups() []group {
	var out []group
	for _, f := range experiments.Fields() {
		owners := listed(experiments.Owners(f.Name))
		i := slices.IndexFunc(out, func(g group) bool { return g.owners == owners })
		if i < 0 {
			i = len(out)
			out = append(out, group{owners: owners})
		}
		out[i].fields = append(out[i].fields, f)
	}
	return out
}

// listed writes "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// settingsPage writes docs/settings.md.
func settingsPage(w io.Writer) {
	fmt.Fprint(w, "# Settings\n\n`--set key=value` changes a setting of a run; lists are separated by commas. A number is above 0, and a whole number at least 1, unless its row says otherwise. "+
		"Defaults depend on the experiment, the data set and the profile: the `config.yaml` of a run states them all. This page is printed by\n\n"+
		"    go run ./cmd/experiment list --settings --markdown\n")
	for _, g := range settingGroups() {
		title := "Settings of several experiments"
		if g.owners != "" {
			title = "Only " + g.owners
		}
		fmt.Fprintf(w, "\n## %s\n\n| setting | meaning | values |\n|---|---|---|\n", title)
		for _, f := range g.fields {
			fmt.Fprintf(w, "| `%s` | %s | %s |\n", f.Name, inCell(f.Doc+alsoNamed(f)), inCell(values(f)))
		}
	}
}

// inCell keeps a text in its cell of a table, and its characters as they are.
func inCell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", `\<`).Replace(text)
}

func alsoNamed(f experiments.Field) string {
	if len(f.Also) == 0 {
		return ""
	}
	return " (also named " + listed(f.Also) + ")"
}

// hasMany reports whether a setting has too many words for a cell of a table.
func hasMany(f experiments.Field) bool { return len(f.Words) > 8 }

// values says what a setting may be, as far as its bounds and words do.
func values(f experiments.Field) string {
	switch {
	case hasMany(f): // methods: the page stays as it is when one is added
		return "`go run ./cmd/experiment list --settings` lists them"
	case len(f.Words) > 0:
		return strings.Join(f.Words, ", ")
	}
	var out []string
	for _, b := range []struct {
		text  string
		bound *float64
	}{{"at least ", f.Min}, {"at most ", f.Max}, {"below ", f.Below}} {
		if b.bound != nil {
			out = append(out, b.text+strconv.FormatFloat(*b.bound, 'f', -1, 64))
		}
	}
	if f.Zero {
		out = append(out, "0 allowed")
	}
	if f.Unit != "" {
		out = append(out, "unit: "+f.Unit)
	}
	return strings.Join(out, ", ")
}

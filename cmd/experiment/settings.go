package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"lethe/experiments"
)

// group is the settings of one kind of experiments.
type group struct {
	title   string
	readers []string // the experiments of that kind
	fields  []experiments.Field
}

// settingGroups returns the settings of all experiments, each once, by what kinds of experiments
// read them.
func settingGroups() []group {
	var kinds [][]string // the experiments of each kind, in their order
	for _, e := range experiments.Experiments() {
		if len(e.Parts) > 0 {
			continue
		}
		i := slices.IndexFunc(kinds, func(k []string) bool {
			first, err := experiments.Find(k[0])
			return err == nil && first.Domain == e.Domain
		})
		if i < 0 {
			i = len(kinds)
			kinds = append(kinds, nil)
		}
		kinds[i] = append(kinds[i], e.ID)
	}
	var out []group
	for _, f := range experiments.Fields() {
		readers := experiments.Readers(f.Name)
		var title []string
		var of []string
		for _, k := range kinds {
			if !slices.ContainsFunc(k, func(id string) bool { return slices.Contains(readers, id) }) {
				continue
			}
			of = append(of, k...)
			if len(k) == 1 {
				title = append(title, k[0])
			} else {
				title = append(title, "experiments on "+workedOn(k[0]))
			}
		}
		if title == nil { // nobody reads it
			continue
		}
		name := "Settings of " + experiments.And(title)
		i := slices.IndexFunc(out, func(g group) bool { return g.title == name })
		if i < 0 {
			i = len(out)
			out = append(out, group{title: name, readers: of})
		}
		out[i].fields = append(out[i].fields, f)
	}
	return out
}

// workedOn is what the experiments of a kind have in common.
func workedOn(id string) string {
	if e, err := experiments.Find(id); err == nil && e.Domain.Holds == "images" {
		return "images"
	}
	return "tables"
}

// readBy names the experiments that read a setting, or those that do not where these are fewer; ""
// where all of the group do.
func readBy(g group, f experiments.Field) string {
	readers := experiments.Readers(f.Name)
	others := slices.DeleteFunc(slices.Clone(g.readers), func(id string) bool { return slices.Contains(readers, id) })
	switch {
	case len(others) == 0:
		return ""
	case len(others) < len(readers) && len(others) <= 5:
		return "all but " + experiments.And(others)
	}
	return "only " + experiments.And(readers)
}

// datasetsOf returns the data sets that an experiment runs on.
func datasetsOf(e *experiments.Experiment) []string {
	if e.Domain.Datasets != nil {
		return e.Domain.Datasets
	}
	return []string{"alice"}
}

// settingsOf returns the settings that an experiment reads, with their defaults in each profile. An
// experiment with parts has those of all parts, which agree but for what a part changes.
func settingsOf(e *experiments.Experiment, dataset, model string) ([]settingObject, experiments.Key, error) {
	key := experiments.Key{Dataset: dataset, Model: model, Profile: experiments.Profiles[0]}
	switch known := datasetsOf(e); {
	case key.Dataset == "":
		key.Dataset = known[0]
	case !slices.Contains(known, dataset):
		return nil, key, experiments.Unknown("data set", dataset, known)
	}
	if key.Model == "" {
		key.Model = e.Models()[0]
	}
	if e.Refuses != nil {
		if err := e.Refuses(key.Model); err != nil {
			return nil, key, err
		}
	}
	of := []*experiments.Experiment{e}
	for i, id := range e.Parts {
		p, err := experiments.Find(id)
		if err != nil {
			return nil, key, err
		}
		of = append(of[:i:i], p)
	}
	var out []settingObject
	for _, f := range e.Domain.New().Fields() {
		if !e.Takes(f.Name) {
			continue
		}
		o := settingObject{Name: f.Name, Type: f.Kind, Unit: f.Unit, Meaning: f.Doc, Words: f.Words, Min: f.Min, Max: f.Max, Below: f.Below, Zero: f.Zero,
			Extends: f.More, Defaults: map[string]string{}}
		for _, profile := range experiments.Profiles {
			at := key
			at.Profile = profile
			var texts []string
			for _, p := range of {
				if !p.Takes(f.Name) {
					continue
				}
				s, err := experiments.Defaults(p, at)
				if err != nil {
					return nil, key, err
				}
				text := s.Text(f.Name)
				if text == "" {
					text = "none"
				}
				if !slices.Contains(texts, text) {
					texts = append(texts, text)
				}
			}
			o.Defaults[profile] = strings.Join(texts, " or ") // of parts that differ
		}
		out = append(out, o)
	}
	return out, key, nil
}

// defaultsText states a setting's defaults: that of the profile quick, and the others where they
// differ.
func defaultsText(defaults map[string]string) string {
	const main = "quick"
	text := "default " + defaults[main]
	var others []string
	for _, profile := range experiments.Profiles {
		if defaults[profile] != defaults[main] {
			others = append(others, profile+" "+defaults[profile])
		}
	}
	if len(others) > 0 {
		text += " (" + strings.Join(others, "; ") + ")"
	}
	return text
}

// withUnit says what a setting's values are, and what they count or are measured in.
func withUnit(f experiments.Field) string {
	if f.Unit == "" {
		return f.Kind
	}
	return f.Kind + ", " + f.Unit
}

// settingsPage writes docs/settings.md.
func settingsPage(w io.Writer) {
	fmt.Fprint(w, "# Settings\n\n`--set key=value` changes a setting of a run; lists are separated by commas. A setting that an experiment does not read is an error. "+
		"A number is above 0, and a whole number at least 1, unless its row says otherwise. Defaults depend on the experiment, the data set and the profile: "+
		"`experiment list EXPERIMENT --settings` prints them, and the `config.yaml` of a run states all. This page is printed by\n\n"+
		"    go run ./cmd/experiment list --settings --markdown\n")
	for _, g := range settingGroups() {
		fmt.Fprintf(w, "\n## %s\n\n| setting | type | meaning | values | read by |\n|---|---|---|---|---|\n", g.title)
		for _, f := range g.fields {
			readers := readBy(g, f)
			if readers == "" {
				readers = "all"
			}
			fmt.Fprintf(w, "| `%s` | %s | %s | %s | %s |\n", f.Name, withUnit(f), inCell(f.Doc+alsoNamed(f)), inCell(values(f)), readers)
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
	return " (also named " + experiments.And(f.Also) + ")"
}

// hasMany reports whether a setting has too many words for a cell of a table.
func hasMany(f experiments.Field) bool { return len(f.Words) > manyAre }

const manyAre = 8

// values says what a setting may be, as far as its bounds and words do.
func values(f experiments.Field) string {
	var out []string
	switch {
	case hasMany(f): // methods: the page stays as it is when one is added
		out = append(out, "`go run ./cmd/experiment list --settings` lists them")
	case len(f.Words) > 0:
		out = append(out, strings.Join(f.Words, ", "))
	}
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
	if f.More {
		out = append(out, "`--resume` may extend it")
	}
	return strings.Join(out, ", ")
}

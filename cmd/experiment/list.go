package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lethe/experiments"
	"lethe/internal/cli"
)

type listCommand struct {
	IDs      []string `arg:"" optional:"" name:"id" help:"Experiments (default: all)."`
	Settings bool     `help:"List the settings for --set: of the named experiments with their defaults, or of all."`
	Dataset  string   `help:"With --settings: data set of the defaults (default: the experiment's first)." placeholder:"NAME"`
	Model    string   `help:"With --settings: model of the defaults (default: the experiment's first)." placeholder:"NAME"`
	Markdown bool     `help:"With --settings: print the settings only, as docs/settings.md."`
	JSON     bool     `name:"json" help:"Print a JSON list; with --settings also the settings and their defaults."`
}

// Run prints the experiments.
func (c *listCommand) Run(t *terminal) error {
	chosen, err := c.chosen()
	switch {
	case err != nil:
		return usageError{err}
	case !c.Settings && (c.Markdown || c.Dataset != "" || c.Model != ""):
		return usageError{errors.New("--markdown, --dataset and --model are for the settings: add --settings")}
	case c.Markdown && (c.JSON || len(c.IDs) > 0):
		return usageError{errors.New("--markdown prints the settings of all experiments: omit their names and --json")}
	case c.Markdown:
		settingsPage(t.stdout)
		return nil
	case c.JSON:
		return c.printJSON(t.stdout, chosen)
	}
	for i, e := range chosen {
		if c.Settings && len(c.IDs) > 0 && i > 0 {
			fmt.Fprintln(t.stdout)
		}
		describe(t.stdout, e)
		if c.Settings && len(c.IDs) > 0 {
			if err := c.printSettings(t.stdout, e); err != nil {
				return usageError{err}
			}
		}
	}
	switch {
	case len(c.IDs) > 0 && c.Settings:
	case len(c.IDs) > 0:
		fmt.Fprintf(t.stdout, "\nexperiment list %s --settings shows the settings for --set.\n", strings.Join(c.IDs, " "))
	case !c.Settings:
		fmt.Fprintln(t.stdout, "\nexperiment list EXPERIMENT --settings shows its settings for --set.")
	default:
		fmt.Fprintln(t.stdout, "\nSettings (--set key=value); experiment list EXPERIMENT --settings also shows\nthe defaults:")
		for _, group := range settingGroups() {
			fmt.Fprintf(t.stdout, "\n%s:\n", group.title)
			for _, f := range group.fields {
				printSetting(t.stdout, f.Name, withUnit(f), f.Doc+manyWords(f), readBy(group, f))
			}
		}
	}
	return nil
}

// chosen returns the experiments that are named, or all.
func (c *listCommand) chosen() ([]*experiments.Experiment, error) {
	if len(c.IDs) == 0 {
		return experiments.Experiments(), nil
	}
	var out []*experiments.Experiment
	for _, id := range c.IDs {
		e, err := experiments.Find(id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// printSettings prints the settings of an experiment with their defaults.
func (c *listCommand) printSettings(w io.Writer, e *experiments.Experiment) error {
	settings, key, err := settingsOf(e, c.Dataset, c.Model)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nSettings (--set key=value), with the defaults on %s, %s:\n\n", key.Dataset, key.Model)
	for _, s := range settings {
		kind := s.Type
		if s.Unit != "" {
			kind += ", " + s.Unit
		}
		meaning := s.Meaning
		if slices.ContainsFunc(s.Words, func(w string) bool { return !strings.Contains(s.Meaning, w) }) {
			meaning += ". Words: " + strings.Join(s.Words, ", ")
		}
		printSetting(w, s.Name, kind, meaning, defaultsText(s.Defaults))
	}
	return nil
}

// printJSON prints experiments as objects.
func (c *listCommand) printJSON(w io.Writer, chosen []*experiments.Experiment) error {
	all := []experimentObject{}
	for _, e := range chosen {
		o := experimentObject{ID: e.ID, Title: e.Title, Question: e.Question, Parts: e.Parts, Models: e.Models(), Datasets: datasetsOf(e)}
		if c.Settings {
			var err error
			if o.Settings, _, err = settingsOf(e, c.Dataset, c.Model); err != nil {
				return usageError{err}
			}
		}
		all = append(all, o)
	}
	return cli.WriteJSON(w, all)
}

// manyWords returns the words of a setting that has many, for the experiments that take it; "" for
// a setting with few, whose meaning names them.
func manyWords(f experiments.Field) string {
	if !hasMany(f) {
		return ""
	}
	var lists []string
	takers := map[string][]string{} // by the list of words
	for _, e := range experiments.Experiments() {
		for _, own := range e.Domain.New().Fields() {
			if own.Name != f.Name || !e.Takes(f.Name) {
				continue
			}
			list := strings.Join(e.WordsOf(own), ", ")
			if takers[list] == nil {
				lists = append(lists, list)
			}
			takers[list] = append(takers[list], e.ID)
		}
	}
	text := ""
	for _, list := range lists {
		text += ". Words for " + experiments.And(takers[list]) + ": " + list
	}
	return text
}

// describe prints an experiment in two columns that fit into 80 characters.
func describe(w io.Writer, e *experiments.Experiment) {
	name := e.ID
	for _, line := range wrap(e.Title, 62) {
		fmt.Fprintf(w, "%-17s %s\n", name, line)
		name = ""
	}
	for _, line := range wrap(questionAndParts(e), 60) {
		fmt.Fprintf(w, "%-17s   %s\n", "", line)
	}
}

// questionAndParts returns the question of an experiment and the experiments that it consists of.
func questionAndParts(e *experiments.Experiment) string {
	if len(e.Parts) == 0 {
		return e.Question
	}
	return e.Question + " (" + strings.Join(e.Parts, ", ") + ")"
}

// printSetting prints a setting in two columns that fit into 80 characters: what its values are,
// what it means, and a last word.
func printSetting(w io.Writer, name, kind, doc, last string) {
	first := kind
	if last != "" {
		first += "; " + last
	}
	for _, part := range []struct {
		text   string
		indent string
	}{{first, ""}, {doc, "  "}} {
		for i, line := range wrap(part.text, 56) {
			if i > 0 && part.indent == "" {
				line = "  " + line
			}
			fmt.Fprintf(w, "  %-18s %s%s\n", name, part.indent, line)
			name = ""
		}
	}
}

// wrap breaks text into lines of at most width columns at spaces, and within a word that is longer
// at a comma.
func wrap(text string, width int) []string {
	return experiments.WrapAt(text, width, func(line string, width int) int { return strings.LastIndexByte(line[:width], ',') + 1 })
}

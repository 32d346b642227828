package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"lethe/experiments"
)

type listCommand struct {
	Settings bool `help:"Also list the settings for --set."`
	Markdown bool `help:"With --settings: print the settings only, as docs/settings.md."`
}

// Run prints the experiments.
func (c *listCommand) Run(t *terminal) error {
	switch {
	case c.Markdown && !c.Settings:
		return usageError{errors.New("--markdown is for the settings: list --settings --markdown")}
	case c.Markdown:
		settingsPage(t.stdout)
		return nil
	}
	for _, e := range experiments.Experiments() {
		describe(t.stdout, e)
	}
	if !c.Settings {
		fmt.Fprintln(t.stdout, "\nexperiment list --settings shows the settings for --set.")
		return nil
	}
	fmt.Fprintln(t.stdout, "\nSettings (--set key=value):")
	for _, group := range settingGroups() {
		if group.owners != "" {
			fmt.Fprintf(t.stdout, "\nof %s only:\n", group.owners)
		}
		for _, f := range group.fields {
			printSetting(t.stdout, f.Name, f.Doc+manyWords(f))
		}
	}
	return nil
}

// manyWords returns the words of a setting that has many, for each experiment that takes it; ""
// for a setting with few, whose meaning names them.
func manyWords(f experiments.Field) string {
	text := ""
	if !hasMany(f) {
		return text
	}
	for _, e := range experiments.Experiments() {
		for _, own := range e.Domain.New().Fields() {
			if own.Name == f.Name && e.Takes(f.Name) {
				text += ". Words for " + e.ID + ": " + strings.Join(own.Words, ", ")
			}
		}
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

// printSetting prints a setting in two columns that fit into 80 characters.
func printSetting(w io.Writer, name, doc string) {
	for i, line := range wrap(doc, 60) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(w, "  %-16s %s\n", name, line)
	}
}

// wrap breaks text into lines of at most width characters at spaces.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

package main

import (
	"fmt"
	"strings"

	"lethe/experiments"
)

type listCommand struct {
	Settings bool `help:"List the settings that --set takes as well."`
}

// Run prints the experiments.
func (c *listCommand) Run(t *terminal) error {
	for _, e := range experiments.Experiments() {
		fmt.Fprintf(t.stdout, "%-12s %s\n", e.ID, e.Title)
		for _, line := range wrap(e.Question, 64) {
			fmt.Fprintf(t.stdout, "%-12s  %s\n", "", line)
		}
		if len(e.Parts) > 0 {
			fmt.Fprintf(t.stdout, "%-12s  (%s)\n", "", strings.Join(e.Parts, ", "))
		}
	}
	if !c.Settings {
		fmt.Fprintln(t.stdout, "\nexperiment list --settings shows what --set takes.")
		return nil
	}
	fmt.Fprintln(t.stdout, "\nSettings (--set key=value):")
	names, docs := experiments.Keys()
	var owners []string
	lines := map[string]string{} // by owner
	for i, name := range names {
		of := strings.Join(experiments.Owners(name), " and ")
		if _, known := lines[of]; !known {
			owners = append(owners, of)
		}
		for j, line := range wrap(docs[i], 60) {
			if j > 0 {
				name = ""
			}
			lines[of] += fmt.Sprintf("  %-16s %s\n", name, line)
		}
	}
	for _, of := range owners {
		if of != "" {
			fmt.Fprintf(t.stdout, "\nof %s only:\n", of)
		}
		fmt.Fprint(t.stdout, lines[of])
	}
	return nil
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

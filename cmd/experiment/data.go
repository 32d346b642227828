package main

import (
	"fmt"
	"slices"
	"strings"

	"lethe/datasets"
	"lethe/experiments"
	"lethe/internal/cli"
)

type dataCommand struct {
	List   dataListCommand   `cmd:"" help:"List the data sets and their locations."`
	Fetch  dataFetchCommand  `cmd:"" help:"Download data sets."`
	Verify dataVerifyCommand `cmd:"" help:"Check the files against the known checksums."`
}

type dataListCommand struct {
	Data string `help:"Folder of the data sets (default: LETHE_DATA)." placeholder:"DIR"`
	JSON bool   `name:"json" help:"Print a JSON list."`
}

// Run prints the data sets.
func (c *dataListCommand) Run(t *terminal) error {
	if c.JSON {
		all := []datasetObject{}
		for _, name := range datasets.Names() {
			about, err := datasets.Describe(name)
			if err != nil {
				return err
			}
			ok, where := datasets.Available(name, c.Data)
			all = append(all, datasetObject{name, about, ok, where})
		}
		return cli.WriteJSON(t.stdout, all)
	}
	for _, name := range datasets.Names() {
		about, err := datasets.Describe(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.stdout, "%-10s %s\n", name, strings.Join(wrap(about, 68), "\n           "))
		ok, how := datasets.Available(name, c.Data)
		state := "missing: "
		if ok {
			state = "available, "
		}
		fmt.Fprintf(t.stdout, "%-10s   %s\n", "", strings.Join(wrap(state+how, 66), "\n             "))
	}
	return nil
}

type dataFetchCommand struct {
	Names []string `arg:"" name:"name" help:"Data sets (experiment data list shows them)."`
	Data  string   `help:"Folder to save them in (default: LETHE_DATA, else the user's cache)." placeholder:"DIR"`
}

// Run downloads the data sets.
func (c *dataFetchCommand) Run(t *terminal) error {
	for i, name := range c.Names {
		if !slices.Contains(datasets.Names(), name) {
			return usageError{experiments.Unknown("data set", name, datasets.Names())}
		}
		if slices.Contains(c.Names[:i], name) {
			return usageError{fmt.Errorf("the data set %s is named twice: name it once", name)}
		}
	}
	shown, progress := newDisplay(t.stderr, false, 0)
	defer shown.close()
	for _, name := range c.Names {
		progress.Step("fetching "+name, 0, 0)
		err := datasets.Fetch(t.ctx, name, c.Data, func(done, total int64) { progress.Step(fetched(name, done, total), 0, 0) })
		shown.rest()
		if err != nil {
			return err
		}
		_, where := datasets.Available(name, c.Data)
		fmt.Fprintf(t.stdout, "%s: %s\n", name, where)
	}
	return nil
}

// fetched says how much of a data set is there.
func fetched(name string, done, total int64) string {
	const mega = 1e6
	if total <= 0 {
		return fmt.Sprintf("fetching %s, %.1f MB", name, float64(done)/mega)
	}
	return fmt.Sprintf("fetching %s, %.1f of %.1f MB", name, float64(done)/mega, float64(total)/mega)
}

type dataVerifyCommand struct {
	Data string `help:"Folder of the data sets (default: LETHE_DATA)." placeholder:"DIR"`
}

// Run prints the state of each file and fails when one is damaged.
func (c *dataVerifyCommand) Run(t *terminal) error {
	shown, progress := newDisplay(t.stderr, false, 0)
	defer shown.close()
	progress.Step("checking the files", 0, 0)
	checks, err := datasets.Verify(c.Data)
	shown.rest()
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range checks {
		fmt.Fprintf(t.stdout, "%-10s %-10s %s\n", f.Set, f.State, f.File)
		if f.State == datasets.Damaged || f.State == datasets.Unreadable {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d files are damaged or unreadable: remove them and fetch them again", bad, len(checks))
	}
	return nil
}

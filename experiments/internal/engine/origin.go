package engine

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// unfinished says how many of a run's units are finished and how to go on; "" of a finished run, and
// of one that does not say how many it has.
func unfinished(dir string, c *Config) string {
	done, known := records.Finished(dir)
	if !known || c.MadeOn.Units == 0 || done >= c.MadeOn.Units {
		return ""
	}
	return fmt.Sprintf("This run is not finished: %d of %d units are. Its numbers are of the draws that are there. To go on: %s --resume, with the same --out and --data.",
		done, c.MadeOn.Units, c.Command)
}

// facts say how the run was made.
func facts(c *Config) []report.Fact {
	m := c.MadeOn
	var out []report.Fact
	for _, f := range []report.Fact{{Name: "date", Text: dateText(m.Started)}, {Name: "duration", Text: durationText(m.Seconds)}, {Name: "commit", Text: m.Commit}} {
		if f.Text != "" { // older runs did not record it
			out = append(out, f)
		}
	}
	machine := fmt.Sprintf("%s, %d cores, %s, %s", m.OS, m.Cores, cmp.Or(m.BLAS, "BLAS unknown"), m.Go)
	return append(out, report.Fact{Name: "machine", Text: machine}, report.Fact{Name: "data", Text: fmt.Sprintf("%s (fingerprint %s)", report.Shown(c.Dataset), c.Data)},
		report.Fact{Name: "profile, seed", Text: fmt.Sprintf("%s, %d", c.Profile, c.Seed)})
}

func dateText(started string) string {
	at, err := time.Parse(time.RFC3339, started)
	if err != nil {
		return ""
	}
	return at.UTC().Format("2 January 2006, 15:04 UTC")
}

func durationText(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case seconds <= 0:
		return ""
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", seconds)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// files are links to those of the run's folder that a reader may want.
func files(dir string) []report.Link {
	var out []report.Link
	for _, name := range []string{records.ConfigName, records.RecordsName, records.PackedName, records.TablesName, records.CSVName} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			out = append(out, report.Link{Text: name, Path: name})
		}
	}
	return out
}

// othersShown is how many other runs a page names at most.
const othersShown = 12

// others are links to the pages of the runs beside this one: of the same experiment, whatever their data
// set, and then of other experiments in the folder above.
func others(dir, experiment string) []report.Link {
	own, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	levels := []string{".."}
	if filepath.Base(filepath.Dir(own)) == experiment { // as runs are written
		levels = append(levels, "../..")
	}
	var out []report.Link
	for _, level := range levels {
		pattern := "*"
		if level == "../.." {
			pattern = "*/*"
		}
		base := filepath.Join(own, level)
		found, err := filepath.Glob(filepath.Join(escapedPattern(base), pattern, records.ReportName))
		if err != nil {
			return nil
		}
		for _, path := range found {
			run := filepath.Dir(path)
			rel, err := filepath.Rel(own, path)
			if err != nil || run == own || !hasRun(run) {
				continue
			}
			l := report.Link{Text: report.Shown(filepath.Base(run)), Path: filepath.ToSlash(rel)}
			if level == "../.." {
				l.Text = report.Shown(filepath.Base(filepath.Dir(run))) + "/" + l.Text
			}
			if !slices.ContainsFunc(out, func(o report.Link) bool { return o.Path == l.Path }) && len(out) < othersShown {
				out = append(out, l)
			}
		}
	}
	return out
}

// escapedPattern is a path as a pattern that matches it alone.
func escapedPattern(path string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "*", `\*`, "?", `\?`).Replace(path)
}

package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"lethe/experiments"
	"lethe/internal/cli"
)

// endingLines is how many lines the conclusions of a run may take at its end.
const endingLines = 7

// columns returns how many columns the terminal has that a command writes to, 80 elsewhere.
func (t *terminal) columns() int {
	if f, ok := cli.TerminalOf(t.stdout); ok {
		return cli.ColumnsOf(f)
	}
	return cli.UnknownColumns
}

// tell says what a run gave: its path with --quiet, all of its tables with --tables, and otherwise
// a summary in about ten lines, or two where the command has several runs.
func (c *runCommand) tell(t *terminal, dir string, alone bool) error {
	if c.Quiet {
		fmt.Fprintln(t.stdout, dir)
		return nil
	}
	if c.Tables {
		text, err := experiments.Text(dir, t.columns())
		if err != nil {
			return err
		}
		fmt.Fprintln(t.stdout, text)
	}
	s, err := experiments.Summarize(dir)
	if err != nil {
		return err
	}
	if alone {
		fmt.Fprint(t.stdout, t.paint.ending(s, dir, t.columns()))
	} else {
		fmt.Fprint(t.stdout, t.paint.briefEnding(s, dir, t.columns()))
	}
	return nil
}

// ending is the end of a run in lines of at most so many columns, but for paths.
func (p paint) ending(s *experiments.Summary, dir string, width int) string {
	var b strings.Builder
	for _, line := range experiments.Wrap(s.Title+". "+s.Run, width) {
		fmt.Fprintln(&b, line)
	}
	indent := 2
	for _, c := range s.Conclusions {
		if c.Verdict != "" {
			indent = max(indent, experiments.Columns(c.Verdict)+4)
		}
	}
	used := 0
	for i, c := range s.Conclusions {
		lines := experiments.Wrap(c.Text, width-indent)
		if used += len(lines); used > endingLines && i > 0 {
			fmt.Fprintf(&b, "%*s%d more in the report\n", indent, "", len(s.Conclusions)-i)
			break
		}
		for j, line := range lines {
			verdict := strings.Repeat(" ", indent)
			if j == 0 {
				verdict = "  " + p.verdict(c.Verdict) + strings.Repeat(" ", indent-2-experiments.Columns(c.Verdict))
			}
			fmt.Fprintln(&b, verdict+line)
		}
	}
	if counts := counts(s); counts != "" {
		fmt.Fprintln(&b, p.counted(strings.Join(experiments.Wrap(counts, width), "\n")))
	}
	fmt.Fprintf(&b, "Report   %s\nTables   %s\nRecords  %s\n", filepath.Join(dir, "report.html"), filepath.Join(dir, "tables.md"),
		filepath.Join(dir, "records.jsonl"))
	return b.String()
}

// briefEnding is the end of one of several runs.
func (p paint) briefEnding(s *experiments.Summary, dir string, width int) string {
	lines := experiments.Wrap(s.Title, width)
	if counts := counts(s); counts != "" {
		for _, line := range experiments.Wrap(counts, width-2) {
			lines = append(lines, "  "+p.counted(line))
		}
	}
	return strings.Join(append(lines, "  "+filepath.Join(dir, "report.html")), "\n") + "\n"
}

// counts says how many comparisons have each verdict, and how many targets are met.
func counts(s *experiments.Summary) string {
	var words []string
	for _, c := range s.Counts {
		words = append(words, fmt.Sprintf("%s %d", c.Verdict, c.N))
	}
	text := s.Open
	if len(words) > 0 {
		text = "Verdicts: " + strings.Join(words, ", ") + "."
	}
	if s.Targets.Of > 0 {
		text += fmt.Sprintf(" Targets met: %d of %d.", s.Targets.N, s.Targets.Of)
	}
	return strings.TrimSpace(text)
}

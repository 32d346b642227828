package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"lethe/experiments"
	"lethe/internal/cli"
)

// endingLines is how many lines the end of a run takes at most, unless its conclusions would have
// fewer than fewestLines then.
const endingLines, fewestLines = 10, 2

// columns returns how many columns the terminal has that a command writes to, 80 elsewhere.
func (t *terminal) columns() int {
	if f, ok := cli.TerminalOf(t.stdout); ok {
		return cli.ColumnsOf(f)
	}
	return cli.UnknownColumns
}

// tell says what a run gave: its path with --quiet, all of its tables with --tables, and otherwise
// a summary in about ten lines, or two where the command has several runs.
func (c *runCommand) tell(t *terminal, r *experiments.Run, alone bool) error {
	if c.Quiet {
		fmt.Fprintln(t.stdout, r.Dir)
		return nil
	}
	if c.Tables {
		d, err := r.Document()
		if err != nil {
			return err
		}
		fmt.Fprintln(t.stdout, d.Text(t.columns()))
	}
	s, dir := r.Summary(), r.Dir
	if alone {
		fmt.Fprint(t.stdout, t.paint.ending(s, dir, t.columns()))
	} else {
		fmt.Fprint(t.stdout, t.paint.briefEnding(s, dir, t.columns()))
	}
	return nil
}

// ending is the end of a run in lines of at most so many columns, but for paths. Conclusions have
// what the other lines leave of endingLines, and fewestLines at least.
func (p paint) ending(s *experiments.Summary, dir string, width int) string {
	title := experiments.Wrap(s.Title+". "+s.Run, width)
	var count []string
	if text := counts(s); text != "" {
		count = experiments.Wrap(text, width)
	}
	paths := []string{"Report   " + filepath.Join(dir, "report.html"), "Tables   " + filepath.Join(dir, "tables.md"), "Records  " + filepath.Join(dir, "records.jsonl")}
	room := max(endingLines-len(title)-len(count)-len(paths), fewestLines)
	lines := append(title, p.conclusions(s.Conclusions, width, room)...)
	if len(count) > 0 {
		lines = append(lines, p.counted(strings.Join(count, "\n")))
	}
	return strings.Join(append(lines, paths...), "\n") + "\n"
}

// conclusions are the answers with their verdicts before them, in at most so many lines: what does
// not fit is cut, and the rest only counted.
func (p paint) conclusions(all []experiments.Conclusion, width, room int) []string {
	indent := 2
	for _, c := range all {
		if c.Verdict != "" {
			indent = max(indent, experiments.Columns(c.Verdict)+4)
		}
	}
	var out []string
	for i, c := range all {
		lines := experiments.Wrap(c.Text, width-indent)
		left := room - len(out)
		if i+1 < len(all) {
			left-- // for the line that counts the rest
		}
		if len(lines) > left && i > 0 {
			return append(out, fmt.Sprintf("%*s%d more in the report", indent, "", len(all)-i))
		}
		if len(lines) > left {
			lines = lines[:max(left, 1)]
			last := &lines[len(lines)-1]
			*last = cli.Cut(*last+strings.Repeat(" ", width), width-indent)
		}
		for j, line := range lines {
			verdict := strings.Repeat(" ", indent)
			if j == 0 {
				verdict = "  " + p.verdict(c.Verdict) + strings.Repeat(" ", indent-2-experiments.Columns(c.Verdict))
			}
			out = append(out, verdict+line)
		}
	}
	return out
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

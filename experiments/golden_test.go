package experiments

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden shows each run under testdata and compares every table, every figure's description,
// the line of settings, the answers and the targets with a file of its own below the run's folder
// golden. The records of the quick runs are made up; those of the smoke runs were measured by
//
//	experiment run <experiment> --dataset diabetes --profile smoke --seed 7
func TestGolden(t *testing.T) {
	runs, err := filepath.Glob(filepath.Join("testdata", "*", records.ConfigName))
	require.NoError(t, err)
	require.NotEmpty(t, runs)
	for _, config := range runs {
		dir := filepath.Dir(config)
		golden := filepath.Join(dir, "golden")
		saved, err := engine.ReadRun(dir)
		require.NoError(t, err, dir)
		d, err := saved.Document()
		require.NoError(t, err, dir)
		if d.Smoke { // a smoke run shows no answers; their sentences are read here all the same
			quick := *saved.Config
			quick.Profile = engine.Quick
			d.Answers = engine.Answers(&quick, saved.Records)
		}
		got := shownFiles(d)
		if *update {
			require.NoError(t, os.RemoveAll(golden))
			for name, text := range got {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(golden, name)), 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(golden, name), []byte(text), 0o644))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(got)) {
			t.Run(filepath.Base(dir)+"/"+name, func(t *testing.T) {
				want, err := os.ReadFile(filepath.Join(golden, name))
				require.NoError(t, err, "no golden file: -update writes it")
				assert.Equal(t, string(want), got[name])
			})
		}
		require.NoError(t, filepath.WalkDir(golden, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				name, err := filepath.Rel(golden, path)
				require.NoError(t, err)
				assert.Contains(t, got, filepath.ToSlash(name), "%s is shown no more: -update removes it", path)
			}
			return err
		}))
	}
}

// shownFiles returns what is shown of a run, by the names of golden files.
func shownFiles(d *report.Document) map[string]string {
	out := map[string]string{}
	add := func(dir, name, ext, text string) {
		path := dir + name + ext
		for i := 2; out[path] != ""; i++ {
			path = fmt.Sprintf("%s%s-%d%s", dir, name, i, ext)
		}
		out[path] = text
	}
	lines := []string{d.Title, d.Summary, d.Command}
	for _, f := range d.Facts {
		lines = append(lines, f.Name+": "+f.Text)
	}
	out["run.txt"] = strings.Join(lines, "\n") + "\n"
	var answers strings.Builder
	for i := range d.Answers {
		a := &d.Answers[i]
		fmt.Fprintf(&answers, "%s\n%s\n%s\nnot shown: %s\n\n", a.Question, a.Text, a.Verdict(), a.Limits)
	}
	out["answers.txt"] = answers.String()
	for i := range d.Answers {
		if t := report.ComparedTable(d.Answers[i].Compared); t != nil {
			add("", "compared-"+d.Answers[i].Part, ".md", t.Markdown())
		}
	}
	if t := report.TargetsTable(report.Targets(d.Answers)); t != nil {
		out["targets.md"] = t.Markdown()
	}
	for _, s := range d.Sections {
		dir := s.ID + "/"
		out[dir+"settings.txt"] = s.Title + "\n" + s.Question + "\n" + s.Settings + "\n"
		for i := range s.Tables {
			add(dir, fileName(s.Tables[i].Title), ".md", s.Tables[i].Title+"\n\n"+s.Tables[i].Markdown())
		}
		for i := range s.Figures {
			add(dir, "figure-"+fileName(s.Figures[i].Name), ".txt", described(&s.Figures[i]))
		}
	}
	return out
}

var noName = regexp.MustCompile(`[^a-z0-9]+`)

// fileName makes a file's name of a title.
func fileName(title string) string {
	name := strings.Trim(noName.ReplaceAllString(strings.ToLower(title), "-"), "-")
	return cmp.Or(strings.TrimRight(name[:min(len(name), 60)], "-"), "untitled")
}

// described says what a figure shows: its axes, and of each series how it is drawn and its points.
// Four digits are the same on all processors.
func described(f *report.Figure) string {
	var b strings.Builder
	x, y := f.Axes()
	fmt.Fprintf(&b, "%s\n%s\n%s\n%s\nx: %s, %s\ny: %s, %s\n", f.Name, f.Title, f.Subtitle, f.Caption, cmp.Or(f.X, "-"), x.Scale, cmp.Or(f.Y, "-"), y.Scale)
	if f.Identity {
		b.WriteString("the line y = x\n")
	}
	if f.YNames != nil {
		fmt.Fprintf(&b, "heights: %s\n", strings.Join(f.YNames, "; "))
	}
	if m := f.Matrix; m != nil {
		fmt.Fprintf(&b, "columns: %s\n", strings.Join(m.Columns, "; "))
		for i, counts := range m.Counts {
			fmt.Fprintf(&b, "%s: %v\n", m.Rows[i], counts)
		}
	}
	for i, s := range f.Series {
		color := ""
		for _, l := range f.Legend() {
			if l.Series == i {
				color = fmt.Sprintf(", mark %d", l.Number)
			}
		}
		fmt.Fprintf(&b, "series %d: %s%s%s%s%s%s%s\n", i+1, cmp.Or(s.Label, "not in the legend"), color, when(s.Of != "", ", of "+s.Of), when(s.Points, ", points"),
			when(s.Bare, ", without marks"), when(s.Dashed, ", dashed"), when(s.Filled, ", filled"))
		for j := range s.X {
			fmt.Fprintf(&b, "  %s  %s", numbers.Significant(s.X[j], 4), numbers.Significant(s.Y[j], 4))
			switch {
			case s.Error == nil:
			case s.Below != nil:
				fmt.Fprintf(&b, " + %s - %s", numbers.Significant(s.Error[j], 4), numbers.Significant(s.Below[j], 4))
			default:
				fmt.Fprintf(&b, " ± %s", numbers.Significant(s.Error[j], 4))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func when(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// Document makes the run's answers, tables and figures.
func (s *Saved) Document() (*report.Document, error) {
	c, dir := s.Config, s.Dir
	d := &report.Document{Title: title(c), Summary: runLine(c), Command: c.Command, Smoke: c.Profile == Smoke,
		Unfinished: unfinished(dir, c), Answers: Answers(c, s.Records), Facts: facts(c), Files: files(dir), Others: others(dir, c.Experiment)}
	var terms []report.Term
	shown := map[string]bool{}
	for i := range c.Parts {
		e, err := Find(c.Parts[i].Experiment)
		if err != nil {
			return nil, err
		}
		terms = e.Domain.Terms
		r := ResultsOf(e.ID, c, s.Records)
		if len(r.Records) == 0 {
			continue
		}
		section := report.Section{ID: e.ID, Title: e.Title, Question: e.Question, Settings: SettingsLine(e, c, &c.Parts[i])}
		tables := e.Tables(r)
		if e.Domain.Tables != nil {
			tables = append(tables, e.Domain.Tables(r)...)
		}
		for _, t := range tables {
			if len(t.Rows) == 0 || t.Tuning && shown[t.Markdown()] {
				continue // parts that share a tuning show it once
			}
			shown[t.Markdown()] = true
			section.Tables = append(section.Tables, t)
		}
		section.Figures = e.Figures(r)
		for j := range section.Figures {
			section.Figures[j].Marks, section.Figures[j].Subtitle = e.marks(), subtitle(e, c, r, section.Figures[j].Subtitle)
		}
		d.Sections = append(d.Sections, section)
	}
	d.Name(terms)
	return d, nil
}

// Render writes tables, figures and report of a run's folder from its records.
func Render(dir string) error { return RenderTelling(Quiet{}, dir) }

// RenderTelling is [Render] that tells the progress what it does.
func RenderTelling(p Progress, dir string) error {
	p.Step("reading the records", 0, 0)
	s, err := ReadRun(dir)
	if err != nil {
		return err
	}
	return s.render(p)
}

// render writes tables, figures and report of the run.
func (s *Saved) render(p Progress) error {
	dir := s.Dir
	d, err := s.Document()
	if err != nil {
		return err
	}
	if s.Config.Private() {
		// A former version, or a copy, may have left the folder open to others.
		if err := records.ClosePrivate(dir); err != nil {
			return err
		}
	}
	if err := records.WriteFile(filepath.Join(dir, records.TablesName), []byte(d.Markdown())); err != nil {
		return err
	}
	table, err := report.CSV(d.Tables())
	if err != nil {
		return err
	}
	if err := records.WriteFile(filepath.Join(dir, records.CSVName), table); err != nil {
		return err
	}
	drawing := func(figure string, done, total int) { p.Step("drawing the figure "+figure, done, total) }
	if err := d.WriteFigures(dir, drawing); err != nil {
		return err
	}
	d.Files = files(dir) // with those that were just written
	p.Step("writing the report", 0, 0)
	page, err := report.Page([]*report.Document{d})
	if err != nil {
		return err
	}
	return records.WriteFile(filepath.Join(dir, records.ReportName), page)
}

// Merge writes one page of several runs to path, below an overview of them; nil = none. The names
// say what tells each run from the others; nil = nothing.
func Merge(overview *report.Document, runs []*Saved, names []string, path string) error {
	var docs []*report.Document
	if overview != nil {
		docs = append(docs, overview)
	}
	private := false
	for i, r := range runs {
		d, err := r.Document()
		if err != nil {
			return err
		}
		if i < len(names) && names[i] != "" {
			d.Title += " (" + names[i] + ")"
		}
		d.At, d.Others = from(filepath.Dir(path), r.Dir), nil // the others are on the page
		docs, private = append(docs, d), private || r.Config.Private()
	}
	if len(docs) == 0 {
		return errors.New("experiments: no folder to report on")
	}
	page, err := report.Page(docs)
	if err != nil {
		return err
	}
	if private {
		return records.WritePrivate(path, page)
	}
	return records.WriteFile(path, page)
}

// from is the way from one folder to another, as a link; "" where there is none.
func from(base, dir string) string {
	a, errA := filepath.Abs(base)
	b, errB := filepath.Abs(dir)
	if errA != nil || errB != nil {
		return ""
	}
	rel, err := filepath.Rel(a, b)
	if err != nil {
		return ""
	}
	return filepath.ToSlash(rel)
}

// RunFolders returns the folders of runs among dirs, and those that lie one or two levels below
// where a folder is no run itself: an experiment's folder, or that of all results.
func RunFolders(dirs []string) ([]string, error) {
	var out []string
	for _, dir := range dirs {
		if hasRun(dir) {
			out = append(out, dir)
			continue
		}
		var below []string
		for _, level := range []string{"*", "*/*"} {
			found, err := fs.Glob(os.DirFS(cmp.Or(dir, ".")), level+"/"+records.ConfigName) // the folder's own name may hold a bracket
			if err != nil {
				return nil, err
			}
			below = append(below, found...)
		}
		if len(below) == 0 {
			return nil, fmt.Errorf("experiments: %s holds no run: it has no %s, nor has a folder up to two levels below", dir, records.ConfigName)
		}
		for _, config := range below {
			out = append(out, filepath.Join(dir, filepath.Dir(filepath.FromSlash(config))))
		}
	}
	return out, nil
}

// title names the run.
func title(c *Config) string {
	title, model := c.Experiment, c.Model
	if e, err := Find(title); err == nil {
		title, model = e.Title, e.modelTitle(model)
	}
	return fmt.Sprintf("%s: %s, %s", title, report.Shown(c.Dataset), model)
}

// modelTitle is what titles call a model.
func (e *Experiment) modelTitle(name string) string {
	for _, m := range e.Domain.Models {
		if m.Name == name {
			return m.Title
		}
	}
	return name
}

// subtitle says in a figure's file which run it is of: where it is shown alone, nothing else does.
// What the figure says of itself stands in place of the number of draws.
func subtitle(e *Experiment, c *Config, r *Results, own string) string {
	told := []string{"data " + report.Shown(c.Dataset)}
	if !e.DataOnly {
		told = append(told, e.modelTitle(c.Model))
		if e.Takes("lambda") && len(r.Numbers("lambda")) == 0 {
			told = append(told, "lambda "+r.Setting("lambda"))
		}
	}
	if n := r.Where("test-samples"); n.N > 0 {
		told = append(told, numbers.Count(n.Mean)+" test samples")
	}
	if n := r.Draws(); own == "" && n == 1 {
		own = "1 draw"
	} else if own == "" {
		own = fmt.Sprintf("n = %d draws", n)
	}
	return strings.Join(append(told, own, fmt.Sprintf("profile %s, seed %d", c.Profile, c.Seed)), " \u00b7 ")
}

// Text returns the run's tables for a terminal of that many columns, without those that show how
// settings were chosen.
func Text(dir string, width int) (string, error) {
	d, err := Load(dir)
	if err != nil {
		return "", err
	}
	return d.Text(width), nil
}

// SettingsLine states the settings that a reader of the tables has to know.
func SettingsLine(e *Experiment, c *Config, p *Part) string {
	told := map[string]bool{"request": true}
	line, keys := e.Describe(p.Settings, c.Model, c.Dataset)
	for _, k := range keys {
		told[k] = true
	}
	for k := range p.Unused {
		told[k] = true
	}
	var changed []string
	for _, a := range c.changedSettings(e, p.Settings) {
		if !told[a.key] {
			changed = append(changed, a.key+" "+a.value)
		}
	}
	if line += "."; len(changed) > 0 {
		line += " Changed from the default: " + strings.Join(changed, ", ") + "."
	}
	if len(p.Used) > 0 {
		var used []string
		for _, k := range slices.Sorted(maps.Keys(p.Used)) {
			used = append(used, fmt.Sprintf("%s %s (in place of %s)", k, p.Used[k], p.Settings.Text(k)))
		}
		line += " As many as there are: " + strings.Join(used, "; ") + "."
	}
	return line
}

// changedSettings returns the settings of a part that differ from their default.
func (c *Config) changedSettings(e *Experiment, s Settings) []assignment {
	defaults, err := Defaults(e, Key{c.Dataset, c.Model, c.Profile})
	if err != nil {
		return nil // a run of a former profile or model has no defaults to differ from
	}
	var out []assignment
	for _, k := range e.keys() {
		if text := s.Text(k); text != defaults.Text(k) {
			out = append(out, assignment{k, text})
		}
	}
	return out
}

package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// Load reads a run's folder and makes its answers, tables and figures.
func Load(dir string) (*report.Document, error) {
	c, err := ReadConfig(filepath.Join(dir, records.ConfigName))
	if err != nil {
		return nil, fmt.Errorf("experiments: %s is not a run's folder: %w", dir, err)
	}
	records, err := ReadRecords(dir)
	if err != nil {
		return nil, err
	}
	d := &report.Document{Title: title(c), Summary: fmt.Sprintf("Profile %s, seed %d.", c.Profile, c.Seed), Command: c.Command, Smoke: c.Profile == Smoke,
		Unfinished: unfinished(dir, c), Answers: Answers(c, records), Facts: facts(c), Files: files(dir), Others: others(dir, c.Experiment, c.Dataset)}
	var terms []report.Term
	shown := map[string]bool{}
	for i := range c.Parts {
		e, err := Find(c.Parts[i].Experiment)
		if err != nil {
			return nil, err
		}
		terms = e.Domain.Terms
		r := ResultsOf(e.ID, c, records)
		if len(r.Records) == 0 {
			continue
		}
		s := report.Section{ID: e.ID, Title: e.Title, Question: e.Question, Settings: SettingsLine(e, c, &c.Parts[i])}
		tables := e.Tables(r)
		if e.Domain.Tables != nil {
			tables = append(tables, e.Domain.Tables(r)...)
		}
		for _, t := range tables {
			if len(t.Rows) == 0 || t.Tuning && shown[t.Markdown()] {
				continue // parts that share a tuning show it once
			}
			shown[t.Markdown()] = true
			s.Tables = append(s.Tables, t)
		}
		s.Figures = e.Figures(r)
		for j := range s.Figures {
			s.Figures[j].Colors = e.colors()
		}
		d.Sections = append(d.Sections, s)
	}
	d.Name(terms)
	return d, nil
}

// Render writes tables, figures and report of a run's folder from its records.
func Render(dir string) error {
	d, err := Load(dir)
	if err != nil {
		return err
	}
	if err := records.WriteFile(filepath.Join(dir, records.TablesName), []byte(d.Markdown())); err != nil {
		return err
	}
	if err := d.WriteFigures(dir); err != nil {
		return err
	}
	page, err := report.Page([]*report.Document{d})
	if err != nil {
		return err
	}
	return records.WriteFile(filepath.Join(dir, records.ReportName), page)
}

// Merge writes one page of several runs to path.
func Merge(dirs []string, path string) error {
	var docs []*report.Document
	for _, dir := range dirs {
		d, err := Load(dir)
		if err != nil {
			return err
		}
		d.At, d.Others = from(filepath.Dir(path), dir), nil // the others are on the page
		docs = append(docs, d)
	}
	if len(docs) == 0 {
		return errors.New("experiments: no folder to report on")
	}
	page, err := report.Page(docs)
	if err != nil {
		return err
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
	title := c.Experiment
	e, err := Find(title)
	if err == nil {
		title = e.Title
	}
	model := c.Model
	if e != nil {
		for _, m := range e.Domain.Models {
			if m.Name == c.Model {
				model = m.Title
			}
		}
	}
	return fmt.Sprintf("%s: %s, %s", title, report.Shown(c.Dataset), model)
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
	return withChanged(line+".", changedSettings(e, c, p.Settings, told))
}

func withChanged(line string, changed []string) string {
	if len(changed) == 0 {
		return line
	}
	return line + " Changed from the default: " + strings.Join(changed, ", ") + "."
}

// changedSettings returns the settings that differ from their default, except those that are stated
// already.
func changedSettings(e *Experiment, c *Config, s Settings, told map[string]bool) []string {
	defaults, err := Defaults(e, Key{c.Dataset, c.Model, c.Profile})
	if err != nil {
		return nil // a run of a former profile or model has no defaults to differ from
	}
	var out []string
	for _, k := range e.keys() {
		if text := s.Text(k); !told[k] && text != defaults.Text(k) {
			out = append(out, k+" "+text)
		}
	}
	return out
}

package request

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"lethe/datasets"
	"lethe/project/data"
	"lethe/unlearn"
)

// Resolved is a request that was found in the data.
type Resolved struct {
	Request unlearn.Request
	// Rows are the samples that change, rising, counted in Loaded.Data: removed and corrected ones,
	// and those in which a forgotten column is not zero already.
	Rows  []int
	Share float64 // of the samples: len(Rows) / n
	// Cells counts what changes of the table: corrected cells, and a forgotten column's in every
	// sample that stays.
	Cells      int
	Removed    int             // samples
	Corrected  int             // cells
	Relabelled int             // samples
	Columns    []string        // forgotten columns of the file, sorted
	Spans      int             // places of the text that are replaced
	Places     []datasets.Span // where they are
	Subjects   []Subject
	// Written are the corrected cells and labels of a table, those too in which the model sees no
	// change.
	Written []Written
	// Warnings quote no ids and no values, so that they may stand in a report. Named are the same,
	// with ids, for the terminal.
	Warnings, Named []string
	// Secrets are the texts that may stand in no file that is written: ids of removed samples,
	// values of where, texts that are replaced. They are for checking only.
	Secrets []string
}

// Subject is a sample that the request names, and what becomes of it.
type Subject struct {
	Row    int    // counted from 0 in the file
	ID     string // "" without an id column
	Change string // "removed", "corrected", "label corrected"
}

// Written is what a request writes into a cell of a table.
type Written struct {
	Row     int // counted in Loaded.Data
	Feature int // the first one that the column became; -1 = the label
	Text    string
}

// write notes what stands in a cell of a table from now on.
func (s *search) write(row, feature int, text string) {
	if len(s.d.Description.Columns) > 0 {
		s.out.Written = append(s.out.Written, Written{row, feature, text})
	}
}

// Resolve finds the request in the data. The error is an [Error] that names all faults: samples,
// columns, values and texts that are not there, changes that contradict each other. What is named
// twice or is already so is a warning, as long as something changes. Equal requests give equal
// results, in whichever order they stand. Files that the request still names are relative to the
// working directory.
func (f *File) Resolve(ctx context.Context, d *data.Loaded) (*Resolved, error) {
	f, err := f.opened("")
	if err != nil {
		return nil, err
	}
	s := &search{ctx: ctx, f: f, d: d, removed: map[int]place{}, subjects: map[int][]string{}, secrets: map[string]bool{}}
	s.checkKind()
	if len(s.faults) == 0 {
		s.findRemoved()
		s.findColumns()
		s.findCorrections()
		s.findLabels()
		s.findText()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.checkChanges()
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.result()
}

// search is a request on its way into the data.
type search struct {
	ctx context.Context
	f   *File
	d   *data.Loaded
	faults
	warnings []said

	out      Resolved
	parts    []unlearn.Request
	removed  map[int]place // samples, with where they were first named
	features []int         // forgotten
	columns  map[string]place
	subjects map[int][]string // what becomes of samples
	secrets  map[string]bool
}

func (s *search) warn(at place, format string, args ...any) {
	s.warnings = append(s.warnings, say(at, format, args...))
}

// checkKind says what cannot be asked of data of this kind.
func (s *search) checkKind() {
	at := place{file: s.f.name}
	_, text := s.d.Data.X.(*datasets.Tokens)
	others := len(s.f.Remove) + len(s.f.ForgetColumns) + len(s.f.Correct) + len(s.f.Labels)
	switch {
	case s.f.empty():
		s.add(at, "the request is empty: it asks for nothing")
	case text && others > 0:
		s.add(at, "the data are a text, whose samples share their characters: ask for %s, which changes every sample that holds them", keyReplace)
	case !text && len(s.f.ReplaceText) > 0:
		s.add(s.f.ReplaceText[0].at, "the data are not a text: ask for %s or %s", keyCorrect, keyRemove)
	}
}

// index returns which sample an entry names.
func (s *search) index(id string, row *int, at place) (int, bool) {
	switch {
	case id != "" && row != nil, id == "" && row == nil:
		s.add(at, "give the id or the row of the sample, one of them")
	case row != nil:
		return s.indexOfRow(*row, at)
	default:
		return s.indexOfID(id, at)
	}
	return 0, false
}

func (s *search) indexOfID(id string, at place) (int, bool) {
	if s.d.IDs == nil {
		s.add(at, "the data have no id column: give row numbers, or name the column by --id when the model is trained")
		return 0, false
	}
	i, ok := s.d.RowOf(strings.TrimSpace(id))
	if !ok {
		s.add(at, "id %q is not in %s%s: correct it, or leave it out if an earlier request removed it", quoted(id), s.dataName(), s.dropped())
	}
	return i, ok
}

// dropped says that some rows of the file are not in the data.
func (s *search) dropped() string {
	if n := len(s.d.Dropped); n == 1 {
		return " (1 row of the file was left out because of an unknown category)"
	} else if n > 1 {
		return fmt.Sprintf(" (%d rows of the file were left out because of unknown categories)", n)
	}
	return ""
}

func (s *search) indexOfRow(row int, at place) (int, bool) {
	n := s.d.Data.Len()
	i := sort.Search(n, func(i int) bool { return s.d.Data.Row(i) >= row }) // rows of the file that were left out have no number here
	switch {
	case row < 0 || i == n:
		s.add(at, "row %d is not in %s, which has the rows %d to %d: they are counted from 0, below the heading where there is one",
			row, s.dataName(), s.d.Data.Row(0), s.d.Data.Row(n-1))
	case s.d.Data.Row(i) != row:
		s.add(at, "row %d of %s was left out because of an unknown category, so no model knows it", row, s.dataName())
	default:
		return i, true
	}
	return 0, false
}

// dataName is the name of the data's file, without its folder.
func (s *search) dataName() string {
	if s.d.Path == "" {
		return "the data"
	}
	return filepath.Base(s.d.Path)
}

// named names a sample: by its row and, where nobody reads it but the user, by its id.
func (s *search) named(i int) said {
	row := fmt.Sprintf("row %d", s.d.Data.Row(i))
	if line := s.d.Line(i); line > 0 {
		row += fmt.Sprintf(", line %d of the data", line)
	}
	if s.d.IDs == nil {
		return said{row, row}
	}
	return said{fmt.Sprintf("id %q (%s)", s.d.IDs[i], row), row}
}

// checkChanges refuses a request that changes nothing or leaves nothing, and warns of classes that
// are gone.
func (s *search) checkChanges() {
	if len(s.faults) > 0 {
		return
	}
	at := place{file: s.f.name}
	switch n := s.d.Data.Len(); {
	case len(s.parts) == 0:
		s.add(at, "nothing would change: all that the request names is already so")
		s.faults = append(s.faults, s.warnings...)
	case len(s.removed) == n:
		s.add(at, "the request removes all %d samples: a model of no data is a new one, so delete the model", n)
	default:
		s.warnOfClasses(at)
	}
}

// warnOfClasses names the classes of which no sample stays.
func (s *search) warnOfClasses(at place) {
	d := s.d.Data
	if d.Classes == 0 || len(s.removed) == 0 {
		return
	}
	before, after := make([]int, d.Classes), make([]int, d.Classes)
	k := d.Width()
	for i, y := range d.Y {
		before[int(y)]++
		if _, gone := s.removed[i/k]; !gone {
			after[int(y)]++
		}
	}
	for c := range before {
		if before[c] > 0 && after[c] == 0 {
			name := fmt.Sprint(c)
			if c < len(d.ClassNames) {
				name = d.ClassNames[c]
			}
			s.warn(at, "no sample of the class %s stays: the model will still know that there is such a class", name)
		}
	}
}

// result joins what was found.
func (s *search) result() (*Resolved, error) {
	var err error
	if s.out.Request, err = unlearn.Merge(s.parts...); err != nil {
		return nil, err
	}
	n := s.d.Data.Len()
	touched := make([]bool, n)
	for i := range s.out.Request.Changes {
		c := &s.out.Request.Changes[i]
		rows := c.Rows
		if c.Kind == unlearn.FeatureRemoval {
			if rows, err = datasets.ColumnRows(s.d.Data, c.Columns); err != nil {
				return nil, err
			}
		}
		for _, row := range rows {
			touched[row] = true
		}
	}
	for i, is := range touched {
		if is {
			s.out.Rows = append(s.out.Rows, i)
		}
	}
	s.out.Share = float64(len(s.out.Rows)) / float64(n)
	s.out.Removed = len(s.removed)
	s.out.Cells = s.out.Corrected + len(s.out.Columns)*(n-s.out.Removed)
	s.list()
	return &s.out, nil
}

// list writes subjects, warnings and secrets in a fixed order.
func (s *search) list() {
	for i := range s.subjects {
		x := Subject{Row: s.d.Data.Row(i), Change: strings.Join(slices.Compact(slices.Sorted(slices.Values(s.subjects[i]))), ", ")}
		if s.d.IDs != nil {
			x.ID = s.d.IDs[i]
		}
		s.out.Subjects = append(s.out.Subjects, x)
	}
	slices.SortFunc(s.out.Subjects, func(a, b Subject) int { return a.Row - b.Row })
	for _, w := range s.warnings {
		s.out.Warnings, s.out.Named = append(s.out.Warnings, w.masked), append(s.out.Named, w.plain)
	}
	slices.SortFunc(s.out.Written, func(a, b Written) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Feature, b.Feature)) })
	for text := range s.secrets {
		s.out.Secrets = append(s.out.Secrets, text)
	}
	slices.Sort(s.out.Secrets)
}

package request

import (
	"cmp"
	"maps"
	"slices"

	"lethe/datasets"
	"lethe/internal/suggest"
	"lethe/project/data"
	"lethe/unlearn"
)

// columnNames are the columns that became features.
func (s *search) columnNames() []string {
	var names []string
	for _, c := range s.d.Description.Columns {
		names = append(names, c.Name)
	}
	return names
}

// featuresOf returns what a column became, if it may be forgotten or corrected.
func (s *search) featuresOf(column, key string, at place) ([]int, bool) {
	d := s.d.Description
	switch names := s.columnNames(); {
	case column == "":
		s.add(at, "an entry of %s names no column", key)
	case d.Label != "" && column == d.Label:
		s.add(at, "%s is the label, not a feature: correct labels under %s; a label cannot be forgotten as a whole", quoted(column), keyLabels)
	case d.ID != "" && column == d.ID:
		s.add(at, "%s is the id column, which the model never saw: there is nothing to change", quoted(column))
	case slices.Contains(d.Drop, column):
		s.add(at, "the column %s was left out when the model was trained, so the model never saw it: there is nothing to change", quoted(column))
	case len(names) > 0 && !slices.Contains(names, column):
		s.add(at, "there is no column %q.%s", quoted(column), suggest.DidYouMean(column, names))
	default:
		features, err := s.d.Features(column)
		if err == nil {
			return features, true
		}
		s.add(at, "column %q: %s", quoted(column), masked(err))
	}
	return nil, false
}

// findColumns finds the features of the columns under forget_columns.
func (s *search) findColumns() {
	s.columns = map[string]place{}
	for k, column := range s.f.ForgetColumns {
		at := place{file: s.f.name}
		if k < len(s.f.columnsAt) {
			at = s.f.columnsAt[k]
		}
		if first, twice := s.columns[column]; twice {
			s.warn(at, "the column %s is named twice, first at %s", column, first)
			continue
		}
		features, ok := s.featuresOf(column, keyForget, at)
		if !ok {
			continue
		}
		if rows, err := datasets.ColumnRows(s.d.Data, features); err != nil {
			s.add(at, "column %q: %s", quoted(column), masked(err))
			continue
		} else if len(rows) == 0 {
			s.add(at, "the column %s is zero in every sample: it was forgotten before, so leave it out", quoted(column))
			continue
		}
		s.columns[column] = at
		s.features = append(s.features, features...)
	}
	if len(s.features) == 0 {
		return
	}
	slices.Sort(s.features)
	if s.features = slices.Compact(s.features); len(s.features) == s.d.Data.X.Shape()[0] {
		s.add(place{file: s.f.name}, "the request forgets all %d columns: a model of no data is a new one, so delete the model", len(s.columns))
	}
	s.out.Columns = slices.Sorted(maps.Keys(s.columns))
	s.parts = append(s.parts, unlearn.RemoveFeatures(s.features...))
}

// cell is a cell of the table that is corrected.
type cell struct {
	row    int
	column string
}

// corrected is what stands in a corrected cell.
type corrected struct {
	row    int
	text   string
	values []float64 // of the column's features
	at     place
}

// findCorrections finds the cells under correct.
func (s *search) findCorrections() {
	if s.d.Description.UnitRows && len(s.f.Correct) > 0 {
		s.add(s.f.Correct[0].at, "the model sees each row divided by its norm, so that one cell changes all others: remove the samples, or train without unit rows")
		return
	}
	seen := map[cell]*corrected{}
	byColumn := map[string][]*corrected{}
	features := map[string][]int{}
	for k := range s.f.Correct {
		c := &s.f.Correct[k]
		x, of, ok := s.correction(c)
		if !ok || s.again(c, x, seen[cell{x.row, c.Column}]) {
			continue
		}
		seen[cell{x.row, c.Column}] = x
		s.write(x.row, of[0], c.Value)
		if s.already(x.row, of, x.values) {
			s.warn(c.at, "%s has that value in the column %s already, as the model sees it", s.named(x.row), c.Column)
			continue
		}
		byColumn[c.Column], features[c.Column] = append(byColumn[c.Column], x), of
		s.subjects[x.row] = append(s.subjects[x.row], "corrected")
		s.out.Corrected++
	}
	for _, column := range slices.Sorted(maps.Keys(byColumn)) {
		cells := byColumn[column]
		slices.SortFunc(cells, func(a, b *corrected) int { return cmp.Compare(a.row, b.row) })
		var rows []int
		var values [][]float64
		for _, x := range cells {
			rows, values = append(rows, x.row), append(values, x.values)
		}
		s.parts = append(s.parts, unlearn.CorrectFeatures(rows, features[column], values))
	}
}

// correction finds the cell of an entry, and what its new value becomes.
func (s *search) correction(c *Correction) (*corrected, []int, bool) {
	if _, ok := s.featuresOf(c.Column, keyCorrect, c.at); !ok {
		return nil, nil, false
	}
	i, ok := s.index(c.ID, c.Row, c.at)
	if !ok || s.contradicts(i, c.Column, c.at) {
		return nil, nil, false
	}
	features, values, err := s.d.Encode(c.Column, c.Value)
	if err != nil {
		s.add(c.at, "column %s: %s%s", c.Column, masked(err), s.level(c.Column, c.Value))
		return nil, nil, false
	}
	return &corrected{i, c.Value, values, c.at}, features, true
}

// contradicts says that a sample that is to be corrected is removed, or a column forgotten.
func (s *search) contradicts(i int, column string, at place) bool {
	first, gone := s.removed[i]
	if gone {
		s.add(at, "%s is corrected here and removed at %s: say once what shall become of it", s.named(i), first)
		return true
	}
	first, gone = s.columns[column]
	if gone {
		s.add(at, "the column %s is corrected here and forgotten at %s: say once what shall become of it", column, first)
	}
	return gone
}

// again says that a cell was named before.
func (s *search) again(c *Correction, x, before *corrected) bool {
	switch {
	case before == nil:
		return false
	case slices.Equal(before.values, x.values):
		s.warn(c.at, "column %s of %s is corrected twice, first at %s, to the same value", c.Column, s.named(x.row), before.at)
	default:
		s.add(c.at, "column %s of %s is corrected twice, first at %s, to another value: say once what it is", c.Column, s.named(x.row), before.at)
	}
	return true
}

// level suggests a category in place of an unknown one.
func (s *search) level(column, value string) said {
	for _, c := range s.d.Description.Columns {
		if c.Name == column && c.Kind == data.Category {
			return said{suggest.DidYouMean(value, c.Levels), ""}
		}
	}
	return said{}
}

// already reports whether a sample has these values already.
func (s *search) already(row int, features []int, values []float64) bool {
	for k, j := range features {
		if valueAt(s.d.Data.X, row, j) != values[k] {
			return false
		}
	}
	return true
}

// valueAt returns one value of dense or sparse rows.
func valueAt(x datasets.Features, i, j int) float64 {
	switch x := x.(type) {
	case *datasets.Dense:
		return x.Data[i*x.Cols+j]
	case *datasets.CSR:
		lo, hi := x.Indptr[i], x.Indptr[i+1]
		if at, ok := slices.BinarySearch(x.Indices[lo:hi], int32(j)); ok {
			return x.Values[lo+at]
		}
	}
	return 0
}

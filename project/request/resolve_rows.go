package request

import (
	"slices"

	"lethe/internal/suggest"
	"lethe/unlearn"
)

// findRemoved finds the samples under remove.
func (s *search) findRemoved() {
	for k := range s.f.Remove {
		r := &s.f.Remove[k]
		for j, row := range r.Rows {
			if i, ok := s.indexOfRow(row, r.place(j)); ok {
				s.remove(i, r.place(j), true)
			}
		}
		for j, id := range r.IDs {
			if i, ok := s.indexOfID(id, r.place(j)); ok {
				s.remove(i, r.place(j), true)
			}
		}
		if r.Where != nil {
			s.removeWhere(r.Where, r.place(0))
		}
		if len(r.Rows)+len(r.IDs) == 0 && r.Where == nil {
			s.add(r.place(0), "an entry of remove names no samples: give rows, ids, where or file")
		}
	}
	if len(s.removed) == 0 {
		return
	}
	rows := make([]int, 0, len(s.removed))
	for i := range s.removed {
		rows = append(rows, i)
	}
	slices.Sort(rows)
	s.parts = append(s.parts, unlearn.RemoveSamples(rows...))
}

// remove notes a sample. Only one that is named itself twice is worth a warning: conditions may
// well meet in a sample.
func (s *search) remove(i int, at place, itself bool) {
	first, twice := s.removed[i]
	switch {
	case !twice:
		s.removed[i] = at
		s.subjects[i] = append(s.subjects[i], "removed")
		if s.d.IDs != nil {
			s.secrets[s.d.IDs[i]] = true
		}
	case itself:
		s.warn(at, "%s is named twice, first at %s: it is removed once", s.named(i), first)
	}
}

// removeWhere finds the samples that have a value in a column.
func (s *search) removeWhere(w *Where, at place) {
	rows, err := s.d.RowsWhere(s.ctx, w.Column, w.Equals)
	switch {
	case err != nil && s.ctx.Err() != nil: // said by whoever stopped it
	case err != nil:
		s.add(at, "column %q: %s%s", quoted(w.Column), veiled(err, w.Equals), suggest.DidYouMean(w.Column, s.columnNames()))
	case len(rows) == 0:
		s.add(at, "no sample of %s has that value in the column %s%s: correct it, or leave it out if an earlier request removed the samples",
			s.dataName(), quoted(w.Column), s.dropped())
	default:
		s.secrets[w.Equals] = true
		for _, i := range rows {
			s.remove(i, at, false)
		}
	}
}

package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lethe/internal/suggest"
	"lethe/unlearn"
)

// relabelled is the label that a sample gets.
type relabelled struct {
	label float64
	at    place
}

// findLabels finds the labels under labels.
func (s *search) findLabels() {
	d := s.d.Data
	if k := d.Width(); k > 1 && len(s.f.Labels) > 0 {
		s.add(s.f.Labels[0].at, "%s has %d labels a sample, and a request corrects single ones only: remove the samples", s.dataName(), k)
		return
	}
	seen := map[int]relabelled{}
	wanted := map[int]float64{}
	for k := range s.f.Labels {
		l := &s.f.Labels[k]
		i, label, ok := s.label(l)
		if !ok {
			continue
		}
		before, twice := seen[i]
		switch {
		case twice && before.label == label:
			s.warn(l.at, "the label of %s is corrected twice, first at %s, to the same label", s.named(i), before.at)
			continue
		case twice:
			s.add(l.at, "the label of %s is corrected twice, first at %s, to another label: say once what it is", s.named(i), before.at)
			continue
		}
		seen[i] = relabelled{label, l.at}
		s.write(i, -1, l.Label)
		if d.Y[i] == label {
			s.warn(l.at, "%s has that label already", s.named(i))
			continue
		}
		wanted[i] = label
		s.subjects[i] = append(s.subjects[i], "label corrected")
	}
	if len(wanted) == 0 {
		return
	}
	rows := slices.Sorted(maps.Keys(wanted))
	labels := make([]float64, len(rows))
	for k, i := range rows {
		labels[k] = wanted[i]
	}
	s.out.Relabelled = len(rows)
	s.parts = append(s.parts, unlearn.CorrectLabels(rows, labels))
}

// label finds the sample and the label of an entry.
func (s *search) label(l *Label) (i int, label float64, ok bool) {
	i, ok = s.index(l.ID, l.Row, l.at)
	if !ok {
		return 0, 0, false
	}
	if first, gone := s.removed[i]; gone {
		s.add(l.at, "the label of %s is corrected here, and the sample is removed at %s: say once what shall become of it", s.named(i), first)
		return 0, 0, false
	}
	label, err := s.d.Class(l.Label)
	if err == nil {
		return i, label, true
	}
	if names := s.d.Data.ClassNames; len(names) > 0 {
		s.add(l.at, "the label %q is none of the classes %s.%s", quoted(l.Label), shortList(names), suggest.DidYouMean(l.Label, names))
	} else {
		s.add(l.at, "the label %q: %s", quoted(l.Label), masked(err))
	}
	return 0, 0, false
}

// shortList writes the first ten names.
func shortList(names []string) string {
	const most = 10
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

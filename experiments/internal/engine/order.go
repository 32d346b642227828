package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"lethe/internal/suggest"
)

// UsageError is an order that cannot be understood: an unknown experiment, data set, model, profile
// or setting.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// check says what is wrong with the order before anything is computed.
func (o *Order) check() (e *Experiment, datasets, models []string, err error) {
	if e, err = Find(o.Experiment); err != nil {
		return nil, nil, nil, err
	}
	if err := cmp.Or(o.checkGiven(e), checkLabel(o.Name)); err != nil {
		return nil, nil, nil, err
	}
	if datasets, err = o.datasets(e); err != nil {
		return nil, nil, nil, err
	}
	models = e.models()
	if o.Model != "" {
		models = []string{o.Model}
	}
	for _, model := range models {
		if _, err := o.parts(e, datasets[0], model); err != nil {
			return nil, nil, nil, err
		}
	}
	return e, datasets, models, nil
}

func (o *Order) datasets(e *Experiment) ([]string, error) {
	d := e.Domain
	known := d.Datasets
	switch {
	case d.Choose != nil:
		return d.Choose(o)
	case o.Dataset == "" && d.First != nil:
		return []string{d.First(o.Profile)}, nil
	case o.Dataset == "":
		return known, nil
	case slices.Contains(known, o.Dataset):
		return []string{o.Dataset}, nil
	}
	for _, other := range domains() {
		if slices.Contains(other.Datasets, o.Dataset) {
			return nil, fmt.Errorf("%s holds %s, but %s needs %s: --dataset takes %s", o.Dataset, other.Holds, e.ID, d.Holds, strings.Join(known, ", "))
		}
	}
	return nil, suggest.Unknown("data set", o.Dataset, known)
}

// parts returns the settings of each part of the run.
func (o *Order) parts(e *Experiment, dataset, model string) ([]Part, error) {
	experiments, err := e.parts(model)
	if err != nil {
		return nil, err
	}
	if o.Repeat != nil {
		return o.Repeat.Parts, o.Repeat.checkParts(e, experiments)
	}
	assignments, err := o.Assignments()
	if err != nil {
		return nil, err
	}
	for _, a := range assignments {
		if err := cmp.Or(e.checkKey(a.key), e.checkWords(a)); err != nil {
			return nil, err
		}
	}
	var out []Part
	for _, p := range experiments {
		s, err := Defaults(p, Key{dataset, model, o.Profile})
		if err != nil {
			return nil, err
		}
		for _, a := range assignments {
			if !p.Takes(a.key) {
				continue
			}
			if err := s.Set(a.key, a.value); err != nil {
				return nil, err
			}
		}
		if p.Check != nil {
			if err := p.Check(s); err != nil {
				return nil, err
			}
		}
		out = append(out, Part{Experiment: p.ID, Settings: s})
	}
	return out, nil
}

// assignment is one --set.
type assignment struct{ key, value string }

// Assignments returns what --set gives, in the order given. A setting that is given twice is an
// error.
func (o *Order) Assignments() ([]assignment, error) {
	var out []assignment
	for _, text := range o.Set {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--set %q has no =: write key=value, for example --set draws=3", text)
		}
		if key, value = keyName(strings.TrimSpace(key)), strings.TrimSpace(value); key == "" {
			return nil, fmt.Errorf("--set %s names no setting: write key=value, for example --set draws=3", text)
		}
		if i := slices.IndexFunc(out, func(a assignment) bool { return a.key == key }); i >= 0 {
			return nil, fmt.Errorf("--set gives %s twice, as %s and as %s: give it once, lists with commas", key, out[i].value, value)
		}
		out = append(out, assignment{key, value})
	}
	return out, nil
}

// Quoted returns the word as a shell reads it; with characters that do not print as $'...'.
func Quoted(word string) string {
	if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text := strconv.Quote(word)
		return "$'" + strings.ReplaceAll(strings.ReplaceAll(text[1:len(text)-1], `\"`, `"`), "'", `\'`) + "'"
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !strings.ContainsRune(plainRunes, r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

const plainRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=,.+-_/:"

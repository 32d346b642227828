package engine

import (
	"fmt"
	"slices"
	"strings"

	"lethe/experiments/internal/report"
	"lethe/experiments/internal/settings"
	"lethe/internal/suggest"
)

// Keys returns the names of all settings with their meaning, in their order.
func Keys() (names, docs []string) {
	for _, f := range Fields() {
		names, docs = append(names, f.Name), append(docs, f.Doc)
	}
	return names, docs
}

// Fields returns the settings of all experiments, each once.
func Fields() []settings.Field {
	var out []settings.Field
	for _, d := range domains() {
		for _, f := range d.New().Fields() {
			if !slices.ContainsFunc(out, func(x settings.Field) bool { return x.Name == f.Name }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// keyName returns the name of a setting that is given by one of its other names; every other text
// as it is.
func keyName(name string) string {
	for _, f := range Fields() {
		if f.Name == name || slices.Contains(f.Also, name) {
			return f.Name
		}
	}
	return name
}

// Readers returns the experiments that read the setting, those left out that only run others.
func Readers(key string) []string {
	var out []string
	for _, e := range all {
		if len(e.Parts) == 0 && e.Takes(key) {
			out = append(out, e.ID)
		}
	}
	return out
}

// checkKey refuses a setting that the experiment does not read, and says which was meant, or whose
// it is.
func (e *Experiment) checkKey(key string) error {
	if e.Takes(key) {
		return nil
	}
	readers := Readers(key)
	if readers == nil {
		if own := e.keys(); len(suggest.Nearest(key, own)) > 0 {
			return suggest.Unknown("setting", key, own)
		}
		names, _ := Keys()
		if len(suggest.Nearest(key, names)) > 0 {
			return suggest.Unknown("setting", key, names)
		}
		return fmt.Errorf("unknown setting %q; %s reads %s", key, e.ID, strings.Join(e.keys(), ", "))
	}
	return fmt.Errorf("the setting %s belongs to %s; %s reads %s", key, report.And(readers), e.ID, strings.Join(e.keys(), ", "))
}

// WordsOf returns the words that a setting may have in the experiment, or in one of its parts.
func (e *Experiment) WordsOf(f settings.Field) []string {
	if len(e.Parts) == 0 {
		if own, ok := e.Words[f.Name]; ok {
			return own
		}
		return f.Words
	}
	var out []string
	for _, w := range f.Words {
		for _, id := range e.Parts {
			if p, err := Find(id); err == nil && p.Takes(f.Name) && slices.Contains(p.WordsOf(f), w) {
				out = append(out, w)
				break
			}
		}
	}
	return out
}

// checkWords refuses words that are those of other experiments.
func (e *Experiment) checkWords(a assignment) error {
	for _, f := range e.Domain.New().Fields() {
		if f.Name != a.key || f.Kind != "words" || !e.Takes(a.key) {
			continue
		}
		own := e.WordsOf(f)
		for _, w := range strings.Split(a.value, ",") {
			if w = strings.TrimSpace(w); slices.Contains(f.Words, w) && !slices.Contains(own, w) {
				return fmt.Errorf("setting %s=%s: %s does not have %s: choose from %s", a.key, a.value, e.ID, w, strings.Join(own, ", "))
			}
		}
	}
	return nil
}

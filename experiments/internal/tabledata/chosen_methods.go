package tabledata

import (
	"cmp"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
)

// allMethods stands for every word of --set methods.
const allMethods = "all"

// methodWord is the word for --set methods; "" where the row cannot be chosen.
func (c *contender) methodWord() string {
	if c.method == nil || c.Role == engine.RetrainingRow {
		return ""
	}
	return cmp.Or(c.word, c.Label)
}

// methodWords are the words that may be chosen from, in the order of tables.
func methodWords() []string {
	var out []string
	for i := range contenders {
		if w := contenders[i].methodWord(); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// Wants reports whether the settings ask for the method of that word.
func (s *Settings) Wants(word string) bool {
	return slices.Contains(s.Methods, allMethods) || slices.Contains(s.Methods, word)
}

// methodsSuffix ends the names of units in which not all methods are carried out. A run that gets
// more methods has other units then; see [Session.DrawUnit].
func (s *Settings) methodsSuffix() string {
	if slices.Contains(s.Methods, allMethods) {
		return ""
	}
	chosen := slices.DeleteFunc(methodWords(), func(w string) bool { return !s.Wants(w) })
	return " methods=" + strings.Join(chosen, ",")
}

// rowsOf returns the labels of all retrainings, and of the methods for which take holds.
func rowsOf(take func(c *contender, word string) bool) []string {
	var out []string
	for i := range contenders {
		c := &contenders[i]
		if c.method == nil {
			continue
		}
		if word := c.methodWord(); word == "" || take(c, word) {
			out = append(out, c.Label)
		}
	}
	return out
}

// idleMethod says which method a setting is for where none such is chosen; "" elsewhere.
func (s *Settings) idleMethod(key string) string {
	for _, of := range []struct {
		keys  []string
		words []string
	}{
		{[]string{"dp-sigma"}, []string{"dp"}},
		{[]string{"sisa-shards", "sisa-slices", "sisa-vote", "sisa-regularizer"}, []string{"sisa"}},
		{[]string{"paper-tau"}, []string{"first-order-paper"}},
		{[]string{"paper-tau-ft"}, []string{"fine-tune-paper"}},
		{[]string{"factor"}, []string{"second-order"}},
		{[]string{"chunks"}, []string{"first-order-iterative", "second-order-iterative"}},
	} {
		switch {
		case !slices.Contains(of.keys, key) || slices.ContainsFunc(of.words, s.Wants):
		case len(of.words) > 1:
			return "no chosen method divides the request"
		default:
			return "the method " + of.words[0] + " is not among methods"
		}
	}
	return ""
}

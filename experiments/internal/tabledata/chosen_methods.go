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
	if c.Role == engine.RetrainingRow || c.method == nil && c.word == "" {
		return ""
	}
	return cmp.Or(c.word, c.Label)
}

// methodWords are the words that may be chosen from, in the order of tables.
func methodWords() []string {
	return wordsOf(func(*contender) bool { return true })
}

// wordsOf are the words of the contenders that take holds for, in the order of tables.
func wordsOf(take func(c *contender) bool) []string {
	var out []string
	for i := range contenders {
		if w := contenders[i].methodWord(); w != "" && take(&contenders[i]) {
			out = append(out, w)
		}
	}
	return out
}

// Compared are the words of the methods that experiments on tables carry out on a request, and
// WithLoss those of them whose model has one loss: several models that vote have none.
func Compared() []string { return wordsOf(func(c *contender) bool { return c.method != nil }) }

// WithLoss: see [Compared].
func WithLoss() []string {
	return wordsOf(func(c *contender) bool { return c.method != nil && !c.votes })
}

// Wants reports whether the settings ask for the method of that word.
func (s *Settings) Wants(word string) bool {
	return slices.Contains(s.Methods, allMethods) || slices.Contains(s.Methods, word)
}

// Wanted are the words that the settings ask for, of those that an experiment has.
func (s *Settings) Wanted(of []string) []string {
	return slices.DeleteFunc(slices.Clone(of), func(w string) bool { return !s.Wants(w) })
}

// And are the settings with the methods that are wanted of those, and with more of them.
func (s *Settings) And(more, of []string) *Settings {
	out := *s
	out.Methods = slices.DeleteFunc(slices.Clone(of), func(w string) bool { return !s.Wants(w) && !slices.Contains(more, w) })
	return &out
}

// MethodsSuffix ends the names of units in which not all methods of the experiment are carried out.
// A run that gets more methods has other units then; see [Session.DrawUnit].
func (s *Settings) MethodsSuffix(of []string) string {
	wanted := s.Wanted(of)
	if len(wanted) == len(of) {
		return ""
	}
	return " methods=" + strings.Join(wanted, ",")
}

// needs reports whether one of the wanted methods uses tau, ridge or tau-ft. Where the passes of
// fine-tuning follow from what second order costs, fine-tuning needs the ridge too.
func (s *Settings) needs(setting string, convex bool) bool {
	byCost := s.Epochs == 0 && !(convex && s.TauFT.Tuned)
	return slices.ContainsFunc(contenders, func(c contender) bool {
		uses := c.uses == setting || setting == "ridge" && c.uses == "tau-ft" && byCost
		return uses && s.Wants(c.methodWord())
	})
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

// secondOrderSettings are those that second order alone uses.
var secondOrderSettings = []string{"ridge", "curvature", "solver", "tolerance", "products", "steps", "batches"}

// idleMethod says which method a setting is for where none such is chosen; "" elsewhere.
func (s *Settings) idleMethod(key string) string {
	for _, of := range []struct {
		keys  []string
		words []string
	}{
		{[]string{"tau"}, []string{"first-order", "first-order-iterative"}},
		{[]string{"tau-ft", "epochs", "ft-regularizer"}, []string{"fine-tune"}},
		{[]string{"batch"}, []string{"fine-tune", "fine-tune-paper"}},
		{secondOrderSettings, []string{"second-order", "second-order-iterative"}},
		{[]string{"force"}, []string{"first-order", "first-order-paper", "first-order-iterative", "second-order", "second-order-iterative"}},
		{[]string{"dp-sigma"}, []string{"dp"}},
		{[]string{"sisa-shards", "sisa-slices", "sisa-vote", "sisa-regularizer"}, []string{"sisa"}},
		{[]string{"paper-tau"}, []string{"first-order-paper"}},
		{[]string{"paper-tau-ft"}, []string{"fine-tune-paper"}},
		{[]string{"factor"}, []string{"second-order"}},
		{[]string{"chunks"}, []string{"first-order-iterative", "second-order-iterative"}},
	} {
		switch {
		case !slices.Contains(of.keys, key) || slices.ContainsFunc(of.words, s.Wants):
		case slices.Contains(secondOrderSettings, key) && s.needs("ridge", false): // for the passes of fine-tuning
		case key == "chunks":
			return "no chosen method divides the request"
		case len(of.words) > 1:
			return "no chosen method uses it"
		default:
			return "the method " + of.words[0] + " is not among methods"
		}
	}
	return ""
}

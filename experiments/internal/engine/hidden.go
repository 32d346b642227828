package engine

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lethe/experiments/internal/records"
)

// hidden replaces in a text for the screen what quotes the secret, its prompt or its replacement. A
// short secret is only replaced within quotation marks: it may be a part of any word.
func (g *Given) hidden(text string) string {
	if !g.masks() {
		return text
	}
	for _, what := range []string{g.Secret, g.Prompt, g.Replacement} {
		if what != "" {
			text = strings.ReplaceAll(text, strconv.Quote(what), Mask)
			text = strings.ReplaceAll(text, strconv.QuoteToASCII(what), Mask)
		}
	}
	const short = 4
	if utf8.RuneCountInString(g.Secret) >= short {
		text = strings.ReplaceAll(text, g.Secret, Mask)
	}
	return text
}

// hide replaces what an error quotes of a masked secret.
func (g *Given) hide(err error) error {
	if err == nil {
		return nil
	}
	if text := g.hidden(err.Error()); text != err.Error() {
		return &hiddenError{text, err}
	}
	return err
}

// hiddenError is an error whose text is not told.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.err }

// spoken are the tags that hold sentences, which may be errors of other packages.
var spoken = []string{"reason", "forced", "chosen"}

// hideRecords replaces in sentences of records what quotes a masked secret.
func (g *Given) hideRecords(recs []records.Record) {
	if !g.masks() {
		return
	}
	for _, r := range recs {
		for key, v := range r.Settings {
			if text, ok := v.(string); ok && slices.Contains(spoken, key) {
				r.Settings[key] = g.hidden(text)
			}
		}
	}
}

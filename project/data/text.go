package data

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"lethe/datasets"
)

// readText reads a text into windows of characters, each with the character behind it as its label.
func (l *Loaded) readText(ctx context.Context) error {
	o := l.options
	if o.Regression || o.id() != "" {
		return wrong(l.Path, "leave --regression and --id out", "a text has windows of characters, which are classes and have no ids")
	}
	var raw strings.Builder
	if err := unpacked(ctx, l.Path, o.Progress, func(r io.Reader) error {
		text, err := datasets.TextFrom(r, l.Path)
		raw.WriteString(text)
		return err
	}); err != nil {
		return o.explained(err, true)
	}
	l.Text = raw.String()
	length := o.Length
	switch {
	case o.Like != nil:
		length = o.Like.Length
	case length == 0:
		length = DefaultLength
	}
	var err error
	if l.Vocabulary = datasets.NewVocabulary(l.Text); o.Like != nil {
		if l.Vocabulary, err = datasets.VocabularyOf(o.Like.Vocabulary); err != nil {
			return err
		}
		if err := known(l.Path, l.Text, o.Like.Vocabulary); err != nil {
			return err
		}
	}
	tokens, err := l.Vocabulary.Encode(l.Text)
	if err != nil {
		return err
	}
	if len(tokens) <= length {
		return wrong(l.Path, "give a longer text, or a smaller --length", "a text of %d characters has no window of %d with a character behind it", len(tokens), length)
	}
	if l.Data, err = datasets.Windows(l.Path, tokens, length, l.Vocabulary.Size()); err != nil {
		return err
	}
	for _, symbol := range l.Vocabulary.Symbols() {
		l.Data.ClassNames = append(l.Data.ClassNames, string(symbol))
	}
	if o.Like == nil {
		l.Description = &Description{Format: Text, Length: length, Vocabulary: l.Vocabulary.Symbols()}
	}
	return nil
}

// known refuses a text with a character that the training data did not have.
func known(path, text, symbols string) error {
	all := []rune(symbols)
	line := 1
	for _, r := range text {
		if !slices.Contains(all, r) {
			return &Error{File: path, Line: line, Row: -1, Reason: "the character " + strconv.QuoteRune(r) + " did not occur in the training data",
				Remedy: "write it with others, or train again"}
		}
		if r == '\n' {
			line++
		}
	}
	return nil
}

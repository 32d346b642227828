package datasets

import (
	"fmt"
	"io"
	"slices"
)

// QuotingError is an error of [FindSecret] or [InsertCanary] whose text quotes the secret, its
// prompt, or what stands in the text in their place.
type QuotingError struct {
	err    error
	masked string
}

func (e *QuotingError) Error() string { return e.err.Error() }
func (e *QuotingError) Unwrap() error { return e.err }

// Masked returns the error's text with [masked] in place of what it quotes.
func (e *QuotingError) Masked() string { return e.masked }

// quote is an argument that a masked text leaves out.
type quote string

// masked prints as [masked], whatever the verb.
type masked struct{}

// Format implements [fmt.Formatter].
func (masked) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[masked]") }

// quoting is fmt.Errorf for a text that quotes.
func quoting(format string, args ...any) error {
	shown, hidden := slices.Clone(args), slices.Clone(args)
	for i, a := range args {
		if q, ok := a.(quote); ok {
			shown[i], hidden[i] = string(q), masked{}
		}
	}
	return &QuotingError{fmt.Errorf(format, shown...), fmt.Errorf(format, hidden...).Error()}
}

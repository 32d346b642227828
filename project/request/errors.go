package request

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lethe/project/data"
)

// Error is what is wrong with a request, every fault with its place. Error names ids, columns and
// new values; Masked has [masked] in their place. What is to be forgotten is in neither.
type Error struct{ faults []said }

func (e *Error) Error() string { return e.join(func(s *said) string { return s.plain }) }

// Masked returns the error's text without what it quotes.
func (e *Error) Masked() string { return e.join(func(s *said) string { return s.masked }) }

// shownFaults is how many faults an error names.
const shownFaults = 10

func (e *Error) join(text func(*said) string) string {
	var lines []string
	for i := range e.faults[:min(len(e.faults), shownFaults)] {
		lines = append(lines, text(&e.faults[i]))
	}
	if more := len(e.faults) - shownFaults; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// said is a sentence with and without what it quotes.
type said struct{ plain, masked string }

// quoted is an argument that a masked sentence leaves out.
type quoted string

// hidden prints as [masked], whatever the verb.
type hidden struct{}

// Format implements [fmt.Formatter].
func (hidden) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[masked]") }

func say(at place, format string, args ...any) said {
	plain, masked := slices.Clone(args), slices.Clone(args)
	for i, a := range args {
		switch a := a.(type) {
		case quoted:
			plain[i], masked[i] = string(a), hidden{}
		case said:
			plain[i], masked[i] = a.plain, a.masked
		}
	}
	return said{at.prefix() + fmt.Sprintf(format, plain...), at.prefix() + fmt.Sprintf(format, masked...)}
}

// faults collects what is wrong.
type faults []said

func (f *faults) add(at place, format string, args ...any) { *f = append(*f, say(at, format, args...)) }

// err returns the faults as an error; nil where there are none.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{f}
}

// place is where something stands in a file.
type place struct {
	file string // "" = a program made the request
	line int    // 0 = not known
}

func (p place) String() string {
	switch {
	case p.file == "":
		return "the request"
	case p.line == 0:
		return p.file
	}
	return fmt.Sprintf("%s, line %d", p.file, p.line)
}

func (p place) prefix() string { return p.String() + ": " }

// masked returns the text of an error of another package as a sentence: without its quotes where
// it can leave them out, or not at all.
func masked(err error) said {
	plain := err.Error()
	if e, ok := errors.AsType[*data.Error](err); ok { // the place is said already
		plain = strings.TrimSuffix(e.Reason+": "+e.Remedy, ": ")
	}
	if e, ok := err.(interface{ Masked() string }); ok {
		return said{plain, e.Masked()}
	}
	return said{plain, "[masked]"}
}

// veiled is the text of an error about a value that is to be forgotten: it is quoted to nobody.
func veiled(err error, value string) said {
	text := strings.ReplaceAll(masked(err).plain, strconv.Quote(value), "the value")
	if strings.Contains(text, value) && utf8.RuneCountInString(value) > 3 {
		text = "the column cannot be searched for that value"
	}
	return said{text, "[masked]"}
}

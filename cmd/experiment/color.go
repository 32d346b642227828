package main

import (
	"io"
	"regexp"
	"strings"

	"lethe/internal/cli"
)

// paint colors words where the reader's terminal shows colors.
type paint bool

// paintFor decides by --color whether what is written to w has colors.
func paintFor(w io.Writer, color string) paint { return paint(cli.Colors(w, color)) }

// The colors of verdicts, as terminals number them: what is good, bad and open.
const (
	green  = "32"
	red    = "31"
	yellow = "33"
)

// verdict colors a verdict by its first word.
func (p paint) verdict(text string) string {
	if !p {
		return text
	}
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	color := map[string]string{"better": green, "worse": red, "undecided": yellow, "mixed": yellow, "open": yellow}[word]
	if color == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

var countedVerdict = regexp.MustCompile(`\b(?:better|worse|undecided) [0-9]+\b`)

// counted colors the verdicts in a text that counts them.
func (p paint) counted(text string) string {
	return countedVerdict.ReplaceAllStringFunc(text, p.verdict)
}

// Package cli is what the command lines of Lethe have in common: reading them, completing them,
// signals, and drawing on a terminal.
package cli

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"lethe/internal/suggest"
)

// New returns a parser of command lines, whose flag --help says so in plain words.
func New(grammar any, options ...kong.Option) (*kong.Kong, error) {
	parser, err := kong.New(grammar, options...)
	if err == nil {
		parser.Model.HelpFlag.Help = "Print this help."
	}
	return parser, err
}

// Parse reads a command line. A flag that is given twice is an error, unless it is a list, and so
// is one whose value is empty.
func Parse(parser *kong.Kong, args []string) (*kong.Context, error) {
	k, err := parser.Parse(args)
	if err != nil {
		return nil, explain(parser, err)
	}
	given := map[*kong.Flag]bool{}
	for _, p := range k.Path {
		switch {
		case p.Flag == nil || p.Resolved:
		case isEmpty(p.Flag.Target):
			return nil, fmt.Errorf("--%s is empty: give a value, or omit the flag", p.Flag.Name)
		case p.Flag.IsSlice():
		case given[p.Flag]:
			return nil, fmt.Errorf("--%s is given twice: give it once", p.Flag.Name)
		default:
			given[p.Flag] = true
		}
	}
	return k, nil
}

// isEmpty reports whether a flag has the value "", alone or in a list.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return v.String() == ""
	case reflect.Slice:
		if v.Len() == 0 {
			return true
		}
		for i := range v.Len() {
			if isEmpty(v.Index(i)) {
				return true
			}
		}
	}
	return false
}

// Messages of the library, of which explain says the same in words of the user.
var (
	noValue   = regexp.MustCompile(`^(--[a-z0-9-]+): expected .*value.* but got "(.*)" \((<EOL>|.* flag)\)`)
	notBool   = regexp.MustCompile(`^(--[a-z0-9-]+): bool value must be .* but got "(.*)"$`)
	wanting   = regexp.MustCompile(`^expected "([^"]*)"$`)
	choice    = regexp.MustCompile(`^expected one of (.*)$`)
	leftOver  = regexp.MustCompile(`^unexpected argument (\S*?)(?:, did you mean .*)?$`)
	exclusive = regexp.MustCompile(`^(--\S+) and (--\S+) can't be used together`)
)

// explain says what is wrong with a command line, and names the command whose help tells more.
func explain(parser *kong.Kong, err error) error {
	command, node := parser.Model.Name, parser.Model.Node
	if at, ok := errors.AsType[*kong.ParseError](err); ok && at.Context != nil && at.Context.Selected() != nil {
		node = at.Context.Selected()
		command = strings.Fields(node.FullPath())[0]
		for _, name := range strings.Fields(node.FullPath())[1:] {
			if !strings.HasPrefix(name, "<") && !strings.HasPrefix(name, "[") {
				command += " " + name
			}
		}
	}
	short := strings.TrimPrefix(command, parser.Model.Name+" ") // whose name stands before all errors
	return fmt.Errorf("%s (%s --help)", said(short, node, err.Error()), command)
}

// said is the library's message in words of the user.
func said(command string, node *kong.Node, text string) string {
	if m := noValue.FindStringSubmatch(text); m != nil {
		if m[3] == "<EOL>" {
			return m[1] + " needs a value"
		}
		return fmt.Sprintf("%s needs a value; one that begins with - is written %s=%s", m[1], m[1], m[2])
	}
	if m := notBool.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s takes no value: omit %q", m[1], m[2])
	}
	if m := wanting.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s needs %s", command, m[1])
	}
	if m := choice.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s needs one of %s", command, strings.NewReplacer(`",  "`, ", ", `"`, "").Replace(m[1]))
	}
	if m := exclusive.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s and %s exclude each other", m[1], m[2])
	}
	if m := leftOver.FindStringSubmatch(text); m != nil {
		return unknownWord(command, node, m[1])
	}
	return text
}

// unknownWord says of a word that a command does not take what it could be.
func unknownWord(command string, node *kong.Node, word string) string {
	var known []string
	for _, c := range node.Children {
		if !c.Hidden {
			known = append(known, c.Name)
		}
	}
	switch {
	case word == "version" && len(known) > 0 && node.Parent == nil:
		return `unknown command "version": did you mean --version?`
	case len(known) > 0:
		return suggest.Unknown("command", word, known).Error()
	}
	return fmt.Sprintf("%s does not take %q", command, word)
}

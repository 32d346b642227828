package request

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"lethe/internal/suggest"
)

// wholeNumber is how rows are written.
var wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// parser turns a tree into a request, and collects what is wrong with it.
type parser struct {
	name string
	faults
}

// Keys of a request.
const (
	keyRemove  = "remove"
	keyForget  = "forget_columns"
	keyCorrect = "correct"
	keyLabels  = "labels"
	keyReplace = "replace_text"
)

var allKeys = []string{keyRemove, keyForget, keyCorrect, keyLabels, keyReplace}

// Parse reads a request that stands in text. The name says the format, as in [Read], and stands in
// messages. Files that the request names are not read yet: Read does, and so does [File.Resolve].
func Parse(text []byte, name string) (*File, error) {
	format, err := formatOf(name)
	if err != nil {
		return nil, err
	}
	if text, err = plain(text, name); err != nil {
		return nil, err
	}
	p := &parser{name: name}
	f := &File{name: name}
	if format == "csv" {
		p.table(f, text)
	} else {
		tree := yamlTree
		if format == "json" {
			tree = jsonTree
		}
		root, err := tree(text, name)
		if err != nil {
			return nil, err
		}
		p.file(f, root)
	}
	if len(p.faults) == 0 && f.empty() {
		p.add(place{file: name}, "the request is empty: it asks for nothing; give at least one of %s", strings.Join(allKeys, ", "))
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return f, nil
}

// plain takes off a byte-order mark, and refuses what is not UTF-8.
func plain(text []byte, name string) ([]byte, error) {
	text = []byte(strings.TrimPrefix(string(text), "\ufeff"))
	if utf8.Valid(text) {
		return text, nil
	}
	line := 1
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[size:]
	}
	return nil, &Error{[]said{say(place{name, line}, "this is not UTF-8: save the file as UTF-8")}}
}

func (f *File) empty() bool {
	return len(f.Remove)+len(f.ForgetColumns)+len(f.Correct)+len(f.Labels)+len(f.ReplaceText) == 0
}

func (p *parser) at(n *yaml.Node) place { return place{p.name, n.Line} }

func (p *parser) file(f *File, root *yaml.Node) {
	if root == nil {
		return
	}
	keys := p.mapping(root, "a request", allKeys...)
	for _, n := range p.list(keys[keyRemove], keyRemove, "  - ids: [u-381]") {
		p.removal(f, n)
	}
	for _, n := range p.list(keys[keyForget], keyForget, "  - race") {
		if name, ok := p.text(n, "the name of a column"); ok {
			f.ForgetColumns, f.columnsAt = append(f.ForgetColumns, name), append(f.columnsAt, p.at(n))
		}
	}
	for _, n := range p.list(keys[keyCorrect], keyCorrect, "  - {id: u-77, column: age, value: 41}") {
		p.correction(f, n)
	}
	for _, n := range p.list(keys[keyLabels], keyLabels, `  - {id: u-12, label: "yes"}`) {
		p.label(f, n)
	}
	for _, n := range p.list(keys[keyReplace], keyReplace, `  - {find: "text", with: random-digits}`) {
		p.replacement(f, n)
	}
}

// mapping returns the values of the known keys, each of which may come once.
func (p *parser) mapping(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		p.add(p.at(n), "%s has the keys %s; this is %s", what, strings.Join(known, ", "), kindOf(n))
		return nil
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch first, twice := out[key.Value]; {
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, key.Value):
			p.add(p.at(key), "%s has no key %q; its keys are %s.%s", what, quoted(key.Value), strings.Join(known, ", "), suggest.DidYouMean(key.Value, known))
		case twice:
			p.add(p.at(key), "the key %s comes twice, here and with the value at line %d: put both under one", key.Value, first.Line)
		default:
			out[key.Value] = value
		}
	}
	return out
}

// list returns the items of a list, which may be absent but not empty.
func (p *parser) list(n *yaml.Node, key, example string) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind != yaml.SequenceNode:
		p.add(p.at(n), "%s needs a list, and this is %s: begin each entry with a dash, as in %q", key, kindOf(n), example)
	case len(n.Content) == 0:
		p.add(p.at(n), "%s is an empty list: fill it, or leave the key out", key)
	}
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// text returns a scalar as it is written.
func (p *parser) text(n *yaml.Node, what string) (string, bool) {
	text, ok := p.cell(n, what)
	if ok && text == "" {
		p.add(p.at(n), "%s is empty", what)
		return "", false
	}
	return text, ok
}

// cell is text that may be empty.
func (p *parser) cell(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		p.add(p.at(n), "%s is a text or a number, and this is %s", what, kindOf(n))
		return "", false
	}
	if !slices.Contains([]string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp"}, n.ShortTag()) {
		p.add(p.at(n), "%s has the tag %s: write it as a plain text", what, quoted(n.Tag))
		return "", false
	}
	return n.Value, true
}

// row returns a row's number.
func (p *parser) row(n *yaml.Node) (int, bool) {
	if n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!int" || n.ShortTag() == "!!float") && wholeNumber.MatchString(n.Value) {
		return p.number(n.Value, p.at(n))
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int" {
		p.add(p.at(n), "a row is a whole number in decimal digits, as 16, and this is written in another way")
		return 0, false
	}
	p.add(p.at(n), "a row is a whole number, 0 for the first sample of the file, and this is %s; names of samples stand under ids or id", kindOf(n))
	return 0, false
}

func (p *parser) number(text string, at place) (int, bool) {
	row, err := strconv.Atoi(text)
	if err != nil || !wholeNumber.MatchString(text) {
		p.add(at, "%q is not a row's number: rows are 0, 1, 2, ..., 0 for the first sample of the file", quoted(text))
		return 0, false
	}
	if row < 0 {
		p.add(at, "row %d is negative: rows are counted from 0", row)
		return 0, false
	}
	return row, true
}

// only says which of the keys are there besides one.
func only(keys map[string]*yaml.Node, one string) []string {
	var others []string
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if k != one {
			others = append(others, k)
		}
	}
	return others
}

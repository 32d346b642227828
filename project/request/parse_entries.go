package request

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// removal reads an entry under remove.
func (p *parser) removal(f *File, n *yaml.Node) {
	before := len(p.faults)
	keys := p.mapping(n, "an entry of remove", "rows", "ids", "where", "file")
	if len(p.faults) > before {
		return
	}
	if len(keys) != 1 {
		p.add(p.at(n), "an entry of remove has one of rows, ids, where and file, and this has %d of them: give each an entry of its own", len(keys))
		return
	}
	r := Removal{at: []place{p.at(n)}}
	switch {
	case keys["rows"] != nil:
		r.at = nil
		for _, item := range p.list(keys["rows"], "rows", "rows: [17, 203]") {
			if row, ok := p.row(item); ok {
				r.Rows, r.at = append(r.Rows, row), append(r.at, p.at(item))
			}
		}
	case keys["ids"] != nil:
		r.at = nil
		for _, item := range p.list(keys["ids"], "ids", "ids: [u-381, u-90]") {
			if id, ok := p.text(item, "an id"); ok {
				r.IDs, r.at = append(r.IDs, id), append(r.at, p.at(item))
			}
		}
	case keys["where"] != nil:
		r.Where = p.where(keys["where"])
	default:
		r.File, _ = p.text(keys["file"], "the name of a file")
	}
	f.Remove = append(f.Remove, r)
}

func (p *parser) where(n *yaml.Node) *Where {
	before := len(p.faults)
	keys := p.mapping(n, "where", "column", "equals")
	if len(p.faults) > before || !p.needs(n, "where", keys, "column", "equals") {
		return nil
	}
	w := &Where{}
	w.Column, _ = p.text(keys["column"], "the name of a column")
	w.Equals, _ = p.cell(keys["equals"], "the value under equals")
	return w
}

// needs says which keys are missing.
func (p *parser) needs(n *yaml.Node, what string, keys map[string]*yaml.Node, names ...string) bool {
	var missing []string
	for _, name := range names {
		if keys[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		p.add(p.at(n), "%s lacks %s", what, strings.Join(missing, " and "))
	}
	return len(missing) == 0
}

// sample reads id or row, of which an entry has one.
func (p *parser) sample(n *yaml.Node, what string, keys map[string]*yaml.Node) (id string, row *int) {
	switch {
	case keys["id"] != nil && keys["row"] != nil:
		p.add(p.at(n), "%s names its sample by id and by row: give one of them", what)
	case keys["id"] != nil:
		id, _ = p.text(keys["id"], "an id")
	case keys["row"] != nil:
		if r, ok := p.row(keys["row"]); ok {
			row = &r
		}
	default:
		p.add(p.at(n), "%s does not say which sample: give id or row", what)
	}
	return id, row
}

// fileOnly reads the entry {file: NAME}.
func (p *parser) fileOnly(n *yaml.Node, what string, keys map[string]*yaml.Node) (name string, is bool) {
	if keys["file"] == nil {
		return "", false
	}
	if others := only(keys, "file"); len(others) > 0 {
		p.add(p.at(n), "%s with file has no other key, and this has %s: give each an entry of its own", what, strings.Join(others, ", "))
	}
	name, _ = p.text(keys["file"], "the name of a file")
	return name, true
}

func (p *parser) correction(f *File, n *yaml.Node) {
	const what = "an entry of correct"
	before := len(p.faults)
	keys := p.mapping(n, what, "id", "row", "column", "value", "file")
	if len(p.faults) > before {
		return
	}
	c := Correction{at: p.at(n)}
	var is bool
	if c.File, is = p.fileOnly(n, what, keys); !is && p.needs(n, what, keys, "column", "value") {
		c.ID, c.Row = p.sample(n, what, keys)
		c.Column, _ = p.text(keys["column"], "the name of a column")
		c.Value, _ = p.cell(keys["value"], "the corrected value")
	}
	f.Correct = append(f.Correct, c)
}

func (p *parser) label(f *File, n *yaml.Node) {
	const what = "an entry of labels"
	before := len(p.faults)
	keys := p.mapping(n, what, "id", "row", "label", "file")
	if len(p.faults) > before {
		return
	}
	l := Label{at: p.at(n)}
	var is bool
	if l.File, is = p.fileOnly(n, what, keys); !is && p.needs(n, what, keys, "label") {
		l.ID, l.Row = p.sample(n, what, keys)
		l.Label, _ = p.text(keys["label"], "the corrected label")
	}
	f.Labels = append(f.Labels, l)
}

func (p *parser) replacement(f *File, n *yaml.Node) {
	const what = "an entry of replace_text"
	before := len(p.faults)
	keys := p.mapping(n, what, "find", "with")
	if len(p.faults) > before || !p.needs(n, what, keys, "find", "with") {
		return
	}
	r := Replacement{at: p.at(n)}
	r.Find, _ = p.text(keys["find"], "the text under find")
	r.With, _ = p.text(keys["with"], "the text under with")
	f.ReplaceText = append(f.ReplaceText, r)
}

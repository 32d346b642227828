package metrics

import (
	"fmt"
	"strings"
)

// MarkdownMetrics is the table of metrics in docs/records.md.
func MarkdownMetrics() string {
	var b strings.Builder
	b.WriteString("| metric | unit | better | compared by | role | meaning |\n|---|---|---|---|---|---|\n")
	for _, m := range all {
		by := "difference"
		if m.Ratio {
			by = "ratio"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, strings.Join(m.Units, " or "), m.Better, by, m.Role, cell(m.Meaning))
	}
	return b.String()
}

// MarkdownTags is the table of tags there.
func MarkdownTags() string {
	var b strings.Builder
	b.WriteString("| tag | type | divides | meaning |\n|---|---|---|---|\n")
	for _, t := range tags {
		place := ""
		if t.Place == Divides {
			place = "yes"
			if t.Only != nil {
				place = "in `" + strings.Join(t.Only, "`, `") + "`"
			}
		}
		if t.Place == Repeats {
			place = "repeats"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", t.Name, t.Kind, place, cell(t.Meaning))
	}
	return b.String()
}

// cell escapes what ends a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

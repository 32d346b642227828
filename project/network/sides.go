package network

import (
	"fmt"
	"strings"
)

// sides puts the network and the state dict next to each other: what belongs together, and what
// has no partner.
func (m *matching) sides() string {
	rows := [][3]string{{"network", "state dict", ""}}
	for _, t := range m.targets {
		rows = append(rows, m.pair(t)...)
	}
	for _, x := range m.modules {
		if !m.used[x] {
			for _, local := range x.locals() {
				rows = append(rows, [3]string{"-", tensorText(x, local), "no layer takes it"})
			}
		}
	}
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	right := 0
	for _, r := range rows {
		right = max(right, len(r[1]))
	}
	var b strings.Builder
	for _, r := range shortened(rows) {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s  %-*s  %s", width, r[0], right, r[1], r[2]), " ") + "\n")
	}
	b.WriteString("Change the layers, or say under `names:` which module belongs to which layer.")
	return b.String()
}

// pair are the rows of a layer: its parameters on the left, the tensors of its module on the right.
func (m *matching) pair(t *target) (rows [][3]string) {
	var left, right []string
	for _, p := range t.params {
		left = append(left, fmt.Sprintf("%s %s", p.Name, tuple(p.Shape)))
	}
	remark := "nothing fits"
	if by := m.of[t]; by != nil {
		for _, local := range by.locals() {
			right = append(right, tensorText(by, local))
		}
		remark = ""
		if _, ok := recipeFor(t, by); !ok {
			remark = "does not fit: " + wants(t)
		}
	} else {
		remark += ": " + wants(t)
	}
	for i := range max(len(left), len(right)) {
		row := [3]string{}
		if i < len(left) {
			row[0] = left[i]
		}
		switch {
		case i < len(right):
			row[1] = right[i]
		case len(right) == 0:
			row[1] = "-"
		}
		if i == 0 {
			row[2] = remark
		}
		rows = append(rows, row)
	}
	return rows
}

// wants says what PyTorch would have for a layer.
func wants(t *target) string {
	var parts []string
	for _, need := range recipes(t)[0].needs {
		if !need.optional {
			parts = append(parts, need.local+" "+tuple(need.shape))
		}
	}
	return "it needs " + strings.Join(parts, ", ")
}

func tensorText(m *module, local string) string {
	t := m.tensors[local]
	text := t.Name + " " + tuple(t.Shape)
	if !floating(t) {
		text += " " + string(t.DType)
	}
	return text
}

func tuple(shape []int) string { return strings.ReplaceAll("("+shapeText(shape)+")", " x ", ", ") }

// mostRows is how many rows of an error are written.
const mostRows = 80

// shortened keeps the rows with a remark, and as many of the others as there is room for.
func shortened(rows [][3]string) [][3]string {
	if len(rows) <= mostRows {
		return rows
	}
	kept := rows[:1:1]
	for _, r := range rows[1:] {
		if r[2] != "" && len(kept) < mostRows {
			kept = append(kept, r)
		}
	}
	return append(kept, [3]string{fmt.Sprintf("... %d rows in all", len(rows)-1)})
}

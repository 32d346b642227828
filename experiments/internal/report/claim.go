package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/verdict"
)

// The sources of targets.
const (
	Paper = "the paper" // docs/paper.md
	Ours  = "ours"      // set by this project
)

// Claim is something that a run is expected to show, with what was measured.
type Claim struct {
	Text     string
	Measured string
	Low      string // the ends of its draws or of its interval; empty = none
	High     string
	Relation string // of the measured value to the target: "at least"; "about": within Distance of it
	Target   string
	Distance string // how far from the target the value may be; empty = it is a bound
	Source   string // who set the target: Paper or Ours
	Met      bool
	Open     bool   // the draws decide neither way
	Short    string // by how much it was missed, or what leaves it open; empty when it was met
}

// With returns the claim with the value that was measured, and the ends of its draws.
func (c Claim) With(v Value) Claim {
	c.Measured = v.Style.One(v.Median)
	if v.Statistic == Ends && v.Low != v.High {
		c.Low, c.High = v.Style.One(v.Low), v.Style.One(v.High)
	}
	return c
}

// From returns the claim with the source of its target.
func (c Claim) From(source string) Claim {
	c.Source = source
	return c
}

// AtMost is the claim that a measured value does not exceed a target.
func AtMost(text string, measured, target float64) Claim {
	c := Claim{Text: text, Measured: Plain.One(measured), Relation: "at most", Target: numbers.Shortest(target), Source: Ours, Met: measured <= target}
	if !c.Met {
		c.Short = fmt.Sprintf("%s times too large", Plain.One(measured/target))
	}
	return c
}

// AtLeast is the claim that a measured value reaches a target.
func AtLeast(text string, measured, target float64, f Style, unit string) Claim {
	show := func(v float64) string { return f.One(v) + unit }
	c := Claim{Text: text, Measured: show(measured), Relation: "at least", Target: show(target), Source: Ours, Met: measured >= target}
	if !c.Met {
		c.Short = "short by " + show(target-measured)
	}
	return c
}

// Within is the claim that a measured value lies within a distance of a target.
func Within(text string, measured, target, distance float64, f Style, unit string) Claim {
	show := func(v float64) string { return strings.TrimSpace(f.One(v) + " " + unit) }
	c := Claim{Text: text, Measured: show(measured), Relation: "about", Target: show(target), Distance: show(distance), Source: Ours, Met: math.Abs(measured-target) <= distance}
	if !c.Met {
		c.Short = fmt.Sprintf("%s off", show(math.Abs(measured-target)))
	}
	return c
}

// Gains is the claim that a comparison's gain reaches a target. The interval decides: one that holds
// the target leaves it open, and so do too few draws.
func Gains(text string, c Compared, target float64) Claim {
	middle, low, high := c.gained()
	out := Claim{Text: text, Measured: middle, Relation: "at least", Target: c.written(target), Source: Ours}
	if c.Ratio && target == 1 {
		out.Relation = "more than"
	}
	if c.None != "" || c.Confidence == 0 {
		out.Open, out.Short = true, c.None
		if out.Short == "" {
			out.Short = "no interval"
		}
		return out
	}
	out.Low, out.High = low, high
	least, most := min(c.gain(c.Low), c.gain(c.High)), max(c.gain(c.Low), c.gain(c.High))
	switch {
	case least >= target && (target != 1 || least > 1):
		out.Met = true
	case most < target:
		out.Short = "even the upper end of the interval is below the target"
	default:
		out.Open, out.Short = true, "the interval contains the target"
	}
	return out
}

// TargetsTable shows the targets; nil when there are none.
func TargetsTable(claims []Claim) *Table {
	if len(claims) == 0 {
		return nil
	}
	has := func(of func(c Claim) string) bool {
		return slices.ContainsFunc(claims, func(c Claim) bool { return of(c) != "" })
	}
	columns := []struct {
		title string
		of    func(c Claim) string
		kept  bool // without any text too
	}{
		{"what", func(c Claim) string { return c.Text }, true}, {"measured", func(c Claim) string { return c.Measured }, true},
		{"from", func(c Claim) string { return c.Low }, false}, {"to", func(c Claim) string { return c.High }, false},
		{"wanted", func(c Claim) string { return c.Relation }, true}, {"target", func(c Claim) string { return c.Target }, true},
		{"tolerance", func(c Claim) string { return c.Distance }, false}, {"set by", func(c Claim) string { return c.Source }, true},
	}
	t := &Table{Title: "Targets"}
	for _, column := range columns {
		if column.kept || has(column.of) {
			t.Header = append(t.Header, column.title)
		}
	}
	t.Header = append(t.Header, "reached")
	for _, c := range claims {
		row := new(Row)
		for _, column := range columns {
			if column.kept || has(column.of) {
				row.Text(column.of(c))
			}
		}
		state, tone := "yes", string(verdict.Better)
		switch {
		case c.Open:
			state, tone = "undecided", string(verdict.Undecided)
		case !c.Met:
			state, tone = "no", string(verdict.Worse)
		}
		t.Append(row.Text(state).Tone(tone).Remark(c.Short))
	}
	return t
}

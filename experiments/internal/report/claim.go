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
	Target   string
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
	c := Claim{Text: text, Measured: numbers.Significant(measured, 3), Target: "at most " + numbers.Shortest(target), Source: Ours, Met: measured <= target}
	if !c.Met {
		c.Short = fmt.Sprintf("%s times too large", numbers.Significant(measured/target, 2))
	}
	return c
}

// AtLeast is the claim that a measured value reaches a target.
func AtLeast(text string, measured, target float64, f Style, unit string) Claim {
	show := func(v float64) string { return f.One(v) + unit }
	c := Claim{Text: text, Measured: show(measured), Target: "at least " + show(target), Source: Ours, Met: measured >= target}
	if !c.Met {
		c.Short = "short by " + show(target-measured)
	}
	return c
}

// Within is the claim that a measured value lies within a distance of a target.
func Within(text string, measured, target, distance float64, f Style, unit string) Claim {
	show := func(v float64) string { return strings.TrimSpace(f.One(v) + " " + unit) }
	c := Claim{Text: text, Measured: show(measured), Target: fmt.Sprintf("%s, within %s", show(target), show(distance)), Source: Ours, Met: math.Abs(measured-target) <= distance}
	if !c.Met {
		c.Short = fmt.Sprintf("%s off", show(math.Abs(measured-target)))
	}
	return c
}

// Gains is the claim that a comparison's gain reaches a target. The interval decides: one that
// holds the target leaves it open, and so do too few draws.
func Gains(text string, c Compared, target float64) Claim {
	middle, low, high := c.gained()
	out := Claim{Text: text, Measured: middle, Target: "at least " + c.written(target), Source: Ours}
	if c.Ratio && target == 1 {
		out.Target = "more than " + c.written(target)
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
		out.Short = "even the upper end is below it"
	default:
		out.Open, out.Short = true, "the interval holds it"
	}
	return out
}

// TargetsTable shows the targets; nil when there are none.
func TargetsTable(claims []Claim) *Table {
	if len(claims) == 0 {
		return nil
	}
	intervals := slices.ContainsFunc(claims, func(c Claim) bool { return c.Low != "" })
	t := &Table{Title: "Targets", Header: []string{"target", "measured", "wanted", "set by", "reached"}}
	if intervals {
		t.Header = slices.Insert(t.Header, 2, "from", "to")
	}
	for _, c := range claims {
		row := NewRow(c.Text, c.Measured)
		if intervals {
			row.Text(c.Low, c.High)
		}
		state, tone := "yes", string(verdict.Better)
		switch {
		case c.Open:
			state, tone = "undecided: "+c.Short, string(verdict.Undecided)
		case !c.Met:
			state, tone = "no: "+c.Short, string(verdict.Worse)
		}
		t.Append(row.Text(c.Target, c.Source, strings.TrimSuffix(state, ": ")).Tone(tone))
	}
	return t
}

package report

import (
	"fmt"
	"math"
	"strings"

	"lethe/experiments/internal/numbers"
)

// Claim is something the method is expected to show, with what was measured.
type Claim struct {
	Text     string
	Measured string
	Target   string
	Met      bool
	Short    string // by how much it was missed; empty when it was met
}

// AtMost is the claim that a measured value does not exceed a target.
func AtMost(text string, measured, target float64) Claim {
	c := Claim{Text: text, Measured: numbers.Significant(measured, 3), Target: "at most " + numbers.Shortest(target), Met: measured <= target}
	if !c.Met {
		c.Short = fmt.Sprintf("%s times too large", numbers.Significant(measured/target, 2))
	}
	return c
}

// AtLeast is the claim that a measured value reaches a target.
func AtLeast(text string, measured, target float64, f Style, unit string) Claim {
	show := func(v float64) string { return f.One(v) + unit }
	c := Claim{Text: text, Measured: show(measured), Target: "at least " + show(target), Met: measured >= target}
	if !c.Met {
		c.Short = "short by " + show(target-measured)
	}
	return c
}

// Within is the claim that a measured value lies within a distance of a target.
func Within(text string, measured, target, distance float64, f Style, unit string) Claim {
	show := func(v float64) string { return strings.TrimSpace(f.One(v) + " " + unit) }
	c := Claim{Text: text, Measured: show(measured), Target: fmt.Sprintf("%s, within %s", show(target), show(distance)), Met: math.Abs(measured-target) <= distance}
	if !c.Met {
		c.Short = fmt.Sprintf("%s off", show(math.Abs(measured-target)))
	}
	return c
}

// ClaimsTable shows the claims; nil when there are none.
func ClaimsTable(claims []Claim) *Table {
	if len(claims) == 0 {
		return nil
	}
	t := &Table{Title: "Claims", Header: []string{"claim", "measured", "target", "met"}}
	for _, c := range claims {
		verdict := "yes"
		if !c.Met {
			verdict = "no: " + c.Short
		}
		t.Rows = append(t.Rows, []string{c.Text, c.Measured, c.Target, verdict})
	}
	return t
}

package unlearn

import "strings"

// remedy says what to change where an update is worse than none.
type remedy struct {
	ways  []string // each by itself helps
	force string   // how to keep the update; "" = it cannot be kept
}

// text writes the ways, and how to keep the update unless that is set already.
func (r remedy) text(forced bool) string {
	ways := r.ways
	if r.force != "" && !forced {
		ways = append(ways[:len(ways):len(ways)], r.force)
	}
	last := len(ways) - 1
	if last <= 0 {
		return strings.Join(ways, "")
	}
	return strings.Join(ways[:last], ", ") + ", or " + ways[last]
}

// The force of a method that has the setting itself, and of one around such a method.
const (
	setForce      = "set Force to keep it"
	setInnerForce = "set its Force to keep it"
)

// ways says how a request could be divided further.
func (c chunked) ways() []string {
	switch {
	case !c.is:
		return []string{"divide the request (Iterative)"}
	case c.more:
		return []string{"take more Chunks"}
	}
	return nil
}

package engine

import (
	"fmt"

	"lethe/experiments/internal/report"
)

// idle returns why a setting changes nothing in one part of a run, or "" where it may change
// something.
func (s *Session) idle(key string, e *Experiment, set Settings) string {
	if !e.Takes(key) {
		if owners := Owners(key); owners != nil {
			return onlyTake(owners)
		}
		return e.ID + " does not use it"
	}
	if e.Idle == nil {
		return ""
	}
	return e.Idle(s, set, key)
}

func onlyTake(owners []string) string {
	if len(owners) == 1 {
		return "only " + owners[0] + " uses it"
	}
	return "only " + listed(owners) + " use it"
}

// idleNotes says of each given setting that changes nothing in any part of the run, and why.
func (s *Session) idleNotes(given []assignment, parts []Part) ([]string, error) {
	var notes []string
	for _, a := range given {
		reason := ""
		for i := range parts {
			e, err := Find(parts[i].Experiment)
			if err != nil {
				return nil, err
			}
			here := s.idle(a.key, e, parts[i].Settings)
			if here == "" {
				reason = ""
				break
			}
			if reason == "" { // of several the first part's, which is the experiment's main one
				reason = here
			}
		}
		if reason != "" {
			notes = append(notes, fmt.Sprintf("--set %s has no effect on %s, %s: %s", a.key, report.Shown(s.Dataset), s.Model, reason))
		}
	}
	return notes, nil
}

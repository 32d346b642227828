package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lethe/experiments/internal/report"
)

// idle returns why a setting changes nothing in one part of a run that reads it, or "" where it may
// change something.
func (s *Session) idle(key string, e *Experiment, set Settings) string {
	if e.Idle == nil {
		return ""
	}
	return e.Idle(s, set, key)
}

// noteIdle notes in the parts which of the given settings change nothing in any of them, and why.
// It returns them with their reasons.
func (s *Session) noteIdle(given []assignment, parts []Part) (map[string]string, error) {
	idle := map[string]string{}
	for _, a := range given {
		reason := ""
		for i := range parts {
			e, err := Find(parts[i].Experiment)
			if err != nil {
				return nil, err
			}
			if !e.Takes(a.key) {
				continue
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
			idle[a.key] = reason
		}
	}
	for i := range parts {
		parts[i].Unused = nil
		e, err := Find(parts[i].Experiment)
		if err != nil {
			return nil, err
		}
		for key, reason := range idle {
			if e.Takes(key) {
				if parts[i].Unused == nil {
					parts[i].Unused = map[string]string{}
				}
				parts[i].Unused[key] = reason
			}
		}
	}
	return idle, nil
}

// idleNotes says of each setting that changes nothing in a run that this is so, and why.
func (s *Session) idleNotes(idle map[string]string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(idle)) {
		out = append(out, fmt.Sprintf("--set %s has no effect on %s, %s: %s", key, report.Shown(s.Dataset), s.Model, idle[key]))
	}
	return out
}

// checkIdle refuses a setting that changes nothing in any run of the order.
func (o *Order) checkIdle(given []assignment, runs []*prepared) error {
	for _, a := range given {
		var reasons []string
		for _, r := range runs {
			reason, ok := r.idle[a.key]
			if !ok {
				reasons = nil
				break
			}
			if !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
		if len(reasons) > 0 {
			return fmt.Errorf("--set %s=%s has no effect on %s: %s", a.key, a.value, o.Experiment, strings.Join(reasons, "; "))
		}
	}
	return nil
}

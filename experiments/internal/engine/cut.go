package engine

import (
	"context"
	"fmt"
	"slices"
)

// Cut is a setting that asks for more than there is.
type Cut struct {
	Key  string
	Used string // the value in its place, as the setting is written
	Why  string // what there is: "diabetes has 614 training samples"
	// Plain marks a default that is meant as an upper bound, of which nothing needs to be said.
	Plain bool
}

// noteCuts refuses given settings that ask for more than there is, and notes in the parts what is
// used in place of defaults that do. A run that is repeated has them as they were. It returns what
// is to be said of them.
func (s *Session) noteCuts(ctx context.Context, given []assignment, parts []Part, thorough bool) ([]string, error) {
	var notes []string
	for i := range parts {
		p := &parts[i]
		p.Used = nil
		e, err := Find(p.Experiment)
		if err != nil {
			return nil, err
		}
		if e.Domain.Cut == nil {
			continue
		}
		cuts, err := e.Domain.Cut(ctx, s, e, p.Settings, thorough)
		if err != nil {
			return nil, err
		}
		for _, c := range cuts {
			if !e.Takes(c.Key) || s.idle(c.Key, e, p.Settings) != "" {
				continue
			}
			if j := slices.IndexFunc(given, func(a assignment) bool { return a.key == c.Key }); j >= 0 {
				return nil, fmt.Errorf("%s=%s is more than there is: %s; lower it by --set %s, to %s for example", c.Key, given[j].value, c.Why, c.Key, c.Used)
			}
			if c.Plain {
				continue
			}
			if p.Used == nil {
				p.Used = map[string]string{}
			}
			p.Used[c.Key] = c.Used
			note := fmt.Sprintf("%s is %s in place of %s: %s", c.Key, c.Used, p.Settings.Text(c.Key), c.Why)
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	return notes, nil
}

package experiments

import (
	"slices"
	"strings"
)

// idle returns why a setting changes nothing, or "" where it may change something.
func (s *textSession) idle(key string, set *textSettings) string {
	switch {
	case slices.Contains([]string{"length", "replace"}, key) && s.given.Secret != "":
		return "the secret is given"
	case key == "times" && s.given.Secret != "" && strings.Contains(s.text, s.given.Prompt+s.given.Secret):
		return "the secret is in the text already"
	case key == "adam-rates" && !slices.Contains(set.Methods, "fine-tune-adam") && !slices.Contains(set.Methods, "all"):
		return "the method fine-tune-adam is not asked for"
	}
	for _, grid := range []struct {
		key, of string
		set     Auto
	}{{"ridge-grid", "ridge", set.Ridge}, {"step-grid", "step", set.Step}, {"tau-grid", "tau", set.Tau}, {"rate-grid", "tau-ft", set.TauFT}} {
		if key == grid.key && !grid.set.Tuned {
			return grid.of + " is set"
		}
	}
	return ""
}

package memorization

import (
	"slices"
	"strings"

	"lethe/experiments/internal/settings"
)

// idle returns why a setting changes nothing, or "" where it may change something.
func (s *Session) idle(key string, set *Settings) string {
	switch {
	case slices.Contains([]string{"length", "replace"}, key) && s.Given.Secret != "":
		return "the secret is given"
	case key == "times" && s.Given.Secret != "" && strings.Contains(s.Text, s.Given.Prompt+s.Given.Secret):
		return "the secret is already in the text"
	case key == "adam-rates" && !slices.Contains(set.Methods, "fine-tune-adam") && !slices.Contains(set.Methods, "all"):
		return "the method fine-tune-adam is not among methods"
	case slices.Contains([]string{"distill-rates", "distill-steps"}, key) && !slices.ContainsFunc([]string{"distill", "distill-lead", "all"}, func(m string) bool { return slices.Contains(set.Methods, m) }):
		return "self-distillation is not among methods"
	}
	for _, grid := range []struct {
		key, of string
		set     settings.Auto
	}{{"ridge-grid", "ridge", set.Ridge}, {"step-grid", "step", set.Step}, {"tau-grid", "tau", set.Tau}, {"rate-grid", "tau-ft", set.TauFT}} {
		if key == grid.key && !grid.set.Tuned {
			return grid.of + " is set"
		}
	}
	return ""
}

package poisoning

import (
	"fmt"
	"slices"
	"strconv"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/settings"
)

// idle returns why a setting changes nothing, or "" where it may change something.
func (set *Settings) idle(key string) string {
	switch {
	case slices.Contains([]string{"chunks", "max-fall", "follow", "gradient-sample"}, key) && !set.chunked():
		return "no chosen method divides the request"
	case key == "reestimate" && set.Reestimate > 0 && !slices.Contains(set.Statistics, reestimated):
		return "statistics are kept"
	case key == "statistics" && set.Reestimate == 0:
		return "reestimate=0 keeps the statistics"
	case key == "gradient-sample" && set.Follow == "difference":
		return "chunks follow the difference, which is not estimated"
	case key == "gradient-sample" && set.Sample == 0:
		return "sample=0 estimates nothing"
	}
	for _, rates := range []struct {
		key     string
		methods []string
	}{{"adam-rates", []string{trainerFineTuner.name, cycleFineTuner.name, polisher.name, lastMatcher.name, chunkMatcher.name}},
		{"momentum-rates", []string{momentumFineTuner.name}}} {
		if asked := func(m string) bool { return m == "all" || slices.Contains(rates.methods, m) }; key == rates.key && !slices.ContainsFunc(set.Methods, asked) {
			return "the method " + rates.methods[0] + " is not among methods"
		}
	}
	for _, grid := range []struct {
		key, of string
		set     settings.Auto
	}{{"ridge-shares", "ridge", set.Ridge}, {"tau-grid", "tau", set.Tau}, {"rate-grid", "tau-ft", set.TauFT}} {
		if key == grid.key && !grid.set.Tuned {
			return grid.of + " is set"
		}
	}
	return ""
}

// cut lists the settings that ask for more images than there are.
func (s *Session) cut(set *Settings) []engine.Cut {
	n := s.images(set).Len()
	var out []engine.Cut
	for _, key := range []string{"reestimate", "gradient-sample"} {
		if v := map[string]int{"reestimate": set.Reestimate, "gradient-sample": set.GradientSize}[key]; v > n {
			out = append(out, engine.Cut{Key: key, Used: strconv.Itoa(n), Why: fmt.Sprintf("%s has %d training images", s.Dataset, n)})
		}
	}
	return out
}

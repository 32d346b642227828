package tabledata

import (
	"fmt"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// IsFeatures reports whether features are what the records' requests change.
func IsFeatures(r *engine.Results) bool {
	return SizeSetting(r) == "features" || len(r.Records) > 0 && r.Records[len(r.Records)-1].Text("request") == "features"
}

// Nearer is the claim that second order's metric is that many times below another method's, by the
// median ratio over the draws in which both were measured: the ratio of the means may be that of
// one draw. A method that failed in a draw fails the claim.
func Nearer(r *engine.Results, text, metric, other string, size float64, target float64) report.Claim {
	pairs := func(label string) (map[int]float64, int) {
		values := map[int]float64{}
		for _, rec := range r.Part(metric, "label", label, SizeSetting(r), size) {
			values[rec.Draw] = rec.Value
		}
		return values, len(r.Part("failed", "label", label, SizeSetting(r), size))
	}
	second, failed := pairs("second-order")
	rival, failedToo := pairs(other)
	var ratios []float64
	wins := 0
	for draw, v := range second {
		if w, ok := rival[draw]; ok {
			ratio := w / v
			if v == w {
				ratio = 1 // of zeros too
			}
			ratios = append(ratios, ratio)
			if v < w {
				wins++
			}
		}
	}
	c := report.Claim{Text: text, Target: "at least " + numbers.Shortest(target) + "×"}
	if target == 1 {
		c.Target = "more than 1×"
	}
	if len(ratios) == 0 || failed+failedToo > 0 {
		c.Measured, c.Short = "-", fmt.Sprintf("second order failed in %d draws, %s in %d", failed, other, failedToo)
		return c
	}
	ratio := records.MiddleOf(ratios).Median
	c.Measured = fmt.Sprintf("%s× (median; nearer in %d of %d draws)", numbers.Significant(ratio, 3), wins, len(ratios))
	if c.Met = ratio >= target && (target != 1 || ratio > 1); !c.Met {
		c.Short = fmt.Sprintf("short by %s×", numbers.Significant(target-ratio, 2))
	}
	return c
}

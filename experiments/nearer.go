package experiments

import "fmt"

func (r *Results) isFeatures() bool {
	return r.sizeSetting() == "features" || len(r.Records) > 0 && r.Records[len(r.Records)-1].Text("request") == "features"
}

// nearer is the claim that second order's metric is that many times below another method's, by the median ratio over the draws in which both
// were measured: the ratio of the means may be that of one draw. A method that failed in a draw fails the claim.
func (r *Results) nearer(text, metric, other string, size float64, target float64) Claim {
	pairs := func(label string) (map[int]float64, int) {
		values := map[int]float64{}
		for _, rec := range r.Part(metric, "label", label, r.sizeSetting(), size) {
			values[rec.Draw] = rec.Value
		}
		return values, len(r.Part("failed", "label", label, r.sizeSetting(), size))
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
	c := Claim{Text: text, Target: "at least " + formatNumber(target) + "×"}
	if target == 1 {
		c.Target = "more than 1×"
	}
	if len(ratios) == 0 || failed+failedToo > 0 {
		c.Measured, c.Short = "-", fmt.Sprintf("second order failed in %d draws, %s in %d", failed, other, failedToo)
		return c
	}
	ratio := middleOf(ratios).median
	c.Measured = fmt.Sprintf("%s× (median; nearer in %d of %d draws)", significant(ratio, 3), wins, len(ratios))
	if c.Met = ratio >= target && (target != 1 || ratio > 1); !c.Met {
		c.Short = fmt.Sprintf("short by %s×", significant(target-ratio, 2))
	}
	return c
}

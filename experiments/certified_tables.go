package experiments

import "fmt"

// released is the row of the mechanism.
const released = "output-perturbation"

func certifiedTables(r *Results) []Table {
	out := r.byMethod("Certified unlearning", []column{
		{"test accuracy, %", "test-accuracy", percent}, {"difference to retraining, points", "accuracy-difference", style{100, 3}},
		{"certified, share of draws", "certified-share", style{1, 3}}, {"agreement with retraining, %", "agreement", percent},
		{"seconds", "seconds", plain}, {"passes over the data", "products", plain}, {"distance to retraining", "parameter-distance", plain},
	})
	note := r.guarantee()
	for i := range out {
		out[i].Note += note
	}
	return out
}

// guarantee states what a release promises in this run.
func (r *Results) guarantee() string {
	b, _ := r.budgetOf()
	noise := r.where("noise", "method", released)
	return fmt.Sprintf(" Each release is (%g, %g)-certified against the %s on the corrected data with the same noise, whatever was asked for and whatever was "+
		"published before: its state has a gradient residual of at most %s, and each parameter has fresh noise of standard deviation %s. Retraining has no noise%s. "+
		"A pass is a gradient or a Hessian product over all samples.", b.Epsilon, b.Delta, r.setting("against"), r.setting("certified-residual"), plain.one(noise.mean), r.warmRule())
}

// warmRule says how warm retraining is done; nothing of records that are older than Newton's method there.
func (r *Results) warmRule() string {
	if len(r.part("seconds", "label", warmNewton)) == 0 {
		return ""
	}
	return fmt.Sprintf(" and ends at a residual of at most %s too: warm by Newton's method from the model as it is, cold by L-BFGS", r.setting("certified-residual"))
}

func certifiedFigures(r *Results) []Figure {
	return []Figure{
		r.linesBySize("seconds", "Seconds of a certified request and of retraining, "+drawsCaption, "seconds", "seconds", true),
		r.linesBySize("accuracy", "Test accuracy of certified models and of retraining without noise, "+drawsCaption, "test-accuracy",
			"test accuracy", false),
	}
}

// certifiedClaims: every request is certified, at the accuracy of retraining without noise, for less than retraining costs.
func (r *Results) certifiedClaims() []Claim {
	var out []Claim
	size := r.sizeSetting()
	for _, v := range r.numbers(size) {
		share := r.where("certified-share", "method", released, size, v)
		if share.n == 0 {
			continue
		}
		name := r.sizeTitle(v)
		out = append(out,
			atLeast(fmt.Sprintf("%s: share of %d draws that are certified", name, share.n), share.mean, 1, style{1, 3}, ""),
			within(name+": mean test accuracy, against retraining without noise", r.where("test-accuracy", "method", released, size, v).mean,
				r.where("test-accuracy", "method", "retrain", "start", "warm", size, v).mean, 0.0002, percent, "%"))
		for _, start := range []string{"warm", "cold"} {
			theirs := r.between("seconds", "method", "retrain", "start", start, size, v)
			if theirs.n == 0 {
				continue
			}
			ours := r.between("seconds", "method", released, size, v)
			text := fmt.Sprintf("%s: median seconds of %s retraining over those of a certified request", name, start)
			out = append(out, atLeast(text, theirs.median/ours.median, 1, plain, "×"))
		}
	}
	return out
}

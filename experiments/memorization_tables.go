package experiments

import (
	"fmt"
	"math"
	"strings"

	"lethe/unlearn"
)

func memorizationTables(r *Results) []Table {
	var out []Table
	for _, space := range r.spaces() {
		out = append(out, r.exposureTable(space))
	}
	out = append(out, r.perplexityTable(), r.completionTable(), r.accuracyTable())
	for _, c := range r.cases() {
		out = append(out, r.memoryCostTable(c))
	}
	for _, c := range r.cases() {
		out = append(out, r.solvesTable(c))
	}
	for _, c := range r.cases() {
		out = append(out, r.choiceTable(c))
	}
	return out
}

// byCase is a table with a row for each method and a column for each case; cell returns "" for what was not measured.
func (r *Results) byCase(title, note string, cell func(c memoryCase, method string) string) Table {
	t := Table{Title: title, Header: []string{"method"}, Note: note}
	cases := r.cases()
	for _, c := range cases {
		t.Header = append(t.Header, c.title())
	}
	for _, m := range r.methods() {
		row := []string{memoryLabel(m)}
		for _, c := range cases {
			text := cell(c, m)
			switch {
			case r.failure(c, m) != "":
				text = "failed"
			case text == "":
				text = "-"
			}
			row = append(row, text)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// memoryLabel names the row of a method.
func memoryLabel(method string) string {
	if method == "none" {
		return "none (before)"
	}
	return method
}

// failures says which methods failed and why.
func (r *Results) failures() string {
	var out []string
	for _, c := range r.cases() {
		for _, m := range r.methods() {
			if reason := r.failure(c, m); reason != "" {
				out = append(out, fmt.Sprintf(" %s, %s, failed: %s.", c.title(), m, shown(reason)))
			}
		}
	}
	return strings.Join(out, "")
}

func (r *Results) exposureTable(space string) Table {
	t := r.byCase("Exposure among "+spaceTitle(space)+", bit", "", func(c memoryCase, m string) string {
		rec, ok := first(r.of(c, m, "exposure", "space", space))
		switch {
		case !ok:
			return ""
		case rec.Text("by") == unlearn.ExactExposure:
			return fixed(rec.Value, 1)
		}
		return "≈" + fixed(rec.Value, 1)
	})
	row := []string{"the most there is"}
	for _, c := range r.cases() {
		rec, _ := first(r.of(c, "none", "exposure", "space", space))
		row = append(row, fixed(rec.Number("space-bits"), 1))
	}
	t.Rows = append(t.Rows, row)
	t.Note = "log2 of the number of strings, less that of the secret's rank: 0 when it is the least likely, about 1 for one that was never seen." +
		r.fitNote(space)
	if space == r.firstSpace() { // said once
		t.Note += r.failures()
	}
	return t
}

// fitNote says how well the fitted distributions fit.
func (r *Results) fitNote(space string) string {
	low, high, n := math.Inf(1), math.Inf(-1), 0.0
	for _, rec := range r.part("exposure", "space", space) {
		if d := rec.Number("fit-distance"); rec.Text("by") != unlearn.ExactExposure {
			low, high, n = min(low, d), max(high, d), rec.Number("fit-strings")
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" ≈: from a skew-normal distribution fitted to %s drawn strings, from which they lie %s to %s apart (Kolmogorov-Smirnov distance).",
		formatNumber(n), significant(low, 2), significant(high, 2))
}

// first returns the first of the records, if there is one.
func first(records []Record) (Record, bool) {
	if len(records) == 0 {
		return Record{}, false
	}
	return records[0], true
}

func (r *Results) perplexityTable() Table {
	return r.byCase("Log2-perplexity of the secret behind its prompt, bit (distance to retraining's)",
		"The sum of -log2 p over its characters, which are fed back. 0 is certain.", func(c memoryCase, m string) string {
			v := r.value(c, m, "log2-perplexity")
			if m == "retrain" || math.IsNaN(v) {
				return fixed(v, 1)
			}
			return fmt.Sprintf("%s (%s)", fixed(v, 1), fixed(r.value(c, m, "log2-perplexity-distance"), 1))
		})
}

func (r *Results) completionTable() Table {
	secrets := ""
	seen := map[float64]bool{}
	for _, c := range r.cases() {
		if rec, ok := first(r.before(c.length, "log2-perplexity")); ok && !seen[c.length] {
			seen[c.length] = true
			secrets += " " + visible(rec.Text("secret"))
		}
	}
	note := "Greedily, as long as the secret. The secrets:" + secrets + "."
	return r.byCase("What the model completes the prompt with", note, func(c memoryCase, m string) string {
		rec, ok := first(r.of(c, m, "completion-match"))
		if !ok {
			return ""
		}
		return visible(rec.Text("completion"))
	})
}

func (r *Results) accuracyTable() Table {
	n := 0.0
	for _, rec := range r.part("train-accuracy", "stage", "after") {
		n = rec.Number("windows")
	}
	note := fmt.Sprintf("On %s windows of the corrected text. In brackets the points lost against no update, and the mean loss in nat.", formatNumber(n))
	return r.byCase("Training accuracy, %", note, func(c memoryCase, m string) string {
		v := r.value(c, m, "train-accuracy")
		if math.IsNaN(v) {
			return ""
		}
		return fmt.Sprintf("%s (%s; %s)", fixed(100*v, 2), points(r.lost(c, m)), fixed(r.value(c, m, "train-loss"), 3))
	})
}

// memoryCostTable counts gradients and products in passes over the windows, and leaves out what only served to judge the update.
func (r *Results) memoryCostTable(c memoryCase) Table {
	windows := r.where("windows", "method", "train", "length", c.length).mean
	t := Table{
		Title:  "Cost, " + c.title(),
		Header: []string{"method", "seconds", "speed-up over retraining", "passes of gradients", "passes of products", "choosing its settings, s"},
		Note:   fmt.Sprintf("A pass is all %s windows. Choosing the settings and measuring are not in seconds and passes.", formatNumber(windows)),
	}
	if size := r.value(c, "retrain", "file-size"); !math.IsNaN(size) {
		t.Note += fmt.Sprintf(" Trained parameters and the state of their training lie in %s/, %s MB each.", trainedName, significant(size/1e6, 2))
	}
	retraining := r.value(c, "retrain", "seconds")
	for _, m := range r.methods() {
		if m == "none" {
			continue
		}
		if r.failure(c, m) != "" {
			t.Rows = append(t.Rows, []string{m, "failed", "-", "-", "-", plain.one(r.value(c, m, "tuning-seconds"))})
			continue
		}
		seconds := r.value(c, m, "seconds")
		if m != "retrain" {
			seconds -= r.value(c, m, "check-seconds")
		}
		t.Rows = append(t.Rows, []string{m, plain.one(seconds), plain.one(retraining / seconds), plain.one(r.value(c, m, "gradients") / windows),
			plain.one(r.value(c, m, "hvps") / windows), plain.one(r.value(c, m, "tuning-seconds"))})
	}
	return t
}

// solvesTable shows how well each linear system was solved.
func (r *Results) solvesTable(c memoryCase) Table {
	t := Table{Title: "Solves, " + c.title(), Header: []string{"method", "solver", "products", "relative residual", "on other windows", "gradient residual"},
		Note: "||b - Ax||/||b|| by a product of its own, on the windows that the curvature was taken from and on as many others."}
	for _, m := range r.methods() {
		gradient := plain.one(r.value(c, m, "gradient-residual"))
		solves := r.of(c, m, "own-residual")
		for i, rec := range solves {
			row := []string{m, rec.Text("solver"), formatNumber(math.Round(10*rec.Number("products")) / 10), plain.one(rec.Value), "-", "-"}
			if other, ok := first(r.of(c, m, "independent-residual", "solve", rec.Number("solve"))); ok {
				row[4] = plain.one(other.Value)
			}
			if i+1 == len(solves) {
				row[5] = gradient
			}
			t.Rows = append(t.Rows, row)
			if chosen := rec.Text("chosen"); chosen != "" {
				t.Note += "\n\n" + m + ": " + chosen + "."
			}
		}
		if len(solves) == 0 && gradient != "-" {
			t.Rows = append(t.Rows, []string{memoryLabel(m), "-", "-", "-", "-", gradient})
		}
	}
	return t
}

// choiceTable shows what was taken, from how many tries.
func (r *Results) choiceTable(c memoryCase) Table {
	t := Table{Title: "How settings were chosen, " + c.title(), Tuning: true,
		Header: []string{"method", "taken", "tried", "distance to retraining's log2-perplexity", "exposure, bit", "points lost"},
		Note: fmt.Sprintf("Taken is what comes nearest to retraining's log2-perplexity of the secret among what loses at most %s points of accuracy "+
			"on %s windows; if nothing does, what loses least. second-order-exposure takes the lowest exposure at a loss of at most %s points, of its "+
			"own tries and those of the two variants before it. Exposures here are of few drawn strings.",
			r.setting("max-loss"), r.setting("tune-sample"), r.setting("exposure-loss"))}
	for _, m := range r.methods() {
		for _, rec := range r.of(c, m, "chosen") {
			tried := len(r.of(c, m, "try")) + len(r.of(c, m, "try-failed"))
			row := []string{m, settingText(rec), fmt.Sprint(tried), fixed(rec.Value, 2), fixed(rec.Number("exposure"), 1), points(rec.Number("points-lost"))}
			if rec.Settings["within"] == false {
				row[5] += " (more than it may)"
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// settingText writes the chosen settings of a record.
func settingText(rec Record) string {
	var out []string
	for _, key := range []string{"tau", "tau-ft", "epochs", "ridge", "step"} {
		switch v := rec.Settings[key].(type) {
		case float64:
			out = append(out, key+" "+significant(v, 3))
		case string:
			out = append(out, key+" "+v)
		}
	}
	return strings.Join(out, ", ")
}

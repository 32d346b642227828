package experiments

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

func memorizationTables(r *Results) []Table {
	var out []Table
	for _, space := range r.spaces() {
		out = append(out, r.exposureTable(space))
	}
	if len(r.Part("below-median")) > 0 {
		out = append(out, r.medianTable())
	}
	out = append(out, r.perplexityTable(), r.distanceTable(), r.completionTable())
	if len(r.Part("held-out-accuracy")) > 0 {
		out = append(out, r.heldOutTable())
	}
	out = append(out, r.accuracyTable())
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
			text, failed := cell(c, m), len(r.failures(c, m))
			switch {
			case failed > 0 && (text == "" || text == "-"):
				text = "failed"
			case failed > 0:
				text += fmt.Sprintf(" (failed in %d of %d)", failed, r.Draws())
			case text == "":
				text = "-"
			}
			row = append(row, text)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// failureNote says which methods failed and why.
func (r *Results) failureNote() string {
	var out []string
	for _, c := range r.cases() {
		for _, m := range r.methods() {
			for _, f := range r.failures(c, m) {
				out = append(out, fmt.Sprintf(" %s, draw %d, %s, failed: %s.", c.title(), f.Draw+1, memoryLabel(m), shown(f.Text("reason"))))
			}
		}
	}
	return strings.Join(out, "")
}

func (r *Results) exposureTable(space string) Table {
	t := r.byCase("Exposure among "+spaceTitle(space)+", bit", "", func(c memoryCase, m string) string {
		return exposureText(r.of(c, m, "exposure", "space", space))
	})
	row := []string{"the most there is"}
	for _, c := range r.cases() {
		rec, _ := first(r.of(c, "none", "exposure", "space", space))
		row = append(row, fixed(rec.Number("space-bits"), 1))
	}
	t.Rows = append(t.Rows, row)
	t.Note = "log2 of the number of strings, less that of the secret's rank: 0 when it is the least likely, about 1 for one that was never seen. " +
		"Ties count against the secret." + r.drawsText() + r.fitNote(space)
	if space == r.firstSpace() { // said once
		t.Note += r.failureNote()
	}
	return t
}

// fitNote says what is not exact.
func (r *Results) fitNote(space string) string {
	low, high, n, beyond := math.Inf(1), math.Inf(-1), 0.0, false
	for _, rec := range r.Part("exposure", "space", space) {
		if kind := kindOf(rec); kind != byRank {
			d := rec.Number("fit-distance")
			low, high, n, beyond = min(low, d), max(high, d), rec.Number("fit-strings"), beyond || kind == byExtrapolation
		}
	}
	if n == 0 {
		return ""
	}
	note := fmt.Sprintf(" ≈: from a skew-normal distribution fitted to %s drawn strings, from which they lie %s to %s apart (Kolmogorov-Smirnov distance).",
		formatNumber(n), significant(low, 2), significant(high, 2))
	if beyond {
		note += " At least: none of them is as likely as the secret, which proves so much with a confidence of 95 %; what the distribution says that " +
			"far out is extrapolated, may be tens of bits wrong, and is not to be compared with a rank or subtracted from one."
	}
	return note
}

func (r *Results) medianTable() Table {
	space := r.firstSpace()
	return r.byCase("Bits by which the secret lies below the median of strings drawn from "+spaceTitle(space),
		"Of log2-perplexities. 0: as likely as a string that never stood in the text; below 0: less likely than most. It is measured in one way "+
			"everywhere, unlike exposure, so that methods can be compared."+r.drawsText(), func(c memoryCase, m string) string {
			return overDraws(r.over(c, m, "below-median", "space", space), decimals(1))
		})
}

func (r *Results) perplexityTable() Table {
	return r.byCase("Log2-perplexity of the secret behind its prompt, bit",
		"The sum of -log2 p over its characters, which are fed back. 0 is certain."+r.drawsText(), func(c memoryCase, m string) string {
			return overDraws(r.over(c, m, "log2-perplexity"), decimals(1))
		})
}

func (r *Results) distanceTable() Table {
	note := "In the same draw. Nothing was chosen by it: who has a retrained model need not unlearn."
	if r.chosenByRetraining() {
		note = "In the same draw. Settings were chosen by it."
	}
	return r.byCase("Distance of the secret's log2-perplexity to that after retraining, bit",
		note+r.drawsText(), func(c memoryCase, m string) string {
			return overDraws(r.over(c, m, "log2-perplexity-distance"), decimals(1))
		})
}

func (r *Results) completionTable() Table {
	var secrets []string
	for _, rec := range r.Part("log2-perplexity", "method", "none") {
		if s := visible(rec.Text("secret")); !slices.Contains(secrets, s) {
			secrets = append(secrets, s)
		}
	}
	note := "Greedily, as long as the secret: in how many draws it is the secret, and what it is in the first. The secrets: " + strings.Join(secrets, " ") + "."
	return r.byCase("What the model completes the prompt with", note, func(c memoryCase, m string) string {
		records := r.of(c, m, "completion-match")
		rec, ok := first(records)
		if !ok {
			return ""
		}
		return fmt.Sprintf("%d of %d; %s", count(records, func(rec Record) bool { return rec.Value == 1 }), len(records), visible(rec.Text("completion")))
	})
}

// count returns how many records there are of which something holds.
func count(records []Record, holds func(Record) bool) int {
	n := 0
	for _, rec := range records {
		if holds(rec) {
			n++
		}
	}
	return n
}

// heldOutTable shows what updates cost. A single draw carries the standard error that its windows leave.
func (r *Results) heldOutTable() Table {
	n := 0.0
	for _, rec := range r.Part("held-out-accuracy") {
		n = rec.Number("windows")
	}
	where, how := "Accuracy on held-out text, %", "that nothing was trained on or chosen by"
	if r.setting("held-out") == "0" {
		where, how = "Accuracy again, %", "of the corrected text"
	}
	note := fmt.Sprintf("On %s windows %s; behind the points lost against no update.", formatNumber(n), how) + r.drawsText()
	if r.Draws() == 1 {
		note += " ±: standard error, of the points lost for the same windows."
	}
	return r.byCase(where, note, func(c memoryCase, m string) string {
		accuracy, lost := r.of(c, m, "held-out-accuracy"), r.of(c, m, "points-lost")
		if len(accuracy) == 0 {
			return ""
		}
		if len(accuracy) == 1 {
			return fmt.Sprintf("%s ± %s; lost %s ± %s", fixed(100*accuracy[0].Value, 2), fixed(100*accuracy[0].Number("standard-error"), 2),
				points(lost[0].Value), fixed(lost[0].Number("standard-error"), 2))
		}
		return overDraws(values(accuracy), func(v float64) string { return fixed(100*v, 2) }) + "; lost " + overDraws(values(lost), points)
	})
}

func (r *Results) accuracyTable() Table {
	n := 0.0
	for _, rec := range r.Part("train-accuracy", "stage", "after") {
		n = rec.Number("windows")
	}
	note := fmt.Sprintf("On %s windows of the corrected text; behind the mean loss in nat.", formatNumber(n)) + r.drawsText()
	return r.byCase("Training accuracy, %", note, func(c memoryCase, m string) string {
		v := r.over(c, m, "train-accuracy")
		if len(v) == 0 {
			return ""
		}
		return overDraws(v, func(v float64) string { return fixed(100*v, 2) }) + "; " + overDraws(r.over(c, m, "train-loss"), decimals(3))
	})
}

// memoryCostTable counts gradients and products in passes over the windows, and leaves out what only served to judge the update.
func (r *Results) memoryCostTable(c memoryCase) Table {
	windows := r.where("windows", "method", "train", "length", c.length).mean
	t := Table{
		Title:  "Cost, " + c.title(),
		Header: []string{"method", "seconds", "speed-up over retraining", "passes of gradients", "passes of products", "choosing its settings, s"},
		Note: fmt.Sprintf("A pass is all %s windows. Choosing the settings and measuring are not in seconds and passes.",
			formatNumber(windows)) + r.drawsText(),
	}
	if size := r.value(c, "retrain", "file-size"); !math.IsNaN(size) {
		t.Note += fmt.Sprintf(" Trained parameters and the state of their training lie in %s/, %s MB each.", trainedName, significant(size/1e6, 2))
	}
	passes := func(m, metric string) string {
		return overDraws(r.over(c, m, metric), func(v float64) string { return plain.one(v / windows) })
	}
	retraining := r.byDraw(c, "retrain", "seconds")
	for _, m := range r.methods() {
		if m == "none" {
			continue
		}
		tuning := overDraws(r.over(c, m, "tuning-seconds"), plain.one)
		seconds := r.byDraw(c, m, "seconds")
		if len(seconds) == 0 && len(r.failures(c, m)) > 0 {
			t.Rows = append(t.Rows, []string{memoryLabel(m), "failed", "-", "-", "-", tuning})
			continue
		}
		if m != "retrain" {
			for draw, v := range r.byDraw(c, m, "check-seconds") {
				seconds[draw] -= v
			}
		}
		var faster []float64
		for draw, v := range seconds {
			if whole, ok := retraining[draw]; ok {
				faster = append(faster, whole/v)
			}
		}
		t.Rows = append(t.Rows, []string{memoryLabel(m), overDraws(slices.Collect(maps.Values(seconds)), plain.one), overDraws(faster, plain.one),
			passes(m, "gradients"), passes(m, "hvps"), tuning})
	}
	return t
}

// solvesTable shows how well each linear system was solved.
func (r *Results) solvesTable(c memoryCase) Table {
	t := Table{Title: "Solves, " + c.title(), Header: []string{"method", "solver", "products", "relative residual", "on other windows", "gradient residual"},
		Note: "||b - Ax||/||b|| by a product of its own, on the windows that the curvature was taken from and on as many others." + r.drawsText()}
	for _, m := range r.methods() {
		gradient := overDraws(r.over(c, m, "gradient-residual"), plain.one)
		solves := r.of(c, m, "own-residual")
		last := 0.0
		for _, rec := range solves {
			last = max(last, rec.Number("solve"))
		}
		for k := 1.0; k <= last; k++ {
			own := r.of(c, m, "own-residual", "solve", k)
			var products []float64
			for _, rec := range own {
				products = append(products, rec.Number("products"))
			}
			row := []string{memoryLabel(m), own[0].Text("solver"), overDraws(products, func(v float64) string { return formatNumber(math.Round(10*v) / 10) }),
				overDraws(values(own), plain.one), overDraws(r.over(c, m, "independent-residual", "solve", k), plain.one), "-"}
			if k == last {
				row[5] = gradient
			}
			t.Rows = append(t.Rows, row)
		}
		if last == 0 && gradient != "-" {
			t.Rows = append(t.Rows, []string{memoryLabel(m), "-", "-", "-", "-", gradient})
		}
		if rec, ok := first(solves); ok && rec.Text("chosen") != "" {
			t.Note += "\n\n" + m + ", first draw: " + rec.Text("chosen") + "."
		}
	}
	return t
}

// choiceTable shows what was taken in each draw, from how many tries.
func (r *Results) choiceTable(c memoryCase) Table {
	t := Table{Title: "How settings were chosen, " + c.title(), Tuning: true,
		Header: []string{"method", "draw", "taken", "tried", "bits below the median", "points lost"},
		Note: fmt.Sprintf("Nothing here needs a retrained model. Of the settings that lose at most %s points of accuracy on the first half of the held-out "+
			"text, taken is the one that brings the secret's log2-perplexity nearest to the median of strings drawn from its space; if none loses so "+
			"little, the one that loses least. second-order-exposure and fine-tune-exposure may lose %s points: one takes the best of its own tries and "+
			"those of the two variants before it, the other of all tries of fine-tuning. What is taken is measured on other strings and on the other "+
			"half.", r.setting("max-loss"), r.setting("exposure-loss"))}
	if r.chosenByRetraining() {
		t.Note = "Chosen by an older version, by the distance to the retrained model's log2-perplexity, which nobody has who did not retrain."
	}
	for _, m := range r.methods() {
		for _, rec := range r.of(c, m, "chosen") {
			ofDraw := func(other Record) bool { return other.Draw == rec.Draw }
			tried := count(r.of(c, m, "try"), ofDraw) + count(r.of(c, m, "try-failed"), ofDraw)
			row := []string{m, fmt.Sprint(rec.Draw + 1), settingText(rec), fmt.Sprint(tried), fixed(rec.Number("below-median"), 1), points(rec.Number("points-lost"))}
			if rec.Settings["within"] == false {
				row[5] += " (more than it may)"
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// chosenByRetraining reports whether the records are of before criteria could do without the retrained model.
func (r *Results) chosenByRetraining() bool {
	chosen := r.Part("chosen")
	return len(chosen) > 0 && math.IsNaN(chosen[0].Number("below-median"))
}

// settingText writes the chosen settings of a record.
func settingText(rec Record) string {
	var out []string
	for _, key := range []string{"by", "tau", "tau-ft", "epochs", "ridge", "step"} {
		switch v := rec.Settings[key].(type) {
		case float64:
			out = append(out, key+" "+significant(v, 3))
		case string:
			out = append(out, key+" "+v)
		}
	}
	return strings.Join(out, ", ")
}

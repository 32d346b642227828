package memorization

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

func memorizationTables(r *engine.Results) []report.Table {
	var out []report.Table
	for _, space := range spaces(r) {
		out = append(out, exposureTable(r, space))
	}
	if len(r.Part("below-median")) > 0 {
		out = append(out, medianTable(r))
	}
	out = append(out, perplexityTable(r), distanceTable(r), completionTable(r))
	if len(r.Part("two-checkpoint-exposure")) > 0 { // older runs did not ask
		out = append(out, leaksTable(r))
	}
	if len(r.Part("held-out-accuracy")) > 0 {
		out = append(out, heldOutTables(r)...)
	}
	out = append(out, accuracyTables(r)...)
	for _, c := range cases(r) {
		out = append(out, memoryCostTable(r, c))
	}
	for _, c := range cases(r) {
		out = append(out, solvesTable(r, c))
	}
	for _, c := range cases(r) {
		out = append(out, choiceTable(r, c))
	}
	return out
}

// caseColumn is a column that a table has for each case.
type caseColumn struct {
	title string // behind that of the case; empty = the case says it
	cell  func(c memoryCase, method string) report.Cell
}

// byCase is a table with a row for each method and a column for each case.
func byCase(r *engine.Results, title, note string, cell func(c memoryCase, method string) report.Cell) report.Table {
	return byCases(r, title, note, func(memoryCase) []caseColumn { return []caseColumn{{cell: cell}} })
}

// byCases is a table with a row for each method, and columns for each case. Failures stand in the
// first of them.
func byCases(r *engine.Results, title, note string, columns func(memoryCase) []caseColumn) report.Table {
	t := report.Table{Title: title, Header: []string{"method"}, Note: note}
	cases := cases(r)
	heads, counts := make([]string, len(cases)), make([]int, len(cases))
	for j, c := range cases {
		heads[j] = c.title()
		for _, m := range methods(r) {
			counts[j] = max(counts[j], len(over(r, c, m, "log2-perplexity"))+len(failures(r, c, m)))
		}
	}
	trial.CountDraws(heads, counts)
	for j, c := range cases {
		for _, column := range columns(c) {
			t.Header = append(t.Header, strings.TrimSuffix(heads[j]+", "+column.title, ", "))
		}
	}
	for _, m := range methods(r) {
		row := report.NewRow(rowLabel(m))
		for _, c := range cases {
			for k, column := range columns(c) {
				cell := column.cell(c, m)
				if k == 0 {
					cell = report.WithFailures(cell, len(failures(r, c, m)), r.Draws())
				}
				row.Add(cell)
			}
		}
		t.Append(row)
	}
	return t
}

// endsOf is the median of values over draws, with the smallest and the largest.
func endsOf(f report.Style, values []float64) report.Value {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	return f.EndsValue(records.MiddleOf(values))
}

// decimalCell has values with so many places after the point.
func decimalCell(values []float64, places int) report.Cell {
	return report.CellOf(endsOf(report.Style{Factor: 1, Places: places}, values))
}

// failureNote says which methods failed and why.
func failureNote(r *engine.Results) string {
	var out []string
	for _, c := range cases(r) {
		for _, m := range methods(r) {
			for _, f := range failures(r, c, m) {
				out = append(out, fmt.Sprintf(" %s, draw %d, %s, failed: %s.", c.title(), f.Draw+1, rowLabel(m), report.Shown(f.Text("reason"))))
			}
		}
	}
	return strings.Join(out, "")
}

func exposureTable(r *engine.Results, space string) report.Table {
	columns := func(c memoryCase) []caseColumn { return exposureColumns(r, c, space) }
	t := byCases(r, "Exposure among "+spaceTitle(space)+", bit", "", columns)
	row := report.NewRow("largest possible")
	for _, c := range cases(r) {
		rec, _ := trial.First(of(r, c, "none", "exposure", "space", space))
		row.One(report.Style{Factor: 1, Places: 1}, rec.Number("space-bits")).Missing(len(columns(c)) - 1)
	}
	t.Append(row)
	t.Note = "log2 of the number of strings minus log2 of the secret's rank: 0 for the least likely string, about 1 for a typical unseen one. " +
		"A tie counts against the secret." + drawsText(r) + fitNote(r, space)
	if space == firstSpace(r) { // said once
		t.Note += failureNote(r)
	}
	return t
}

// fitNote says what is not exact.
func fitNote(r *engine.Results, space string) string {
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
	note := fmt.Sprintf(" ≈: from a skew-normal distribution fitted to %s drawn strings, at a Kolmogorov-Smirnov distance of %s to %s.",
		numbers.Count(n), report.Plain.One(low), report.Plain.One(high))
	if beyond {
		note += " At least: none of them is as likely as the secret, which proves this bound with a confidence of 95 %. The fitted distribution is extrapolated " +
			"so far out; it may be wrong by tens of bits, and must not be compared with a rank or subtracted from one."
	}
	return note
}

func medianTable(r *engine.Results) report.Table {
	space := firstSpace(r)
	return byCase(r, "Bits of the secret below the median of strings drawn from "+spaceTitle(space),
		"In log2-perplexity. 0: as likely as a string that never stood in the text; below 0: less likely than most. All rows are measured "+
			"in the same way, unlike exposure, so methods can be compared."+drawsText(r), func(c memoryCase, m string) report.Cell {
			return decimalCell(over(r, c, m, "below-median", "space", space), 1)
		})
}

func perplexityTable(r *engine.Results) report.Table {
	return byCase(r, "Log2-perplexity of the secret after its prompt, bit",
		"The sum of -log2 p over its characters, each given the ones before it. 0 is certain."+drawsText(r), func(c memoryCase, m string) report.Cell {
			return decimalCell(over(r, c, m, "log2-perplexity"), 1)
		})
}

func distanceTable(r *engine.Results) report.Table {
	note := "In the same draw. It is not used for tuning, because it needs a retrained model."
	if chosenByRetraining(r) {
		note = "In the same draw. Settings were chosen by it."
	}
	return byCase(r, "Distance of the secret's log2-perplexity to that after retraining, bit",
		note+drawsText(r), func(c memoryCase, m string) report.Cell {
			return decimalCell(over(r, c, m, "log2-perplexity-distance"), 1)
		})
}

func completionTable(r *engine.Results) report.Table {
	var secrets []string
	for _, rec := range r.Part("log2-perplexity", "method", "none") {
		if s := Visible(rec.Text("secret")); !slices.Contains(secrets, s) {
			secrets = append(secrets, s)
		}
	}
	note := "Greedy completions as long as the secret: in how many draws it is the secret, and the completion of the first draw. The secrets: " + strings.Join(secrets, " ") + "."
	if slices.Contains(secrets, Visible(engine.Mask)) {
		note = "Greedy completions as long as the secret: in how many draws it is the secret. Secret and completions are masked (run --show-secret writes them)."
	}
	note += placesNote(r)
	columns := []caseColumn{{"draws with the secret", func(c memoryCase, m string) report.Cell {
		recs := of(r, c, m, "completion-match")
		if len(recs) == 0 {
			return report.Cell{State: report.Missing}
		}
		return report.CellOf(report.Exact.OneValue(float64(count(recs, func(rec records.Record) bool { return rec.Value == 1 }))))
	}}}
	shown := func(rec records.Record) bool { return rec.Text("completion") != "" }
	if slices.ContainsFunc(r.Part("completion-match"), shown) {
		columns = append(columns, caseColumn{"completion", func(c memoryCase, m string) report.Cell {
			if rec, ok := trial.First(of(r, c, m, "completion-match")); ok {
				return report.Cell{Text: Visible(rec.Text("completion"))}
			}
			return report.Cell{State: report.Missing}
		}})
	}
	return byCases(r, "Completion of the prompt", note, func(memoryCase) []caseColumn { return columns })
}

// placesNote says at how many places the secret stood, and who put it there. Of former records only
// the number is known.
func placesNote(r *engine.Results) string {
	rec, ok := trial.First(r.Part("places"))
	if !ok {
		return ""
	}
	places := placesText(int(rec.Value))
	switch inserted, known := rec.Settings["inserted"].(bool); {
	case !known:
		return " A secret stands at " + places + " of the training text."
	case inserted:
		return " A secret was inserted into the training text at " + places + "."
	}
	return " The secret was found at " + places + " of the training text."
}

// count returns how many records there are of which something holds.
func count(records []records.Record, holds func(records.Record) bool) int {
	n := 0
	for _, rec := range records {
		if holds(rec) {
			n++
		}
	}
	return n
}

// heldOutTables show what updates cost. A single draw carries the standard error that its windows
// leave.
func heldOutTables(r *engine.Results) []report.Table {
	n := 0.0
	for _, rec := range r.Part("held-out-accuracy") {
		n = rec.Number("windows")
	}
	where, how := "Accuracy on held-out text, %", "that were used neither for training nor for choosing"
	if r.Setting("held-out") == "0" {
		where, how = "Accuracy on the corrected text, %", "of the corrected text"
	}
	note := fmt.Sprintf("On %s windows %s.", numbers.Count(n), how) + drawsText(r)
	return []report.Table{
		byCase(r, where, note, func(c memoryCase, m string) report.Cell {
			return withError(r, of(r, c, m, "held-out-accuracy"), report.Percent)
		}),
		byCase(r, "Points of that accuracy lost compared with no update", note+" Its standard error is over the same windows.", func(c memoryCase, m string) report.Cell {
			return withError(r, of(r, c, m, "points-lost"), lostPoints)
		}),
	}
}

// lostPoints is how points of accuracy are written.
var lostPoints = report.Style{Factor: 1, Places: 2}

// withError is the median with its ends, the value of a run of one draw with its standard error.
func withError(r *engine.Results, recs []records.Record, f report.Style) report.Cell {
	if len(recs) == 1 && r.Draws() == 1 {
		return report.CellOf(f.ErrorValue(recs[0].Value, recs[0].Number("standard-error")))
	}
	return report.CellOf(endsOf(f, records.Values(recs)))
}

func accuracyTables(r *engine.Results) []report.Table {
	n := 0.0
	for _, rec := range r.Part("train-accuracy", "stage", "after") {
		n = rec.Number("windows")
	}
	note := fmt.Sprintf("On %s windows of the corrected text.", numbers.Count(n)) + drawsText(r)
	of := func(metric string, f report.Style) func(c memoryCase, m string) report.Cell {
		return func(c memoryCase, m string) report.Cell {
			return report.CellOf(endsOf(f, over(r, c, m, metric)))
		}
	}
	return []report.Table{byCase(r, "Training accuracy, %", note, of("train-accuracy", report.Percent)),
		byCase(r, "Training loss, nat", note, of("train-loss", report.Style{Factor: 1, Places: 3}))}
}

// memoryCostTable counts gradients and products in passes over the windows, and leaves out what
// only served to judge the update.
func memoryCostTable(r *engine.Results, c memoryCase) report.Table {
	windows := r.Where("windows", "method", "train", "length", c.length).Mean
	t := report.Table{
		Title: "Cost, " + c.title(), Folded: true,
		Header: []string{"method", "seconds", "speed-up over retraining", "gradient passes", "product passes", "choice of settings, s"},
		Note: fmt.Sprintf("A pass is all %s windows. Seconds and passes exclude choosing the settings and measuring.",
			numbers.Count(windows)) + drawsText(r),
	}
	if size := value(r, c, "retrain", "file-size"); !math.IsNaN(size) {
		t.Note += fmt.Sprintf(" The trained parameters and the state of their training are in %s/, %s MB each.", records.TrainedName, report.Plain.One(size/1e6))
	}
	add := func(row *report.Row, f report.Style, values []float64) {
		row.Put(endsOf(f, values))
	}
	passes := report.Style{Factor: 1 / windows, Places: -1}
	retraining := byDraw(r, c, "retrain", "seconds")
	for _, m := range methods(r) {
		if m == "none" {
			continue
		}
		tuning := over(r, c, m, "tuning-seconds")
		seconds := byDraw(r, c, m, "seconds")
		if len(seconds) == 0 && len(failures(r, c, m)) > 0 {
			row := report.NewRow(rowLabel(m)).Failed().Missing(3)
			add(row, report.Plain, tuning)
			t.Append(row)
			continue
		}
		if m != "retrain" {
			for draw, v := range byDraw(r, c, m, "check-seconds") {
				seconds[draw] -= v
			}
		}
		var faster []float64
		for draw, v := range seconds {
			if whole, ok := retraining[draw]; ok {
				faster = append(faster, whole/v)
			}
		}
		row := report.NewRow(rowLabel(m))
		add(row, report.Plain, slices.Collect(maps.Values(seconds)))
		add(row, report.Plain, faster)
		add(row, passes, over(r, c, m, "gradients"))
		add(row, passes, over(r, c, m, "hvps"))
		add(row, report.Plain, tuning)
		t.Append(row)
	}
	return t
}

// solvesTable shows how well each linear system was solved.
func solvesTable(r *engine.Results, c memoryCase) report.Table {
	t := report.Table{Title: "Solves, " + c.title(), Header: []string{"method", "solver", "products", "relative residual", "on other windows", "gradient residual"}, Folded: true, Residuals: []int{3, 4},
		Note: "||b - Ax||/||b||, measured with a separate product, on the windows of the curvature and on as many others." + drawsText(r)}
	for _, m := range methods(r) {
		add := func(row *report.Row, values []float64) {
			row.Put(endsOf(report.Plain, values))
		}
		gradient := over(r, c, m, "gradient-residual")
		solves := of(r, c, m, "own-residual")
		last := 0.0
		for _, rec := range solves {
			last = max(last, rec.Number("solve"))
		}
		for k := 1.0; k <= last; k++ {
			own := of(r, c, m, "own-residual", "solve", k)
			var products []float64
			for _, rec := range own {
				products = append(products, math.Round(10*rec.Number("products"))/10)
			}
			row := report.NewRow(rowLabel(m), own[0].Text("solver")).Put(endsOf(report.Exact, products))
			add(row, records.Values(own))
			add(row, over(r, c, m, "independent-residual", "solve", k))
			if k == last {
				add(row, gradient)
			} else {
				row.Missing(1)
			}
			t.Append(row)
		}
		if last == 0 && len(gradient) > 0 {
			row := report.NewRow(rowLabel(m)).Missing(4)
			add(row, gradient)
			t.Append(row)
		}
		if rec, ok := trial.First(solves); ok && rec.Text("chosen") != "" {
			t.Note += "\n\n" + m + ", first draw: " + rec.Text("chosen") + "."
		}
	}
	return t
}

// choiceTable shows what was taken in each draw, from how many tries.
func choiceTable(r *engine.Results, c memoryCase) report.Table {
	t := report.Table{Title: "How settings were chosen, " + c.title(), Tuning: true,
		Header: []string{"method", "draw", "tried", "bits below the median", "points lost"},
		Note: fmt.Sprintf("This choice needs no retrained model. Among the settings that lose at most %s points of accuracy on the first half of the held-out "+
			"text, the one that brings the secret's log2-perplexity nearest to the median of strings drawn from its space is chosen. If all lose more, "+
			"the one that loses least is chosen. second-order-exposure and fine-tune-exposure may lose %s points. second-order-exposure takes the "+
			"best of its own tries and of those of the two variants before it. fine-tune-exposure takes the best of all tries of fine-tuning. The chosen setting is measured on other strings and on the other "+
			"half.", r.Setting("max-loss"), r.Setting("exposure-loss"))}
	if chosenByRetraining(r) {
		t.Note = "Chosen by an older version, by the distance to the log2-perplexity of the retrained model, which needs a retraining."
	}
	var settings []records.Record
	for _, m := range methods(r) {
		for _, rec := range of(r, c, m, "chosen") {
			settings = append(settings, rec)
			ofDraw := func(other records.Record) bool { return other.Draw == rec.Draw }
			tried := count(of(r, c, m, "try"), ofDraw) + count(of(r, c, m, "try-failed"), ofDraw)
			row := report.NewRow(m).Exactly(float64(rec.Draw+1)).Exactly(float64(tried)).
				One(report.Style{Factor: 1, Places: 1}, rec.Number("below-median")).One(lostPoints, rec.Number("points-lost"))
			if rec.Settings["within"] == false {
				row.Remark("above the limit")
			}
			t.Append(row)
		}
	}
	trial.SettingColumns(&t, 2, settings, settingKeys...)
	return t
}

// chosenByRetraining reports whether the records are older than criteria that need no retrained
// model.
func chosenByRetraining(r *engine.Results) bool {
	chosen := r.Part("chosen")
	return len(chosen) > 0 && math.IsNaN(chosen[0].Number("below-median"))
}

// settingKeys are the settings that are chosen.
var settingKeys = []string{"by", "tau", "tau-ft", "epochs", "steps", "ridge", "step"}

// settingText writes the chosen settings of a record.
func settingText(rec records.Record) string {
	var out []string
	for _, key := range settingKeys {
		switch v := rec.Settings[key].(type) {
		case float64:
			out = append(out, trial.SettingName(key)+" "+numbers.Setting(v))
		case string:
			out = append(out, trial.SettingName(key)+" "+v)
		}
	}
	return strings.Join(out, ", ")
}

package poisoning

import (
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

func poisoningTables(r *engine.Results) []report.Table {
	out := []report.Table{learnedTable(r)}
	for _, known := range knownShares(r) {
		for _, t := range []struct {
			title, metric string
			note          string
		}{
			{"Test accuracy, %", "test-accuracy", "On the half of the test set that was not used for choosing."},
			{"Recovered accuracy, % of what the flips cost", "restored-share", "0 is the network trained on the flipped labels, 100 the one trained on the true labels."},
		} {
			out = append(out, byBudget(r, t.title+knownTitle(known), t.metric, t.note, known))
		}
	}
	cases := poisonCases(r)
	for _, c := range cases {
		out = append(out, poisonCostTable(r, c))
	}
	for _, c := range cases {
		out = append(out, chunksTable(r, c), poisonSolvesTable(r, c))
	}
	for _, c := range cases {
		if c.known == 1 {
			out = append(out, confusionTables(r, c)...)
		}
	}
	for _, c := range cases {
		out = append(out, poisonChoiceTable(r, c))
	}
	return out
}

// learnedTable shows what the flips did to the network.
func learnedTable(r *engine.Results) report.Table {
	t := report.Table{Title: "Effect of the flipped labels", Note: poisonNote(r) + " A flipped label counts as learned if the network predicts it.",
		Header: []string{"", "test accuracy, %", "trained on the true labels, %", "flipped labels learned, %", "training time, s"}}
	for _, budget := range r.Numbers("budget") {
		row := report.NewRow(flipsTitle(r, budget))
		addAccuracy(row, r.Part("test-accuracy", "method", "none", "budget", budget, "stage", "before"), report.Percent)
		addAccuracy(row, r.Part("test-accuracy", "method", "retrain", "budget", budget, "stage", "clean"), report.Percent)
		t.Append(row.Ends(report.Percent, r.Between("poison-learned", "method", "none", "budget", budget, "stage", "before")).
			Ends(report.Plain, r.Between("seconds", "method", "train", "budget", budget, "stage", "before")))
	}
	return t
}

// byBudget is a table with a row for each method and columns for each budget and way of statistics.
func byBudget(r *engine.Results, title, metric, note string, known float64) report.Table {
	t := report.Table{Title: title, Header: []string{"method"}, Note: poisonNote(r) + " " + note + waysNote(r)}
	var columns []poisonCase
	var counts []int
	ways := waysMeasured(r)
	for _, c := range poisonCases(r) {
		if c.known != known {
			continue
		}
		columns = append(columns, c)
		for _, way := range ways {
			head := flipsTitle(r, c.budget)
			if slices.Contains(ways, reestimated) {
				head += ", statistics " + way
			}
			t.Header = append(t.Header, head)
			n := 0
			for _, m := range poisonRows(r) {
				n = max(n, poison(r, c, m, "test-accuracy", way).N+poisonFailed(r, c, m, way))
			}
			counts = append(counts, n)
		}
	}
	trial.CountDraws(t.Header[1:], counts)
	for _, m := range poisonRows(r) {
		row := report.NewRow(trial.BeforeLabel(m))
		for _, c := range columns {
			for _, way := range ways {
				if len(ways) == 1 {
					way = ownWay(r, c, m)
				}
				addShare(row, r, metric, c, m, way)
			}
		}
		t.Append(row)
	}
	if metric == "restored-share" && r.Draws() > 1 {
		t.Note += " Each draw gives recovered points / lost points; a draw that lost none gives no share."
	}
	return t
}

// addShare adds a cell of that table to the row.
func addShare(row *report.Row, r *engine.Results, metric string, c poisonCase, method, way string) {
	pairs := c.pairs("method", method, "statistics", way)
	records := r.Part(metric, pairs...)
	switch {
	case poisonFailed(r, c, method, way) > 0 || len(records) == 0:
		trial.AddEnds(row, r, metric, report.Percent, pairs...)
	case metric == "restored-share":
		row.Put(restoredValue(r, c, method, way, report.Percent))
	default:
		addAccuracy(row, records, report.Percent)
	}
}

// waysNote says where statistics come from, if any were re-estimated.
func waysNote(r *engine.Results) string {
	const found = " Re-estimated batch-normalization statistics are computed on some of the corrected images after the update"
	switch ways := waysMeasured(r); {
	case !slices.Contains(ways, reestimated):
		return ""
	case len(ways) > 1:
		return found + "; kept ones are those of the network before it. Settings are chosen separately for each."
	case slices.ContainsFunc(poisonRows(r), votes):
		return found + ", of SISA after each training."
	default:
		return found + "."
	}
}

// poisonCostTable counts gradients and products in passes over the images.
func poisonCostTable(r *engine.Results, c poisonCase) report.Table {
	images := poisonBefore(r, c.budget, "train", "images").Mean
	t := report.Table{
		Title: "Cost, " + poisonTitle(r, c), Folded: true,
		Header: []string{"method", "time, s", "time / retraining time, %", "trust check, s", "gradient passes", "product passes",
			"choice of settings, s", "time with the choice of settings / retraining time, %"},
		Note: fmt.Sprintf("Times include the trust check; passes (over all %s images) exclude it. The choice of settings has separate columns: scoring "+
			"every try and, for fine-tuning, the passes of all rates that are not chosen. The products of second order are those of all its tries. "+
			"Measuring and the pass that estimates the statistics of a training are excluded.", numbers.Count(images)),
	}
	retraining := r.Between("seconds", "method", "retrain", "budget", c.budget, "stage", "clean").Median
	share, passes := report.Style{Factor: 100 / retraining, Places: -1}, report.Style{Factor: 1 / images, Places: -1}
	t.Note = severalNote(r) + t.Note
	for _, m := range poisonRows(r) {
		way := ownWay(r, c, m)
		seconds := poisonEnds(r, c, m, "seconds", way)
		if m == "none" || seconds.N == 0 {
			continue
		}
		choosing := tuningSeconds(r, c, m, way)
		t.Append(report.NewRow(m).Ends(report.Plain, seconds).Ends(share, seconds).Ends(report.Plain, poisonEnds(r, c, m, "check-seconds", way)).
			Ends(passes, poisonEnds(r, c, m, "gradients", way)).Ends(passes, poisonEnds(r, c, m, "hvps", way)).One(report.Plain, choosing).
			One(share, seconds.Median+choosing))
	}
	return t
}

// tuningSeconds is what choosing the settings of a method took, a draw's on the mean.
func tuningSeconds(r *engine.Results, c poisonCase, method, way string) float64 {
	sum, draws := 0.0, map[int]bool{}
	for _, rec := range r.Part("tuning-seconds", c.pairs("method", method, "statistics", way)...) {
		sum, draws[rec.Draw] = sum+rec.Value, true
	}
	if len(draws) == 0 {
		return math.NaN()
	}
	return sum / float64(len(draws))
}

// chunksTable shows the validation accuracy from chunk to chunk.
func chunksTable(r *engine.Results, c poisonCase) report.Table {
	t := report.Table{Title: "Validation accuracy after each chunk, %, " + poisonTitle(r, c), Header: []string{"method"}, Folded: true,
		Note: fmt.Sprintf("%sA chunk that lowers it by more than %s points is refused.", severalNote(r), r.Setting("max-fall"))}
	chunks := r.Numbers("chunk")
	chunks = slices.DeleteFunc(chunks, func(k float64) bool { return len(r.Part("chunk-accuracy", c.pairs("chunk", k)...)) == 0 })
	for _, k := range chunks {
		head := numbers.Count(k)
		if k == 0 {
			head = "before"
		}
		t.Header = append(t.Header, head)
	}
	for _, m := range poisonRows(r) {
		for _, way := range waysMeasured(r) {
			row, measured := report.NewRow(m+", statistics "+way), 0
			for _, k := range chunks {
				recs := r.Part("chunk-accuracy", c.pairs("method", m, "statistics", way, "chunk", k)...)
				style := report.Style{Factor: 1, Places: 2}
				points := records.MiddleOf(records.Values(recs))
				row.Ends(style, points)
				measured += len(recs)
				refused := 0
				for _, rec := range recs {
					if rec.Settings["taken"] == false {
						refused++
					}
				}
				switch {
				case refused > 0 && len(recs) == 1:
					row.Remark("refused")
				case refused > 0:
					row.Remark(fmt.Sprintf("refused in %d of %d draws", refused, len(recs)))
				}
			}
			if measured > 0 {
				t.Append(row)
			}
		}
	}
	return t
}

// poisonSolvesTable shows how well each linear system was solved, of the first draw.
func poisonSolvesTable(r *engine.Results, c poisonCase) report.Table {
	t := report.Table{Title: "Solves, " + poisonTitle(r, c),
		Header: []string{"method", "solver", "products", "relative residual", "on a second draw", "gradient residual"}, Folded: true, Residuals: []int{3, 4},
		Note: "||b - Ax||/||b||, measured with a separate product, on the images of the curvature and on a second draw, which may repeat images that the request touches; first draw of the run. " +
			"Products are those of the Krylov space that all tries of a step share, and one for the residual. A solve with few products ends early on purpose; its residual says how early. The gradient residual is that after the last solve."}
	for _, m := range poisonRows(r) {
		for _, way := range waysMeasured(r) {
			gradient, ok := trial.First(r.Part("gradient-residual", c.pairs("method", m, "statistics", way)...))
			if !ok {
				continue
			}
			name := trial.BeforeLabel(m) + ", statistics " + way
			solves := r.Part("own-residual", c.pairs("method", m, "statistics", way)...)
			solves = slices.DeleteFunc(solves, func(rec records.Record) bool { return rec.Draw != gradient.Draw })
			for i, rec := range solves {
				row := report.NewRow(name, rec.Text("solver")).Exactly(rec.Number("products")).One(report.Plain, rec.Value)
				if other, ok := trial.First(r.Part("independent-residual", c.pairs("method", m, "statistics", way, "solve", rec.Number("solve"))...)); ok {
					row.One(report.Plain, other.Value)
				} else {
					row.Missing(1)
				}
				if i+1 == len(solves) {
					row.One(report.Plain, gradient.Value)
				} else {
					row.Missing(1)
				}
				t.Append(row)
			}
			if len(solves) == 0 {
				t.Append(report.NewRow(name).Missing(4).One(report.Plain, gradient.Value))
			}
		}
	}
	return t
}

// shownConfusions are the models whose confusion matrices are shown.
func shownConfusions(r *engine.Results, c poisonCase) (titles []string, records []records.Record) {
	other, otherWay, _ := bestOther(r, c)
	add := func(title string, pairs []any) bool {
		rec, ok := trial.First(r.Part("confusion", pairs...))
		if ok {
			titles, records = append(titles, title), append(records, rec)
		}
		return ok
	}
	after := func(method string) bool {
		return add("after "+method, c.pairs("method", method, "statistics", mainWay(r)))
	}
	add("before", []any{"method", "none", "budget", c.budget, "stage", "before"})
	if !after("second-order-iterative") {
		after("second-order")
	}
	add("after "+other+", the best other method", c.pairs("method", other, "statistics", otherWay))
	add("trained on the true labels", []any{"method", "retrain", "budget", c.budget, "stage", "clean"})
	return titles, records
}

// confusionTables show which classes are taken for which.
func confusionTables(r *engine.Results, c poisonCase) []report.Table {
	var out []report.Table
	titles, records := shownConfusions(r, c)
	for i, rec := range records {
		t := report.Table{Title: fmt.Sprintf("Confusion matrix %s, %s", titles[i], poisonTitle(r, c)), Header: []string{"class"},
			Note: "Test images by class (rows) and predicted class (columns); first draw."}
		names := classNames(rec, len(confusionCounts(rec)))
		t.Header = append(t.Header, names...)
		for k, row := range confusionCounts(rec) {
			counts := report.NewRow(names[k])
			for _, n := range row {
				counts.Exactly(n)
			}
			t.Append(counts)
		}
		out = append(out, t)
	}
	return out
}

// poisonChoiceTable shows what was taken, from how many tries.
func poisonChoiceTable(r *engine.Results, c poisonCase) report.Table {
	t := report.Table{Title: "How settings were chosen, " + poisonTitle(r, c), Tuning: true, Header: []string{"method", "tried", "validation accuracy, %"},
		Note: "The setting with the highest validation accuracy is chosen, by the iterative methods separately for each chunk; first draw. Ridges are shares of " +
			"the largest eigenvalue in the step's Krylov space."}
	var settings []records.Record
	for _, m := range poisonRows(r) {
		for _, way := range waysMeasured(r) {
			tries := r.Part("try", c.pairs("method", m, "statistics", way, "taken", true)...)
			for _, rec := range tries {
				if rec.Draw != tries[0].Draw {
					continue
				}
				name := m + ", statistics " + way
				if len(r.Numbers("chunk")) > 1 && kindOf(m).chunks {
					name += fmt.Sprintf(", chunk %g", rec.Number("chunk"))
				}
				at := c.pairs("method", m, "statistics", way, "chunk", rec.Settings["chunk"])
				tried := slices.DeleteFunc(append(r.Part("try", at...), r.Part("try-failed", at...)...), func(o records.Record) bool { return o.Draw != rec.Draw })
				settings = append(settings, rec)
				t.Append(report.NewRow(name).Exactly(float64(len(tried))).One(report.Style{Factor: 1, Places: 2}, rec.Value))
			}
			if row, rec, ok := rateRow(r, c, m, way); ok {
				settings = append(settings, rec)
				t.Append(row)
			}
		}
	}
	trial.SettingColumns(&t, 1, settings, stepKeys...)
	return t
}

// rateRow shows the rate that fine-tuning took.
func rateRow(r *engine.Results, c poisonCase, method, way string) (*report.Row, records.Record, bool) {
	at := c.pairs("method", method, "statistics", way)
	taken, ok := trial.First(r.Part("taken", at...))
	if !ok {
		return nil, records.Record{}, false
	}
	other := func(rec records.Record) bool { return rec.Draw != taken.Draw }
	tries, failed := slices.DeleteFunc(r.Part("try", at...), other), slices.DeleteFunc(r.Part("try-failed", at...), other)
	i := slices.IndexFunc(tries, func(rec records.Record) bool { return rec.Number("tau-ft") == taken.Value })
	if i < 0 {
		return nil, records.Record{}, false
	}
	return report.NewRow(method+", statistics "+way).Exactly(float64(len(tries)+len(failed))).One(report.Style{Factor: 1, Places: 2}, tries[i].Value), taken, true
}

// stepKeys are the settings that a step chooses.
var stepKeys = []string{"tau", "tau-ft", "ridge-share", "ridge", "products"}

package experiments

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

func poisoningTables(r *Results) []Table {
	out := []Table{r.learnedTable()}
	for _, known := range r.knownShares() {
		for _, t := range []struct {
			title, metric string
			note          string
		}{
			{"Test accuracy, %", "test-accuracy", "On the half of the test set that nothing was chosen on."},
			{"Share of the lost accuracy that was restored, %", "restored-share", "0 is the network as it was trained, 100 training on the true labels."},
		} {
			out = append(out, r.byBudget(t.title+knownTitle(known), t.metric, t.note, known))
		}
	}
	cases := r.poisonCases()
	for _, c := range cases {
		out = append(out, r.poisonCostTable(c))
	}
	for _, c := range cases {
		out = append(out, r.chunksTable(c), r.poisonSolvesTable(c))
	}
	for _, c := range cases {
		if c.known == 1 {
			out = append(out, r.confusionTables(c)...)
		}
	}
	for _, c := range cases {
		out = append(out, r.poisonChoiceTable(c))
	}
	return out
}

// learnedTable shows what the flips did to the network.
func (r *Results) learnedTable() Table {
	t := Table{Title: "What the flipped labels did", Note: r.poisonNote() + " Learned are flipped labels that the network reproduces.",
		Header: []string{"", "test accuracy, %", "on the true labels, %", "flipped labels learned, %", "seconds of training"}}
	for _, budget := range r.numbers("budget") {
		t.Rows = append(t.Rows, []string{r.flipsTitle(budget),
			accuracyText(r.part("test-accuracy", "method", "none", "budget", budget, "stage", "before"), percent),
			accuracyText(r.part("test-accuracy", "method", "retrain", "budget", budget, "stage", "clean"), percent), percent.ends(r.between("poison-learned", "method", "none", "budget", budget, "stage", "before")),
			plain.ends(r.between("seconds", "method", "train", "budget", budget, "stage", "before"))})
	}
	return t
}

// byBudget is a table with a row for each method and columns for each budget and way of statistics.
func (r *Results) byBudget(title, metric, note string, known float64) Table {
	t := Table{Title: title, Header: []string{"method"}, Note: r.poisonNote() + " " + note + r.waysNote()}
	var columns []poisonCase
	ways := r.waysMeasured()
	for _, c := range r.poisonCases() {
		if c.known != known {
			continue
		}
		columns = append(columns, c)
		for _, way := range ways {
			head := r.flipsTitle(c.budget)
			if slices.Contains(ways, reestimated) {
				head += ", statistics " + way
			}
			t.Header = append(t.Header, head)
		}
	}
	for _, m := range r.poisonRows() {
		row := []string{memoryLabel(m)}
		for _, c := range columns {
			for _, way := range ways {
				if len(ways) == 1 {
					way = r.ownWay(c, m)
				}
				row = append(row, r.shareCell(metric, c, m, way))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if metric == "restored-share" && r.draws() > 1 {
		t.Note += " Of each draw the restored points over the lost ones; draws in which none were lost have no share."
	}
	return t
}

// shareCell is a cell of that table.
func (r *Results) shareCell(metric string, c poisonCase, method, way string) string {
	pairs := c.pairs("method", method, "statistics", way)
	records := r.part(metric, pairs...)
	switch {
	case r.poisonFailed(c, method, way) > 0 || len(records) == 0:
		return r.endsCell(metric, percent, pairs...)
	case metric == "restored-share":
		return r.restoredText(c, method, way, percent)
	}
	return accuracyText(records, percent)
}

// waysNote says where statistics come from, if any were re-estimated.
func (r *Results) waysNote() string {
	const found = " Re-estimated statistics of batch normalisation are those of some of the corrected images after the update"
	switch ways := r.waysMeasured(); {
	case !slices.Contains(ways, reestimated):
		return ""
	case len(ways) > 1:
		return found + "; kept ones are those of the network before it. Settings are chosen for each by itself."
	case slices.ContainsFunc(r.poisonRows(), votes):
		return found + ", of SISA after each training."
	default:
		return found + "."
	}
}

// poisonCostTable counts gradients and products in passes over the images.
func (r *Results) poisonCostTable(c poisonCase) Table {
	images := r.poisonBefore(c.budget, "train", "images").mean
	t := Table{
		Title: "Cost, " + r.poisonTitle(c),
		Header: []string{"method", "seconds", "share of retraining, %", "of it for the trust check, s", "passes of gradients", "passes of products",
			"choosing its settings, s", "share of retraining with choosing, %"},
		Note: fmt.Sprintf("Seconds include the trust check, passes (all %s images) leave it out. Choosing the settings has columns of its own: scoring "+
			"what is tried, of fine-tuning the passes of all rates too that are not taken. The products of second order are those of all its tries. "+
			"Measuring is in neither, nor is the pass for a training's statistics.", formatNumber(images)),
	}
	retraining := r.between("seconds", "method", "retrain", "budget", c.budget, "stage", "clean").median
	share, passes := style{100 / retraining, -1}, style{1 / images, -1}
	t.Note = r.severalNote() + t.Note
	for _, m := range r.poisonRows() {
		way := r.ownWay(c, m)
		seconds := r.poisonEnds(c, m, "seconds", way)
		if m == "none" || seconds.n == 0 {
			continue
		}
		choosing := r.tuningSeconds(c, m, way)
		t.Rows = append(t.Rows, []string{m, plain.ends(seconds), share.ends(seconds), plain.ends(r.poisonEnds(c, m, "check-seconds", way)),
			passes.ends(r.poisonEnds(c, m, "gradients", way)), passes.ends(r.poisonEnds(c, m, "hvps", way)), plain.one(choosing),
			share.one(seconds.median + choosing)})
	}
	return t
}

// tuningSeconds is what choosing the settings of a method took, a draw's on the mean.
func (r *Results) tuningSeconds(c poisonCase, method, way string) float64 {
	sum, draws := 0.0, map[int]bool{}
	for _, rec := range r.part("tuning-seconds", c.pairs("method", method, "statistics", way)...) {
		sum, draws[rec.Draw] = sum+rec.Value, true
	}
	if len(draws) == 0 {
		return math.NaN()
	}
	return sum / float64(len(draws))
}

// chunksTable shows the validation accuracy from chunk to chunk.
func (r *Results) chunksTable(c poisonCase) Table {
	t := Table{Title: "Validation accuracy after each chunk, %, " + r.poisonTitle(c), Header: []string{"method"},
		Note: fmt.Sprintf("%sA chunk that lowers it by more than %s points is refused, which stands in brackets.", r.severalNote(), r.setting("max-fall"))}
	chunks := r.numbers("chunk")
	chunks = slices.DeleteFunc(chunks, func(k float64) bool { return len(r.part("chunk-accuracy", c.pairs("chunk", k)...)) == 0 })
	for _, k := range chunks {
		t.Header = append(t.Header, map[bool]string{true: "before", false: formatNumber(k)}[k == 0])
	}
	for _, m := range r.poisonRows() {
		for _, way := range r.waysMeasured() {
			row := []string{m + ", statistics " + way}
			for _, k := range chunks {
				records := r.part("chunk-accuracy", c.pairs("method", m, "statistics", way, "chunk", k)...)
				text := style{1, 2}.ends(middleOf(values(records)))
				refused := 0
				for _, rec := range records {
					if rec.Settings["taken"] == false {
						refused++
					}
				}
				switch {
				case refused > 0 && len(records) == 1:
					text = "(" + text + ")"
				case refused > 0:
					text += fmt.Sprintf(" (refused in %d of %d)", refused, len(records))
				}
				row = append(row, text)
			}
			if slices.ContainsFunc(row[1:], func(text string) bool { return text != "-" }) {
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// poisonSolvesTable shows how well each linear system was solved, of the first draw.
func (r *Results) poisonSolvesTable(c poisonCase) Table {
	t := Table{Title: "Solves, " + r.poisonTitle(c),
		Header: []string{"method", "solver", "products", "relative residual", "on a second draw", "gradient residual"},
		Note: "||b - Ax||/||b|| by a product of its own, on the images that the curvature was taken from and on a second draw, in which those that the request touches may recur; first draw of the run. " +
			"Products are those of the space that all tries of a step share, and one for the residual. A solve of few is meant to end early: its residual says how early. The gradient residual is that after the last solve."}
	for _, m := range r.poisonRows() {
		for _, way := range r.waysMeasured() {
			gradient, ok := first(r.part("gradient-residual", c.pairs("method", m, "statistics", way)...))
			if !ok {
				continue
			}
			name := memoryLabel(m) + ", statistics " + way
			solves := r.part("own-residual", c.pairs("method", m, "statistics", way)...)
			solves = slices.DeleteFunc(solves, func(rec Record) bool { return rec.Draw != gradient.Draw })
			for i, rec := range solves {
				row := []string{name, rec.Text("solver"), formatNumber(rec.Number("products")), plain.one(rec.Value), "-", "-"}
				if other, ok := first(r.part("independent-residual", c.pairs("method", m, "statistics", way, "solve", rec.Number("solve"))...)); ok {
					row[4] = plain.one(other.Value)
				}
				if i+1 == len(solves) {
					row[5] = plain.one(gradient.Value)
				}
				t.Rows = append(t.Rows, row)
			}
			if len(solves) == 0 {
				t.Rows = append(t.Rows, []string{name, "-", "-", "-", "-", plain.one(gradient.Value)})
			}
		}
	}
	return t
}

// shownConfusions are the models whose confusion matrices are shown.
func (r *Results) shownConfusions(c poisonCase) (titles []string, records []Record) {
	other, otherWay, _ := r.bestOther(c)
	for _, m := range []struct {
		title string
		pairs []any
	}{
		{"before", []any{"method", "none", "budget", c.budget, "stage", "before"}},
		{"after second-order-iterative", c.pairs("method", "second-order-iterative", "statistics", r.mainWay())},
		{"after second-order", c.pairs("method", "second-order", "statistics", r.mainWay())},
		{"after " + other + ", the best other method", c.pairs("method", other, "statistics", otherWay)},
		{"trained on the true labels", []any{"method", "retrain", "budget", c.budget, "stage", "clean"}},
	} {
		if rec, ok := first(r.part("confusion", m.pairs...)); ok && !(m.title == "after second-order" && len(records) > 1) {
			titles, records = append(titles, m.title), append(records, rec)
		}
	}
	return titles, records
}

// confusionTables show which classes are taken for which.
func (r *Results) confusionTables(c poisonCase) []Table {
	var out []Table
	titles, records := r.shownConfusions(c)
	for i, rec := range records {
		t := Table{Title: fmt.Sprintf("Confusion matrix %s, %s", titles[i], r.poisonTitle(c)), Header: []string{"class"},
			Note: "Test images of each class by what they are taken for; first draw."}
		names := classNames(rec, len(confusionCounts(rec)))
		t.Header = append(t.Header, names...)
		for k, row := range strings.Split(rec.Text("counts"), ";") {
			t.Rows = append(t.Rows, append([]string{names[k]}, strings.Split(row, ",")...))
		}
		out = append(out, t)
	}
	return out
}

// poisonChoiceTable shows what was taken, from how many tries.
func (r *Results) poisonChoiceTable(c poisonCase) Table {
	t := Table{Title: "How settings were chosen, " + r.poisonTitle(c), Tuning: true, Header: []string{"method", "taken", "tried", "validation accuracy, %"},
		Note: "Taken is what leads to the highest validation accuracy, of the iterative methods for each chunk by itself; first draw. Ridges are shares of " +
			"the largest eigenvalue in the Krylov space of what the step follows."}
	for _, m := range r.poisonRows() {
		for _, way := range r.waysMeasured() {
			tries := r.part("try", c.pairs("method", m, "statistics", way, "taken", true)...)
			for _, rec := range tries {
				if rec.Draw != tries[0].Draw {
					continue
				}
				name := m + ", statistics " + way
				if len(r.numbers("chunk")) > 1 && strings.Contains(m, "iterative") {
					name += fmt.Sprintf(", chunk %g", rec.Number("chunk"))
				}
				at := c.pairs("method", m, "statistics", way, "chunk", rec.Settings["chunk"])
				tried := slices.DeleteFunc(append(r.part("try", at...), r.part("try-failed", at...)...), func(o Record) bool { return o.Draw != rec.Draw })
				t.Rows = append(t.Rows, []string{name, stepText(rec), fmt.Sprint(len(tried)), fixed(rec.Value, 2)})
			}
			if row, ok := r.rateRow(c, m, way); ok {
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// rateRow shows the rate that fine-tuning took.
func (r *Results) rateRow(c poisonCase, method, way string) ([]string, bool) {
	at := c.pairs("method", method, "statistics", way)
	taken, ok := first(r.part("taken", at...))
	if !ok {
		return nil, false
	}
	other := func(rec Record) bool { return rec.Draw != taken.Draw }
	tries, failed := slices.DeleteFunc(r.part("try", at...), other), slices.DeleteFunc(r.part("try-failed", at...), other)
	i := slices.IndexFunc(tries, func(rec Record) bool { return rec.Number("tau-ft") == taken.Value })
	if i < 0 {
		return nil, false
	}
	return []string{method + ", statistics " + way, stepText(taken), fmt.Sprint(len(tries) + len(failed)), fixed(tries[i].Value, 2)}, true
}

// stepText writes the settings of a step.
func stepText(rec Record) string {
	var out []string
	for _, key := range []string{"tau", "tau-ft", "ridge-share", "ridge", "products"} {
		if v := rec.Number(key); !math.IsNaN(v) {
			out = append(out, key+" "+significant(v, 3))
		}
	}
	return strings.Join(out, ", ")
}

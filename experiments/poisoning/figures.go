package poisoning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

func poisoningFigures(r *engine.Results) []report.Figure {
	var out []report.Figure
	for _, known := range knownShares(r) {
		out = append(out, repairFigure(r, known))
	}
	for _, c := range poisonCases(r) {
		out = append(out, repairCostFigure(r, c))
	}
	for _, c := range poisonCases(r) {
		if c.known == 1 {
			out = append(out, confusionFigures(r, c)...)
		}
	}
	return out
}

// repairFigure shows each method's test accuracy, a mark for each budget.
func repairFigure(r *engine.Results, known float64) report.Figure {
	f := report.Figure{Name: "accuracy-" + numbers.Shortest(known), X: "test accuracy, %", Title: "Test accuracy of each method" + knownTitle(known)}
	methods := poisonRows(r)
	for i := len(methods) - 1; i >= 0; i-- { // from the bottom
		f.YNames = append(f.YNames, trial.BeforeLabel(methods[i]))
	}
	cases := slices.DeleteFunc(poisonCases(r), func(c poisonCase) bool { return c.known != known })
	if len(cases) == 1 {
		f.Title = "Test accuracy of each method, " + poisonTitle(r, cases[0])
	}
	for _, c := range cases {
		s := report.Series{Label: flipsTitle(r, c.budget), Points: true}
		for i, m := range methods {
			v := poison(r, c, m, "test-accuracy", ownWay(r, c, m))
			if v.N == 0 {
				continue
			}
			x, y := 100*v.Mean, float64(len(methods)-1-i)
			if len(cases) == 1 { // each method has its mark
				f.Series = append(f.Series, report.Series{Of: listedAs(m), X: []float64{x}, Y: []float64{y}, Points: true})
			}
			s.X, s.Y = append(s.X, x), append(s.Y, y)
		}
		if len(cases) > 1 {
			f.Series = append(f.Series, s)
		}
	}
	return f
}

// listedAs is the row of a method's records, whose names may end with a number: of passes or of
// shards.
func listedAs(method string) string {
	name := strings.TrimRight(method, "0123456789")
	for _, m := range poisonMethods() {
		if name == m.name+"-" {
			method = m.name
		}
	}
	return trial.BeforeLabel(method)
}

// repairCostFigure shows the share of the lost accuracy that is restored against what that costs.
func repairCostFigure(r *engine.Results, c poisonCase) report.Figure {
	f := report.Figure{Name: "cost-" + c.file(), X: "run time, s", Y: "recovered accuracy, % of what the flips cost", LogX: true,
		Title: "Recovered accuracy against run time, " + poisonTitle(r, c)}
	for _, m := range poisonRows(r) {
		if m == "none" {
			continue
		}
		way := ownWay(r, c, m)
		seconds, restored := poison(r, c, m, "seconds", way), restored(r, c, m, way)
		if seconds.N > 0 && restored.N > 0 {
			s := report.Series{Label: m, X: []float64{seconds.Mean}, Y: []float64{100 * restored.Median}, Points: true}
			if row := listedAs(m); !slices.ContainsFunc(f.Series, func(other report.Series) bool { return other.Of == row }) {
				s.Of = row // a further number of passes has a mark of its own
			}
			f.Series = append(f.Series, s)
		}
	}
	return f
}

// confusionFigures show which classes are taken for which.
func confusionFigures(r *engine.Results, c poisonCase) []report.Figure {
	var out []report.Figure
	titles, records := shownConfusions(r, c)
	for i, rec := range records {
		m := &report.Matrix{Counts: confusionCounts(rec)}
		m.Rows = classNames(rec, len(m.Counts))
		m.Columns = m.Rows
		out = append(out, report.Figure{Name: fmt.Sprintf("confusion-%s-%d", c.file(), i+1), X: "predicted class", Y: "class", Matrix: m,
			Title: fmt.Sprintf("Confusion matrix %s, %s", titles[i], poisonTitle(r, c)), Caption: "Test images by class and predicted class; the darker, the larger the share of the class"})
	}
	return out
}

// confusionCounts reads the counts that a record keeps.
func confusionCounts(rec records.Record) [][]float64 {
	var out [][]float64
	for _, row := range strings.Split(rec.Text("counts"), ";") {
		var counts []float64
		for _, text := range strings.Split(row, ",") {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil
			}
			counts = append(counts, n)
		}
		out = append(out, counts)
	}
	return out
}

// classNames are the names of the classes, or their numbers where they have none.
func classNames(rec records.Record, classes int) []string {
	names := strings.Split(rec.Text("classes"), ";")
	if len(names) == classes {
		return names
	}
	out := make([]string, classes)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

package experiments

import (
	"fmt"
	"strconv"
	"strings"
)

func poisoningFigures(r *Results) []Figure {
	var out []Figure
	for _, known := range r.knownShares() {
		out = append(out, r.repairFigure(known))
	}
	for _, c := range r.poisonCases() {
		out = append(out, r.repairCostFigure(c))
	}
	for _, c := range r.poisonCases() {
		if c.known == 1 {
			out = append(out, r.confusionFigures(c)...)
		}
	}
	return out
}

// repairFigure shows each method's test accuracy, a mark for each budget.
func (r *Results) repairFigure(known float64) Figure {
	f := Figure{Name: "accuracy-" + formatNumber(known), X: "test accuracy, %", Caption: "Test accuracy of each method" + knownTitle(known)}
	methods := r.poisonRows()
	for i := len(methods) - 1; i >= 0; i-- { // from the bottom
		f.YNames = append(f.YNames, memoryLabel(methods[i]))
	}
	for _, c := range r.poisonCases() {
		if c.known != known {
			continue
		}
		s := Series{Label: r.flipsTitle(c.budget), Points: true}
		for i, m := range methods {
			if v := r.poison(c, m, "test-accuracy", r.ownWay(c, m)); v.n > 0 {
				s.X, s.Y = append(s.X, 100*v.mean), append(s.Y, float64(len(methods)-1-i))
			}
		}
		f.Series = append(f.Series, s)
	}
	return f
}

// repairCostFigure shows the share of the lost accuracy that is restored against what that costs.
func (r *Results) repairCostFigure(c poisonCase) Figure {
	f := Figure{Name: "cost-" + c.file(), X: "seconds", Y: "share of the lost accuracy restored, %", LogX: true,
		Caption: fmt.Sprintf("Share of the lost accuracy that was restored against seconds, %s", r.poisonTitle(c))}
	for _, m := range r.poisonRows() {
		if m == "none" {
			continue
		}
		way := r.ownWay(c, m)
		seconds, restored := r.poison(c, m, "seconds", way), r.restored(c, m, way)
		if seconds.n > 0 && restored.n > 0 {
			f.Series = append(f.Series, Series{Label: m, X: []float64{seconds.mean}, Y: []float64{100 * restored.median}, Points: true})
		}
	}
	return f
}

// confusionFigures show which classes are taken for which.
func (r *Results) confusionFigures(c poisonCase) []Figure {
	var out []Figure
	titles, records := r.shownConfusions(c)
	for i, rec := range records {
		m := &Matrix{Counts: confusionCounts(rec)}
		m.Rows = classNames(rec, len(m.Counts))
		m.Columns = m.Rows
		out = append(out, Figure{Name: fmt.Sprintf("confusion-%s-%d", c.file(), i+1), X: "taken for", Y: "class", Matrix: m,
			Caption: fmt.Sprintf("Confusion matrix %s, %s: test images of each class by what they are taken for", titles[i], r.poisonTitle(c))})
	}
	return out
}

// confusionCounts reads the counts that a record keeps.
func confusionCounts(rec Record) [][]float64 {
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
func classNames(rec Record, classes int) []string {
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

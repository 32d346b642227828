package experiments

import "fmt"

func poisoningFigures(r *Results) []Figure {
	var out []Figure
	for _, c := range r.poisonCases() {
		out = append(out, r.repairCostFigure(c))
	}
	return out
}

// repairCostFigure shows the share of the lost accuracy that is restored against what that costs.
func (r *Results) repairCostFigure(c poisonCase) Figure {
	f := Figure{Name: "cost-" + c.file(), X: "seconds", Y: "restored share", LogX: true,
		Caption: fmt.Sprintf("Share of the lost accuracy that was restored against seconds, %s", r.poisonTitle(c))}
	for _, m := range r.poisonRows() {
		if m == "none" {
			continue
		}
		way := r.ownWay(c, m)
		seconds, restored := r.poison(c, m, "seconds", way), r.poison(c, m, "restored-share", way)
		if seconds.n > 0 && restored.n > 0 {
			f.Series = append(f.Series, Series{Label: m, X: []float64{seconds.mean}, Y: []float64{restored.mean}, Points: true})
		}
	}
	return f
}

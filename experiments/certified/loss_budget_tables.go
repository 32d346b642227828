package certified

import (
	"fmt"
	"math"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
)

// kinds returns the streams of the run.
func kinds(r *engine.Results) []string {
	var out []string
	for _, kind := range []string{"features", "samples"} {
		if r.Where("requests-certified", "kind", kind).N > 0 {
			out = append(out, kind)
		}
	}
	return out
}

func lossBudgetTables(r *engine.Results) []report.Table {
	b, _ := budgetOf(r)
	var out []report.Table
	for _, kind := range kinds(r) {
		t := report.Table{Title: "Single requests until the budget is spent: " + kind, Header: []string{"method", "requests certified", "budget spent, %",
			"time / request, s", "retraining, s", "requests / s", "initial accuracy, %", "final accuracy, %", "majority class, %", "final macro F1"}}
		for _, l := range tabledata.Labels(r, "requests-certified") {
			at := func(metric string) float64 { return r.Where(metric, "method", l, "kind", kind).Mean }
			row := report.NewRow(l).Exactly(at("requests-certified"))
			if at("ended-by-budget") == 0 {
				row.Remark("all requests of the stream")
			}
			row.One(report.Style{Factor: 100, Places: -1}, at("budget-spent"))
			for _, name := range []string{"seconds-per-request", "retrain-seconds", "requests-per-second"} {
				row.One(report.Plain, at(name))
			}
			for _, name := range []string{"accuracy-before", "accuracy-after", "majority-accuracy"} {
				row.One(report.Percent, at(name))
			}
			t.Append(row.One(report.Style{Factor: 1, Places: 3}, at("macro-f1-after")))
		}
		t.Note = fmt.Sprintf("Epsilon %s, delta %s, sigma %s: the budget is a residual of %s. The time of a request includes its gradients, its ledger entry (two syncs to "+
			"disk) and its certificate. Retraining runs once, from the start, on the remaining data. Rows are normalized.", numbers.Shortest(b.Epsilon), numbers.Shortest(b.Delta), numbers.Shortest(b.Sigma), report.Plain.One(b.Residual()))
		if kind == "features" {
			t.Note += " Columns are drawn from the pool " + r.Setting("pool") + "."
		}
		out = append(out, t)
	}
	return append(out, accountTable(r))
}

// accountTable says whether the accounts were true.
func accountTable(r *engine.Results) report.Table {
	t := report.Table{Title: "The accounts", Header: []string{"stream", "final exact residual", "final total", "sum of the bounds", "largest error of a total", "largest excess of the exact residual"},
		Note: "By the triangle inequality the exact residual never exceeds the total (an excess of 0). The sum of the bounds needs no gradient over all samples."}
	for _, kind := range kinds(r) {
		for _, l := range tabledata.Labels(r, "requests-certified") {
			last := func(metric string) float64 {
				value, at := math.NaN(), -1.0
				for _, rec := range r.Part(metric, "method", l, "kind", kind) {
					if n := rec.Number("after-requests"); n > at {
						value, at = rec.Value, n
					}
				}
				return value
			}
			row := report.NewRow(kind+", "+l).One(report.Plain, last("exact-residual")).One(report.Plain, last("ledger-total")).One(report.Plain, last("bound-total"))
			for _, name := range []string{"sum-error", "exact-excess"} {
				row.One(report.Plain, r.Where(name, "method", l, "kind", kind).Mean)
			}
			t.Append(row)
		}
	}
	return t
}

func lossBudgetFigures(r *engine.Results) []report.Figure {
	b, _ := budgetOf(r)
	var out []report.Figure
	for _, kind := range kinds(r) {
		f := report.Figure{Name: kind, X: "number of requests", Y: "gradient residual", LogX: true, LogY: true,
			Title:   fmt.Sprintf("Ledger, exact residual and bounds over single requests (%s)", kind),
			Caption: fmt.Sprintf("Sigma %g sets the budget, and a mark above it is a request that was refused", b.Sigma)}
		longest := 1.0
		for _, l := range tabledata.Labels(r, "requests-certified") {
			for _, c := range []struct{ metric, label string }{{"ledger-total", "ledger"}, {"exact-residual", "exact"}, {"bound-total", "bounds"}} {
				if l != "second-order" && c.metric != "ledger-total" {
					continue
				}
				s := report.Series{Label: l + ", " + c.label}
				if c.metric == "ledger-total" {
					s.Of = l
				}
				for _, rec := range r.Part(c.metric, "method", l, "kind", kind) {
					x := rec.Number("after-requests")
					longest = max(longest, x)
					if n := len(s.X); x > 0 && (n == 0 || twelfth(x) > twelfth(s.X[n-1])) {
						s.X, s.Y = append(s.X, x), append(s.Y, rec.Value)
					}
				}
				if c.metric == "ledger-total" {
					for _, rec := range r.Part("next-total", "method", l, "kind", kind) { // the one that was refused
						s.X, s.Y = append(s.X, rec.Number("after-requests")), append(s.Y, rec.Value)
					}
				}
				f.Series = append(f.Series, s)
			}
		}
		f.Series = append(f.Series, report.Series{Label: "budget", Bare: true, Dashed: true, X: []float64{1, longest}, Y: []float64{b.Residual(), b.Residual()}})
		out = append(out, f)
	}
	return out
}

// twelfth numbers the parts of a logarithmic axis, twelve a decade, in each of which one point is
// shown.
func twelfth(x float64) float64 { return math.Floor(12 * math.Log10(x)) }

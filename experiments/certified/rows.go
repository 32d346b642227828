package certified

import (
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
)

// certifiedRows are the rows of tables and the lines of figures, in their order.
var certifiedRows = append(slices.Insert(slices.Clone(tabledata.Rows), slices.IndexFunc(tabledata.Rows, func(r engine.Row) bool { return r.Label == "retrain" }), engine.Row{Label: released, Color: -1}),
	engine.Row{Label: majorityClass, Color: 7}, engine.Row{Label: "none, ledger", Color: 7}, engine.Row{Label: "first-order, ledger", Color: 0}, engine.Row{Label: "second-order, ledger", Color: 1}, engine.Row{Label: "second-order, exact", Color: 5},
	engine.Row{Label: "second-order, bounds", Color: 3}, engine.Row{Label: "budget", Color: 2}, engine.Row{Label: "allowed", Color: 2})

// startLabel names a row as the other experiments on tables do; retraining is that from a start.
func startLabel(rec records.Record) string {
	if l := tabledata.Label(rec); l != "retrain" || rec.Text("start") == "" {
		return l
	}
	return "retrain, " + rec.Text("start")
}

package certified

import (
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
)

// certifiedRows are the rows of tables and the lines of figures, in their order.
func certifiedRows() []engine.Row {
	rows := tabledata.Rows()
	at := slices.IndexFunc(rows, func(r engine.Row) bool { return slices.Contains(tabledata.Ideals(), r.Label) })
	rows = slices.Insert(rows, at, engine.Row{Label: released, Color: -1})
	for _, r := range []struct {
		label string
		color int
	}{{majorityClass, 7}, {"none, ledger", 7}, {"first-order, ledger", 0}, {"second-order, ledger", 1}, {"second-order, exact", 5},
		{"second-order, bounds", 3}, {"budget", 2}, {"allowed", 2}} {
		rows = append(rows, engine.Row{Label: r.label, Color: r.color})
	}
	return rows
}

// startLabel names a row as the other experiments on tables do; retraining is that from a start.
func startLabel(rec records.Record) string {
	if l := tabledata.Label(rec); l != "retrain" || rec.Text("start") == "" {
		return l
	}
	return "retrain, " + rec.Text("start")
}

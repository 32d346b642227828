package certified

import (
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
)

// majorityMark is the mark of a model that knows the most frequent class alone.
const majorityMark = 18

// certifiedRows are the rows of tables and the lines of figures, in their order.
func certifiedRows() []engine.Row {
	rows := tabledata.Rows()
	at := slices.IndexFunc(rows, func(r engine.Row) bool { return r.Role == engine.RetrainingRow })
	rows = slices.Insert(rows, at, engine.Row{Label: released, Mark: 15})
	return append(rows, engine.Row{Label: majorityClass, Mark: majorityMark}, engine.Row{Label: "second-order, exact", Mark: 19, Role: engine.LineRow},
		engine.Row{Label: "second-order, bounds", Mark: 20, Role: engine.LineRow}, engine.Row{Label: "budget", Mark: 22, Role: engine.LineRow},
		engine.Row{Label: "allowed", Mark: 23, Role: engine.LineRow})
}

// startLabel names a row as the other experiments on tables do; retraining is that from a start.
func startLabel(rec records.Record) string {
	if l := tabledata.Label(rec); l != "retrain" || rec.Text("start") == "" {
		return l
	}
	return "retrain, " + rec.Text("start")
}

package experiments

import "slices"

// certifiedRows are the rows of tables and the lines of figures, in their order.
var certifiedRows = append(slices.Insert(slices.Clone(tableRows), slices.IndexFunc(tableRows, func(r Row) bool { return r.Label == "retrain" }), Row{released, -1}),
	Row{majorityClass, 7}, Row{"none, ledger", 7}, Row{"first-order, ledger", 0}, Row{"second-order, ledger", 1}, Row{"second-order, exact", 5},
	Row{"second-order, bounds", 3}, Row{"budget", 2}, Row{"allowed", 2})

// startLabel names a row as the other experiments on tables do; retraining is that from a start.
func startLabel(rec Record) string {
	if l := label(rec); l != "retrain" || rec.Text("start") == "" {
		return l
	}
	return "retrain, " + rec.Text("start")
}

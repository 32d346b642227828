package certified

import (
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
)

// startLabel names a row as the other experiments on tables do; retraining is that from a start.
func startLabel(rec records.Record) string {
	if l := tabledata.Label(rec); l != "retrain" || rec.Text("start") == "" {
		return l
	}
	return "retrain, " + rec.Text("start")
}

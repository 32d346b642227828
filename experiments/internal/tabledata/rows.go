package tabledata

import (
	"fmt"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// SizeSetting returns the setting that counts the size of the change in these records: features or
// rows.
func SizeSetting(r *engine.Results) string {
	for _, rec := range r.Records {
		for _, name := range []string{"features", "rows"} {
			if _, ok := rec.Settings[name]; ok {
				return name
			}
		}
	}
	return "features"
}

// SizeTitle names a column of the tables: "10 features", or "10 labels" for flipped labels.
func SizeTitle(r *engine.Results, size float64) string {
	unit := changedUnit(r)
	if size == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%s %ss", numbers.Count(size), unit)
}

// changedUnit is what a request changes one of.
func changedUnit(r *engine.Results) string {
	for _, rec := range r.Records {
		if req := rec.Text("request"); req == "labels" || req == "samples" {
			return strings.TrimSuffix(req, "s")
		}
	}
	return strings.TrimSuffix(SizeSetting(r), "s")
}

// Rows of linear models: retraining by Newton's method from theta, and the methods as the paper
// sets them.
const (
	WarmNewton = "retrain, warm (Newton)"
	PaperFine  = "fine-tune, the paper's rate"
	PaperFirst = "first-order, the paper's tau"
)

// OtherStarts is the row of cold retrainings from other initial parameters, FactorStored that of
// second order with the factor of the Hessian computed beforehand.
const (
	OtherStarts  = "retrain, cold, other starts"
	FactorStored = "second-order, factor stored"
)

// Label names a record's row: its method, and what tells it from others of that name.
func Label(rec records.Record) string {
	switch {
	case rec.Method == "retrain" && rec.Text("trainer") == NewtonTrainer:
		return WarmNewton
	case rec.Method == "fine-tune" && rec.Text("settings") == PaperSettings:
		return PaperFine
	case rec.Method == "first-order" && rec.Text("settings") == PaperSettings:
		return PaperFirst
	case rec.Method == "retrain" && rec.Settings["init-seed"] != nil:
		return OtherStarts
	case rec.Method == "retrain" && rec.Model != Models[0]:
		return "retrain, " + rec.Text("start")
	case rec.Text("factor") != "":
		return rec.Method + ", factor " + rec.Text("factor")
	}
	return rec.Method
}

// Labels returns the rows that have the metric or failed, in the order of their list. Of the
// residual of solves a method that failed may have had none.
func Labels(r *engine.Results, metric string) []string {
	return r.Labels(r.Order(), func(rec records.Record) bool {
		return rec.Metric == metric || rec.Metric == "failed" && rec.Text("tried") == "" && metric != "solve-residual"
	})
}

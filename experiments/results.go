package experiments

import (
	"fmt"
	"strings"

	"lethe/experiments/internal/records"
)

// Results are the records of one experiment in one run.
type Results struct {
	ID      string
	Config  *Config
	Records []Record
}

// resultsOf picks the records of one part of a run.
func resultsOf(id string, c *Config, all []Record) *Results {
	return &Results{ID: id, Config: c, Records: records.Of(id, all)}
}

// query is what questions are asked of.
func (r *Results) query() *records.Results { return &records.Results{Records: r.Records, Label: label} }

// sizeSetting returns the setting that counts the size of the change in these records: features or rows.
func (r *Results) sizeSetting() string {
	for _, rec := range r.Records {
		for _, name := range []string{"features", "rows"} {
			if _, ok := rec.Settings[name]; ok {
				return name
			}
		}
	}
	return "features"
}

// sizeTitle names a column of the tables: "10 features", or "10 labels" for flipped labels.
func (r *Results) sizeTitle(size float64) string {
	unit := map[bool]string{true: "feature", false: "row"}[r.sizeSetting() == "features"]
	for _, rec := range r.Records {
		if req := rec.Text("request"); req == "labels" || req == "samples" {
			unit = strings.TrimSuffix(req, "s")
			break
		}
	}
	if size == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%s %ss", formatNumber(size), unit)
}

// methodOrder is the order of methods in tables and figures.
var methodOrder = []string{
	"none", "dp", "occlusion", "fine-tune", paperFine, "first-order", paperFirst, "first-order-iterative", "second-order", "second-order, factor stored", "second-order-iterative",
	"sisa", released, "retrain", warmNewton, "retrain, warm", "retrain, cold", "retrain, cold, other starts",
}

// Rows of linear models: retraining by Newton's method from theta, and the methods as the paper sets them.
const (
	warmNewton = "retrain, warm (Newton)"
	paperFine  = "fine-tune, the paper's rate"
	paperFirst = "first-order, the paper's tau"
)

// label names a record's row: its method, and what tells it from others of that name.
func label(rec Record) string {
	switch {
	case rec.Method == "retrain" && rec.Text("trainer") == newtonTrainer:
		return warmNewton
	case rec.Method == "fine-tune" && rec.Text("settings") == paperSettings:
		return paperFine
	case rec.Method == "first-order" && rec.Text("settings") == paperSettings:
		return paperFirst
	case rec.Method == "retrain" && rec.Settings["init-seed"] != nil:
		return "retrain, cold, other starts"
	case rec.Method == "retrain" && (rec.Model != Models[0] || rec.Experiment == "certified"):
		return "retrain, " + rec.Text("start")
	case rec.Text("factor") != "":
		return rec.Method + ", factor " + rec.Text("factor")
	}
	return rec.Method
}

// labels returns the rows that have the metric or failed, in the order of methodOrder. Of the residual of solves a method that failed
// may have had none.
func (r *Results) labels(metric string) []string {
	return r.query().Labels(methodOrder, func(rec Record) bool {
		return rec.Metric == metric || rec.Metric == "failed" && rec.Text("tried") == "" && metric != "solve-residual"
	})
}

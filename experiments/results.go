package experiments

import (
	"fmt"
	"strings"
)

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

// tableRows are the rows of tables and the lines of figures, in their order.
var tableRows = []Row{
	{"none", 7}, {"dp", 8}, {"occlusion", 6}, {"fine-tune", 4}, {paperFine, 9}, {"first-order", 0}, {paperFirst, 8}, {"first-order-iterative", 3},
	{"second-order", 1}, {"second-order, factor stored", 6}, {"second-order-iterative", 5}, {"sisa", 9}, {"retrain", 2}, {warmNewton, 6},
	{"retrain, warm", 2}, {"retrain, cold", 6}, {"retrain, cold, other starts", 3},
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
	case rec.Method == "retrain" && rec.Model != Models[0]:
		return "retrain, " + rec.Text("start")
	case rec.Text("factor") != "":
		return rec.Method + ", factor " + rec.Text("factor")
	}
	return rec.Method
}

// labels returns the rows that have the metric or failed, in the order of methodOrder. Of the residual of solves a method that failed
// may have had none.
func (r *Results) labels(metric string) []string {
	return r.Labels(r.order(), func(rec Record) bool {
		return rec.Metric == metric || rec.Metric == "failed" && rec.Text("tried") == "" && metric != "solve-residual"
	})
}

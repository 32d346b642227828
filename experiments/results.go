package experiments

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// Results are the records of one experiment in one run.
type Results struct {
	ID      string
	Config  *Config
	Records []Record
}

// resultsOf picks the records of one part of a run.
func resultsOf(id string, c *Config, records []Record) *Results {
	r := &Results{ID: id, Config: c}
	for _, rec := range records {
		if rec.Experiment == id {
			r.Records = append(r.Records, rec)
		}
	}
	return r
}

// spread is the mean and the standard deviation of n draws.
type spread struct {
	n        int
	mean, sd float64 // sd is 0 for a single draw; both are NaN for none
}

func spreadOf(values []float64) spread {
	switch len(values) {
	case 0:
		return spread{0, math.NaN(), math.NaN()}
	case 1:
		return spread{1, values[0], 0}
	}
	mean, sd := stat.MeanStdDev(values, nil)
	return spread{len(values), mean, sd}
}

// part returns the records of a metric that have the given settings, as name, value pairs; the name "method" is the method and
// "label" its row label.
func (r *Results) part(metric string, pairs ...any) []Record {
	var out []Record
next:
	for _, rec := range r.Records {
		if rec.Metric != metric {
			continue
		}
		for i := 0; i < len(pairs); i += 2 {
			switch name := pairs[i].(string); {
			case name == "method" && rec.Method == pairs[i+1], name == "label" && label(rec) == pairs[i+1]:
			case name == "method" || name == "label" || rec.Settings[name] != pairs[i+1]:
				continue next
			}
		}
		out = append(out, rec)
	}
	return out
}

// middle is the median of n draws with the smallest and the largest. It is what tables show: a mean may be that of one draw in ten, and a
// standard deviation reach below zero.
type middle struct {
	n                 int
	median, low, high float64 // NaN for none
}

func middleOf(values []float64) middle {
	if len(values) == 0 {
		return middle{0, math.NaN(), math.NaN(), math.NaN()}
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return middle{n, sorted[(n-1)/2]/2 + sorted[n/2]/2, sorted[0], sorted[n-1]}
}

// between returns the median and the ends of the records that part returns.
func (r *Results) between(metric string, pairs ...any) middle {
	return middleOf(values(r.part(metric, pairs...)))
}

// where returns the spread of the records that part returns.
func (r *Results) where(metric string, pairs ...any) spread {
	return spreadOf(values(r.part(metric, pairs...)))
}

func values(records []Record) []float64 {
	out := make([]float64, len(records))
	for i, rec := range records {
		out[i] = rec.Value
	}
	return out
}

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

// numbers returns the values that a setting takes, ascending.
func (r *Results) numbers(setting string) []float64 {
	var out []float64
	for _, rec := range r.Records {
		if v := rec.Number(setting); !math.IsNaN(v) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
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
	var out []string
	for _, rec := range r.Records {
		failed := rec.Metric == "failed" && rec.Text("tried") == "" && metric != "solve-residual"
		if l := label(rec); (rec.Metric == metric || failed) && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

func rank(label string) int {
	if i := slices.Index(methodOrder, label); i >= 0 {
		return i
	}
	return len(methodOrder)
}

// draws returns the number of draws in the records.
func (r *Results) draws() int {
	seen := map[int]bool{}
	for _, rec := range r.Records {
		seen[rec.Draw] = true
	}
	return len(seen)
}

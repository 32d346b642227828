package tabular

import (
	"fmt"
	"strconv"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
)

// addReference puts the authors' figures beside ours, on the data they were taken on.
func addReference(r *engine.Results, t *report.Table) {
	if !asInNotebook(r) {
		return
	}
	for _, size := range []float64{10, 50} {
		t.Header = append(t.Header, fmt.Sprintf("%g, mean in the authors' released notebook", size))
		for i := range t.Rows {
			t.Rows[i].Spread(report.Plain, tabledata.Authors[size][tabledata.NotebookMethod(t.Rows[i].Label())])
		}
	}
	t.Note += " The authors' row without an update is their model with noise (DP)."
}

// asInNotebook reports whether the run is set as the authors' notebook was: only then do the two
// compare.
func asInNotebook(r *engine.Results) bool {
	if r.Config.Dataset != "drebin" || r.Config.Model != tabledata.Models[0] {
		return false
	}
	for key, want := range map[string]string{
		"request": "features", "pool": "top400", "lambda": "1", "sigma": "0", "paper-tau": "0.001", "paper-tau-ft": "0.0001", "batch": "32", "steps": "1", "ridge": "0", "curvature": "full", "test-share": "0",
	} {
		if r.Setting(key) != want {
			return false
		}
	}
	if len(r.Part("gradient-residual", "label", tabledata.PaperFirst)) == 0 {
		return false // a run from before the paper's settings were rows of their own
	}
	tolerance, err := strconv.ParseFloat(r.Setting("tolerance"), 64)
	return err == nil && tolerance <= 1e-3 // nearer solutions change the residual by less than 0.1 %
}

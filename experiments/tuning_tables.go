package experiments

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// choiceNote says which test samples the criterion was taken on.
func (r *Results) choiceNote() string {
	if c := r.where(choiceSamples); c.n > 0 {
		return fmt.Sprintf(" It was taken on %s samples of the test set, which are not measured.", formatNumber(c.mean))
	}
	return ""
}

// byNumber orders rows by the number in their first cell.
func byNumber(a, b []string) int {
	x, _ := strconv.ParseFloat(a[0], 64) // formatNumber wrote them
	y, _ := strconv.ParseFloat(b[0], 64)
	return cmp.Compare(x, y)
}

// tuningTables show what auto tried and took.
func (r *Results) tuningTables() []Table {
	criterion := "gradient residual"
	if r.setting("criterion") == "test-loss" {
		criterion = "distance of a test sample's loss to (warm) retraining's, nat"
	}
	var out []Table
	for _, c := range chosen[:3] {
		t := Table{Title: fmt.Sprintf("How %s was chosen", c.name), Header: []string{c.name, criterion}, Tuning: true}
		for _, rec := range r.Records {
			if rec.Text("tried") != c.name {
				continue
			}
			cell := plain.one(rec.Value)
			if rec.Metric == "failed" {
				cell = "failed"
			}
			t.Rows = append(t.Rows, []string{formatNumber(rec.Number("value")), cell})
		}
		slices.SortStableFunc(t.Rows, byNumber)
		t.Note = fmt.Sprintf("Taken: %s. The criterion is the same for tau, tau-ft and ridge: the median %s over draws (%s, of size %s) that are not among the "+
			"measured ones.%s", formatNumber(r.where("chosen-"+c.name).mean), criterion, r.setting("tune-draws"), r.setting("tune-size"), r.choiceNote())
		if epochs := r.where("chosen-epochs"); c.name == "tau-ft" && r.setting("epochs") == "0" && epochs.n > 0 {
			t.Note += fmt.Sprintf(" Fine-tuning makes %s passes, which cost what second order costs, a Hessian product counted as two gradients.", formatNumber(epochs.mean))
		}
		out = append(out, t)
	}
	return out
}

package tabledata

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

// TuningTables show what auto tried and took, with a column for each size of the change that it was
// decided for.
func TuningTables(r *engine.Results) []report.Table {
	criterion := criterionName(r)
	var out []report.Table
	for _, c := range chosen[:3] {
		tried := tried(r, c.name)
		several := c.name == "tau-ft" && len(tried) > 0 && tried[0].epochs < tried[len(tried)-1].epochs
		t := report.Table{Title: fmt.Sprintf("How the %s of %s was chosen (%s)", trial.SettingName(c.name), trial.Name(c.method), c.name),
			Header: []string{trial.SettingName(c.name)}, Tuning: true}
		if several {
			t.Header = append(t.Header, trial.SettingName("epochs"))
		}
		sizes := tunedSizes(r)
		for _, size := range sizes {
			head := criterion
			if len(sizes) > 1 {
				head += ", " + SizeTitle(r, size.(float64))
			}
			t.Header = append(t.Header, head)
		}
		for _, v := range tried {
			row := new(report.Row).Setting(v.value)
			if several {
				row.Exactly(v.epochs)
			}
			for _, size := range sizes {
				if _, ok := trial.First(r.Part("failed", v.pairs(c.name, size)...)); ok {
					row.Failed()
				} else {
					row.One(report.Plain, r.Where(CriterionMetric, v.pairs(c.name, size)...).Mean)
				}
				if v.taken(r, c.name, size) {
					row.Choose()
				}
			}
			t.Append(row)
		}
		at := r.Setting("tune-size") + " " + changedUnit(r) + "s"
		if len(sizes) > 0 && sizes[0] != nil {
			at = sizesText(r, sizes)
		}
		t.Note = fmt.Sprintf("Chosen: %s. One criterion decides the step length, the learning rate and the ridge: the %s, as the median over %s with %s.%s",
			taken(r, "chosen-"+c.name, sizes), criterion, separateDraws(r), at, choiceNote(r))
		if c.name == "tau-ft" && r.Setting("epochs") == "0" && r.Where("chosen-epochs").N > 0 {
			passes, rule := taken(r, "chosen-epochs", sizes), "which cost as much as second order. A Hessian product counts as two gradients."
			if several {
				if rule = "the best of 1, 2 and 10."; r.Config.Model != Models[0] {
					rule = "the best of 1, 2, 10 and the number that costs as much as second order. A Hessian product counts as two gradients."
				}
			}
			t.Note += fmt.Sprintf(" Fine-tuning makes %s passes, %s", passes, rule)
		}
		if none := noneCriteria(r, sizes); none != "" {
			t.Note += " No update: " + none + "."
		}
		out = append(out, t)
	}
	return out
}

// attempt is a value that was tried, of fine-tuning with so many passes; of other methods, and in
// records older than that, the same in all.
type attempt struct{ epochs, value float64 }

func (a attempt) pairs(name string, size any) []any {
	out := []any{"tried", name, "value", a.value, SizeTag, size}
	if !math.IsNaN(a.epochs) {
		out = append(out, "epochs", a.epochs)
	}
	return out
}

// tried lists what was tried of a setting, by passes of fine-tuning and value. For the other
// settings passes say nothing, and are NaN.
func tried(r *engine.Results, name string) []attempt {
	var out []attempt
	for _, rec := range r.Records {
		if rec.Text("tried") != name {
			continue
		}
		a := attempt{math.NaN(), rec.Number("value")}
		if name == "tau-ft" {
			a.epochs = rec.Number("epochs")
		}
		if !slices.ContainsFunc(out, func(o attempt) bool { return o.compare(a) == 0 }) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, attempt.compare)
	return out
}

// taken reports whether the value is the one that was chosen for that size.
func (a attempt) taken(r *engine.Results, name string, size any) bool {
	value, ok := trial.First(r.Part("chosen-"+name, SizeTag, size))
	passes, several := trial.First(r.Part("chosen-epochs", SizeTag, size))
	return ok && value.Value == a.value && (name != "tau-ft" || !several || math.IsNaN(a.epochs) || passes.Value == a.epochs)
}

func (a attempt) compare(b attempt) int {
	return cmp.Or(cmp.Compare(a.epochs, b.epochs), cmp.Compare(a.value, b.value)) // NaN is equal to NaN here
}

func criterionName(r *engine.Results) string {
	if r.Setting("criterion") == "test-loss" {
		return "distance of a test sample's loss to (warm) retraining, nat"
	}
	return "gradient residual"
}

// tunedSizes are the sizes that settings were chosen for, ascending: float64, or one nil where the
// records are older than sizes.
func tunedSizes(r *engine.Results) []any {
	var out []any
	for _, v := range r.Numbers(SizeTag) {
		out = append(out, v)
	}
	if out == nil {
		return []any{nil}
	}
	return out
}

// sizesText names the sizes: "10, 50 and 100 features".
func sizesText(r *engine.Results, sizes []any) string {
	out := make([]string, len(sizes))
	for i, size := range sizes {
		if out[i] = SizeTitle(r, size.(float64)); i+1 < len(sizes) {
			out[i], _, _ = strings.Cut(out[i], " ")
		}
	}
	return report.And(out)
}

// taken writes what was chosen: one number, or that of each size.
func taken(r *engine.Results, metric string, sizes []any) string {
	return forEach(r, sizes, func(size any) string { return numbers.Shortest(r.Where(metric, SizeTag, size).Mean) })
}

// noneCriteria writes the criterion of no update; "" where the records are older than it.
func noneCriteria(r *engine.Results, sizes []any) string {
	if len(r.Part(CriterionMetric, "method", "none")) == 0 {
		return ""
	}
	return forEach(r, sizes, func(size any) string {
		return report.Plain.One(r.Where(CriterionMetric, "method", "none", SizeTag, size).Mean)
	})
}

func forEach(r *engine.Results, sizes []any, text func(size any) string) string {
	if len(sizes) == 1 {
		return text(sizes[0])
	}
	parts := make([]string, len(sizes))
	for i, size := range sizes {
		parts[i] = text(size) + " with " + SizeTitle(r, size.(float64))
	}
	return strings.Join(parts, ", ")
}

// worthwhile is how far below that of no update the best criterion has to be for a method to count
// as an update.
const worthwhile = 0.01

// noChangeNote names the methods whose best value is as good as no update at all: they have a row,
// but it says no more than that of no update.
func noChangeNote(r *engine.Results, shown func(label string) bool) string {
	note := ""
	sizes := tunedSizes(r)
	for _, c := range chosen[:3] {
		if !shown(c.method) && !shown(c.method+"-iterative") {
			continue
		}
		var idle []string
		for _, size := range sizes {
			best, none, changes := bestTried(r, c.name, size)
			if changes {
				continue
			}
			text := fmt.Sprintf("%s against %s", report.Plain.One(best), report.Plain.One(none))
			if len(sizes) > 1 {
				text = SizeTitle(r, size.(float64)) + ": " + text
			}
			idle = append(idle, text)
		}
		if len(idle) > 0 {
			note += fmt.Sprintf(" For %s, no %s is at least %s %% better than no update, by the median %s (%s).",
				trial.Name(c.method), trial.SettingName(c.name), numbers.Shortest(100*worthwhile), criterionName(r), strings.Join(idle, "; "))
		}
	}
	return note
}

// bestTried is the best criterion of all values of a setting that were tried, and that of no
// update. The best of them changes something where it is worthwhile, and where nothing is known.
func bestTried(r *engine.Results, name string, size any) (best, none float64, changes bool) {
	best = math.Inf(1)
	for _, rec := range r.Part(CriterionMetric, "tried", name, SizeTag, size) {
		best = min(best, rec.Value)
	}
	rec, ok := trial.First(r.Part(CriterionMetric, "method", "none", SizeTag, size))
	return best, rec.Value, !ok || math.IsInf(best, 1) || best < (1-worthwhile)*rec.Value
}

// idleChoice says that the tuning of a row ended at no change.
func idleChoice(r *engine.Results, label string, size float64) string {
	for _, c := range chosen[:3] {
		if label != c.method && label != c.method+"-iterative" {
			continue
		}
		at := any(size)
		if sizes := tunedSizes(r); !slices.Contains(sizes, at) {
			at = sizes[0]
		}
		if _, _, changes := bestTried(r, c.name, at); !changes {
			return "whose tuning ended at no change"
		}
	}
	return ""
}

// separateDraws counts the draws on which settings were chosen.
func separateDraws(r *engine.Results) string {
	if n := r.Setting("tune-draws"); n != "1" {
		return n + " separate draws"
	}
	return "1 separate draw"
}

// choiceNote says which test samples the criterion was taken on.
func choiceNote(r *engine.Results) string {
	if c := r.Where(choiceSamples); c.N > 0 {
		return fmt.Sprintf(" It was measured on %s test samples that are not used for the results.", numbers.Count(c.Mean))
	}
	return ""
}

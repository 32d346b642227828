package poisoning

import (
	"context"
	"math"
	"strconv"
	"strings"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// records turns findings into records.
func (sub *poisonSubject) records(method string, tags records.Tags, found []engine.Finding) []records.Record {
	return sub.session.RecordsOf(sub.part, method, sub.draw, tags, found)
}

// findings measure parameters of the whole network on both halves of the test set and on the
// flipped labels.
func (sub *poisonSubject) findings(ctx context.Context, theta []float64) ([]engine.Finding, error) {
	flipped := sub.problem.Train.Subset(sub.rows)
	return sub.answers(func(d *datasets.Dataset) ([]float64, error) { return sub.model.Classes(ctx, theta, d) }, flipped)
}

// answers measure what a model, or several that vote, say.
func (sub *poisonSubject) answers(classes func(d *datasets.Dataset) ([]float64, error), flipped *datasets.Dataset) ([]engine.Finding, error) {
	var out []engine.Finding
	for _, part := range []struct {
		name string
		data *datasets.Dataset
	}{{"test-accuracy", sub.test}, {"validation-accuracy", sub.validation}, {"poison-learned", flipped}} {
		said, err := classes(part.data)
		if err != nil {
			return nil, err
		}
		accuracy, err := datasets.Accuracy(said, part.data)
		if err != nil {
			return nil, err
		}
		out = append(out, engine.Finding{Metric: engine.Metric{Name: part.name, Unit: "share", Value: accuracy}, Tags: records.Tags{"images": part.data.Len()}})
		if part.name != "test-accuracy" {
			continue
		}
		out = append(out, confusion(said, part.data))
		if sub.harmed != nil {
			harm, err := sub.harm(classes)
			if err != nil {
				return nil, err
			}
			out = append(out, harm...)
			continue
		}
		if restored, ok := sub.restored(accuracy); ok {
			out = append(out, engine.Finding{Metric: engine.Metric{Name: "restored-share", Unit: "share", Value: restored}, Tags: nil})
		}
	}
	return out, nil
}

// restored is the recovered accuracy as a share of what the flips cost. It does not exist before
// that cost is known, nor where the flips cost nothing.
func (sub *poisonSubject) restored(accuracy float64) (float64, bool) {
	poisoned, clean := sub.recorded("none", "before"), sub.recorded("retrain", "clean")
	return (accuracy - poisoned) / (clean - poisoned), clean > poisoned
}

// recorded is the test accuracy that the first units recorded, NaN before.
func (sub *poisonSubject) recorded(method, stage string) float64 {
	tags := records.Tags{"stage": stage, "budget": sub.budget}
	if r, ok := trial.First(records.Matching(sub.session.Before, sub.part, method, "test-accuracy", sub.draw, tags)); ok {
		return r.Value
	}
	return math.NaN()
}

// confusion keeps in one record, whose value is the number of samples, how many of each class were
// taken for which: by rows the class, by columns what it was taken for; and which samples were
// right, see [rightBits].
func confusion(said []float64, d *datasets.Dataset) engine.Finding {
	counts := make([]int, d.Classes*d.Classes)
	for i, c := range said {
		counts[int(d.Y[i])*d.Classes+int(c)]++
	}
	rows := make([]string, d.Classes)
	for c := range rows {
		cells := make([]string, d.Classes)
		for k := range cells {
			cells[k] = strconv.Itoa(counts[c*d.Classes+k])
		}
		rows[c] = strings.Join(cells, ",")
	}
	return engine.Finding{Metric: engine.Metric{Name: "confusion", Unit: "images", Value: float64(d.Len())}, Tags: records.Tags{"counts": strings.Join(rows, ";"), "classes": strings.Join(d.ClassNames, ";"),
		"right": rightBits(said, d)}}
}

// measured carries a method out on the target and measures the result. A method that failed gives
// one finding that says so.
func (c *repair) measured(ctx context.Context, t *target, m unlearn.Method) ([]engine.Finding, error) {
	found, _, err := c.carriedOut(ctx, t, m)
	return found, err
}

// carriedOut is measured with the facts of the update.
func (c *repair) carriedOut(ctx context.Context, t *target, m unlearn.Method) ([]engine.Finding, []unlearn.Fact, error) {
	var whole []float64
	a, err := (&trial.Subject{Problem: t.problem, Theta: t.theta}).CarryOut(ctx, trial.Contender{Method: m}, c.request,
		func(ctx context.Context, theta []float64) (works bool, err error) {
			if whole, err = t.whole(theta); err != nil {
				return false, err
			}
			return trial.GivesNumbers(ctx, c.model, whole, c.test)
		})
	if err != nil {
		return nil, nil, err
	}
	if a.Failed != nil {
		return []engine.Finding{engine.Failure(a.Failed.Error())}, a.Facts, nil
	}
	found, err := c.findings(ctx, whole)
	return append(a.Findings, found...), a.Facts, err
}

package experiments

import (
	"context"
	"math"
	"strconv"
	"strings"

	"lethe/datasets"
	"lethe/unlearn"
)

// records turns findings into records.
func (sub *poisonSubject) records(method string, tags Tags, found []finding) []Record {
	return sub.session.recordsOf(sub.part, method, sub.draw, tags, found)
}

// findings measure parameters of the whole network on both halves of the test set and on the flipped labels.
func (sub *poisonSubject) findings(ctx context.Context, theta []float64) ([]finding, error) {
	flipped := sub.problem.Train.Subset(sub.rows)
	return sub.answers(func(d *datasets.Dataset) ([]float64, error) { return sub.model.Classes(ctx, theta, d) }, flipped)
}

// answers measure what a model, or several that vote, say.
func (sub *poisonSubject) answers(classes func(d *datasets.Dataset) ([]float64, error), flipped *datasets.Dataset) ([]finding, error) {
	var out []finding
	for _, part := range []struct {
		name string
		data *datasets.Dataset
	}{{"test-accuracy", sub.test}, {"validation-accuracy", sub.validation}, {"poison-learned", flipped}} {
		said, err := classes(part.data)
		if err != nil {
			return nil, err
		}
		accuracy := share(said, part.data)
		out = append(out, finding{metric{part.name, "share", accuracy}, Tags{"images": part.data.Len()}})
		if part.name != "test-accuracy" {
			continue
		}
		out = append(out, confusion(said, part.data))
		if restored, ok := sub.restored(accuracy); ok {
			out = append(out, finding{metric{"restored-share", "share", restored}, nil})
		}
	}
	return out, nil
}

// restored is the share of the accuracy that the flips cost which is there again; there is none before it is known what they cost, nor where
// they cost nothing.
func (sub *poisonSubject) restored(accuracy float64) (float64, bool) {
	poisoned, clean := sub.recorded("none", "before"), sub.recorded("retrain", "clean")
	return (accuracy - poisoned) / (clean - poisoned), clean > poisoned
}

// recorded is the test accuracy that the first units recorded, NaN before.
func (sub *poisonSubject) recorded(method, stage string) float64 {
	tags := Tags{"stage": stage, "budget": sub.budget}
	if r, ok := first(matching(sub.session.before, sub.part, method, "test-accuracy", sub.draw, tags)); ok {
		return r.Value
	}
	return math.NaN()
}

// confusion keeps in one record, whose value is the number of samples, how many of each class were taken for which: by rows the class, by
// columns what it was taken for; and which samples were right, see [rightBits].
func confusion(said []float64, d *datasets.Dataset) finding {
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
	return finding{metric{"confusion", "images", float64(d.Len())}, Tags{"counts": strings.Join(rows, ";"), "classes": strings.Join(d.ClassNames, ";"),
		"right": rightBits(said, d)}}
}

// measured carries a method out on the target and measures the result. A method that failed gives one finding that says so.
func (c *repair) measured(ctx context.Context, t *target, m unlearn.Method) ([]finding, error) {
	var whole []float64
	a, err := (&Subject{Problem: t.problem, Theta: t.theta}).carryOut(ctx, contender{Method: m}, c.request,
		func(ctx context.Context, theta []float64) (works bool, err error) {
			if whole, err = t.whole(theta); err != nil {
				return false, err
			}
			return givesNumbers(ctx, c.model, whole, c.test)
		})
	if err != nil {
		return nil, err
	}
	if a.failed != "" {
		return []finding{failure(a.failed)}, nil
	}
	found, err := c.findings(ctx, whole)
	return append(a.findings, found...), err
}

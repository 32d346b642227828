package tabledata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/verdict"
)

// distances are results of five draws: second order is a half, a third, ... of fine-tuning, which
// is the best of the others; a variant and retraining are nearer still.
func distances() *engine.Results {
	rec := func(method, metric string, draw int, v float64, tags records.Tags) records.Record {
		return records.Record{Experiment: "scatter", Model: Models[0], Method: method, Metric: metric, Draw: draw, Value: v, Settings: records.Tags{"features": 10.0}.With(tags)}
	}
	var all []records.Record
	for draw := range 5 {
		v := float64(draw + 1)
		all = append(all, rec("second-order", "sample-loss-distance", draw, v, nil), rec("none", "sample-loss-distance", draw, 20*v, nil),
			rec("fine-tune", "sample-loss-distance", draw, v*(v+1), nil), rec("first-order", "sample-loss-distance", draw, 10*v, nil),
			rec("second-order-iterative", "sample-loss-distance", draw, v/2, nil), rec("retrain", "sample-loss-distance", draw, 0, records.Tags{"start": "cold"}))
	}
	return &engine.Results{ID: "scatter", Rows: Rows(), Config: &engine.Config{}, Results: records.Results{Records: all, Label: Label}}
}

func TestTheOpponentIsTheBestOtherMethod(t *testing.T) {
	r := distances()
	_, best := BySizes(r, "sample-loss-distance", "distance")
	require.Len(t, best, 1)
	assert.Equal(t, "fine-tuning", best[0].Other, "neither a variant of second order nor retraining")
	assert.Equal(t, "10 features", best[0].Case)
	assert.Equal(t, verdict.Better, best[0].Verdict)
	assert.Equal(t, 5, best[0].Wins)
	answers := NearerAnswer(r, "sample-loss-distance", "distance", "retraining", "x")
	require.Len(t, answers, 1)
	assert.Equal(t, "With 10 features, second order is 20.0 times nearer to retraining than no update. It is 3.87 times nearer than the best other method (fine-tuning).", answers[0].Text)
	assert.Equal(t, "better", answers[0].Verdict())
}

// A method that failed in a draw has no verdict, nor has one with four draws.
func TestNoVerdictSaysWhy(t *testing.T) {
	r := distances()
	four := *r
	four.Records = nil
	for _, rec := range r.Records {
		if rec.Draw < 4 {
			four.Records = append(four.Records, rec)
		}
	}
	_, best := BySizes(&four, "sample-loss-distance", "distance")
	assert.Equal(t, "4 draws; a verdict needs five", best[0].None)
	assert.Empty(t, best[0].Verdict)
	r.Records = append(r.Records, records.Record{Experiment: "scatter", Model: Models[0], Method: "second-order", Metric: "failed", Value: 1, Draw: 5, Settings: records.Tags{"features": 10.0}})
	_, best = BySizes(r, "sample-loss-distance", "distance")
	assert.Equal(t, "second order failed in one draw", best[0].None)
	assert.True(t, report.Gains("x", best[0], 2).Open)
}

// Fine-tuning whose best rate is as good as no update is said to be that.
func TestAnOpponentThatChangesNothing(t *testing.T) {
	r := distances()
	tried := func(value, criterion float64) records.Record {
		return records.Record{Experiment: "scatter", Model: Models[0], Method: "fine-tune", Metric: CriterionMetric, Value: criterion,
			Settings: records.Tags{"tried": "tau-ft", "value": value, SizeTag: 10.0}}
	}
	r.Records = append(r.Records, tried(1e-9, 1.999), tried(1e-3, 9),
		records.Record{Experiment: "scatter", Model: Models[0], Method: "none", Metric: CriterionMetric, Value: 2, Settings: records.Tags{SizeTag: 10.0}})
	_, best := BySizes(r, "sample-loss-distance", "distance")
	assert.Equal(t, "whose tuning ended at no change", best[0].Note)
	r.Records = append(r.Records, tried(1e-4, 1.5))
	_, best = BySizes(r, "sample-loss-distance", "distance")
	assert.Empty(t, best[0].Note)
}

// Who competes is said by the role of a row, and which row repeats the authors' notebook by the
// list of contenders; no label is read.
func TestRowsAreToldByTheirRoles(t *testing.T) {
	r := &engine.Results{Rows: []engine.Row{{Label: "second-orderly"}, {Label: "mine", Role: engine.OwnRow}, {Label: "again", Role: engine.RetrainingRow}, {Label: "limit", Role: engine.LineRow}}}
	assert.Equal(t, []string{"second-orderly"}, Rivals(r))
	for label, want := range map[string]string{"none": "none", PaperFine: "fine-tune", PaperFirst: "first-order", "second-order": "second-order", "fine-tune": "", "sisa": "", "unknown": ""} {
		assert.Equal(t, want, NotebookMethod(label), label)
	}
	for _, row := range Rows() {
		assert.Equal(t, strings.HasPrefix(row.Label, "retrain"), row.Role == engine.RetrainingRow, row.Label)
	}
}

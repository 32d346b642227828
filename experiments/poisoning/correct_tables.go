package poisoning

import (
	"fmt"
	"math"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/verdict"
)

func correctTables(r *engine.Results) []report.Table {
	kinds := byKind(r)
	out := []report.Table{costTable(kinds)}
	for _, w := range kinds {
		out = append(out, mapTable(w))
	}
	for _, w := range kinds {
		for _, m := range measuresOf(w.kind) {
			out = append(out, measureTable(w, m))
		}
	}
	for _, w := range kinds {
		for _, c := range poisonCases(w.Results) {
			for _, t := range []report.Table{poisonCostTable(w.Results, c), chunksTable(w.Results, c), poisonSolvesTable(w.Results, c), poisonChoiceTable(w.Results, c)} {
				t.Title += ", " + wrongNames[w.kind]
				if len(t.Rows) > 0 {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// costTable shows what the wrong labels cost, and the band.
func costTable(kinds []wrongResults) report.Table {
	t := report.Table{Title: "Effect of the wrong labels", Header: []string{"", "wrong labels learned, %", "accuracy where they harm, %", "band of retrainings, mean, %", "from, %", "to, %",
		"held-out retraining, %", "in the band", "accuracy on all test images, %", "band of retrainings, mean, % "}}
	if len(kinds) > 0 {
		t.Note = poisonNote(kinds[0].Results) + " " + bandNote(kinds) + " A wrong label counts as learned if the network predicts it."
	}
	for _, w := range kinds {
		row := report.NewRow(w.title())
		row.Ends(report.Percent, w.Between("poison-learned", "method", "none", "stage", "before"))
		addHarmed(row, w.Part("harmed-accuracy", "method", "none", "stage", "before"))
		b := w.middleBand("harmed-accuracy")
		row.One(report.Percent, b.mean).One(report.Percent, b.low).One(report.Percent, b.high)
		addHarmed(row, w.Part("harmed-accuracy", "method", "retrain", "stage", "clean"))
		addVerdict(row, w.majority(func(draw int) string { return w.heldOut("harmed-accuracy", draw) }))
		addAccuracy(row, w.Part("test-accuracy", "method", "none", "stage", "before"), report.Percent)
		t.Append(row.One(report.Percent, w.middleBand("test-accuracy").mean))
	}
	return t
}

// addHarmed adds an accuracy on the harmed images, of one draw with its standard error.
func addHarmed(row *report.Row, recs []records.Record) { addAccuracy(row, recs, report.Percent) }

// middleBand has the medians over the draws of the mean and the ends of the band.
func (w wrongResults) middleBand(metric string) band {
	var mean, low, high []float64
	out := band{}
	for _, draw := range w.draws() {
		b := w.band(metric, draw)
		mean, low, high, out.n = append(mean, b.mean), append(low, b.low), append(high, b.high), b.n
	}
	out.mean, out.low, out.high = records.MiddleOf(mean).Median, records.MiddleOf(low).Median, records.MiddleOf(high).Median
	return out
}

// bandNote says what the band is.
func bandNote(kinds []wrongResults) string {
	n := 0
	for _, w := range kinds {
		n = max(n, w.middleBand("harmed-accuracy").n)
	}
	return fmt.Sprintf("The band is where 95 %% of further trainings on the true labels lie, by the mean and the spread of %d of them with other seeds; "+
		"a verdict is void where the held-out training lies outside it, and says no harm where the network on the wrong labels lies inside it too.", n)
}

// addVerdict adds a verdict, in its color: green inside the band.
func addVerdict(row *report.Row, v string) {
	if v == "" {
		row.Missing(1)
		return
	}
	row.Text(v)
	switch v {
	case insideBand:
		row.Tone(string(verdict.Better))
	case belowBand, aboveBand:
		row.Tone(string(verdict.Worse))
	}
}

// mapTable shows the recovered accuracy of each method by the share of the wrong labels that is
// known, its place in the band, and the time.
func mapTable(w wrongResults) report.Table {
	b := w.bandShares()
	t := report.Table{Title: "Recovered accuracy, % of what was lost, " + w.title(), Header: []string{"method"},
		Note: poisonNote(w.Results) + fmt.Sprintf(" Measured on %s of the half that was not used for choosing. 0 is the network on the wrong labels, 100 the mean of the band. %s "+
			"Time includes the trust check and excludes the choice of settings.%s", harmedNames[w.kind], bandNote([]wrongResults{w}), wayNote(w))}
	cases := poisonCases(w.Results)
	for _, c := range cases {
		known := numbers.Shortest(100*c.known) + " % known"
		t.Header = append(t.Header, known, known+": in the band "+bandText(b), known+": time / retraining time, %")
	}
	retraining := w.Between("seconds", "method", "retrain", "stage", "clean").Median
	for _, m := range poisonRows(w.Results) {
		row := report.NewRow(trial.BeforeLabel(m))
		for _, c := range cases {
			cell := report.CellOf(w.recovered(c, m, report.Percent))
			failed := poisonFailed(w.Results, c, m, w.way(c, m))
			row.Add(report.WithFailures(cell, failed, failed+cell.Value.N))
			addVerdict(row, w.verdict(c, m, "harmed-accuracy"))
			if m == "none" {
				row.Missing(1)
				continue
			}
			row.Ends(report.Style{Factor: 100 / retraining, Places: -1}, poisonEnds(w.Results, c, m, "seconds", w.way(c, m)))
		}
		t.Append(row)
	}
	return t
}

// bandText writes the band in percent of recovered accuracy: "94 to 106".
func bandText(b band) string {
	if math.IsNaN(b.low) {
		return "(unknown)"
	}
	return fmt.Sprintf("%s to %s", whole.One(b.low), whole.One(b.high))
}

// wayNote says which statistics count, where both were measured.
func wayNote(w wrongResults) string {
	if len(waysMeasured(w.Results)) < 2 {
		return ""
	}
	return " Of re-estimated and kept batch-normalization statistics those count that are better on the images on which settings are chosen."
}

// measure is a number that is special to a kind of wrong labels, or common to all.
type measure struct {
	title, metric string
	style         report.Style
	of            func(v float64) float64 // what is shown of the metric; nil = itself
}

// measuresOf are the measures of a kind.
func measuresOf(kind string) []measure {
	all := measure{"Accuracy on all test images, %", "test-accuracy", report.Percent, nil}
	switch kind {
	case wrongConfusion:
		return []measure{{"Error on the two classes, %", "harmed-accuracy", report.Percent, func(v float64) float64 { return 1 - v }},
			{"Confused images (Fgt)", "confused", report.Style{Factor: 1, Places: 1}, nil}, all}
	case wrongTrigger:
		return []measure{{"Images with the patch that get the target label, %", "trigger-success", report.Percent, nil}, all}
	}
	return []measure{all}
}

// measureTable shows a measure of each method by the known share, with the band in the first rows.
func measureTable(w wrongResults, m measure) report.Table {
	shown := func(v float64) float64 {
		if m.of != nil {
			return m.of(v)
		}
		return v
	}
	t := report.Table{Title: m.title + ", " + w.title(), Header: []string{"method"}, Note: severalNote(w.Results) + "The band is that of the trainings on the true labels." + wayNote(w)}
	b := w.middleBand(m.metric)
	low, high := min(shown(b.low), shown(b.high)), max(shown(b.low), shown(b.high))
	cases := poisonCases(w.Results)
	for _, c := range cases {
		known := numbers.Shortest(100*c.known) + " % known"
		t.Header = append(t.Header, known, known+": in the band "+fmt.Sprintf("%s to %s", m.style.One(low), m.style.One(high)))
	}
	for _, method := range poisonRows(w.Results) {
		row := report.NewRow(trial.BeforeLabel(method))
		for _, c := range cases {
			var values []float64
			for _, rec := range w.Part(m.metric, c.pairs("method", method, "statistics", w.way(c, method))...) {
				values = append(values, shown(rec.Value))
			}
			row.Ends(m.style, records.MiddleOf(values))
			addVerdict(row, turned(w.verdict(c, method, m.metric), m.of != nil))
		}
		t.Append(row)
	}
	return t
}

// turned is the verdict on what falls where the metric rises.
func turned(v string, falls bool) string {
	switch {
	case falls && v == belowBand:
		return aboveBand
	case falls && v == aboveBand:
		return belowBand
	}
	return v
}

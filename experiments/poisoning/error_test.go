package poisoning

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

func TestRightBits(t *testing.T) {
	d := &datasets.Dataset{Y: []float64{0, 0, 1, 2, 2, 2, 1, 0, 1}, Classes: 3}
	said := []float64{0, 1, 1, 2, 0, 2, 1, 0, 1}
	rec := records.Record{Value: 9, Settings: confusion(said, d).Tags}
	require.Equal(t, []float64{1, 0, 1, 1, 0, 1, 1, 1, 1}, right(rec))
	rec.Value = 17
	require.Nil(t, right(rec), "of another number of images")
	require.Nil(t, right(records.Record{Value: 9, Settings: records.Tags{"counts": "1"}}), "a record of before")
}

// The standard errors are the deviations of the same shares on other draws of the test images.
func TestStandardErrorsAreThoseOfOtherTestImages(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	// draw gives for one image whether the networks before, after and on the true labels have it
	// right: as hard an image for all.
	draw := func() (before, after, clean float64) {
		hard := rng.Float64()
		at := func(skill float64) float64 {
			if rng.Float64() < skill*(1-hard*hard) {
				return 1
			}
			return 0
		}
		clean, before = at(1), 0
		if rng.Float64() < 0.8 { // most that are right before are right after
			before = clean
		}
		if after = clean; rng.Float64() < 0.1 {
			after = before
		}
		return before, after, clean
	}
	const n, draws = 1000, 4000
	var shares, ratios []float64
	var a, b []float64
	for range draws {
		a, b = nil, nil
		sum := 0.0
		for range n {
			before, after, clean := draw()
			a, b = append(a, after-before), append(b, clean-before)
			sum += after
		}
		shares, ratios = append(shares, sum/n), append(ratios, floats.Sum(a)/floats.Sum(b))
	}
	share, ratio := records.SpreadOf(shares), records.SpreadOf(ratios)
	tolerance := 3 / math.Sqrt(2*draws) // three standard errors of a deviation from so many draws
	require.InEpsilon(t, share.SD, shareError(share.Mean, n), tolerance)
	require.InEpsilon(t, ratio.SD, ratioError(a, b), tolerance+0.1, "estimated on one draw")
	// Shares on different images would move far more: those on the same ones move together.
	lost := floats.Sum(b) / n
	require.Less(t, ratio.SD, shareError(share.Mean, n)/lost/2)
}

// Tables show them where there is one draw, the deviation between draws where there are several,
// and neither where it is not known.
func TestSharesCarryTheirError(t *testing.T) {
	d := &datasets.Dataset{Y: make([]float64, 100), Classes: 2}
	model := func(wrong int) []float64 { // the first so many
		said := make([]float64, 100)
		for i := range wrong {
			said[i] = 1
		}
		return said
	}
	recs := func(method string, wrong int, tags records.Tags) []records.Record {
		tags["images"] = 100.0
		f := confusion(model(wrong), d)
		return []records.Record{poisonRecord(method, "test-accuracy", 1-float64(wrong)/100, tags), poisonRecord(method, "confusion", 100, tags.With(f.Tags)),
			poisonRecord(method, "restored-share", 0, tags)}
	}
	all := recs("none", 40, records.Tags{"stage": "before", "known": nil})
	all = append(all, recs("retrain", 10, records.Tags{"stage": "clean", "known": nil})...)
	all = append(all, recs("second-order", 25, records.Tags{"statistics": kept})...)
	all = append(all, recs("fine-tune-adam-1", 16, records.Tags{"statistics": kept})...)
	r := engine.ResultsOf("poisoning", &engine.Config{}, all)
	c := poisonCase{10000, 1}
	// 15 of 30 are restored: sqrt(15 (1-1/2)^2 + 15 (1/2)^2) / 30 = 0.0913; of the accuracy 0.75:
	// sqrt(0.75 0.25 / 100) = 0.0433.
	require.Equal(t, "50.00 ± 9.13", shareText(r, "restored-share", c, "second-order", kept))
	require.Equal(t, "75.00 ± 4.33", shareText(r, "test-accuracy", c, "second-order", kept))
	require.Equal(t, "60.00 ± 4.90", learnedTable(r).Rows[0][1].String())
	require.Contains(t, learnedTable(r).Note, "One draw; the standard error is over the test images.")

	for i := range all {
		delete(all[i].Settings, "right")
	}
	r = engine.ResultsOf("poisoning", &engine.Config{}, all)
	require.Equal(t, "50.00", shareText(r, "restored-share", c, "second-order", kept))
	more := make([]records.Record, len(all))
	for i, rec := range all {
		rec.Draw = 1
		more[i] = rec
	}
	r = engine.ResultsOf("poisoning", &engine.Config{}, append(all, more...))
	require.Equal(t, "75.00", shareText(r, "test-accuracy", c, "second-order", kept))
	require.Contains(t, learnedTable(r).Note, "Median, with the smallest and the largest, over 2 draws")

	// Two thirds, a half and, of a draw that lost 2 points where the others lost 30, minus 100 %:
	// the median is a half.
	all = nil
	for draw, accuracy := range [][3]float64{{0.6, 0.8, 0.9}, {0.6, 0.75, 0.9}, {0.88, 0.86, 0.9}} {
		of := []records.Record{poisonRecord("none", "test-accuracy", accuracy[0], records.Tags{"stage": "before", "known": nil}),
			poisonRecord("second-order", "test-accuracy", accuracy[1], records.Tags{"statistics": kept, "stage": "after"}),
			poisonRecord("second-order", "restored-share", 0, records.Tags{"statistics": kept}),
			poisonRecord("second-order", "seconds", []float64{1, 2, 9}[draw], records.Tags{"statistics": kept}),
			poisonRecord("retrain", "test-accuracy", accuracy[2], records.Tags{"stage": "clean", "known": nil}),
			poisonRecord("retrain", "seconds", 10, records.Tags{"stage": "clean", "known": nil})}
		for i := range of {
			of[i].Draw = draw
		}
		all = append(all, of...)
	}
	r = engine.ResultsOf("poisoning", &engine.Config{}, all)
	require.Equal(t, "50.00 (-100.00 to 66.67)", shareText(r, "restored-share", c, "second-order", kept))
	require.Equal(t, "80.00 (75.00 to 86.00)", shareText(r, "test-accuracy", c, "second-order", kept))
	cost := poisonCostTable(r, c).Rows[0]
	require.Equal(t, []string{"second-order", "2.00 (1.00 to 9.00)", "20.0 (10.0 to 90.0)"}, []string{cost[0].String(), cost[1].String(), cost[2].String()})
}

// The opponent is the method that restores most and is faster than retraining.
func TestTheBestOtherMethod(t *testing.T) {
	records := []records.Record{
		poisonRecord("none", "test-accuracy", 0.7, records.Tags{"stage": "before", "known": nil}),
		poisonRecord("retrain", "test-accuracy", 0.8, records.Tags{"stage": "clean", "known": nil}),
		poisonRecord("retrain", "seconds", 10, records.Tags{"stage": "clean", "known": nil}),
		poisonRecord("none", "test-accuracy", 0.9, records.Tags{"statistics": reestimated}),
		poisonRecord("retrain", "test-accuracy", 0.8, records.Tags{"statistics": reestimated}),
		poisonRecord("second-order-last", "test-accuracy", 0.79, records.Tags{"statistics": reestimated}),
		poisonRecord("sisa-5", "test-accuracy", 0.79, records.Tags{"statistics": kept}),
		poisonRecord("fine-tune-adam-1", "test-accuracy", 0.75, records.Tags{"statistics": reestimated}),
		poisonRecord("fine-tune-adam-1", "test-accuracy", 0.76, records.Tags{"statistics": kept}),
		poisonRecord("first-order-last", "test-accuracy", 0.755, records.Tags{"statistics": kept}),
		poisonRecord("fine-tune-adam-10", "test-accuracy", 0.78, records.Tags{"statistics": kept}),
		poisonRecord("fine-tune-adam-10", "seconds", 11, records.Tags{"statistics": kept}),
	}
	method, way, share := bestOther(engine.ResultsOf("poisoning", &engine.Config{}, records), poisonCase{10000, 1})
	require.Equal(t, "fine-tune-adam-1", method)
	require.Equal(t, kept, way)
	require.InDelta(t, 0.6, share.Median, 1e-9)
	_, _, share = bestOther(engine.ResultsOf("poisoning", &engine.Config{}, records[:7]), poisonCase{10000, 1})
	require.Zero(t, share.N)
}

// Runs from before the renaming of "anew" are read under its present name, in settings, records and
// units.
func TestTheFormerNameOfReestimated(t *testing.T) {
	_, set := poisonSession(t)
	require.NoError(t, set.Set("statistics", "anew, kept"))
	require.Equal(t, "re-estimated,kept", set.Text("statistics"))
	recs := []records.Record{{Settings: records.Tags{"statistics": "anew"}}, {Settings: records.Tags{"statistics": kept}}, {}}
	renameRecords(recs)
	require.Equal(t, []records.Record{{Settings: records.Tags{"statistics": reestimated}}, {Settings: records.Tags{"statistics": kept}}, {}}, recs)
	require.Equal(t, "known=1 first-order statistics=re-estimated", renameUnit("known=1 first-order statistics=anew"))
	require.Equal(t, "known=1 first-order statistics=kept", renameUnit("known=1 first-order statistics=kept"))
}

// shareText is a cell of the tables by budget.
func shareText(r *engine.Results, metric string, c poisonCase, method, way string) string {
	row := report.NewRow()
	addShare(row, r, metric, c, method, way)
	return (*row)[0].String()
}

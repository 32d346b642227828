package poisoning

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tried"
)

// The band holds about 95 % of further values, and those that lie outside are on either side.
func TestTheBandHoldsFurtherTrainings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const runs = 20000
	counts := map[string]float64{}
	for range runs {
		values := make([]float64, 5)
		for i := range values {
			values[i] = 7 + 3*rng.NormFloat64()
		}
		counts[bandOf(values).verdict(7+3*rng.NormFloat64())]++
	}
	require.InDelta(t, 0.95, counts[insideBand]/runs, 0.005) // three standard errors
	require.InDelta(t, counts[belowBand], counts[aboveBand], 3*math.Sqrt(0.05*runs))
	b := bandOf([]float64{1, 2, 3, 4, 5})
	require.InDelta(t, 2.7764451*math.Sqrt(2.5*1.2), b.high-3, 1e-6, "Student's t with four degrees of freedom")
	require.Equal(t, []string{"", ""}, []string{bandOf([]float64{1}).verdict(1), b.verdict(math.NaN())})
}

// harmedRecord is a made-up record of correct.
func harmedRecord(method, metric string, v float64, draw int, tags records.Tags) records.Record {
	return records.Record{Experiment: correctID, Method: method, Metric: metric, Value: v, Draw: draw,
		Settings: records.Tags{"wrong": wrongPairs, "budget": 10000.0, "flips": 800.0, "stage": "after"}.With(tags)}
}

// mapRecords are those of one draw: the network on the wrong labels has 60 of 100 images right, the
// band 88, 89, 90, 91 and 92, the held-out training as many as given; the methods what is given.
func mapRecords(draw, held int, methods map[string]int) []records.Record {
	d := &datasets.Dataset{Y: make([]float64, 100), Classes: 2}
	of := func(method string, wrong int, tags records.Tags) records.Record {
		said := make([]float64, 100)
		for i := range wrong {
			said[i] = 1
		}
		return harmedRecord(method, "harmed-accuracy", 1-float64(wrong)/100, draw, tags.With(records.Tags{"images": 100, "right": rightBits(said, d)}))
	}
	out := []records.Record{of("none", 40, records.Tags{"stage": "before"}), of("retrain", 100-held, records.Tags{"stage": "clean"}),
		harmedRecord("retrain", "seconds", 10, draw, records.Tags{"stage": "clean"})}
	for i := range 5 {
		out = append(out, of("retrain", 12-i, records.Tags{"stage": "band", "init-seed": i + 1}))
	}
	for method, right := range methods {
		tags := records.Tags{"known": 1, "statistics": kept}
		out = append(out, of(method, 100-right, tags), harmedRecord(method, "validation-accuracy", float64(right)/100, draw, tags),
			harmedRecord(method, "test-accuracy", float64(right)/100, draw, tags), harmedRecord(method, "seconds", 1, draw, tags))
	}
	return out
}

// Recovered accuracy is 0 at the network before and 1 at the mean of the band, and carries the error
// over the test images; the verdict is the band's.
func TestRecoveredAccuracyAndItsVerdict(t *testing.T) {
	recs := mapRecords(0, 91, map[string]int{"fine-tune-adam-1": 75, "second-order": 90})
	w := byKind(engine.ResultsOf(correctID, &engine.Config{}, recs))[0]
	c := poisonCase{10000, 1}
	// 15 of 30 images are given back. The band has images 8, ..., 11 right in one, ..., four fifths:
	// sum_i (a_i - b_i/2)^2 = 15 (1/2)^2 + 13 (1/2)^2 + (0.4^2 + 0.3^2 + 0.2^2 + 0.1^2), of the images
	// 25 to 39, 12 to 24 and 8 to 11.
	v := w.recovered(c, "fine-tune-adam-1", report.Percent)
	require.InDelta(t, 0.5, v.Median, 1e-12)
	require.InDelta(t, math.Sqrt(28.0/4+0.3)/30, v.High-v.Median, 1e-12)
	require.Equal(t, belowBand, w.verdict(c, "fine-tune-adam-1", "harmed-accuracy"))
	require.InDelta(t, 1, w.recovered(c, "second-order", report.Percent).Median, 1e-12)
	require.Equal(t, insideBand, w.verdict(c, "second-order", "harmed-accuracy"))
	b := w.bandShares()
	half := 2.7764451 * math.Sqrt(2.5e-4*1.2) / 0.3
	require.InDeltaSlice(t, []float64{1, 1 - half, 1 + half}, []float64{b.mean, b.low, b.high}, 1e-6)
	method, ok := w.best(c)
	require.True(t, ok)
	require.Equal(t, "second-order", method)

	// Images 8 to 11 alone tell it from the band: sqrt(0.2^2 + 0.4^2 + 0.4^2 + 0.2^2) / 30 = 0.0211.
	table := mapTable(w)
	require.Equal(t, []string{"method", "100 % known", "100 % known: in the band 84 to 116", "100 % known: time / retraining time, %"}, table.Header)
	for _, row := range table.Rows {
		if row[0].String() == "second-order" {
			require.Equal(t, []string{"100.00 ± 2.11", insideBand, "10.0"}, []string{row[1].String(), row[2].String(), row[3].String()})
		}
	}
	a, ok := mapAnswer(w)
	require.True(t, ok)
	require.Contains(t, a.Text, "methods recover 100 ± 2 % by second order (inside the band) with 100 % of the wrong labels known. The band of 5 retrainings on the true labels reaches from 84 to 116 %.")
	require.Nil(t, correctAnswers(engine.ResultsOf(correctID, &engine.Config{Profile: engine.Smoke}, recs)), "a smoke run has none")
	require.Len(t, correctAnswers(engine.ResultsOf(correctID, &engine.Config{Profile: engine.Quick}, recs)), 1)

	// Where the held-out training lies outside the band, it voids the verdicts.
	w = byKind(engine.ResultsOf(correctID, &engine.Config{}, mapRecords(0, 80, map[string]int{"second-order": 90})))[0]
	require.Equal(t, voidBand, w.verdict(c, "second-order", "harmed-accuracy"))

	// Where the network on the wrong labels lies inside, a method inside has done nothing yet.
	harmless := mapRecords(0, 91, map[string]int{"second-order": 90, "first-order": 70})
	harmless[0].Value = 0.89
	w = byKind(engine.ResultsOf(correctID, &engine.Config{}, harmless))[0]
	require.Equal(t, noHarm, w.verdict(c, "second-order", "harmed-accuracy"))
	require.Equal(t, belowBand, w.verdict(c, "first-order", "harmed-accuracy"))

	// Of several draws: the median with its ends, and the verdict that most have.
	recs = append(recs, mapRecords(1, 91, map[string]int{"second-order": 84})...)
	recs = append(recs, mapRecords(2, 91, map[string]int{"second-order": 60})...)
	w = byKind(engine.ResultsOf(correctID, &engine.Config{}, recs))[0]
	require.Equal(t, "80.00 (0.00 to 100.00)", w.recovered(c, "second-order", report.Percent).Text())
	require.Equal(t, "below in 2 of 3", w.verdict(c, "second-order", "harmed-accuracy"))
}

// Where both ways of statistics were measured, that counts which was better where settings are
// chosen, and not where methods are measured.
func TestTheWayIsChosenOnOtherImages(t *testing.T) {
	var recs []records.Record
	for way, v := range map[string][2]float64{reestimated: {0.8, 0.7}, kept: {0.7, 0.9}} {
		tags := records.Tags{"known": 1, "statistics": way}
		recs = append(recs, harmedRecord("second-order", "validation-accuracy", v[0], 0, tags), harmedRecord("second-order", "test-accuracy", v[1], 0, tags))
	}
	w := byKind(engine.ResultsOf(correctID, &engine.Config{}, recs))[0]
	require.Equal(t, reestimated, w.way(poisonCase{10000, 1}, "second-order"))
}

// Error falls where accuracy rises, and so does its verdict.
func TestMeasuresOfAKind(t *testing.T) {
	recs := mapRecords(0, 91, map[string]int{"second-order": 60})
	for i := range recs {
		recs[i].Settings["wrong"] = wrongConfusion
	}
	w := byKind(engine.ResultsOf(correctID, &engine.Config{}, recs))[0]
	table := measureTable(w, measuresOf(wrongConfusion)[0])
	require.Equal(t, []string{"method", "100 % known", "100 % known: in the band 5.19 to 14.81"}, table.Header)
	require.Equal(t, []string{"second-order", "40.00", aboveBand}, []string{table.Rows[0][0].String(), table.Rows[0][1].String(), table.Rows[0][2].String()})

	require.Equal(t, 2, confusedCount([]float64{3, 8, 8, 0, 3, 3}, []float64{8, 3, 8, 3, 0, 3}, []int{3, 8}))
}

// correctOrder asks for a smoke run of correct.
func correctOrder(out string, set ...string) *engine.Order {
	return &engine.Order{Experiment: correctID, Profile: engine.Smoke, Seed: 7, Out: out, Set: set}
}

// A run of correct has for each kind and known share what the map needs: the band is five different
// trainings, kinds that leave the images alone share them, and retraining on all labels corrected is
// the training that is held out.
func TestCorrectRuns(t *testing.T) {
	set := []string{"methods=none,retrain", "images=100", "train-batch=20", "batch=20", "reestimate=50", "known=1,0.5"}
	dir := tried.RunOrder(t, correctOrder(t.TempDir(), set...))
	all, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	trainings, err := filepath.Glob(filepath.Join(dir, records.TrainedName, "*.safetensors"))
	require.NoError(t, err)
	names := map[string]bool{}
	for _, path := range trainings {
		names[strings.TrimSuffix(filepath.Base(path), ".safetensors")] = true
	}
	for _, name := range []string{"band-0-1", "band-0-5", "band-trigger-2500-0-1", "band-trigger-2500-0-5", "clean-0", "clean-trigger-2500-0", "train-10000-0",
		"train-confusion-5000-0", "train-trigger-2500-0", "retrain-10000-0-0.5", "retrain-confusion-5000-0-0.5", "retrain-trigger-2500-0-0.5"} {
		assert.Contains(t, names, name)
	}
	assert.Len(t, names, 5+5+2+3+3)
	kinds := byKind(engine.ResultsOf(correctID, &engine.Config{}, all))
	require.Len(t, kinds, 3)
	for _, w := range kinds {
		bits := map[string]bool{}
		for _, rec := range w.Part("harmed-accuracy", "stage", "band") {
			bits[rec.Text("right")] = true
		}
		assert.Greater(t, len(bits), 2, "trainings with other seeds differ")
		clean, again := w.Part("harmed-accuracy", "stage", "clean"), w.Part("harmed-accuracy", "method", "retrain", "known", 1.0, "statistics", kept)
		require.Len(t, clean, 1)
		require.Len(t, again, 1)
		assert.Equal(t, clean[0].Text("right"), again[0].Text("right"), w.kind)
		before, untouched := w.Part("harmed-accuracy", "stage", "before"), w.Part("harmed-accuracy", "method", "none", "known", 0.5, "statistics", kept)
		require.Len(t, untouched, 1)
		assert.Equal(t, before[0].Text("right"), untouched[0].Text("right"), w.kind)
		assert.Len(t, w.Part("confused", "stage", "before"), map[string]int{wrongConfusion: 1}[w.kind])
		assert.Len(t, w.Part("trigger-success", "stage", "before"), map[string]int{wrongTrigger: 1}[w.kind])
		assert.Len(t, poisonCases(w.Results), 2)
	}
}

// A run that is stopped in a training of the band, or between units, resumes to the same records.
func TestCorrectGoesOnWhereItStopped(t *testing.T) {
	set := []string{"methods=none", "images=100", "train-batch=20", "batch=20", "reestimate=50", "known=1", "wrong=confusion"}
	want := tried.WithoutSeconds(t, tried.RunOrder(t, correctOrder(t.TempDir(), set...)))
	for name, progress := range map[string]func(context.CancelFunc) engine.Progress{
		"training": func(cancel context.CancelFunc) engine.Progress { return &tried.StepCanceller{Cancel: cancel, Left: 17} },
		"unit":     func(cancel context.CancelFunc) engine.Progress { return &tried.Canceller{Cancel: cancel, Left: 6} },
	} {
		got := tried.WithoutSeconds(t, tried.StoppedAndResumed(t, func(out string) *engine.Order { return correctOrder(out, set...) }, progress))
		assert.Equal(t, want, got, name)
	}
}

// The networks of a run of poisoning are those on pairs of classes: no step of their trainings is
// made again.
func TestCorrectBeginsWithNetworksOfPoisoning(t *testing.T) {
	set := []string{"methods=none", "images=100", "train-batch=20", "batch=20", "reestimate=50", "known=1"}
	trained := tried.RunOrder(t, poisonOrder(t.TempDir(), set...))
	dir := t.TempDir()
	_, err := SaveNetworks(trained, dir)
	require.NoError(t, err)
	o := correctOrder(t.TempDir(), append(set, "wrong=pairs")...)
	o.Networks = dir
	begun := tried.RunOrder(t, o)
	for _, name := range []string{"train-10000-0", "clean-0"} {
		assert.NoFileExists(t, networkFile(filepath.Join(begun, records.TrainedName), name))
	}
	value := func(part, dir, stage string) float64 {
		all, err := engine.ReadRecords(dir)
		require.NoError(t, err)
		r := engine.ResultsOf(part, &engine.Config{}, all)
		return r.Where("test-accuracy", "stage", stage).Mean
	}
	for _, stage := range []string{"before", "clean"} {
		assert.Equal(t, value(poisoningID, trained, stage), value(correctID, begun, stage), stage)
	}

	// Beside them those of its band can be kept, for a run that makes no step of training at all.
	saved, err := SaveNetworks(begun, dir)
	require.NoError(t, err)
	require.Len(t, saved, 5)
	o = correctOrder(t.TempDir(), append(set, "wrong=pairs")...)
	o.Networks = dir
	o.Progress = &tried.StepCanceller{Cancel: func() { t.Error("a step of training was made") }, Left: 1}
	again := tried.RunOrder(t, o)
	assert.Equal(t, value(correctID, begun, "band"), value(correctID, again, "band"))

	// A network of another training of the band is refused, and so is a folder without a fitting one.
	require.NoError(t, os.Rename(networkFile(dir, "band-0-2"), networkFile(dir, "band-0-1")))
	o = correctOrder(t.TempDir(), append(set, "wrong=pairs")...)
	o.Networks = dir
	_, _, err = o.Do(t.Context())
	require.ErrorContains(t, err, "--networks")
	o = correctOrder(t.TempDir(), append(set, "wrong=trigger")...)
	o.Networks = dir
	_, _, err = o.Do(t.Context())
	require.ErrorContains(t, err, "holds none of the networks of this run: train-trigger-2500-0, clean-trigger-2500-0, band-trigger-2500-0-1")
}

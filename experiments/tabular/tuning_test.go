package tabular

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tried"
	"lethe/experiments/internal/tune"
)

// tunedOn returns a session on embedded data with its model trained, in the smoke profile.
func tunedOn(t *testing.T, model string, set ...string) (*tabledata.Session, *tabledata.Settings, *tabledata.Fitted) {
	t.Helper()
	named, err := datasets.Load(t.Context(), "diabetes", "")
	require.NoError(t, err)
	e, err := engine.Find("fidelity")
	require.NoError(t, err)
	s, err := tried.Typed[tabledata.Settings](engine.Defaults(e, engine.Key{Dataset: "diabetes", Model: model, Profile: engine.Smoke}))
	require.NoError(t, err)
	for i := 0; i < len(set); i += 2 {
		require.NoError(t, s.Set(set[i], set[i+1]))
	}
	session := tabledata.OnTables(engine.NewSession(&engine.Config{Dataset: "diabetes", Model: model, Seed: 3}, named, nil, engine.Quiet{}))
	sub, err := session.Subject(t.Context(), s)
	require.NoError(t, err)
	return session, s, sub
}

// The samples that settings are chosen on are none of those that are measured, and together they
// are the test set.
func TestNothingIsChosenOnWhatIsMeasured(t *testing.T) {
	for _, c := range []struct{ model, criterion string }{{"mlp", "test-loss"}, {"linear", "test-loss"}, {"linear", "residual"}} {
		s, set, sub := tunedOn(t, c.model, "criterion", c.criterion)
		whole := s.Named.Test
		if c.criterion == "residual" {
			require.Nil(t, sub.Choice)
			require.Same(t, whole, sub.Test)
			continue
		}
		x := whole.X.(*datasets.Dense)
		count := map[string]int{}
		for i := range x.N {
			count[string(tried.Must(tried.EncodeFloats(x.Data[i*x.Cols:(i+1)*x.Cols])))]++
		}
		for _, half := range []*datasets.Dataset{sub.Choice, sub.Test} {
			require.Equal(t, 77, half.Len())
			h := half.X.(*datasets.Dense)
			for i := range h.N {
				count[string(tried.Must(tried.EncodeFloats(h.Data[i*h.Cols:(i+1)*h.Cols])))]--
			}
		}
		for row, n := range count {
			require.Zero(t, n, "%x", row)
		}
		sub.Test = nil // what is measured is not there to be looked at
		tuning, err := s.Tuning(t.Context(), set, 5)
		require.NoError(t, err)
		require.Equal(t, 77, tuning.Choice)
		require.Positive(t, tuning.CriterionSeconds)
	}
}

// What is taken has the smallest criterion of all that was tried, and no neighbor on the grid of 1,
// 2, 3, 5 and 7 is left out.
func TestTheBestValueIsTakenAndItsNeighborsAreTried(t *testing.T) {
	s, set, _ := tunedOn(t, "linear")
	tuning, err := s.Tuning(t.Context(), set, 5)
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		taken float64
	}{{"tau", tuning.Steps.Tau}, {"tau-ft", tuning.Steps.TauFT}} {
		tried := map[float64]float64{}
		for _, o := range tuning.Trials {
			if o.Tags["tried"] == c.name && o.Failed == nil && (c.name == "tau" || o.Tags["epochs"] == tuning.Steps.Epochs) {
				tried[o.Tags["value"].(float64)] = o.Get(tabledata.CriterionMetric)
			}
		}
		best := math.Inf(1)
		for _, v := range tried {
			best = min(best, v)
		}
		assert.Equal(t, bestOf(tuning, c.name), best, c.name)
		assert.Equal(t, best, tried[c.taken], c.name)
		decade := math.Pow(10, math.Floor(math.Log10(c.taken)+1e-9))
		neighbors := map[float64][]float64{1: {0.7, 2}, 2: {1, 3}, 3: {2, 5}, 5: {3, 7}, 7: {5, 10}}[tune.OneDigit(c.taken/decade)]
		require.NotEmpty(t, neighbors, "%s=%g", c.name, c.taken)
		for _, n := range neighbors {
			assert.Contains(t, tried, tune.OneDigit(n*decade), c.name)
		}
	}
	assert.Positive(t, tuning.Seconds["first-order"])
	assert.Positive(t, tuning.Seconds["fine-tune"])
	assert.NotContains(t, tuning.Seconds, "second-order", "its ridge is set")
}

// Both retrainings stop at a gradient norm of at most r, so with the regularizer lambda they are at
// most 2 r/lambda apart. The paper's settings are rows of their own, which change nothing of the
// others.
func TestWarmRetrainingIsExactAndThePaperHasItsOwnRows(t *testing.T) {
	at := func(set ...string) *engine.Results {
		dir := tried.Smoke(t, t.TempDir(), "fidelity", "linear", set...)
		records, err := engine.ReadRecords(dir)
		require.NoError(t, err)
		return engine.ResultsOf("fidelity", &engine.Config{Model: "linear"}, records)
	}
	without, with := at(), at("paper-tau=1e-4", "paper-tau-ft=1e-4")
	warm := with.Part("parameter-distance", "label", tabledata.WarmNewton)
	require.Len(t, warm, 4)
	for _, rec := range warm {
		assert.LessOrEqual(t, rec.Value, 2e-6)
	}
	for _, rec := range with.Part("gradient-residual", "label", tabledata.WarmNewton) {
		assert.LessOrEqual(t, rec.Value, 1e-6)
	}
	for _, l := range []string{"first-order", "fine-tune"} {
		assert.Equal(t, without.Part("gradient-residual", "label", l), with.Part("gradient-residual", "label", l))
	}
	for paper, tuned := range map[string]string{tabledata.PaperFirst: "first-order", tabledata.PaperFine: "fine-tune"} {
		assert.Empty(t, without.Part("gradient-residual", "label", paper))
		rows := with.Part("gradient-residual", "label", paper)
		require.Len(t, rows, 4)
		assert.Greater(t, with.Between("gradient-residual", "label", paper).Median, with.Between("gradient-residual", "label", tuned).Median)
	}
}

func TestSecondsWithChoosing(t *testing.T) {
	of := func(method string, seconds float64, tags records.Tags) trial.Outcome {
		tuned := map[string]string{"first-order": "first-order", "first-order-iterative": "first-order", "second-order": "second-order"}[method]
		if tags != nil { // the paper's setting is given
			tuned = ""
		}
		return trial.Outcome{Method: method, Tags: tags, Tuned: tuned, Untimed: method == "none", Metrics: []engine.Metric{{Name: "seconds", Unit: "s", Value: seconds}}}
	}
	out := withChoosing(withSpeedUp([]trial.Outcome{of("retrain", 8, records.Tags{"start": "cold"}), of("retrain", 4, records.Tags{"start": "warm"}), of("none", 1, nil),
		of("first-order", 2, nil), of("first-order", 2, records.Tags{"settings": tabledata.PaperSettings}), of("first-order-iterative", 16, nil), of("second-order", 1, nil),
		{Method: "fine-tune", Failed: trial.ErrNotFinite}}),
		&tabledata.Tuning{Seconds: map[string]float64{"first-order": 10, "fine-tune": 20}, CriterionSeconds: 100, Choice: 5})
	for i, want := range []struct{ cold, warm, choosing, criterion float64 }{
		{1, 0.5, 8, 8}, {2, 1, 4, 4}, {math.NaN(), math.NaN(), math.NaN(), math.NaN()}, {4, 2, 12, 112}, {4, 2, 2, 2}, {0.5, 0.25, 26, 126}, {8, 4, 1, 1},
		{math.NaN(), math.NaN(), math.NaN(), math.NaN()},
	} {
		got := []float64{out[i].Get("speed-up"), out[i].Get("speed-up-warm"), out[i].Get("seconds-with-choosing"), out[i].Get("seconds-with-criterion")}
		for j, v := range []float64{want.cold, want.warm, want.choosing, want.criterion} {
			assert.InDelta(t, v, got[j], 1e-15, "%s, %d", out[i].Method, j)
		}
	}
}

// A mean of ten draws may be that of one; the median is not, and the ends show the one.
func TestTablesShowMedianAndEnds(t *testing.T) {
	m := records.MiddleOf([]float64{0.54, 0.003, 0.019, 0.005, 0.011, 0.007, 0.013, 0.009, 0.015, 0.017})
	assert.Equal(t, "0.0120 (0.00300 to 0.540)", report.Plain.Ends(m))
	assert.Equal(t, 2.0, records.MiddleOf([]float64{9, 2, 1}).Median)
	assert.Equal(t, "-", report.Plain.Ends(records.MiddleOf(nil)))
	assert.Equal(t, "97.72", report.Percent.Ends(records.MiddleOf([]float64{0.97721, 0.97722})), "what looks alike is written once")
}

// Of one draw a share carries the standard error of its test samples: sqrt(0.9 * 0.1 / 100) = 0.03.
func TestAShareOfOneDrawHasItsStandardError(t *testing.T) {
	rec := func(metric string, draw int, v float64) records.Record {
		return records.Record{Model: "linear", Method: "none", Metric: metric, Draw: draw, Value: v, Settings: map[string]any{"features": 10.0}}
	}
	r := &engine.Results{Config: &engine.Config{}, Results: records.Results{Records: []records.Record{rec("test-accuracy", 0, 0.9), rec("test-samples", 0, 100)}}}
	assert.Equal(t, "90.00 ± 3.00", trial.EndsCell(r, "test-accuracy", report.Percent).String())
	assert.Contains(t, tabledata.DrawsNote(r), "standard error of a share of 100 test samples")
	r.Records = append(r.Records, rec("test-accuracy", 1, 0.8))
	assert.Equal(t, "85.00 (80.00 to 90.00)", trial.EndsCell(r, "test-accuracy", report.Percent).String())
	assert.NotContains(t, tabledata.DrawsNote(r), "standard error")
}

// What is chosen for a size is what is chosen when that size alone is asked for, it is measured at
// that size, and it is recorded with it.
func TestSettingsAreChosenForEachSize(t *testing.T) {
	sizes := []string{"2", "288"}
	dir := tried.Smoke(t, t.TempDir(), "fidelity", "linear", "rows=2,288", "sisa-shards=0", "dp-sigma=0")
	records, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("fidelity", &engine.Config{Model: "linear"}, records)
	require.Equal(t, []float64{2, 288}, r.Numbers(tabledata.SizeTag))
	for i, size := range r.Numbers("rows") {
		alone := engine.ResultsOf("fidelity", &engine.Config{Model: "linear"}, tried.Must(engine.ReadRecords(tried.Smoke(t, t.TempDir(), "fidelity", "linear", "rows=2,288", "sisa-shards=0",
			"dp-sigma=0", "tune-size="+sizes[i]))))
		for _, c := range []struct{ method, setting string }{{"first-order", "tau"}, {"fine-tune", "tau-ft"}, {"fine-tune", "epochs"}} {
			want := alone.Where("chosen-" + c.setting)
			require.Equal(t, 1, want.N)
			require.Equal(t, want, r.Where("chosen-"+c.setting, tabledata.SizeTag, size), "%s with %g rows", c.setting, size)
			for _, rec := range r.Part("gradient-residual", "label", c.method, "rows", size) {
				assert.Equal(t, want.Mean, rec.Number(c.setting))
			}
		}
	}
	assert.NotEqual(t, r.Where("chosen-tau-ft", tabledata.SizeTag, 2.0).Mean, r.Where("chosen-tau-ft", tabledata.SizeTag, 288.0).Mean, "one rate does not serve both sizes")
}

// Fine-tuning takes the best of its numbers of passes, each at its own best rate; on networks one
// of them does the work of second order, by the count of the solver itself.
func TestFineTuningTakesTheBestPasses(t *testing.T) {
	for _, model := range tabledata.Models {
		s, set, sub := tunedOn(t, model, "tune-draws", "1", "epochs", "0")
		require.Zero(t, set.Epochs)
		tuning, err := s.Tuning(t.Context(), set, 100)
		require.NoError(t, err)
		passes := []int{}
		for _, o := range tuning.Trials {
			if n := o.Tags["epochs"].(int); o.Tags["tried"] == "tau-ft" && !slices.Contains(passes, n) {
				passes = append(passes, n)
			}
		}
		want := []int{1, 2, 10}
		if model != tabledata.Models[0] {
			r := tried.Must(s.Request(t.Context(), set, 100, tabledata.TuningDraw))
			u, err := tried.Must(tabledata.SecondOrder(set, tuning.Steps.Ridge, s.Seed)).Unlearn(t.Context(), sub.Problem, sub.Theta, r)
			require.NoError(t, err)
			cost := u.Cost.Minus(u.Check)
			want = append(want, int(math.Round((cost.Gradients+2*cost.HVPs)/float64(sub.Problem.Train.Len()))))
		}
		require.ElementsMatch(t, want, passes)
		for _, epochs := range passes { // each by itself, none of which is better than what is taken
			one := *set
			one.Epochs = epochs
			alone := tried.Must(s.Tuning(t.Context(), &one, 100))
			require.GreaterOrEqual(t, bestOf(alone, "tau-ft"), bestOf(tuning, "tau-ft"))
			if epochs == tuning.Steps.Epochs {
				require.Equal(t, bestOf(alone, "tau-ft"), bestOf(tuning, "tau-ft"))
				require.Equal(t, alone.Steps.TauFT, tuning.Steps.TauFT)
			}
		}
	}
	s, set, _ := tunedOn(t, tabledata.Models[0], "tune-draws", "1", "tau-ft", "0.01")
	require.Greater(t, tried.Must(s.Tuning(t.Context(), set, 100)).Steps.Epochs, 2, "at a rate that is set: what second order costs")
}

// bestOf is the smallest criterion of a setting's values.
func bestOf(t *tabledata.Tuning, setting string) float64 {
	best := math.Inf(1)
	for _, o := range t.Trials {
		if o.Tags["tried"] == setting && o.Failed == nil {
			best = min(best, o.Get(tabledata.CriterionMetric))
		}
	}
	return best
}

// A choice that is taken from records is the one that was made, of each size; of records without a
// size it is that of tune-size.
func TestChoicesAreTakenFromRecords(t *testing.T) {
	s, set, _ := tunedOn(t, "linear")
	var recs []records.Record
	for _, size := range []int{5, 20} {
		recs = append(recs, s.TuningRecords("fidelity", tried.Must(s.Tuning(t.Context(), set, size)))...)
	}
	again, same, _ := tunedOn(t, "linear")
	again.Before = tried.Must(records.Decode(bytes.NewReader(tried.Must(records.Encode(recs)))))
	again.Recall("fidelity", same)
	require.Len(t, again.Tunings, 2)
	for key, made := range s.Tunings {
		taken := again.Tunings[key]
		require.NotNil(t, taken)
		assert.Equal(t, made.Steps, taken.Steps)
		assert.Equal(t, made.None, taken.None)
		assert.Equal(t, s.TuningRecords("fidelity", made), s.TuningRecords("fidelity", taken))
	}
	old, fixed, _ := tunedOn(t, "linear", "tune-size", "50")
	for _, rec := range s.TuningRecords("fidelity", s.Tunings[s.TuningKey(set, 20)]) {
		if delete(rec.Settings, tabledata.SizeTag); rec.Metric != tabledata.CriterionMetric || rec.Method != "none" {
			old.Before = append(old.Before, rec)
		}
	}
	old.Recall("fidelity", fixed)
	require.Equal(t, s.Tunings[s.TuningKey(set, 20)].Steps, tried.Must(old.Tuned(t.Context(), fixed, 7)))
	require.Len(t, old.Tunings, 1, "nothing is tried again")
}

// The criterion of no update is the residual of theta on the corrected data.
func TestTheCriterionOfNoUpdate(t *testing.T) {
	s, set, sub := tunedOn(t, "linear", "tune-draws", "3")
	tuning, err := s.Tuning(t.Context(), set, 30)
	require.NoError(t, err)
	var residuals []float64
	for i := range 3 {
		a, err := tried.Must(s.Request(t.Context(), set, 30, tabledata.TuningDraw+i)).Apply(sub.Problem.Train)
		require.NoError(t, err)
		residuals = append(residuals, tried.Must(sub.Problem.With(a.Data).Residual(t.Context(), sub.Theta)))
	}
	slices.Sort(residuals)
	require.InEpsilon(t, residuals[1], tuning.None, 1e-12)
}

// A method whose best value is as good as none is named below the tables, and only it, with its
// size.
func TestAMethodThatIsBestLeftOutIsNamed(t *testing.T) {
	rec := func(method, name string, size, v float64) records.Record {
		r := records.Record{Model: "linear", Method: method, Metric: tabledata.CriterionMetric, Value: v, Settings: map[string]any{tabledata.SizeTag: size}}
		if name != "" {
			r.Settings["tried"] = name
		}
		return r
	}
	r := &engine.Results{Rows: tabledata.Rows(), Config: &engine.Config{}, Results: records.Results{Label: tabledata.Label, Records: []records.Record{rec("none", "", 10, 3.23), rec("none", "", 50, 20), rec("fine-tune", "tau-ft", 10, 3.22),
		rec("fine-tune", "tau-ft", 10, 5.53), rec("fine-tune", "tau-ft", 50, 12), rec("first-order", "tau", 10, 2), rec("first-order", "tau", 50, 30)}}}
	for _, rec := range r.Records {
		rec.Settings["features"] = rec.Settings[tabledata.SizeTag]
	}
	below := func() string { return tabledata.BySize(r, "t", tabledata.CriterionMetric, report.Plain).Note }
	note := below()
	assert.Contains(t, note, "For fine-tuning, no learning rate is at least 1 % better than no update, by the median gradient residual "+
		"(10 features: 3.22 against 3.23).")
	assert.Contains(t, note, "For first order, no step length is at least 1 % better than no update")
	assert.Contains(t, note, "(50 features: 30.0 against 20.0)")
	r.Records = slices.DeleteFunc(r.Records, func(rec records.Record) bool { return rec.Method == "none" })
	assert.NotContains(t, below(), "better than no update", "older records do not say")
}

// Each size has a column of its own, and one that has none is as it was.
func TestTablesOfWhatWasTried(t *testing.T) {
	try := func(size any, v, criterion float64) records.Record {
		r := records.Record{Model: "linear", Method: "first-order", Metric: tabledata.CriterionMetric, Value: criterion, Settings: map[string]any{"tried": "tau", "value": v}}
		if size != nil {
			r.Settings[tabledata.SizeTag] = size
		}
		return r
	}
	chose := func(size any, v float64) records.Record {
		r := records.Record{Model: "linear", Method: "first-order", Metric: "chosen-tau", Value: v, Settings: map[string]any{}}
		if size != nil {
			r.Settings[tabledata.SizeTag] = size
		}
		return r
	}
	of := func(found ...records.Record) report.Table {
		return tabledata.TuningTables((&engine.Results{ID: "residual", Config: &engine.Config{Parts: []engine.Part{{Experiment: "residual", Settings: &tabledata.Settings{TuneSize: 50, TuneDraws: 5}}}}, Results: records.Results{Records: found}}))[1]
	}
	both := of(try(10.0, 1e-3, 4), try(10.0, 2e-3, 3), chose(10.0, 2e-3), try(100.0, 1e-3, 9), chose(100.0, 1e-3))
	assert.True(t, strings.HasPrefix(both.Markdown(), ""+
		"| step length | gradient residual, 10 features | gradient residual, 100 features |\n"+
		"|------------:|-------------------------------:|--------------------------------:|\n"+
		"|       0.001 |                           4.00 |                          ✓ 9.00 |\n"+
		"|       0.002 |                         ✓ 3.00 |                               - |\n"), both.Markdown())
	assert.Equal(t, []string{"step length", "gradient residual, 10 features", "gradient residual, 100 features"}, both.Header)
	assert.Contains(t, both.Note, "Chosen: 0.002 with 10 features, 0.001 with 100 features.")
	assert.Contains(t, both.Note, "the gradient residual, as the median over 5 separate draws with 10 and 100 features")
	old := of(try(nil, 1e-3, 4), chose(nil, 1e-3))
	assert.Equal(t, []string{"step length", "gradient residual"}, old.Header)
	assert.Contains(t, old.Note, "Chosen: 0.001. ")
	assert.Contains(t, old.Note, "5 separate draws with 50 features")
}

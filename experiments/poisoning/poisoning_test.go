package poisoning

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/settings"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tried"
	"lethe/unlearn"
)

// poisonOrder asks for a smoke run of poisoning.
func poisonOrder(out string, set ...string) *engine.Order {
	return &engine.Order{Experiment: "poisoning", Profile: engine.Smoke, Seed: 7, Out: out, Set: set}
}

// poisonSession is a session of a smoke run with a folder.
func poisonSession(t *testing.T, set ...string) (*Session, *Settings) {
	t.Helper()
	e, err := engine.Find("poisoning")
	require.NoError(t, err)
	settings, err := tried.Typed[Settings](engine.Defaults(e, engine.Key{Dataset: "digits", Model: imageModel, Profile: engine.Smoke}))
	require.NoError(t, err)
	for _, kv := range set {
		key, value, _ := strings.Cut(kv, "=")
		require.NoError(t, settings.Set(key, value))
	}
	named, err := datasets.Load(t.Context(), "digits", "")
	require.NoError(t, err)
	s := shared(engine.NewSession(&engine.Config{Dataset: "digits", Model: imageModel, Seed: 3}, named, nil, engine.Quiet{}))
	s.Dir = t.TempDir()
	return s, settings
}

// poisonRequest is the request of a smoke run that knows such a share of the flips.
func poisonRequest(t *testing.T, known float64, set ...string) *repair {
	t.Helper()
	s, settings := poisonSession(t, set...)
	sub, err := s.poisonSubject("poisoning", settings, settings.Budgets[0], 0)
	require.NoError(t, err)
	c, err := sub.repair(known)
	require.NoError(t, err)
	return c
}

// A run that is stopped in the middle of a training, of the true labels, of a shard, or between two
// units resumes to the same records.
func TestPoisoningGoesOnWhereItStopped(t *testing.T) {
	set := []string{"methods=none,second-order-iterative,fine-tune,sisa", "images=100", "train-batch=20", "batch=20", "reestimate=50", "fine-tune-epochs=1"}
	want := tried.WithoutSeconds(t, tried.RunOrder(t, poisonOrder(t.TempDir(), set...)))
	stop := func(name string, progress func(context.CancelFunc) engine.Progress) {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, want, tried.WithoutSeconds(t, tried.StoppedAndResumed(t, func(out string) *engine.Order { return poisonOrder(out, set...) }, progress)))
		})
	}
	for name, steps := range map[string]int{"training": 7, "a shard": 24} { // of 10 steps, a shard of 6
		stop(name, func(cancel context.CancelFunc) engine.Progress {
			return &tried.StepCanceller{Cancel: cancel, Left: steps}
		})
	}
	stop("after a unit", func(cancel context.CancelFunc) engine.Progress {
		return &tried.Canceller{Cancel: cancel, Left: 6}
	})
}

// The request corrects just the flips that are known, a smaller share being part of a larger one,
// and all of them make the labels true.
// Methods that have to be named run to their end in the smallest size: all are measured, and a try
// that fails says that it left the numbers.
func TestMethodsThatHaveToBeNamed(t *testing.T) {
	_, set := poisonSession(t)
	var named []string
	for _, m := range slices.Concat(predicting(), opposing()) {
		require.NotContains(t, set.Methods, m.name)
		named = append(named, m.name)
	}
	order := poisonOrder(t.TempDir(), "methods=none,retrain,"+strings.Join(named, ","), "statistics=re-estimated")
	order.Dataset = "digits"
	recs, err := records.Read(tried.RunOrder(t, order))
	require.NoError(t, err)
	r := engine.ResultsOf("poisoning", &engine.Config{}, recs)
	for _, m := range named {
		require.NotEmpty(t, slices.DeleteFunc(r.Part("test-accuracy"), func(rec records.Record) bool {
			return rec.Method != m && !strings.HasPrefix(rec.Method, m+"-")
		}), m)
	}
	for _, rec := range r.Part("try-failed") {
		require.Regexp(t, "not finite|diverged", rec.Text("reason"), rec.Method)
	}
}

func TestTheRequestCorrectsWhatIsKnown(t *testing.T) {
	s, set := poisonSession(t)
	sub, err := s.poisonSubject("poisoning", set, 10000, 0)
	require.NoError(t, err)
	require.Len(t, sub.rows, 40, "a fifth of 200")
	wrong := func(d *datasets.Dataset) (rows []int) {
		for i, y := range d.Y {
			if y != sub.labels[i] {
				require.Equal(t, 9-sub.labels[i], y, "flips are between 0 and 9, 1 and 8, ...")
				rows = append(rows, i)
			}
		}
		return rows
	}
	left := wrong(sub.problem.Train)
	require.Len(t, left, 40)
	for _, known := range []float64{0.1, 0.5, 1} {
		c, err := sub.repair(known)
		require.NoError(t, err)
		still := wrong(c.applied.Data)
		require.Len(t, still, 40-int(40*known))
		for _, row := range still {
			require.Contains(t, left, row)
		}
		left = still
		again, err := sub.repair(known)
		require.NoError(t, err)
		require.Same(t, c, again)
	}
	other, err := s.poisonSubject("poisoning", set, 10000, 1)
	require.NoError(t, err)
	require.NotEqual(t, sub.start, other.start)
	require.NotElementsMatch(t, sub.rows, other.rows)
	require.Equal(t, sub.test.Y, other.test.Y)
	require.Equal(t, 360, sub.test.Len()+sub.validation.Len())
}

// Retraining on labels that are all corrected is training on the true ones, to the bit.
func TestRetrainingOnCorrectedLabelsIsTheCleanModel(t *testing.T) {
	c := poisonRequest(t, 1)
	clean, err := c.cleaned(t.Context())
	require.NoError(t, err)
	again, err := c.fit("again").Train(t.Context(), c.problem.With(c.applied.Data), c.start)
	require.NoError(t, err)
	require.Equal(t, clean, again)
	poisoned, err := c.trained(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, clean, poisoned)
}

// What is taken is the best that was tried, and it is the result of the methods of unlearn with
// those settings, chunk by chunk.
func TestStepsAreWhatWasTried(t *testing.T) {
	c := poisonRequest(t, 1, "train-epochs=6", "gradient-sample=20")
	for _, last := range []bool{false, true} {
		for _, rule := range []stepRule{gradientSteps{}, newtonSteps{}} {
			for _, way := range []string{reestimated, kept} {
				for _, chunks := range []int{1, 2} {
					c.set.Chunks = chunks
					target, err := c.target(t.Context(), last)
					require.NoError(t, err)
					target.full = chunks > 1 && way == reestimated
					recs, err := c.stepRecords(t.Context(), target, "method", rule, chunks > 1, way)
					require.NoError(t, err)
					r := engine.ResultsOf("poisoning", &engine.Config{}, recs)
					require.Empty(t, r.Part("failed"))

					parts, err := c.request.Chunks(chunks, target.problem.Train)
					require.NoError(t, err)
					theta, data := target.theta, target.problem.Train
					reached, err := target.score(t.Context(), theta)
					require.NoError(t, err)
					var work unlearn.Cost
					more := 0.0
					for k, part := range parts {
						tries := r.Part("try", "chunk", float64(k+1))
						taken := r.Part("try", "chunk", float64(k+1), "taken", true)
						require.Len(t, taken, 1)
						require.Equal(t, slices.Max(records.Values(tries)), taken[0].Value)
						m := c.with(way, byHand(target, taken[0]))
						u, err := m.Unlearn(t.Context(), target.problem.With(data), theta, part)
						require.NoError(t, err)
						score, err := target.score(t.Context(), u.Theta)
						require.NoError(t, err)
						require.InDelta(t, taken[0].Value, score, 1e-9, "chunk %d of %T, %s", k+1, rule, way)
						data = u.Data
						if accepted := score >= reached-c.set.MaxFall; accepted || chunks == 1 {
							theta, reached = u.Theta, score
						}
						work = work.Plus(u.Cost.Minus(u.Check))
						if p := taken[0].Number("products"); !math.IsNaN(p) { // a product is one with the sample of either kind
							more += (float64(slices.Max(c.set.ProductsGrid)) - p) * float64(c.set.Sample+min(c.set.Sample, 40/chunks))
						}
						if chunks > 1 {
							at := r.Part("chunk-accuracy", "chunk", float64(k+1))
							require.Len(t, at, 1)
							require.InDelta(t, score, at[0].Value, 1e-9)
						} else {
							require.InDelta(t, u.After, r.Where("gradient-residual").Mean, 1e-4*u.After)
						}
					}
					require.Equal(t, work.HVPs+more, r.Where("hvps").Mean, "all tries together take one solve in the largest space")
					require.Equal(t, work.Gradients, r.Where("gradients").Mean)
					require.InDelta(t, reached, 100*r.Where("validation-accuracy").Mean, 1e-9)
					require.Positive(t, r.Where("tuning-seconds").Mean)
					require.Positive(t, r.Where("seconds").Mean)
				}
			}
		}
	}
}

// byHand is the step that was taken, by its settings.
func byHand(t *target, taken records.Record) unlearn.Method {
	set, seed := t.c.set, t.c.sampleSeed()
	if tau := taken.Number("tau"); !math.IsNaN(tau) {
		return unlearn.FirstOrder{Tau: tau, Force: true, Full: t.full, Sample: set.Sample, FullSample: set.GradientSize, Seed: seed}
	}
	return unlearn.SecondOrder{Solver: unlearn.Galerkin{Products: int(taken.Number("products"))}, Curvature: unlearn.GaussNewton,
		Ridge: taken.Number("ridge"), Gradient: t.gradient(), Sample: set.Sample, FullSample: set.GradientSize, Seed: seed, Force: true}
}

// On the last layers nothing before them changes, and the statistics between them are those of the
// whole network.
func TestTheLastLayersAlone(t *testing.T) {
	c := poisonRequest(t, 1)
	target, err := c.target(t.Context(), true)
	require.NoError(t, err)
	require.Equal(t, 8*8/4*2*4+4+4*4+4*10+10, len(target.theta), "two dense layers and the normalization between them")
	m := c.with(reestimated, unlearn.FirstOrder{Tau: 1e-3, Force: true})
	u, err := m.Unlearn(t.Context(), target.problem, target.theta, c.request)
	require.NoError(t, err)
	whole, err := target.whole(u.Theta)
	require.NoError(t, err)
	before := len(c.theta) - len(target.theta)
	require.Equal(t, c.theta[:before], whole[:before])
	require.NotEqual(t, c.theta[before:], whole[before:])

	some := unlearn.StatisticsTrainer{Trainer: trial.Done{Theta: whole}, Samples: c.set.Reestimate, Seed: c.statisticsSeed()}
	want, err := some.Train(t.Context(), c.problem.With(c.applied.Data), whole)
	require.NoError(t, err)
	require.Equal(t, want[before:], whole[before:])
}

// Of the rates of fine-tuning the one with the highest validation accuracy is taken, and its
// parameters are those of the try.
func TestFineTuningTakesItsBestRate(t *testing.T) {
	c := poisonRequest(t, 1, "rate-grid=1e-3,1e-2,1e9", "methods=fine-tune")
	for _, u := range plainFineTuner.units(c.set) {
		records, err := u.run(t.Context(), c)
		require.NoError(t, err)
		c.session.Before = append(c.session.Before, records...)
	}
	r := engine.ResultsOf("poisoning", &engine.Config{}, c.session.Before)
	for _, epochs := range []string{"fine-tune-1", "fine-tune-2"} {
		for _, way := range []string{reestimated, kept} {
			tries := r.Part("try", "method", epochs, "statistics", way)
			require.GreaterOrEqual(t, len(tries), 2)
			require.Len(t, r.Part("try-failed", "method", epochs, "statistics", way), 1, "a rate that leads nowhere")
			best := slices.Max(records.Values(tries))
			require.InDelta(t, best, 100*r.Where("validation-accuracy", "method", epochs, "statistics", way).Mean, 1e-9)
			taken := r.Part("taken", "method", epochs, "statistics", way)
			require.Len(t, taken, 1)
			require.True(t, slices.ContainsFunc(tries, func(rec records.Record) bool { return rec.Value == best && rec.Number("tau-ft") == taken[0].Value }))
			passes := map[string]float64{"fine-tune-1": 200, "fine-tune-2": 400}[epochs]
			if way == reestimated {
				passes += 100
			}
			require.Equal(t, passes, r.Where("gradients", "method", epochs, "statistics", way).Mean)
		}
	}
}

// Rates beyond an end of the grid are tried where the best is there, each once.
func TestFineTuningGoesBeyondItsGrid(t *testing.T) {
	c := poisonRequest(t, 1, "rate-grid=1e-5,1e-4", "fine-tune-epochs=1", "methods=fine-tune")
	for rate, points := range map[float64]float64{1e-5: 1, 1e-4: 2} { // worse than any real one
		for _, way := range []string{reestimated, kept} {
			tags := c.tags().With(records.Tags{"statistics": way, "tau-ft": rate})
			c.session.Before = append(c.session.Before, c.records("fine-tune-1", tags, []engine.Finding{{Metric: engine.Metric{Name: "try", Unit: "points", Value: points}, Tags: nil},
				{Metric: engine.Metric{Name: "try-seconds", Unit: "s", Value: 1000}, Tags: nil}})...)
		}
	}
	units := plainFineTuner.units(c.set)
	records, err := units[len(units)-1].run(t.Context(), c)
	require.NoError(t, err)
	r := engine.ResultsOf("poisoning", &engine.Config{}, append(c.session.Before, records...))
	for _, way := range []string{reestimated, kept} {
		at := []any{"method", "fine-tune-1", "statistics", way}
		rates := map[float64]float64{}
		for _, rec := range r.Part("try", at...) {
			require.NotContains(t, rates, rec.Number("tau-ft"))
			rates[rec.Number("tau-ft")] = rec.Value
		}
		require.Contains(t, rates, 1e-3)
		scoring := r.Where("tuning-seconds", at...).Mean
		require.InDelta(t, 2000, scoring, 100, "all tries but the one that is taken")
		taken := r.Part("taken", at...)
		require.Len(t, taken, 1)
		best := taken[0].Value
		require.GreaterOrEqual(t, best, 1e-3)
		require.InDelta(t, rates[best], 100*r.Where("validation-accuracy", at...).Mean, 1e-9)
		row, settings, ok := rateRow(r, poisonCase{10000, 1}, "fine-tune-1", way)
		require.True(t, ok)
		require.InDelta(t, rates[best], (*row)[2].Value.Median, 1e-9)
		require.Equal(t, best, settings.Value)
	}
}

func TestConfusionCounts(t *testing.T) {
	d := &datasets.Dataset{Y: []float64{0, 0, 1, 2, 2, 2}, Classes: 3, ClassNames: []string{"a", "b", "c"}}
	f := confusion([]float64{0, 1, 1, 2, 0, 2}, d)
	require.Equal(t, "1,1,0;0,1,0;1,0,2", f.Tags["counts"])
	rec := records.Record{Settings: f.Tags}
	require.Equal(t, [][]float64{{1, 1, 0}, {0, 1, 0}, {1, 0, 2}}, confusionCounts(rec))
	require.Equal(t, []string{"a", "b", "c"}, classNames(rec, 3))
	require.Equal(t, []string{"0", "1"}, classNames(records.Record{}, 2))
}

func TestFindingsOfOneNameAreAddedUp(t *testing.T) {
	a := []engine.Finding{{Metric: engine.Metric{Name: "seconds", Unit: "s", Value: 1}, Tags: records.Tags{"forced": "y"}}, {Metric: engine.Metric{Name: "taken", Unit: "1", Value: 2}, Tags: records.Tags{"x": 1}}}
	got := added(a, []engine.Finding{{Metric: engine.Metric{Name: "seconds", Unit: "s", Value: 3}, Tags: nil}, {Metric: engine.Metric{Name: "taken", Unit: "1", Value: 5}, Tags: records.Tags{"x": 2}}, {Metric: engine.Metric{Name: "hvps", Unit: "1", Value: 7}, Tags: nil}})
	var found []float64
	for _, f := range got {
		found = append(found, f.Value)
	}
	require.Equal(t, []float64{4, 2, 5, 7}, found)
	require.Equal(t, 1.0, a[0].Value)
}

// Ridges are shares of the largest eigenvalue of the Krylov space, unless one is set.
func TestRidgesComeFromTheSpectrum(t *testing.T) {
	c := poisonRequest(t, 1)
	target, err := c.target(t.Context(), false)
	require.NoError(t, err)
	tried := func() (out []records.Tags) {
		s := &search{t: target, way: kept}
		_, err := newtonSteps{}.method(target, s).Unlearn(t.Context(), target.problem, target.theta, c.request)
		require.NoError(t, err)
		require.Len(t, s.choices, 1)
		for _, try := range s.choices[0].tries {
			out = append(out, try.tags)
		}
		return out
	}
	g := make([]float64, len(target.theta))
	require.NoError(t, c.problem.Difference(t.Context(), g, target.theta, c.applied))
	sample, err := c.applied.Subsample(c.set.Sample, c.sampleSeed())
	require.NoError(t, err)
	h, err := sample.Hessian(t.Context(), c.problem, target.theta, unlearn.GaussNewton)
	require.NoError(t, err)
	space, err := unlearn.NewKrylov(t.Context(), h, g, 4)
	require.NoError(t, err)
	largest, err := space.Largest()
	require.NoError(t, err)
	// The largest eigenvalue is that of the Rayleigh quotients in the space: none of its vectors
	// has a larger one.
	x, ax := slices.Clone(g), make([]float64, len(g))
	for range 4 {
		require.NoError(t, h.MulVecTo(t.Context(), ax, x))
		require.LessOrEqual(t, floats.Dot(x, ax)/floats.Dot(x, x), largest*(1+1e-5))
		copy(x, ax)
		floats.Scale(1/floats.Norm(x, 2), x)
	}
	tags := tried()
	require.GreaterOrEqual(t, len(tags), 4)
	for _, tag := range tags {
		require.InEpsilon(t, tag["ridge-share"].(float64)*largest, tag["ridge"], 1e-5)
	}
	c.set.Ridge = settings.Auto{Value: 3}
	tags = tried()
	require.Len(t, tags, 2)
	require.Equal(t, records.Tags{"ridge": 3.0, "products": 2.0}, tags[0])
}

func TestPoisoningRefusesWhatCannotBe(t *testing.T) {
	for _, tt := range []struct {
		o    engine.Order
		want string
	}{
		{engine.Order{Dataset: "diabetes"}, "diabetes holds rows of features, but poisoning needs images: --dataset takes digits, fashion, cifar10"},
		{engine.Order{Dataset: "none"}, "unknown data set \"none\"; known: digits, fashion, cifar10"},
		{engine.Order{Experiment: "residual", Dataset: "digits"}, "digits holds images, but residual needs rows of features"},
		{engine.Order{Model: "linear"}, "unknown model \"linear\"; known: cnn"},
		{engine.Order{Given: engine.Given{Text: "x"}}, "--text is for memorization"},
		{engine.Order{Set: []string{"methods=magic"}}, "must be one of"},
		{engine.Order{Set: []string{"methods=second-order-lissa"}}, "must be one of none, first-order"},
		{engine.Order{Set: []string{"blocks=2,2,2,2"}}, "images of 8 x 8 can be halved only 3 times"},
		{engine.Order{Set: []string{"block-dropout=0,0.5"}}, "more values than blocks=2"},
		{engine.Order{Set: []string{"block-dropout=1"}}, "below 1"},
		{engine.Order{Set: []string{"known=0.5,1.5"}}, "at most 1"},
		{engine.Order{Set: []string{"known=0.001"}}, "known=0.001 of 40 flipped labels is none"},
		{engine.Order{Set: []string{"budget=10"}}, "budget=10 flips no label of 200 images"},
		{engine.Order{Set: []string{"budget=50001"}}, "lower the budget"},
		{engine.Order{Set: []string{"sample=201"}}, "sample=201 is more than the 200 training images"},
		{engine.Order{Set: []string{"images=5000"}}, "images=5000 is more"},
		{engine.Order{Set: []string{"shards=201"}}, "shards=201"},
		{engine.Order{Set: []string{"schedule=daily"}}, "one of constant, one-cycle"},
	} {
		if tt.o.Experiment == "" {
			tt.o.Experiment = "poisoning"
		}
		tried.Refused(t, tt.o, tt.want)
	}
}

func TestPoisonMethodsThatMayBeChosen(t *testing.T) {
	var names []string
	for _, m := range poisonMethods() {
		names = append(names, m.name)
	}
	assert.Equal(t, names, poisonMethodNames())
	set, err := tried.Typed[Settings](engine.Defaults(Experiment(), engine.Key{Dataset: "digits", Model: imageModel, Profile: engine.Smoke}))
	require.NoError(t, err)
	require.NoError(t, set.Set("methods", "none,sisa"))
	wanted := 0
	for _, m := range poisonMethods() {
		if m.wanted(set) {
			wanted++
		}
	}
	assert.Equal(t, 2, wanted)
}

// poisonRecord is a made-up record of poisoning.
func poisonRecord(method, metric string, v float64, tags records.Tags) records.Record {
	return records.Record{Experiment: "poisoning", Dataset: "cifar10", Model: imageModel, Method: method, Metric: metric, Value: v,
		Settings: records.Tags{"budget": 10000.0, "flips": 10000.0, "known": 1.0, "stage": "after"}.With(tags)}
}

func TestTargetsOfPoisoning(t *testing.T) {
	before := records.Tags{"stage": "before", "known": nil}
	recs := []records.Record{
		poisonRecord("none", "poison-learned", 0.999, before), poisonRecord("retrain", "seconds", 1000, records.Tags{"stage": "clean", "known": nil}),
		poisonRecord("none", "test-accuracy", 0.7, before), poisonRecord("retrain", "test-accuracy", 0.8, records.Tags{"stage": "clean", "known": nil}),
		poisonRecord("second-order", "test-accuracy", 0.746, records.Tags{"statistics": reestimated}),
		poisonRecord("second-order", "seconds", 90, records.Tags{"statistics": reestimated}),
		poisonRecord("second-order", "own-residual", 0.9, records.Tags{"statistics": reestimated}),
		poisonRecord("second-order-iterative", "test-accuracy", 0.745, records.Tags{"statistics": reestimated}),
		poisonRecord("first-order", "test-accuracy", 0.747, records.Tags{"statistics": kept}),
		poisonRecord("first-order", "test-accuracy", 0.712, records.Tags{"statistics": reestimated}),
		poisonRecord("fine-tune-adam-2", "test-accuracy", 0.775, records.Tags{"statistics": kept}),
		poisonRecord("fine-tune-adam-2", "seconds", 100, records.Tags{"statistics": kept}),
		poisonRecord("fine-tune-adam-10", "test-accuracy", 0.79, records.Tags{"statistics": kept}), // as long as retraining
		poisonRecord("fine-tune-adam-10", "seconds", 1000, records.Tags{"statistics": kept}),
		poisonRecord("sisa-5", "test-accuracy", 0.79, records.Tags{"statistics": kept}),
	}
	for k, score := range []float64{70, 70.4, 69.9, 60, 69.3} {
		recs = append(recs, poisonRecord("second-order-iterative", "chunk-accuracy", score, records.Tags{"statistics": reestimated, "chunk": k, "taken": k != 3}))
	}
	got := map[string]report.Claim{}
	answers := engine.Answers(&engine.Config{}, recs)
	for _, c := range report.Targets(answers) {
		got[c.Text] = c
	}
	for text, want := range map[string]string{
		"10,000 flips: share of the flipped labels that the network learned":                                            "",
		"10,000 flips: recovered accuracy, share of what the flips cost, by second order in one step":                   "",
		"10,000 flips: recovered accuracy, share of what the flips cost, by iterative second order":                     "short by 0.0500",
		"10,000 flips: time of second order in one step / retraining time, with given settings":                         "",
		"iterative methods: largest fall of validation accuracy between chunks, points (3 applied, 1 refused)":          "1.20 times too large",
		"second-order updates that report the relative residual of every solve, on its own images and on a second draw": "2 without",
	} {
		c, ok := got[text]
		require.True(t, ok, "%s: %v", text, got)
		assert.Equal(t, want, c.Short, text)
		assert.Equal(t, want == "", c.Met)
	}
	assert.Len(t, got, 6)
	require.Len(t, answers, 1)
	require.Len(t, answers[0].Compared, 2, "each of the variants that were measured")
	for _, c := range answers[0].Compared {
		assert.Equal(t, "fine-tuning, Adam, 2 passes", c.Other, "the best that is faster than retraining, and not first order")
		assert.Equal(t, "one draw; a verdict needs five", c.None)
		assert.Empty(t, c.Verdict)
	}
	assert.Contains(t, answers[0].Text, "faster than retraining) recovers 75 %. Second order recovers 46 % in one step and 45 % in chunks", "what wins comes first")
	assert.False(t, math.IsNaN(recs[0].Value))
}

// With one way of statistics tables and claims say which, and models that vote, whose statistics
// are their own, do not count as another.
func TestOneWayOfStatistics(t *testing.T) {
	records := []records.Record{
		poisonRecord("none", "test-accuracy", 0.7, records.Tags{"stage": "before", "known": nil}),
		poisonRecord("retrain", "test-accuracy", 0.8, records.Tags{"stage": "clean", "known": nil}),
		poisonRecord("first-order", "test-accuracy", 0.712, records.Tags{"statistics": reestimated}),
		poisonRecord("second-order", "test-accuracy", 0.746, records.Tags{"statistics": reestimated}),
		poisonRecord("sisa-5", "test-accuracy", 0.78, records.Tags{"statistics": kept}),
	}
	r := engine.ResultsOf("poisoning", &engine.Config{}, records)
	table := byBudget(r, "Test accuracy, %", "test-accuracy", "", 1)
	require.Equal(t, []string{"method", "10,000 flips, statistics re-estimated"}, table.Header)
	require.Contains(t, table.Note, "of SISA after each training")
	require.Equal(t, []string{"sisa-5", "78.00"}, []string{table.Rows[2][0].String(), table.Rows[2][1].String()})
}

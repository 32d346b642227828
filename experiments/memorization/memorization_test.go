package memorization

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tried"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// memoryOrder asks for a smoke run of memorization.
func memoryOrder(out string, set ...string) *engine.Order {
	return &engine.Order{Experiment: "memorization", Profile: engine.Smoke, Seed: 7, Out: out, Set: set}
}

// A run that is stopped in the middle of training, of retraining, or between any two units resumes
// to the same records.
func TestMemorizationGoesOnWhereItStopped(t *testing.T) {
	want := tried.WithoutSeconds(t, tried.RunOrder(t, memoryOrder(t.TempDir())))
	stop := func(name string, progress func(context.CancelFunc) engine.Progress) {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, want, tried.WithoutSeconds(t, tried.StoppedAndResumed(t, func(out string) *engine.Order { return memoryOrder(out) }, progress)))
		})
	}
	for name, steps := range map[string]int{"training": 30, "retraining": 70} {
		stop(name, func(cancel context.CancelFunc) engine.Progress {
			return &tried.StepCanceller{Cancel: cancel, Left: steps}
		})
	}
	for _, units := range []int{2, 6} {
		stop("after a unit", func(cancel context.CancelFunc) engine.Progress {
			return &tried.Canceller{Cancel: cancel, Left: units}
		})
	}
}

func TestForceTrainsAgain(t *testing.T) {
	out := t.TempDir()
	first := memoryOrder(out)
	first.Name = "again"
	dir := tried.RunOrder(t, first)
	o := memoryOrder(out, "train-epochs=1")
	o.Mode, o.Name = records.Force, first.Name
	require.Equal(t, dir, tried.RunOrder(t, o))
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("memorization", &engine.Config{}, recs)
	assert.Equal(t, []float64{1}, records.Values(r.Part("epochs", "method", "train")))
}

// The parameters that a run has trained serve another one, which finds the same.
func TestACheckpointReplacesTraining(t *testing.T) {
	first := tried.RunOrder(t, memoryOrder(t.TempDir()))
	o := memoryOrder(t.TempDir())
	o.Checkpoint = filepath.Join(first, records.TrainedName, "train-3.safetensors")
	second := tried.RunOrder(t, o)
	assert.NoFileExists(t, filepath.Join(second, records.TrainedName, "train-3.safetensors"))
	effort := func(r records.Record) bool { return r.Method == "train" || r.Metric == "file-size" }
	drop := func(records []records.Record) (out []records.Record) {
		for _, r := range records {
			if !effort(r) {
				out = append(out, r)
			}
		}
		return out
	}
	assert.Equal(t, drop(tried.WithoutSeconds(t, first)), drop(tried.WithoutSeconds(t, second)))

	data, err := os.ReadFile(o.Checkpoint)
	require.NoError(t, err)
	for _, tt := range []struct {
		change func(o *engine.Order, data []byte) []byte
		want   string
	}{
		{func(o *engine.Order, data []byte) []byte { o.Seed++; return data }, "has the training text"},
		{func(o *engine.Order, data []byte) []byte { o.Set = []string{"units=9"}; return data }, "lstm1/W has shape"},
		{func(o *engine.Order, data []byte) []byte { o.Set = []string{"characters=1400"}; return data }, "but this run has"},
		{func(o *engine.Order, data []byte) []byte { return data[:len(data)/2] }, "truncated"},
		{func(o *engine.Order, data []byte) []byte { return []byte("no such thing") }, "safetensors"},
		{func(o *engine.Order, data []byte) []byte { o.Set = []string{"length=3,4"}; return data }, "give one length"},
	} {
		o := memoryOrder(t.TempDir())
		o.Checkpoint = filepath.Join(t.TempDir(), "some.safetensors")
		require.NoError(t, os.WriteFile(o.Checkpoint, tt.change(o, data), 0o644))
		_, _, err := o.Do(t.Context())
		assert.ErrorContains(t, err, tt.want)
	}
	c, err := engine.ReadConfig(filepath.Join(second, records.ConfigName))
	require.NoError(t, err)
	c.Given.Loaded = "other"
	_, _, err = (&engine.Order{Repeat: c, Out: t.TempDir()}).Do(t.Context())
	assert.ErrorContains(t, err, "differs from that of the run to repeat")
}

// ownText is a text with and without a secret.
func ownText(t *testing.T, with bool) string {
	t.Helper()
	var b strings.Builder
	for i := range 60 {
		b.WriteString("Every paragraph of this text is much like every other one.\n\n")
		if with && i%10 == 5 {
			b.WriteString("The key is Xy7-k.\n\n")
		}
	}
	path := filepath.Join(t.TempDir(), "my text.txt")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	return path
}

func TestASecretOfTheUsersOwn(t *testing.T) {
	o := memoryOrder(t.TempDir(), "characters=2000")
	o.Given = engine.Given{Text: ownText(t, true), Prompt: "The key is ", Secret: "Xy7-k", ShowSecret: true}
	dir := tried.RunOrder(t, o)
	assert.Regexp(t, "^my text.txt-lstm-smoke-7-[0-9a-f]{6}$", filepath.Base(dir))
	tried.Refused(t, engine.Order{Experiment: "memorization", Given: o.Given, Set: []string{"length=5", "characters=2000"}},
		"--set length=5 has no effect on memorization: the secret is given")
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("memorization", &engine.Config{}, recs)
	assert.Equal(t, []float64{3}, records.Values(r.Part("places")))
	assert.Equal(t, []string{"all"}, spaces(r), "the secret is no number")
	for _, rec := range r.Part("log2-perplexity") {
		assert.Equal(t, "Xy7-k", rec.Text("secret"))
	}
	text, err := engine.Text(dir, 80)
	require.NoError(t, err)
	assert.NotContains(t, text, "Targets")

	c, err := engine.ReadConfig(filepath.Join(dir, records.ConfigName))
	require.NoError(t, err)
	assert.Contains(t, c.Command, "--text '"+o.Text+"' --prompt 'The key is ' --secret Xy7-k --show-secret --model lstm")
	assert.Equal(t, tried.WithoutSeconds(t, dir), tried.WithoutSeconds(t, tried.RunOrder(t, &engine.Order{Repeat: c, Out: t.TempDir(), Given: engine.Given{ShowSecret: true}})))
	require.NoError(t, os.WriteFile(o.Text, []byte("another text"), 0o644))
	_, _, err = (&engine.Order{Repeat: c, Out: t.TempDir()}).Do(t.Context())
	assert.ErrorContains(t, err, "fingerprint")
}

// What does not stand in the text is put there, and the user is told.
func TestASecretThatIsNotInTheText(t *testing.T) {
	text, err := os.ReadFile(ownText(t, false))
	require.NoError(t, err)
	s := &Session{Session: &engine.Session{Seed: 3, Dataset: "d", Text: string(text), Given: engine.Given{Prompt: "The key is ", Secret: "Xy7-k", Insert: true}}}
	p, err := s.plant(&Settings{Window: 8, Times: 4}, secretKey{5, 0})
	require.NoError(t, err)
	assert.Equal(t, []string{"the text holds neither the prompt nor the secret: both are inserted, at 4 places"}, p.notes)
	assert.True(t, p.inserted)
	assert.Len(t, p.canary.Spans, 4)
	assert.Equal(t, " key is ", p.vocabulary.Decode(p.context))
	assert.Equal(t, "Xy7-k", p.vocabulary.Decode(p.secret))
}

func TestTheReplacementIsOfTheSecretsKinds(t *testing.T) {
	s := &Session{Session: &engine.Session{Seed: 3, Dataset: "d", Text: "Every Paragraph\n\nof this\n\nXy7-k", Given: engine.Given{Prompt: "\n\n", Secret: "Xy7-k"}}}
	set := &Settings{Window: 4, Times: 1}
	p, err := s.plant(set, secretKey{5, 0})
	require.NoError(t, err)
	rs, err := s.replacements(set, 5)
	require.NoError(t, err)
	require.Equal(t, []replacement{{"random", ""}}, rs)
	tokens, err := s.replacementTokens(p, rs[0])
	require.NoError(t, err)
	assert.Regexp(t, `^[EPX][a-z][0-9]-[a-z]$`, p.vocabulary.Decode(tokens[0]))

	s.Given.Replacement = "Ab1-c"
	rs, err = s.replacements(set, 5)
	require.NoError(t, err)
	require.Equal(t, []replacement{{"given", "Ab1-c"}}, rs)
	p, err = s.plant(set, secretKey{5, 0})
	require.NoError(t, err)
	tokens, err = s.replacementTokens(p, rs[0])
	require.NoError(t, err)
	assert.Equal(t, "Ab1-c", p.vocabulary.Decode(tokens[0]))
}

// Digits are drawn separately for each place, and retraining sees none of the secret.
func TestCorrectionsTouchEveryPlace(t *testing.T) {
	s, set := memorySession(t, "length=5", "replace=all", "times=9", "window=24", "characters=20000")
	sub, err := s.secretSubject("memorization", set, secretKey{5, 0})
	require.NoError(t, err)
	assert.Equal(t, 24, len(sub.context))
	assert.Equal(t, "`my telephone number is ", sub.vocabulary.Decode(sub.context))
	rs, err := s.replacements(set, 5)
	require.NoError(t, err)
	require.Equal(t, []replacement{{"text1", "taken"}, {"random-digits", ""}}, rs)
	for _, r := range rs {
		c, err := sub.correction(r)
		require.NoError(t, err)
		assert.Len(t, c.applied.Rows, 9*(24+5), "a window for each that holds a digit, or has one as its label")
		var all []int32
		for _, y := range c.data.Y {
			all = append(all, int32(y))
		}
		text := sub.vocabulary.Decode(all)
		assert.NotContains(t, text, "number is "+sub.canary.Secret)
		if r.name == "text1" {
			assert.Equal(t, 9, strings.Count(text, "number is taken!"))
			continue
		}
		seen := map[string]bool{}
		for _, part := range strings.Split(text, "number is ")[1:] {
			assert.Regexp(t, `^[0-9]{5}!`, part)
			seen[part[:5]] = true
		}
		assert.Len(t, seen, 9)
	}
}

// memorySession is a session of a smoke run.
func memorySession(t *testing.T, set ...string) (*Session, *Settings) {
	t.Helper()
	e, err := engine.Find("memorization")
	require.NoError(t, err)
	settings, err := tried.Typed[Settings](engine.Defaults(e, engine.Key{Dataset: EmbeddedText, Model: languageModel, Profile: engine.Smoke}))
	require.NoError(t, err)
	for _, kv := range set {
		key, value, _ := strings.Cut(kv, "=")
		require.NoError(t, settings.Set(key, value))
	}
	o := memoryOrder("")
	text, _, err := readText(o)
	require.NoError(t, err)
	s := shared(engine.NewSession(&engine.Config{Dataset: EmbeddedText, Model: languageModel, Seed: 3}, nil, nil, engine.Quiet{}))
	s.Text = text
	return s, settings
}

func TestMemorizationRefusesWhatCannotBe(t *testing.T) {
	text := ownText(t, true)
	for _, tt := range []struct {
		o    engine.Order
		want string
	}{
		{engine.Order{Experiment: "residual", Given: engine.Given{Text: text}}, "--text is for memorization; residual uses rows of features"},
		{engine.Order{Experiment: "residual", Given: engine.Given{Secret: "x", Prompt: "y"}}, "--prompt is for memorization"},
		{engine.Order{Given: engine.Given{Prompt: "x"}}, "--prompt needs --secret"},
		{engine.Order{Given: engine.Given{Replacement: "x"}}, "--replace needs --secret"},
		{engine.Order{Given: engine.Given{Secret: "x"}}, "--secret needs --prompt"},
		{engine.Order{Given: engine.Given{Prompt: "The key is ", Secret: "Xy7-k", Replacement: "Xy7"}}, "--replace has 3 characters and --secret 5"},
		{engine.Order{Given: engine.Given{Prompt: "\xff", Secret: "Xy7-k"}}, "--prompt is not UTF-8"},
		{engine.Order{Given: engine.Given{Text: text}, Dataset: "alice"}, "exclude each other"},
		{engine.Order{Dataset: "diabetes"}, "memorization knows alice"},
		{engine.Order{Model: "mlp"}, "unknown model \"mlp\"; known: lstm"},
		{engine.Order{Experiment: "residual", Model: "lstm"}, "known: linear, mlp"},
		{engine.Order{Experiment: "residual", Dataset: "alice"}, "known: diabetes"},
		{engine.Order{Set: []string{"length=4", "replace=text1"}}, "the paper has no text1 of that length"},
		{engine.Order{Set: []string{"replace=text3"}}, "must be one of text1"},
		{engine.Order{Set: []string{"times=1000"}}, "1000 times"},
		{engine.Order{Set: []string{"sample=100000"}}, "sample=100000 is more than the"},
		{engine.Order{Set: []string{"window=5000"}}, "no window"},
		{engine.Order{Set: []string{"dropout=1"}}, "below 1"},
		{engine.Order{Set: []string{"ridge-grid=1,x"}}, "\"x\" is not a number"},
		{engine.Order{Set: []string{"ridge-grid=1,0"}}, "above 0"},
	} {
		if tt.o.Experiment == "" {
			tt.o.Experiment = "memorization"
		}
		tried.Refused(t, tt.o, tt.want)
	}
}

func TestTheBestSettingLosesNoMoreThanItMay(t *testing.T) {
	k := criterion{0.5, func(t *try) float64 { return t.perplexity }}
	for _, tt := range []struct {
		tries  []try
		want   int
		within bool
	}{
		{nil, -1, false},
		{[]try{{failed: trial.ErrNotFinite}}, -1, false},
		{[]try{{perplexity: 9, lost: 0.4}, {perplexity: 3, lost: 0.6}, {perplexity: 5, lost: 0.5}, {perplexity: 5, lost: -1}}, 2, true},
		{[]try{{perplexity: 1, lost: 3}, {perplexity: 9, lost: 2}, {failed: trial.ErrNotFinite}}, 1, false},
		{[]try{{perplexity: 1, lost: 3}, {perplexity: 9, lost: 0.2}}, 1, true},
	} {
		i, within := k.best(tt.tries)
		assert.Equal(t, tt.want, i)
		assert.Equal(t, tt.within, within)
	}
}

func TestFinerGridLiesBetweenTheNeighbors(t *testing.T) {
	got := tune.Finer([]float64{1, 0.01, 0.1}, 0.1, 4)
	require.Len(t, got, 6)
	for i, want := range []float64{0.017782794, 0.031622777, 0.056234133, 0.17782794, 0.31622777, 0.56234133} {
		assert.InEpsilon(t, want, got[i], 1e-7)
	}
	assert.Len(t, tune.Finer([]float64{1, 10}, 10, 4), 6, "an end of the grid reaches a decade beyond it")
}

// The accuracy and the mean loss are those that the model itself gives.
func TestAccuracyAndLossAreTheModels(t *testing.T) {
	s, set := memorySession(t)
	sub, err := s.secretSubject("memorization", set, secretKey{3, 0})
	require.NoError(t, err)
	accuracy, loss, err := accuracyAndLoss(t.Context(), sub.model, sub.start, sub.train)
	require.NoError(t, err)
	want, err := sub.model.Accuracy(t.Context(), sub.start, sub.train)
	require.NoError(t, err)
	assert.Equal(t, want, accuracy)
	sum, err := sub.model.Loss(t.Context(), sub.start, sub.train)
	require.NoError(t, err)
	assert.InEpsilon(t, sum/float64(sub.train.Len()), loss, 1e-5)
}

// The authors add l2 ||w||^2 of the LSTM layers to the mean loss.
func TestTheRegularizerIsTheAuthors(t *testing.T) {
	s, set := memorySession(t, "l2=0.01", "precision=float64")
	sub, err := s.secretSubject("memorization", set, secretKey{3, 0})
	require.NoError(t, err)
	with, err := sub.problem.Loss(t.Context(), sub.start)
	require.NoError(t, err)
	without, err := sub.model.Loss(t.Context(), sub.start, sub.train)
	require.NoError(t, err)
	sum, at := 0.0, 0
	for _, p := range sub.model.Params() {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		for _, w := range sub.start[at : at+n] {
			if strings.HasPrefix(p.Name, "lstm") {
				sum += w * w
			}
		}
		at += n
	}
	assert.InEpsilon(t, 0.01*sum*float64(sub.train.Len()), with-without, 1e-9)
}

// trainedSubject is the subject of a smoke run after training, with its correction.
func trainedSubject(t *testing.T) (*secretSubject, *correction) {
	t.Helper()
	s, set := memorySession(t)
	s.Dir = t.TempDir()
	sub, err := s.secretSubject("memorization", set, secretKey{3, 0})
	require.NoError(t, err)
	_, err = sub.trained(t.Context())
	require.NoError(t, err)
	c, err := sub.correction(replacement{name: "random-digits"})
	require.NoError(t, err)
	return sub, c
}

// A solve that grows without bound is no result, though updates are forced.
func TestADivergedSolveIsAFailure(t *testing.T) {
	sub, c := trainedSubject(t)
	for _, m := range []unlearn.Method{
		sub.secondOrderBy(unlearn.LiSSA{Scale: 1e-3, MaxProducts: 200}, unlearn.GaussNewton),
		unlearn.PublishedSecondOrder{Scale: 1, Sample: sub.set.Sample, Force: true},
	} {
		a, err := sub.apply(t.Context(), c, m, nil)
		require.NoError(t, err)
		assert.ErrorContains(t, a.Failed, "diverged after", m.Name())
	}
	a, err := sub.apply(t.Context(), c, sub.secondOrderBy(unlearn.CG{Tolerance: 1e-12, MaxProducts: 2}, unlearn.GaussNewton), nil)
	require.NoError(t, err)
	assert.NoError(t, a.Failed, "an end by the limit on products is a result")
}

// First order is held against second order where both give the secret the same perplexity.
func TestTheMatchingTauGivesTheSamePerplexity(t *testing.T) {
	sub, c := trainedSubject(t)
	g, err := sub.difference(t.Context(), c, sub.theta)
	require.NoError(t, err)
	before, err := sub.perplexity(t.Context(), sub.theta)
	require.NoError(t, err)
	tau, err := sub.matchingTau(t.Context(), g, before+0.5)
	require.NoError(t, err)
	after, err := sub.perplexity(t.Context(), trial.Along(sub.theta, g, tau))
	require.NoError(t, err)
	assert.InDelta(t, before+0.5, after, 1e-3)
	low, err := sub.perplexity(t.Context(), trial.Along(sub.theta, g, 0.9*tau))
	require.NoError(t, err)
	assert.Less(t, low, after, "there is no smaller one")

	var none *noMatchError
	_, err = sub.matchingTau(t.Context(), g, 1e6)
	require.ErrorAs(t, err, &none)
	assert.ErrorContains(t, err, "1e+06 bit")
}

// What was tried from one Krylov space is the result of the method itself, step by step.
func TestARoundIsWhatSecondOrderDoes(t *testing.T) {
	sub, c := trainedSubject(t)
	tries, directions, err := sub.round(t.Context(), c, sub.theta, []float64{100, 1e-3}, []float64{0.5, 2}, path{})
	require.NoError(t, err)
	require.Len(t, tries, 4)
	theta := trial.Along(sub.theta, directions[1e-3], 2)
	again, directions, err := sub.round(t.Context(), c, theta, []float64{100}, []float64{0.5}, tries[3].path)
	require.NoError(t, err)
	require.Equal(t, records.Tags{"ridge": "0.001,100", "step": "2,0.5"}, again[0].tags)
	want := trial.Along(theta, directions[100], 0.5)

	u, err := sub.along(again[0].path).Unlearn(t.Context(), sub.problem, sub.theta, c.request)
	require.NoError(t, err)
	moved := trial.Distance(want, sub.theta)
	assert.Less(t, trial.Distance(want, u.Theta), 1e-5*moved, "in float32")
	require.Len(t, u.Solves, 2)
	assert.Greater(t, u.Solves[0].Residual, 0.1, "a solve that is far from converged is to be among them")
	one, err := sub.along(tries[3].path).Unlearn(t.Context(), sub.problem, sub.theta, c.request)
	require.NoError(t, err)
	assert.Equal(t, 2*one.Cost.HVPs, u.Cost.HVPs)
	assert.Equal(t, one.Before, u.Before)
}

func TestMethodsOfSecondOrder(t *testing.T) {
	for _, m := range listed() {
		assert.Equal(t, strings.HasPrefix(m.name, "second-order"), ofSecondOrder(m.name), m.name)
	}
	assert.False(t, ofSecondOrder("second-order-unknown"))
}

func TestMethodsThatMayBeChosen(t *testing.T) {
	var names []string
	for _, m := range memoryMethods() {
		if m.choose != nil {
			names = append(names, m.name)
		}
	}
	assert.ElementsMatch(t, names, memoryMethodNames())
	set, err := tried.Typed[Settings](engine.Defaults(Experiment(), engine.Key{Dataset: EmbeddedText, Model: languageModel, Profile: engine.Smoke}))
	require.NoError(t, err)
	require.NoError(t, set.Set("methods", "none,first-order"))
	wanted := 0
	for _, m := range memoryMethods() {
		if m.wanted(set) {
			wanted++
		}
	}
	assert.Equal(t, 3, wanted, "and retraining")
	assert.ErrorContains(t, set.Set("methods", "magic"), "second-order")
	assert.ErrorContains(t, set.Set("methods", "sisa"), "must be one of none, fine-tune")
}

// Who chooses settings has no retrained model: whatever the result of retraining, the same settings
// are tried and chosen.
func TestSettingsAreChosenWithoutRetraining(t *testing.T) {
	sub, c := trainedSubject(t)
	require.Nil(t, c.theta)
	for _, m := range memoryMethods() {
		if m.choose == nil {
			continue
		}
		var want *choice
		for _, target := range []float64{0, 12, 1e9, math.NaN()} {
			c.target = target
			got, err := m.choose(sub, t.Context(), c)
			require.NoError(t, err, m.name)
			for i, f := range got.findings(0) {
				require.False(t, f.Value != f.Value, m.name)
				if want != nil {
					require.Equal(t, want.findings(0)[i], f, m.name)
				}
			}
			want = got
		}
	}
	require.Nil(t, c.theta, "nobody has retrained")
}

// Every draw has a secret, a start and a replacement of its own; quick has at least five secrets
// and three trainings.
func TestEveryDrawHasASecretOfItsOwn(t *testing.T) {
	set, err := tried.Typed[Settings](engine.Defaults(Experiment(), engine.Key{Dataset: EmbeddedText, Model: languageModel, Profile: engine.Quick}))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, set.Draws, 5)
	own, err := tried.Typed[Settings](engine.Defaults(Experiment(), engine.Key{Dataset: "my text.txt", Model: languageModel, Profile: engine.Quick}))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, own.Draws, 3, "trainings on one secret")

	s, smoke := memorySession(t, "draws=5", "length=6")
	seen := map[string]bool{}
	for _, key := range s.secretKeys(smoke) {
		sub, err := s.secretSubject("memorization", smoke, key)
		require.NoError(t, err)
		again, err := s.secretSubject("memorization", smoke, key)
		require.NoError(t, err)
		require.Same(t, sub, again)
		c, err := sub.correction(replacement{name: "random-digits"})
		require.NoError(t, err)
		for _, what := range []string{sub.canary.Secret, fmt.Sprint(sub.start[:5]), fmt.Sprint(c.data.Y), sub.trainName()} {
			require.False(t, seen[what], what)
			seen[what] = true
		}
	}
	require.Len(t, s.secrets, 5)
}

// A run over draws keeps their records apart, and its tables show median, least and largest.
func TestDrawsAreMeasuredApart(t *testing.T) {
	dir := tried.RunOrder(t, memoryOrder(t.TempDir(), "draws=2", "methods=none,fine-tune-adam,second-order,second-order-repeated"))
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	c, err := engine.ReadConfig(filepath.Join(dir, records.ConfigName))
	require.NoError(t, err)
	r := engine.ResultsOf("memorization", c, recs)
	require.Equal(t, 2, r.Draws())
	require.Len(t, cases(r), 1)
	for _, m := range methods(r) {
		bits := over(r, cases(r)[0], m, "log2-perplexity")
		require.Len(t, bits, 2, m)
		require.NotEqual(t, bits[0], bits[1], m)
	}
	tables := perplexityTable(r)
	assert.Less(t, tables.Rows[0][1].Value.Low, tables.Rows[0][1].Value.High)
	assert.Contains(t, tables.Note, "Median over 2 draws")
}

// Nothing of the held-out text is trained on, its halves have no character in common, and no window
// of it shows the secret.
func TestHeldOutTextIsNeitherTrainedOnNorSharedNorSecret(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "line %d of the text\n\n", i)
		if i%20 == 7 {
			b.WriteString("The key is Xy7-k.\n\n")
		}
	}
	s := &Session{Session: &engine.Session{Seed: 3, Dataset: "d", Text: b.String(), Given: engine.Given{Prompt: "The key is ", Secret: "Xy7-k"}}}
	set := &Settings{Window: 8, Times: 4, HeldOut: 0.5}
	p, err := s.plant(set, secretKey{5, 0})
	require.NoError(t, err)
	train, heldOut := s.parts(set)
	require.True(t, b.String() == train+heldOut)
	require.InDelta(t, 0.5, float64(len(heldOut))/float64(len(train)), 1e-3)
	require.Contains(t, heldOut, "Xy7-k")
	decoded := func(d *datasets.Dataset) (all []string) {
		x := d.X.(*datasets.Tokens)
		for i, at := range x.Starts {
			window := p.vocabulary.Decode(x.Text[at : at+8])
			require.Equal(t, p.vocabulary.Decode([]int32{int32(d.Y[i])}), p.vocabulary.Decode(x.Text[at+8:at+9]))
			all = append(all, window+p.vocabulary.Decode(x.Text[at+8:at+9]))
		}
		return all
	}
	choosing, measured := decoded(p.choosing), decoded(p.measured)
	half := len(heldOut) / 2
	for _, windows := range []struct {
		of   string
		have []string
	}{{heldOut[:half], choosing}, {heldOut[half:], measured}} {
		var want []string
		for at := 0; at+9 <= len(windows.of); at++ {
			hidden := false // any character of it
			for from := max(0, at-4); from < at+9 && from+5 <= len(windows.of); from++ {
				hidden = hidden || windows.of[from:from+5] == "Xy7-k"
			}
			if !hidden {
				want = append(want, windows.of[at:at+9])
			}
		}
		require.Equal(t, want, windows.have)
	}

	s.Text = "The text is all that there is before it.\n\nAnd more of it follows here.\n\nThe key is Xy7-k."
	_, err = s.plant(set, secretKey{5, 0})
	require.ErrorContains(t, err, "--set held-out=0 uses all of it")
	set.HeldOut = 0
	p, err = s.plant(set, secretKey{5, 0})
	require.NoError(t, err)
	require.Nil(t, p.choosing)
}

// The standard error of a loss is that of the difference on the same windows.
func TestStandardErrorsInClosedForm(t *testing.T) {
	rights := func(n, right int) []bool {
		out := make([]bool, n)
		for i := range right {
			out[i] = true
		}
		return out
	}
	v := compared(rights(100, 100), rights(100, 90))
	assert.InDelta(t, 10, v.lost, 1e-12)
	assert.InDelta(t, 3, v.lostError, 1e-12, "sqrt(0.1 * 0.9 / 100)")
	assert.InDelta(t, 0.03, v.accuracyError, 1e-12)
	other := rights(100, 50)
	slices.Reverse(other)
	v = compared(rights(100, 50), other)
	assert.Zero(t, v.lost)
	assert.InDelta(t, 10, v.lostError, 1e-12, "all changed: sqrt(1/100)")

	// Against draws: 2,000 times 400 windows, of which 3 % become wrong and 1 % right.
	rng, sum, squares, claimed := rand.New(rand.NewPCG(1, 2)), 0.0, 0.0, 0.0
	const trials, n = 2000, 400
	for range trials {
		before, after := make([]bool, n), make([]bool, n)
		for i := range n {
			u := rng.Float64()
			before[i], after[i] = u < 0.5, u < 0.47 || u > 0.99
		}
		v := compared(before, after)
		sum, squares, claimed = sum+v.lost, squares+v.lost*v.lost, claimed+v.lostError
	}
	mean := sum / trials
	assert.InDelta(t, 2, mean, 0.1)
	assert.InEpsilon(t, math.Sqrt(squares/trials-mean*mean), claimed/trials, 0.06)
}

// Exposures of different kinds are never put together.
func TestExposuresOfDifferentKindsStandApart(t *testing.T) {
	rec := func(value float64, tags records.Tags) records.Record {
		return records.Record{Metric: "exposure", Value: value, Settings: tags.With(nil)}
	}
	exact := func(v float64) records.Record { return rec(v, records.Tags{"by": byRank}) }
	far := func(v float64) records.Record { return rec(v, records.Tags{"by": byExtrapolation, "at-least": 9.4}) }
	near := func(v float64) records.Record { return rec(v, records.Tags{"by": byFit, "at-least": 0.5}) }
	shown := func(recs ...records.Record) (out []string) {
		for i := range recs {
			recs[i].Method = "none"
			for key, v := range map[string]any{"length": 10.0, "replace": "words", "stage": "after", "space": "digits"} {
				recs[i].Settings[key] = v
			}
		}
		table := exposureTable(&engine.Results{Config: &engine.Config{}, Results: records.Results{Records: recs}}, "digits")
		for j, cell := range table.Rows[0] {
			out = append(out, table.Header[j]+": "+cell.String())
		}
		return out[1:]
	}
	assert.Equal(t, []string{"10 → words: 33.2"}, shown(exact(33.22), exact(33.21)))
	assert.Equal(t, []string{"10 → words: 20.0 (10.0 to 33.2)"}, shown(exact(33.22), exact(10), exact(20)))
	assert.Equal(t, []string{"10 → words: ≈1.0 (0.5 to 1.5)"}, shown(near(0.5), near(1.5)))
	assert.Equal(t, []string{"10 → words, proven, at least: 9.4", "10 → words, extrapolated: ≈31.2"}, shown(far(31.2)))
	assert.Equal(t, []string{"10 → words, by rank: 31.0 (30.0 to 32.0) (2 of 4 draws)", "10 → words, fitted: ≈2.0 (1 of 4 draws)",
		"10 → words, proven, at least: 9.4", "10 → words, extrapolated: ≈12.0 (1 of 4 draws)"}, shown(far(12), near(2), exact(32), exact(30)))
	old := rec(31.2, records.Tags{"by": "skew-normal", "strings-below": 0, "fit-strings": 2000, "space-bits": 33.2})
	assert.Equal(t, byExtrapolation, kindOf(old), "records of before the kinds were told apart")
	assert.InDelta(t, math.Log2(2000/2.9957), leastBits(old), 1e-2)
	assert.Equal(t, byFit, kindOf(rec(1, records.Tags{"by": "skew-normal", "strings-below": 3})))
}

// Grids are searched by one number, which orders tries as the choice does.
func TestTheNumberOfATryOrdersAsTheChoiceDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	k := criterion{0.5, fromMedian}
	for range 1000 {
		tries := make([]try, 1+rng.IntN(6))
		for i := range tries {
			tries[i] = try{below: 40 * rng.NormFloat64(), lost: 0.5 + 0.3*rng.NormFloat64()}
			if rng.IntN(4) == 0 {
				tries[i].failed = trial.ErrNotFinite
			}
		}
		best, _ := k.best(tries)
		smallest := -1
		for i := range tries {
			if v := k.number(&tries[i]); !math.IsNaN(v) && (smallest < 0 || v < k.number(&tries[smallest])) {
				smallest = i
			}
		}
		require.Equal(t, best, smallest, "%+v", tries)
	}
}

// First order and fine-tuning try further values where the best is an end of their grid.
func TestSearchesGoOnBeyondAnEndOfTheGrid(t *testing.T) {
	sub, c := trainedSubject(t)
	set := *sub.set
	set.TauGrid, set.TauFine, set.AdamRates, set.FineEpochs, set.MaxLoss = []float64{1e-5, 1e-4}, 1, []float64{1e-3, 2e-3}, []int{1}, 100
	sub.set = &set
	first, err := sub.firstOrder(t.Context(), c)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(first.tries), 3)
	adam, err := sub.fineTuneAdam(t.Context(), c)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(adam.tries), 3)
	assert.Contains(t, []any{4e-3, 0.5e-3}, adam.tries[2].tags["tau-ft"], "a finer grid goes on by its own stride")
}

// Damaged records are errors, not steps of length 0.
func TestADamagedPathIsAnError(t *testing.T) {
	rec := func(ridge, step string) records.Record {
		return records.Record{Method: "second-order", Settings: records.Tags{"ridge": ridge, "step": step}}
	}
	for _, p := range []path{{[]float64{30}, []float64{0.25}}, {[]float64{1e-7, 1.0 / 3}, []float64{2, 4e10}}} {
		got, err := recordedPath(records.Record{Settings: p.tags()})
		require.NoError(t, err)
		assert.Equal(t, p, got)
	}
	for want, r := range map[string]records.Record{`the ridge "" ,`: rec("", "1"), `the step "x"`: rec("1", "x"), "2 ridges and 1 steps": rec("1,2", "1")} {
		_, err := recordedPath(r)
		require.ErrorContains(t, err, strings.ReplaceAll(want, " ,", ","))
	}
}

// Fine-tuning is tried at every number of passes and every rate, by plain SGD and by the trainer of
// the network, and the variant that may lose more takes the best of all of them.
func TestFineTuningIsTunedAsWellAsSecondOrder(t *testing.T) {
	dir := tried.RunOrder(t, memoryOrder(t.TempDir(), "methods=fine-tune,fine-tune-adam,fine-tune-exposure", "rate-grid=0.01,0.1", "adam-rates=1e-3,1e-2",
		"fine-tune-epochs=1,2", "exposure-loss=100"))
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("memorization", &engine.Config{}, recs)
	nearest := math.Inf(1)
	for _, m := range []string{"fine-tune", "fine-tune-adam"} {
		tries := r.Part("try", "method", m)
		assert.GreaterOrEqual(t, len(tries), 4, m)
		for _, rec := range tries {
			nearest = min(nearest, rec.Value)
		}
	}
	assert.Equal(t, []float64{nearest}, records.Values(r.Part("chosen", "method", "fine-tune-exposure")))
}

// Records of before settings were chosen without the retrained model are not shown as if they had
// been.
func TestOlderRecordsSayHowTheyWereChosen(t *testing.T) {
	old := records.Record{Experiment: "memorization", Method: "first-order", Metric: "chosen", Value: 3, Settings: records.Tags{"length": 5.0, "replace": "text1"}}
	r := &engine.Results{ID: "memorization", Config: &engine.Config{}, Results: records.Results{Records: []records.Record{old}}}
	c := memoryCase{length: 5, replace: "text1"}
	assert.Contains(t, choiceTable(r, c).Note, "which needs a retraining")
	assert.Contains(t, distanceTable(r).Note, "Settings were chosen by it")
	r.Records[0].Settings["below-median"] = 2.0
	assert.Contains(t, choiceTable(r, c).Note, "This choice needs no retrained model")
	assert.Contains(t, distanceTable(r).Note, "It is not used for tuning")
}

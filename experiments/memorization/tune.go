package memorization

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// One criterion chooses every setting: ridge, step length, tau, and rate and passes of fine-tuning.
// So no method is a weak opponent. The criterion needs no retrained model. Among the settings that
// lose at most max-loss points of accuracy on held-out text, it takes the one after which the
// secret's log2-perplexity is nearest to the median of strings that are drawn from its space and
// were never in the text. If all settings lose more, it takes the one that loses least. Exposure
// cannot be the criterion: it is exact for some settings and extrapolated for others, and these
// cannot be compared. Every try is recorded: together they are the trade-off curve. For the
// variants that should hide the secret exposure-loss replaces max-loss.

// try is the result of one setting of a method.
type try struct {
	tags       records.Tags // the setting
	path       path         // the same, of a second-order method
	perplexity float64      // of the secret, bits
	below      float64      // bits below the median of strings drawn from the first space
	match      float64      // share of the secret that the completion gives
	lost       float64      // points of held-out accuracy
	failed     error        // why nothing was measured; nil = it was
}

// choice is a method with its chosen setting.
type choice struct {
	method unlearn.Method
	tags   records.Tags
	tries  []try
	taken  *try           // nil where nothing was to be chosen
	within bool           // it loses no more than it may
	failed error          // why there is no method; nil = there is one
	update *trial.Applied // the result of the method, where it is known already
	trace  *trial.Trace   // of a solve
}

// criterion orders tries: the smallest value of those that lose at most limit points.
type criterion struct {
	limit float64
	value func(t *try) float64
}

// nearest is the criterion of all methods.
func (sub *secretSubject) nearest() criterion { return criterion{sub.set.MaxLoss, fromMedian} }

// hidden is that of the variants that are to bring the exposure down.
func (sub *secretSubject) hidden() criterion { return criterion{sub.set.ExposureLoss, fromMedian} }

// fromMedian is how far the secret lies from the median of drawn strings, on either side: one that
// has become less likely than all others stands out as well.
func fromMedian(t *try) float64 { return math.Abs(t.below) }

// best returns the index of the best try, and whether it loses as little as it may; -1 if all
// failed.
func (k criterion) best(tries []try) (int, bool) {
	best, within := -1, false
	for i := range tries {
		t := &tries[i]
		ok := t.lost <= k.limit
		switch {
		case t.failed != nil:
		case best < 0, ok && !within:
			best, within = i, ok
		case ok == within && ok && k.value(t) < k.value(&tries[best]), ok == within && !ok && t.lost < tries[best].lost:
			best = i
		}
	}
	return best, within
}

// number orders tries as best does: the smallest is the best, and one that failed has none.
func (k criterion) number(t *try) float64 {
	switch {
	case t.failed != nil:
		return math.NaN()
	case t.lost <= k.limit:
		v := k.value(t)
		return v / (1 + v) // below 1
	}
	return 1 + t.lost
}

// tryStrings is how many strings are drawn for the median of a try: it is to order many tries. The
// chosen one is measured on other strings.
const tryStrings = 300

// try measures parameters on the windows that are set aside for choosing.
func (sub *secretSubject) try(ctx context.Context, c *correction, theta []float64, tags records.Tags) (try, error) {
	t := try{tags: tags}
	if len(tags) > 0 {
		sub.session.Progress.Step("trying "+settingText(records.Record{Settings: tags.With(nil)}), 0, 0)
	}
	works, err := sub.works(ctx, theta)
	if err != nil {
		return t, err
	}
	if !works {
		t.failed = trial.ErrNotFinite
		return t, nil
	}
	bits, err := sub.probe.LogPerplexity(ctx, theta, append([][]int32{sub.secret}, sub.otherStrings()...))
	if ctx.Err() != nil {
		return t, ctx.Err()
	}
	if err != nil { // the model overflowed: its logits are not finite
		t.failed = err
		return t, nil
	}
	t.perplexity = bits[0]
	t.below = records.MiddleOf(bits[1:]).Median - bits[0]
	completion, err := sub.probe.Complete(ctx, theta, sub.length)
	if err != nil {
		return t, err
	}
	t.match = float64(sub.probe.Match(completion)) / float64(sub.length)
	v, err := c.choosing.verdict(ctx, sub, theta)
	t.lost = v.lost
	return t, err
}

// otherStrings draws strings from the first space, other than the secret and than those that
// exposure is measured by.
func (sub *secretSubject) otherStrings() [][]int32 {
	return sub.drawnStrings(trial.StreamTuning, min(tryStrings, sub.set.FitSamples))
}

// drawnStrings draws n strings from the first space, other than the secret.
func (sub *secretSubject) drawnStrings(stream uint64, n int) [][]int32 {
	alphabet, rng := sub.spaces[0].Alphabet, trial.Random(sub.session.Seed, stream, sub.stream())
	out := make([][]int32, n)
	for i := range out {
		for out[i] == nil || slices.Equal(out[i], sub.secret) {
			out[i] = make([]int32, sub.length)
			for k := range out[i] {
				out[i][k] = alphabet[rng.IntN(len(alphabet))]
			}
		}
	}
	return out
}

// findings are the tries, and the one taken.
func (ch *choice) findings(seconds float64) []engine.Finding {
	var out []engine.Finding
	for i := range ch.tries {
		t := &ch.tries[i]
		if t.failed != nil {
			out = append(out, engine.Finding{Metric: engine.Metric{Name: "try-failed", Unit: "1", Value: 1}, Tags: t.tags.With(records.Tags{"reason": t.failed.Error()})})
			continue
		}
		out = append(out, engine.Finding{Metric: engine.Metric{Name: "try", Unit: "bit", Value: fromMedian(t)}, Tags: t.tags.With(t.numbers())})
	}
	if t := ch.taken; t != nil {
		out = append(out, engine.Finding{Metric: engine.Metric{Name: "tuning-seconds", Unit: "s", Value: seconds}, Tags: nil},
			engine.Finding{Metric: engine.Metric{Name: "chosen", Unit: "bit", Value: fromMedian(t)}, Tags: t.tags.With(t.numbers()).With(records.Tags{"within": ch.within})})
	}
	return out
}

// settings are the tags of the method's records.
func (ch *choice) settings() records.Tags {
	if ch.taken == nil {
		return ch.tags
	}
	return ch.taken.tags
}

// tryOf is the try that a record was made from, without its setting.
func tryOf(r records.Record) try {
	return try{
		perplexity: r.Number("log2-perplexity"),
		below:      r.Number("below-median"), match: r.Number("completion-match"), lost: r.Number("points-lost"),
	}
}

func (t *try) numbers() records.Tags {
	return records.Tags{"log2-perplexity": t.perplexity, "below-median": t.below, "completion-match": t.match, "points-lost": t.lost}
}

// errAllFailed is why there is nothing to take.
var errAllFailed = errors.New("every setting that was tried failed")

// take makes the best of the tries the one that is taken.
func (ch *choice) take(k criterion) bool {
	i, within := k.best(ch.tries)
	if i < 0 {
		ch.failed = errAllFailed
		if n := len(ch.tries); n > 0 {
			ch.failed = fmt.Errorf("%w: %w", errAllFailed, ch.tries[n-1].failed)
		}
		return false
	}
	ch.taken, ch.within = &ch.tries[i], within
	return true
}

// recorded finds what an earlier unit recorded.
func (sub *secretSubject) recorded(c *correction, method, metric string) []records.Record {
	return records.Matching(sub.session.Before, sub.part, method, metric, sub.draw, records.Tags{"length": sub.length, "replace": c.name})
}

package experiments

import (
	"context"
	"math"
	"slices"

	"lethe/unlearn"
)

// What is chosen here, ridge, step length, tau and the rate of fine-tuning, is chosen by one criterion, so that no method is a weak
// opponent: of the settings that lose at most max-loss points of training accuracy the one with the smallest
// |log2-perplexity of the secret - retraining's|; if none loses so little, the one that loses least. All that was tried is recorded: it is
// the trade-off curve. exposure-loss and the exposure take their places for the variant that is to hide the secret.

// try is what some setting of a method led to.
type try struct {
	tags       Tags    // the setting
	perplexity float64 // of the secret, bits
	exposure   float64 // in the first space, bits; of few strings
	match      float64 // share of the secret that the completion gives
	lost       float64 // points of training accuracy
	failed     string  // why there is nothing measured
}

// choice is a method with the setting that was taken.
type choice struct {
	method unlearn.Method
	tags   Tags
	tries  []try
	taken  *try     // nil where nothing was to be chosen
	within bool     // it loses no more than it may
	failed string   // why there is no method
	update *applied // what the method came to, where that is known already
	trace  *trace   // of a solve
}

// criterion orders tries: the smallest value of those that lose at most limit points.
type criterion struct {
	limit float64
	value func(t *try) float64
}

// nearest is the criterion of all methods.
func (sub *secretSubject) nearest(c *correction) criterion {
	return criterion{sub.set.MaxLoss, func(t *try) float64 { return math.Abs(t.perplexity - c.target) }}
}

// hidden is the criterion of the variant that is to bring the exposure down.
func (sub *secretSubject) hidden() criterion {
	return criterion{sub.set.ExposureLoss, func(t *try) float64 { return t.exposure }}
}

// best returns the index of the best try, and whether it loses as little as it may; -1 if all failed.
func (k criterion) best(tries []try) (int, bool) {
	best, within := -1, false
	for i := range tries {
		t := &tries[i]
		ok := t.lost <= k.limit
		switch {
		case t.failed != "":
		case best < 0, ok && !within:
			best, within = i, ok
		case ok == within && ok && k.value(t) < k.value(&tries[best]), ok == within && !ok && t.lost < tries[best].lost:
			best = i
		}
	}
	return best, within
}

// tryStrings is how many strings the exposure of a try takes: it is to order many tries, the chosen one is measured again.
const tryStrings = 300

// try measures parameters on the windows that are set aside for choosing.
func (sub *secretSubject) try(ctx context.Context, c *correction, theta []float64, tags Tags) (try, error) {
	t := try{tags: tags}
	works, err := sub.works(ctx, theta)
	if err != nil {
		return t, err
	}
	if !works {
		t.failed = "the parameters are not finite"
		return t, nil
	}
	e, err := sub.probe.Exposure(ctx, theta, sub.spaces[0], sub.spend(min(tryStrings, sub.set.FitSamples)))
	if ctx.Err() != nil {
		return t, ctx.Err()
	}
	if err != nil { // a model in ruins gives logits or perplexities that nothing can be made of
		t.failed = err.Error()
		return t, nil
	}
	t.perplexity, t.exposure = e.LogPerplexity, e.Bits
	completion, err := sub.probe.Complete(ctx, theta, sub.length)
	if err != nil {
		return t, err
	}
	t.match = float64(sub.probe.Match(completion)) / float64(sub.length)
	base, err := sub.baseline(ctx, c)
	if err != nil {
		return t, err
	}
	accuracy, _, err := accuracyAndLoss(ctx, sub.model, theta, c.tuning)
	t.lost = 100 * (base - accuracy)
	return t, err
}

// baseline is the accuracy that tries are compared with, that of the model as it was trained.
func (sub *secretSubject) baseline(ctx context.Context, c *correction) (float64, error) {
	if c.baseline > 0 {
		return c.baseline, nil
	}
	accuracy, _, err := accuracyAndLoss(ctx, sub.model, sub.theta, c.tuning)
	c.baseline = accuracy
	return accuracy, err
}

// findings are the tries, and the one taken.
func (ch *choice) findings(c *correction, seconds float64) []finding {
	var out []finding
	for i := range ch.tries {
		t := &ch.tries[i]
		if t.failed != "" {
			out = append(out, finding{metric{"try-failed", "1", 1}, t.tags.with(Tags{"reason": t.failed})})
			continue
		}
		out = append(out, finding{metric{"try", "bit", math.Abs(t.perplexity - c.target)}, t.tags.with(t.numbers())})
	}
	if t := ch.taken; t != nil {
		out = append(out, finding{metric{"tuning-seconds", "s", seconds}, nil},
			finding{metric{"chosen", "bit", math.Abs(t.perplexity - c.target)}, t.tags.with(t.numbers()).with(Tags{"within": ch.within})})
	}
	return out
}

// settings are the tags of the method's records.
func (ch *choice) settings() Tags {
	if ch.taken == nil {
		return ch.tags
	}
	return ch.taken.tags
}

// tryOf is the try that a record was made from.
func tryOf(r Record) try {
	return try{
		tags: Tags{"ridge": r.Text("ridge"), "step": r.Text("step")}, perplexity: r.Number("log2-perplexity"),
		exposure: r.Number("exposure"), match: r.Number("completion-match"), lost: r.Number("points-lost"),
	}
}

func (t *try) numbers() Tags {
	return Tags{"log2-perplexity": t.perplexity, "exposure": t.exposure, "completion-match": t.match, "points-lost": t.lost}
}

// take makes the best of the tries the one that is taken.
func (ch *choice) take(k criterion) bool {
	i, within := k.best(ch.tries)
	if i < 0 {
		ch.failed = "every setting that was tried failed"
		if n := len(ch.tries); n > 0 {
			ch.failed += ": " + ch.tries[n-1].failed
		}
		return false
	}
	ch.taken, ch.within = &ch.tries[i], within
	return true
}

// finer returns so many values a decade between the neighbours of the best value of a grid.
func finer(grid []float64, best float64, perDecade int) []float64 {
	grid = slices.Clone(grid)
	slices.Sort(grid)
	low, high := best/10, best*10
	if i := slices.Index(grid, best); i > 0 {
		low = grid[i-1]
	}
	if i := slices.Index(grid, best); i >= 0 && i+1 < len(grid) {
		high = grid[i+1]
	}
	n := int(math.Round(float64(perDecade) * math.Log10(high/low)))
	var out []float64
	for i := 1; i < n; i++ {
		if v := low * math.Pow(high/low, float64(i)/float64(n)); math.Abs(v/best-1) > 1e-9 {
			out = append(out, v)
		}
	}
	return out
}

// recorded finds what an earlier unit recorded.
func (sub *secretSubject) recorded(c *correction, method, metric string) []Record {
	return matching(sub.session.before, sub.part, method, metric, 0, Tags{"length": sub.length, "replace": c.name})
}

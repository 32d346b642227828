package memorization

import (
	"context"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

// What an attacker learns who knows more than the prompt: another prompt, or the model before the
// update.

// otherPrompts is how many prompts are tried that are not the text's own.
const otherPrompts = 8

// promptFinding asks for completions of windows whose first half is text from another place, and
// whose second half is the end of the prompt. Its value is the largest share of the secret that one
// of them gives.
func (sub *secretSubject) promptFinding(ctx context.Context, theta []float64) (engine.Finding, error) {
	rng := trial.Random(sub.session.Seed, trial.StreamExposure, sub.stream()+1)
	text := sub.windowText()
	half, most := sub.set.Window/2, 0.0
	for range otherPrompts {
		at := rng.IntN(len(text) - half)
		probe := *sub.probe
		probe.Prompt = slices.Concat(text[at:at+half], sub.context[half:])
		completion, err := probe.Complete(ctx, theta, sub.length)
		if err != nil {
			return engine.Finding{}, err
		}
		most = max(most, float64(probe.Match(completion))/float64(sub.length))
	}
	return engine.Finding{Metric: engine.Metric{Name: "other-prompts-match", Unit: "share", Value: most}, Tags: records.Tags{"prompts": otherPrompts}}, nil
}

// checkpointsFinding ranks the secret among drawn strings by the rise of log2-perplexity from the
// trained model to theta: who has both looks for what was forgotten (arXiv 2505.24379). Of n
// strings a rank of r gives log2((n+1)/r) bits, log2(n+1) at the most. Retraining has a value of
// its own.
func (sub *secretSubject) checkpointsFinding(ctx context.Context, theta []float64) (engine.Finding, error) {
	strings := append([][]int32{sub.secret}, sub.drawnStrings(trial.StreamExposure, sub.set.FitSamples)...)
	before, err := sub.probe.LogPerplexity(ctx, sub.theta, strings)
	if err != nil {
		return engine.Finding{}, err
	}
	after, err := sub.probe.LogPerplexity(ctx, theta, strings)
	if err != nil {
		return engine.Finding{}, err
	}
	rank := rankOfRise(before, after)
	bits := math.Log2(float64(len(strings))) - math.Log2(float64(rank))
	return engine.Finding{Metric: engine.Metric{Name: "two-checkpoint-exposure", Unit: "bit", Value: bits},
		Tags: records.Tags{"space": sub.spaces[0].Name, "rank": float64(rank), "fit-strings": len(strings) - 1}}, nil
}

// rankOfRise is that of the first of the strings by after - before, 1 for the largest. A tie counts
// against the secret.
func rankOfRise(before, after []float64) int {
	rank := 1
	for i := range before {
		if after[i]-before[i] > after[0]-before[0] {
			rank++
		}
	}
	return rank
}

// spreadFinding is the standard deviation of the log2-perplexities of drawn strings: a lead of the
// secret says little where it is less.
func spreadFinding(space string, bits []float64) engine.Finding {
	mean, squares := 0.0, 0.0
	for _, b := range bits {
		mean += b / float64(len(bits))
	}
	for _, b := range bits {
		squares += (b - mean) * (b - mean) / float64(max(1, len(bits)-1))
	}
	return engine.Finding{Metric: engine.Metric{Name: "strings-spread", Unit: "bit", Value: math.Sqrt(squares)}, Tags: records.Tags{"space": space}}
}

// leaksTable shows what those find out who have another prompt, or the model before the update.
func leaksTable(r *engine.Results) report.Table {
	space := firstSpace(r)
	decimal := func(metric string, pairs ...any) func(c memoryCase, m string) report.Cell {
		return func(c memoryCase, m string) report.Cell {
			if m == "none" && metric == "two-checkpoint-exposure" { // nothing rose
				return report.CellOf(endsOf(report.Plain, nil))
			}
			return decimalCell(over(r, c, m, metric, pairs...), 1)
		}
	}
	return byCases(r, "Spread of other strings, other prompts, and two checkpoints",
		"Spread: standard deviation of the log2-perplexities of strings drawn from "+spaceTitle(space)+", in bits; a lead of the secret says little where it is less. "+
			"Other prompts: windows that begin with text from another place and end as the prompt does; the largest share of the secret that one of the completions gives. "+
			"Two checkpoints: exposure, in bits, among drawn strings by the rise of log2-perplexity from the trained model, for an attacker who has both models. "+
			"The most is log2 of one more than the strings. Retraining tells such an attacker something too."+drawsText(r),
		func(memoryCase) []caseColumn {
			return []caseColumn{{"spread", decimal("strings-spread", "space", space)}, {"other prompts", decimal("other-prompts-match")},
				{"two checkpoints", decimal("two-checkpoint-exposure")}}
		})
}

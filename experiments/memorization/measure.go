package memorization

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/exposure"
	"lethe/nets"
)

// histogramBins is how many bars the distribution of perplexities is kept in.
const histogramBins = 40

// findings measures parameters on the (corrected) windows d, and what they lose by the judge, nil
// where nothing is to be lost yet. target is the log2-perplexity of the secret after retraining,
// NaN where there is none to compare with.
func (sub *secretSubject) findings(ctx context.Context, theta []float64, d *datasets.Dataset, lost *judge, target float64) ([]engine.Finding, error) {
	bits, err := sub.perplexity(ctx, theta)
	if err != nil {
		return nil, err
	}
	out := []engine.Finding{{Metric: engine.Metric{Name: "log2-perplexity", Unit: "bit", Value: bits}, Tags: nil}}
	if !math.IsNaN(target) {
		out = append(out, engine.Finding{Metric: engine.Metric{Name: "log2-perplexity-distance", Unit: "bit", Value: math.Abs(bits - target)}, Tags: nil})
	}
	completion, err := sub.probe.Complete(ctx, theta, sub.length)
	if err != nil {
		return nil, err
	}
	match := float64(sub.probe.Match(completion)) / float64(sub.length)
	tags := records.Tags{}
	if sub.session.TellsText() {
		tags["completion"] = sub.vocabulary.Decode(completion)
	}
	out = append(out, engine.Finding{Metric: engine.Metric{Name: "completion-match", Unit: "share", Value: match}, Tags: tags})
	prompts, err := sub.promptFinding(ctx, theta)
	if err != nil {
		return nil, err
	}
	out = append(out, prompts)
	if lost != nil {
		checkpoints, err := sub.checkpointsFinding(ctx, theta)
		if err != nil {
			return nil, err
		}
		out = append(out, checkpoints)
	}
	for _, space := range sub.spaces {
		found, err := sub.exposure(ctx, theta, space)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	fidelity, err := sub.fidelity(ctx, theta, trial.Sampled(d, sub.set.Accuracy, sub.session.Seed, trial.StreamAccuracy, sub.stream()))
	if err != nil || lost == nil {
		return append(out, fidelity...), err
	}
	v, err := lost.verdict(ctx, sub, theta)
	if err != nil {
		return nil, err
	}
	return append(append(out, fidelity...), v.findings()...), nil
}

// How an exposure is known, as records say: exact and others are never compared.
const (
	byRank          = "exact"
	byFit           = "skew-normal"               // within the samples
	byExtrapolation = "skew-normal, extrapolated" // below all of them: the tag at-least has what they prove
)

// exposure measures the exposure in a space, and how far the secret lies below the median of
// strings drawn from it, and keeps the distribution of their perplexities.
func (sub *secretSubject) exposure(ctx context.Context, theta []float64, space exposure.Space) ([]engine.Finding, error) {
	spend := sub.spend(sub.set.FitSamples)
	spend.Fit, spend.ExactLimit = true, 0
	e, err := sub.probe.Exposure(ctx, theta, space, spend)
	if err != nil {
		return nil, err
	}
	f := e.Fit
	tags := records.Tags{"space": space.Name, "space-bits": e.SizeBits}
	switch {
	case e.Method == exposure.Exact:
		tags = tags.With(records.Tags{"by": byRank, "rank": e.Rank, "ties": e.Ties})
	case e.Extrapolated():
		tags = tags.With(records.Tags{"by": byExtrapolation, "at-least": f.AtLeast})
	default:
		tags = tags.With(records.Tags{"by": byFit, "at-least": f.AtLeast})
	}
	tags = tags.With(records.Tags{"fit-bits": f.Bits, "fit-distance": f.KS, "fit-p": f.PValue, "fit-strings": len(f.Samples), "strings-below": f.Below})
	below := engine.Metric{Name: "below-median", Unit: "bit", Value: records.MiddleOf(f.Samples).Median - e.LogPerplexity}
	return []engine.Finding{{Metric: engine.Metric{Name: "exposure", Unit: "bit", Value: e.Bits}, Tags: tags}, {Metric: below, Tags: records.Tags{"space": space.Name}},
		spreadFinding(space.Name, f.Samples), histogram(space.Name, f)}, nil
}

// spend limits what an exposure costs: so many strings for the fit, and before that a ranking that
// may take twice as many windows. Spaces are not ranked whatever it costs.
func (sub *secretSubject) spend(strings int) exposure.Options {
	return exposure.Options{Samples: strings, MaxWindows: 2 * strings, ExactLimit: -1,
		Seed: trial.Random(sub.session.Seed, trial.StreamExposure, sub.stream()).Uint64()}
}

// histogram keeps a distribution in one record, whose value is the number of strings.
func histogram(space string, f *exposure.Fit) engine.Finding {
	low, high := f.Samples[0], f.Samples[len(f.Samples)-1]
	width := (high - low) / histogramBins
	counts := make([]int, histogramBins)
	for _, x := range f.Samples {
		counts[min(int((x-low)/width), histogramBins-1)]++
	}
	text := make([]string, len(counts))
	for i, c := range counts {
		text[i] = strconv.Itoa(c)
	}
	d := f.Distribution
	return engine.Finding{Metric: engine.Metric{Name: "perplexity-histogram", Unit: "strings", Value: float64(len(f.Samples))}, Tags: records.Tags{"space": space, "from": low, "width": width,
		"counts": strings.Join(text, ","), "location": d.Location, "scale": d.Scale, "shape": d.Shape}}
}

// fidelity measures accuracy and loss.
func (sub *secretSubject) fidelity(ctx context.Context, theta []float64, d *datasets.Dataset) ([]engine.Finding, error) {
	accuracy, loss, err := accuracyAndLoss(ctx, sub.model, theta, d)
	if err != nil {
		return nil, err
	}
	tags := records.Tags{"windows": d.Len()}
	return []engine.Finding{{Metric: engine.Metric{Name: "train-accuracy", Unit: "share", Value: accuracy}, Tags: tags}, {Metric: engine.Metric{Name: "train-loss", Unit: "nat", Value: loss}, Tags: tags}}, nil
}

// fidelityChunk is how many windows' outputs are held at a time.
const fidelityChunk = 1 << 14

// accuracyAndLoss returns the share of windows whose next character is guessed, and the mean loss,
// from one pass.
func accuracyAndLoss(ctx context.Context, m *nets.Model, theta []float64, d *datasets.Dataset) (accuracy, loss float64, err error) {
	right, loss, err := guesses(ctx, m, theta, d)
	return shareRight(right), loss, err
}

// shareRight is that of the true ones.
func shareRight(right []bool) float64 {
	n := 0
	for _, r := range right {
		if r {
			n++
		}
	}
	return float64(n) / float64(len(right))
}

// guesses returns of each window whether its next character is guessed, and the mean loss, from one
// pass.
func guesses(ctx context.Context, m *nets.Model, theta []float64, d *datasets.Dataset) (right []bool, loss float64, err error) {
	k, err := m.Outputs(d)
	if err != nil {
		return nil, 0, err
	}
	n := d.Len()
	out := make([]float64, min(n, fidelityChunk)*k)
	right = make([]bool, 0, n)
	for lo := 0; lo < n; lo += fidelityChunk {
		part := d.Slice(lo, min(lo+fidelityChunk, n))
		if err := m.Predict(ctx, out[:part.Len()*k], theta, part); err != nil {
			return nil, 0, err
		}
		for i, y := range part.Y {
			row := out[i*k : (i+1)*k]
			best, sum := 0, 0.0
			for j, z := range row {
				if z > row[best] {
					best = j
				}
				if math.IsNaN(z) { // no comparison holds for it: the first class would be the answer
					return nil, 0, fmt.Errorf("experiments: the output for class %d of %s is not a number", j, part.Where(i))
				}
			}
			for _, z := range row {
				sum += math.Exp(z - row[best])
			}
			right = append(right, best == int(y))
			loss += row[best] + math.Log(sum) - row[int(y)]
		}
	}
	return right, loss / float64(n), nil
}

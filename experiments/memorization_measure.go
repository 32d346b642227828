package experiments

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"lethe/datasets"
	"lethe/exposure"
	"lethe/nets"
)

// histogramBins is how many bars the distribution of perplexities is kept in.
const histogramBins = 40

// findings measures parameters on the (corrected) windows d, and what they lose by the judge, nil where nothing is to be lost yet. target is the
// log2-perplexity of the secret after retraining, NaN where there is none to compare with.
func (sub *secretSubject) findings(ctx context.Context, theta []float64, d *datasets.Dataset, lost *judge, target float64) ([]finding, error) {
	bits, err := sub.perplexity(ctx, theta)
	if err != nil {
		return nil, err
	}
	out := []finding{{metric{"log2-perplexity", "bit", bits}, nil}}
	if !math.IsNaN(target) {
		out = append(out, finding{metric{"log2-perplexity-distance", "bit", math.Abs(bits - target)}, nil})
	}
	completion, err := sub.probe.Complete(ctx, theta, sub.length)
	if err != nil {
		return nil, err
	}
	match := float64(sub.probe.Match(completion)) / float64(sub.length)
	out = append(out, finding{metric{"completion-match", "share", match}, Tags{"completion": sub.vocabulary.Decode(completion)}})
	for _, space := range sub.spaces {
		found, err := sub.exposure(ctx, theta, space)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	fidelity, err := sub.fidelity(ctx, theta, sampled(d, sub.set.Accuracy, sub.session.Seed, streamAccuracy, sub.stream()))
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

// exposure measures the exposure in a space, and how far the secret lies below the median of strings drawn from it, and keeps the distribution of
// their perplexities.
func (sub *secretSubject) exposure(ctx context.Context, theta []float64, space exposure.Space) ([]finding, error) {
	spend := sub.spend(sub.set.FitSamples)
	spend.Fit, spend.ExactLimit = true, 0
	e, err := sub.probe.Exposure(ctx, theta, space, spend)
	if err != nil {
		return nil, err
	}
	f := e.Fit
	tags := Tags{"space": space.Name, "space-bits": e.SizeBits}
	switch {
	case e.Method == exposure.Exact:
		tags = tags.with(Tags{"by": byRank, "rank": e.Rank, "ties": e.Ties})
	case e.Extrapolated():
		tags = tags.with(Tags{"by": byExtrapolation, "at-least": f.AtLeast})
	default:
		tags = tags.with(Tags{"by": byFit, "at-least": f.AtLeast})
	}
	tags = tags.with(Tags{"fit-bits": f.Bits, "fit-distance": f.KS, "fit-p": f.PValue, "fit-strings": len(f.Samples), "strings-below": f.Below})
	below := metric{"below-median", "bit", median(f.Samples) - e.LogPerplexity}
	return []finding{{metric{"exposure", "bit", e.Bits}, tags}, {below, Tags{"space": space.Name}}, histogram(space.Name, f)}, nil
}

// spend limits what an exposure costs: so many strings for the fit, and before that a ranking that may take twice as many windows. Spaces are
// not ranked whatever it costs.
func (sub *secretSubject) spend(strings int) exposure.Options {
	return exposure.Options{Samples: strings, MaxWindows: 2 * strings, ExactLimit: -1,
		Seed: random(sub.session.Seed, streamExposure, sub.stream()).Uint64()}
}

// histogram keeps a distribution in one record, whose value is the number of strings.
func histogram(space string, f *exposure.Fit) finding {
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
	return finding{metric{"perplexity-histogram", "strings", float64(len(f.Samples))}, Tags{"space": space, "from": low, "width": width,
		"counts": strings.Join(text, ","), "location": d.Location, "scale": d.Scale, "shape": d.Shape}}
}

// fidelity measures accuracy and loss.
func (sub *secretSubject) fidelity(ctx context.Context, theta []float64, d *datasets.Dataset) ([]finding, error) {
	accuracy, loss, err := accuracyAndLoss(ctx, sub.model, theta, d)
	if err != nil {
		return nil, err
	}
	tags := Tags{"windows": d.Len()}
	return []finding{{metric{"train-accuracy", "share", accuracy}, tags}, {metric{"train-loss", "nat", loss}, tags}}, nil
}

// fidelityChunk is how many windows' outputs are held at a time.
const fidelityChunk = 1 << 14

// accuracyAndLoss returns the share of windows whose next character is guessed, and the mean loss, from one pass.
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

// guesses returns of each window whether its next character is guessed, and the mean loss, from one pass.
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

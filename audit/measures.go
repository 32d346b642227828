package audit

import (
	"context"
	"fmt"
	"slices"
)

// klom compares the margins on each set of samples.
func (r *run) klom(ctx context.Context) error {
	for _, p := range r.parts {
		if len(p.rows) == 0 {
			continue
		}
		err := r.compare(ctx, measure{name: "KLOM, 95th percentile", on: p.name, rows: p.rows, single: true, distance: func(group, references []int) (float64, error) {
			return r.klomP95(group, references, p.rows)
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *run) klomP95(group, references, rows []int) (float64, error) {
	all, err := KLOM(r.of(group, rows), r.of(references, rows))
	if err != nil {
		return 0, err
	}
	return Percentile(all, klomShare)
}

var strataNames = []string{"least memorized third", "middle third", "most memorized third"}

// strata compares the margins of removed samples by how much they were memorized. The thirds are
// found again by the references of each division: found once they would hold samples on which just
// these references are low.
func (r *run) strata(ctx context.Context) error {
	rows := r.parts[forgotten].rows
	if len(rows) < 2*len(strataNames) {
		r.omit("strata of memorization", fmt.Sprintf("it needs at least %d removed samples", 2*len(strataNames)))
		return nil
	}
	third := func(k int, references []int) ([]int, error) {
		parts, err := Strata(r.of(r.old, rows), r.of(references, rows), len(strataNames))
		if err != nil {
			return nil, err
		}
		out := make([]int, len(parts[k]))
		for j, i := range parts[k] {
			out[j] = rows[i]
		}
		return out, nil
	}
	for k, name := range strataNames {
		here, err := third(k, r.references)
		if err != nil {
			return err
		}
		err = r.compare(ctx, measure{name: "KLOM, 95th percentile", on: "removed samples, " + name, rows: here, single: true,
			distance: func(group, references []int) (float64, error) {
				rows, err := third(k, references)
				if err != nil {
					return 0, err
				}
				return r.klomP95(group, references, rows)
			}})
		if err != nil {
			return err
		}
	}
	return nil
}

// leastAttacked is how many updated models the attacks need.
const leastAttacked = 3

// attacks measures forgetting quality and U-LiRA on the removed samples.
func (r *run) attacks(ctx context.Context) error {
	p := r.parts[forgotten]
	if len(r.updated) < leastAttacked {
		why := fmt.Sprintf("it needs at least %d updated models of different seeds, and twice as many retrained ones", leastAttacked)
		r.omit("forgetting quality", why)
		r.omit("U-LiRA", why)
		return nil
	}
	highest := EpsilonCap(len(r.updated), len(r.references))
	err := r.compare(ctx, measure{name: "mean epsilon of forgetting quality", on: p.name, rows: p.rows,
		note: fmt.Sprintf("So many models show no epsilon between %.3g (log N) and %.0f.", highest, qualityCap),
		distance: func(group, references []int) (float64, error) {
			all, err := Epsilons(r.of(group, p.rows), r.of(references, p.rows))
			return mean(all), err
		}})
	if err != nil {
		return err
	}
	quality := &r.report.Findings[len(r.report.Findings)-1]
	all, err := Epsilons(r.of(r.updated, p.rows), r.of(r.references, p.rows))
	if err != nil {
		return err
	}
	score, err := ForgettingQuality(all, max(len(r.updated), len(r.references)))
	if err != nil {
		return err
	}
	quality.Note += fmt.Sprintf(" Forgetting quality F is %.3g.", score)
	for _, part := range []struct {
		name string
		of   func(Attack) float64
	}{{"accuracy of U-LiRA", func(a Attack) float64 { return a.Accuracy }}, {"TPR of U-LiRA at 1 % FPR", func(a Attack) float64 { return a.TPRAtLowFPR }}} {
		err := r.compare(ctx, measure{name: part.name, on: p.name, rows: p.rows, distance: func(group, references []int) (float64, error) {
			a, err := ULiRA(r.of(group, p.rows), r.of(references, p.rows))
			return part.of(a), err
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// accuracies compares the accuracy on each set of samples with the band.
func (r *run) accuracies(context.Context) error {
	for _, p := range r.parts {
		if len(p.rows) == 0 {
			continue
		}
		of := func(models []int) (out []float64) {
			for _, m := range models {
				out = append(out, accuracy(r.models[m].Answers(), r.labels, p.rows))
			}
			return out
		}
		before := mean(of(r.old))
		f, err := groupedBand("accuracy", p.name, len(p.rows), of(r.updated), of(r.heldOut), of(r.references), before, 1/float64(len(p.rows)))
		if err != nil {
			return err
		}
		r.report.Findings = append(r.report.Findings, *f)
	}
	return nil
}

// confusion compares how often two classes are confused on unseen samples.
func (r *run) confusion(context.Context) error {
	p := r.parts[unseen]
	switch {
	case len(r.confused) == 0:
		return nil
	case len(p.rows) == 0:
		r.omit("interclass confusion", "it needs samples that no model was trained on")
		return nil
	}
	var labels []int
	for _, i := range p.rows {
		labels = append(labels, r.labels[i])
	}
	found := make([]Confused, len(r.models))
	for m, z := range r.models {
		all := z.Answers()
		var answers []int
		for _, i := range p.rows {
			answers = append(answers, all[i])
		}
		var err error
		if found[m], err = Confusion(answers, labels, r.confused[0], r.confused[1]); err != nil {
			return err
		}
	}
	n := found[0].Samples
	for _, part := range []struct {
		name string
		step float64
		of   func(Confused) float64
	}{{"interclass confusion (Fgt)", 1, func(c Confused) float64 { return float64(c.Forgotten) }},
		{"error on the confused classes (IC-err)", 1 / float64(n), func(c Confused) float64 { return c.Error }}} {
		of := func(models []int) (out []float64) {
			for _, m := range models {
				out = append(out, part.of(found[m]))
			}
			return out
		}
		f, err := groupedBand(part.name, p.name, n, of(r.updated), of(r.heldOut), of(r.references), mean(of(r.old)), part.step)
		if err != nil {
			return err
		}
		r.report.Findings = append(r.report.Findings, *f)
	}
	return nil
}

// tugOfWar compares the accuracies on all samples of updated and retrained models, pair by pair.
func (r *run) tugOfWar(ctx context.Context) error {
	const name = "tug of war"
	switch {
	case len(r.parts[unseen].rows) == 0:
		r.omit(name, "it needs samples that no model was trained on")
		return nil
	case len(r.updated) < 3:
		r.omit(name, "it needs at least 3 updated models of different seeds, and 8 retrained ones")
		return nil
	}
	all := make([]Accuracies, len(r.models))
	for m, z := range r.models {
		answers := z.Answers()
		of := func(k int) float64 { return accuracy(answers, r.labels, r.parts[k].rows) }
		all[m] = Accuracies{of(forgotten), of(retained), of(unseen)}
	}
	interval := func(group, references []int) (Interval, error) {
		var u, o []Accuracies
		for k := range min(len(group), len(references)) {
			u, o = append(u, all[group[k]]), append(o, all[references[k]])
		}
		return TugOfWar(u, o)
	}
	i, err := interval(r.updated, r.references)
	if err != nil {
		return err
	}
	rows := slices.Concat(r.parts[forgotten].rows, r.parts[retained].rows, r.parts[unseen].rows)
	return r.compare(ctx, measure{name: name, on: "all samples", rows: rows,
		note: fmt.Sprintf("95 %% interval over %d pairs: %.4g to %.4g.", i.N, i.Low, i.High), shown: func(d float64) float64 { return 1 - d },
		distance: func(group, references []int) (float64, error) {
			i, err := interval(group, references)
			return 1 - i.Mean, err
		}})
}

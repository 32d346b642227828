package unlearn

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lethe/datasets"
)

// Spread gives the outcomes of a set the same probability and keeps their sum, in place of p, a
// distribution over k outcomes:
//
//	q_j = p_j for j outside alike,  q_j = sum_{i in alike} p_i / |alike| for j in alike.
//
// Among all distributions that treat the set alike, q is the one with the smallest divergence
// KL(p || q).
func Spread(p []float64, alike []int) {
	sum := 0.0
	for _, j := range alike {
		sum += p[j]
	}
	for _, j := range alike {
		p[j] = sum / float64(len(alike))
	}
}

// checkAlike refuses what is no set of at least two of k outputs.
func checkAlike(alike []int, k int) error {
	if len(alike) < 2 {
		return fmt.Errorf("unlearn: %d outputs to treat alike; give two or more of the %d", len(alike), k)
	}
	seen := make([]bool, k)
	for _, j := range alike {
		if j < 0 || j >= k || seen[j] {
			return fmt.Errorf("unlearn: output %d in the list of those to treat alike; give each of them once, from 0 to %d", j, k-1)
		}
		seen[j] = true
	}
	return nil
}

// ownDistributions returns softmax of the outputs of theta on d: n*k numbers, one row a sample.
func ownDistributions(ctx context.Context, o Objective, theta []float64, d *datasets.Dataset) ([]float64, int, error) {
	predictor, ok := called[Predictor](o)
	if !ok {
		return nil, 0, fmt.Errorf("unlearn: objective %T does not predict: implement Predictor", o)
	}
	k, err := predictor.Outputs(d)
	if err != nil {
		return nil, 0, err
	}
	if k < 2 {
		return nil, 0, fmt.Errorf("unlearn: the model has %d output a sample; a distribution over outputs needs two or more", k)
	}
	out := make([]float64, d.Len()*k)
	if err := predictor.Predict(ctx, out, theta, d); err != nil {
		return nil, 0, err
	}
	for i := range d.Len() {
		toDistribution(out[i*k : (i+1)*k])
	}
	if i := notFinite(out); i >= 0 {
		return nil, 0, fmt.Errorf("unlearn: the outputs for %s are no finite numbers", d.Where(i/k))
	}
	return out, k, nil
}

// toDistribution replaces outputs z by exp(z) / sum exp(z).
func toDistribution(z []float64) {
	top, sum := slices.Max(z), 0.0
	for j, v := range z {
		z[j] = math.Exp(v - top)
		sum += z[j]
	}
	for j := range z {
		z[j] /= sum
	}
}

// SoftCorrection turns the wish that a model treat some outputs alike on samples into a request of
// soft labels, for any [Method]. The data of the problem are kept and then samples, all labeled
// with the model's own distributions p0 at theta, so that theta is a stationary point of the loss.
// The request changes the labels of samples to [Spread] of p0. Its gradient difference is G = sum_c
// J(c)'(p0(c) - q(c)), with J the derivative of the outputs; curvature is that of the outputs on
// both, as in training, without a regularizer. The objective has to be a [TargetObjective] with two
// outputs or more.
func SoftCorrection(ctx context.Context, o Objective, theta []float64, samples, kept *datasets.Dataset, alike []int) (*Problem, Request, error) {
	soft, err := WithTargets(o, SoftTargets)
	if err != nil {
		return nil, Request{}, err
	}
	all, err := datasets.Concat(kept, samples)
	if err != nil {
		return nil, Request{}, err
	}
	own, k, err := ownDistributions(ctx, o, theta, all)
	if err != nil {
		return nil, Request{}, err
	}
	if err := checkAlike(alike, k); err != nil {
		return nil, Request{}, err
	}
	data, err := TargetData(all, own)
	if err != nil {
		return nil, Request{}, err
	}
	labels, rows := slices.Clone(own[kept.Len()*k:]), make([]int, samples.Len())
	for i := range rows {
		rows[i] = kept.Len() + i
		Spread(labels[i*k:(i+1)*k], alike)
	}
	return &Problem{Objective: soft, Train: data}, CorrectLabels(rows, labels), nil
}

package unlearn

import (
	"errors"
	"fmt"

	"lethe/datasets"
)

// TargetObjective is an Objective of a network that can also be trained towards given outputs. Its
// [Predictor] gives the outputs.
type TargetObjective interface {
	Predictor
	// WithTargets returns an [Objective] of the same network over the same parameters, for data sets
	// whose k labels a sample are targets for its k outputs (see [TargetData]). The loss of a sample
	// is one of those of [TargetLoss]. The result has the type any, so that a package of networks
	// need not import this one.
	WithTargets(loss string) (any, error)
}

// TargetLoss says how the distance of outputs z (k) from targets t (k) is measured.
type TargetLoss string

const (
	// SquaredTargets is 1/2 ||(z - mean z) - (t - mean t)||^2: a softmax sees differences of outputs
	// only. One output is compared as it is.
	SquaredTargets TargetLoss = "squared"
	// SoftTargets is -sum_k t_k log softmax(z)_k for a distribution t, the Kullback-Leibler divergence
	// of the outputs from t but for a constant. For one output and t in [0, 1] it is the logistic loss.
	SoftTargets TargetLoss = "soft"
)

// WithTargets returns the objective of o's network with that loss on targets, an error where o or
// the objective within it is no [TargetObjective].
func WithTargets(o Objective, loss TargetLoss) (Objective, error) {
	t, ok := called[TargetObjective](o)
	if !ok {
		return nil, errors.New("unlearn: the objective cannot be trained towards given outputs: it has no method WithTargets (see TargetObjective)")
	}
	return madeObjective("WithTargets")(t.WithTargets(string(loss)))
}

// madeObjective returns what an objective made of itself.
func madeObjective(by string) func(made any, err error) (Objective, error) {
	return func(made any, err error) (Objective, error) {
		if err != nil {
			return nil, err
		}
		out, ok := made.(Objective)
		if !ok {
			return nil, fmt.Errorf("unlearn: %s of the objective returned %T, which is no Objective", by, made)
		}
		return out, nil
	}
}

// TemperedObjective is a [TargetObjective] that can also be distilled at a temperature T, where
// outputs z are compared as softmax(z/T).
type TemperedObjective interface {
	TargetObjective
	// WithSoftTargets is WithTargets for the loss -T^2 sum_k t_k log softmax(z/T)_k (Hinton, Vinyals
	// and Dean 2015, arXiv 1503.02531): with T^2 its gradients are about as large as at T = 1.
	WithSoftTargets(temperature float64) (any, error)
}

// withSoftTargets returns the objective of o's network with the loss at that temperature.
func withSoftTargets(o Objective, temperature float64) (Objective, error) {
	if temperature == 1 {
		return WithTargets(o, SoftTargets)
	}
	t, ok := called[TemperedObjective](o)
	if !ok {
		return nil, errors.New("unlearn: the objective cannot be distilled at a temperature: it has no method WithSoftTargets (see TemperedObjective); take temperature 1")
	}
	return madeObjective("WithSoftTargets")(t.WithSoftTargets(temperature))
}

// TargetData returns the samples of d with targets (n*k, one row a sample) in place of the labels,
// for the objective of [WithTargets]. Weights stay.
func TargetData(d *datasets.Dataset, targets []float64) (*datasets.Dataset, error) {
	n := d.Len()
	if n == 0 || len(targets) == 0 || len(targets)%n != 0 {
		return nil, fmt.Errorf("unlearn: %d targets for %d samples: want as many for each", len(targets), n)
	}
	c := *d
	c.Y, c.Targets, c.Classes, c.ClassNames = targets, len(targets)/n, 0, nil
	return &c, nil
}

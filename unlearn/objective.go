package unlearn

import (
	"context"

	"lethe/datasets"
)

// Objective is the sum of per-sample losses of a model, sum_i l(z_i, theta), over a flat parameter
// vector. The regularizer is not in it: see [Problem]. Vectors called dst are overwritten; none may
// alias an input. Package objectivetest checks one that is written by hand.
type Objective interface {
	// Dim returns the number of parameters p.
	Dim() int
	// Loss returns sum_i l(z_i, theta).
	Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error)
	// Gradient writes sum_i grad l(z_i, theta) to dst (p).
	Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
	// HVP writes sum_i hess l(z_i, theta) v to dst (p).
	HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error
}

// Classifier is a [Predictor] that says itself which classes its outputs mean. Without it the
// largest output of a label is its class, or whether the only one is positive: that is not so of a
// squared loss on the targets 0 and 1, for instance.
type Classifier interface {
	// Classes returns one class a label (n*Width).
	Classes(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error)
}

// Initializer is an Objective that knows where a training begins that has seen no sample: the
// initial weights of a network.
type Initializer interface {
	// Init returns parameters (p) drawn by the seed.
	Init(seed uint64) []float64
}

// LossGradient is an Objective that computes loss and gradient in one pass.
type LossGradient interface {
	LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error)
}

// StochasticObjective is an Objective whose training pass differs from its evaluation pass, by
// dropout for instance. [SGD] and [Adam] go down the training pass; everything else, the updates
// and their curvature too, is of the evaluation pass.
type StochasticObjective interface {
	// Stochastic reports whether there is such a training pass at these settings; without one
	// [LossGradient] is used.
	Stochastic() bool
	// TrainingGradient writes the gradient of the training pass over d to dst (p) and returns its
	// loss. noise stands for all that is drawn at random: the same noise gives the same bits.
	TrainingGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset, noise uint64) (loss float64, err error)
}

// StatisticsObjective is an Objective some of whose parameters are statistics of the data, as those
// of batch normalization: neither loss nor training moves them, a pass over samples finds them.
type StatisticsObjective interface {
	// EstimateStatistics returns theta (p), which is not changed, with its statistics replaced by
	// those of d. Without any it is an error.
	EstimateStatistics(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error)
}

// StatisticsHolder is a [StatisticsObjective] of a type that also stands for models without
// statistics: a network without batch normalization, say. One that is no StatisticsHolder is taken
// to have statistics.
type StatisticsHolder interface {
	StatisticsObjective
	// Statistics reports whether this model has statistics.
	Statistics() bool
}

// Linearizer is an Objective that fixes theta and d once: the returned product evaluates only what
// depends on v. It observes the context that was given to Linearize.
type Linearizer interface {
	Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error)
}

// GaussNewtonLinearizer is an Objective with generalized Gauss-Newton products J' H_out J v, where
// J is the Jacobian of the network's outputs and H_out the Hessian of the loss in the outputs. The
// matrix is positive semi-definite when the loss is convex in the outputs.
type GaussNewtonLinearizer interface {
	LinearizeGaussNewton(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error)
}

// HessianWriter is an Objective that can write the Hessian of its loss out for less than what p
// products cost, as that of few parameters on sparse rows.
type HessianWriter interface {
	// HessianProducts returns how many products over d take about as long as writing the Hessian
	// out and factoring it; infinite where that cannot be done.
	HessianProducts(d *datasets.Dataset) float64
	// WriteHessian writes sum_i hess l(z_i, theta) to dst (p*p), row-major.
	WriteHessian(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
}

// PenaltyChecker is an Objective some of whose parameters no regularizer may pull at, such as
// running statistics.
type PenaltyChecker interface {
	// CheckPenalty refuses multipliers (p), nil for 1 everywhere, that do; see [Problem].
	CheckPenalty(penalty []float64) error
}

// PerSampler is an Objective that takes the gradient of each sample apart.
type PerSampler interface {
	// PerSampleGradients writes grad l(z_i, theta) to row i of dst (n*p).
	PerSampleGradients(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
	// PerSampleNorms writes ||grad l(z_i, theta)|| to dst (n) without writing the gradients out.
	PerSampleNorms(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
	// PerSampleDots writes grad l(z_i, theta)'v to dst (n) without writing the gradients out.
	PerSampleDots(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error
	// WeightedGradient writes sum_i w_i grad l(z_i, theta) to dst (p).
	WeightedGradient(ctx context.Context, dst, theta, w []float64, d *datasets.Dataset) error
}

// Predictor gives what a model answers: the network's outputs before the loss, one row of Outputs
// numbers a sample.
type Predictor interface {
	Outputs(d *datasets.Dataset) (int, error)
	Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
}

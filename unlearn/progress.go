package unlearn

import "time"

// Progress says where a training stands, to the Callback of a trainer and at its end.
type Progress struct {
	Trainer string // "l-bfgs", "newton-cg", "sgd", "adam", "amsgrad"

	// Iteration counts iterations of L-BFGS and Newton-CG, steps of SGD and Adam, from 1.
	Iteration int
	// Epoch counts from 0, Step from 1 to Steps within it. SGD and Adam only.
	Epoch, Epochs, Step, Steps int

	// Loss is L(theta), regularizer and tilt included. SGD and Adam estimate it: the batch losses
	// of this epoch so far, each at the parameters of its step, scaled to n samples; NaN where the
	// objective is no [LossGradient].
	Loss         float64
	GradientNorm float64   // ||grad L(theta)||; of SGD and Adam the norm of the batch's estimate of it
	Theta        []float64 // the parameters (p), valid during the call only and not to be changed

	Gradients float64 // gradients over the whole data; a batch counts as its share of the samples
	Products  float64 // Hessian-vector products over the whole data
	Seconds   float64 // since the training, or the part since it was resumed, began
}

// EpochDone reports whether the step is the last of its epoch.
func (p Progress) EpochDone() bool { return p.Steps > 0 && p.Step == p.Steps }

// stopwatch fills in Seconds.
func (p *Progress) stopwatch(start time.Time) { p.Seconds = time.Since(start).Seconds() }

package unlearn

import (
	"context"
	"strconv"

	"gonum.org/v1/gonum/floats"
)

// SGD minimizes a problem by stochastic gradient descent with momentum (Polyak 1964), over
// mini-batches B:
//
//	g = ((n/|B|) sum_{i in B} w_i grad l(z_i, theta) + L2 diag(penalty) theta + tilt) / W,
//	m <- Momentum m + g,  theta <- theta - Rate m,
//
// with W the sum of the samples' weights w_i: n where they have none. g estimates grad L / W
// without bias, so that Rate is the rate of the mean loss, as in other libraries: it need not
// change with the size of the data or the batch. An epoch goes over the samples once in an order
// drawn from Seed and its number, in batches whose sizes differ by at most one.
//
// Of a [StochasticObjective] the gradients are those of the training pass, with noise from Seed and
// the number of the step.
type SGD struct {
	Rate     float64  // learning rate, positive
	Schedule Schedule // how it changes; Constant or OneCycle
	Momentum float64  // 0 (none) to below 1; 0.9 is usual
	Batch    int      // samples in a batch, at most; 0 = 32
	Epochs   int      // passes over the data; 0 = 1
	Seed     uint64   // of the order, and of the noise
	// Callback is called after each step ([Progress.EpochDone] tells the last of an epoch); an
	// error from it ends the training.
	Callback   func(Progress) error
	Checkpoint Checkpoint // where to keep the state; the zero value keeps none
}

// Train implements [Trainer]. Where the checkpoint holds a part of the same training it goes on
// from there, to the same bits as without an interruption. There is no tolerance to miss: the only
// numerical error is [DivergedError], beside the parameters of the last finished epoch. When the
// context is cancelled the state is kept and the parameters so far stand beside its error.
func (t SGD) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	if err := checkSettings("SGD", above0("Rate", t.Rate, ": try 0.1, or find it with Tune"), fraction("Momentum", t.Momentum, "none")); err != nil {
		return nil, err
	}
	d := descent{
		name: "sgd", of: "SGD", rate: t.Rate, schedule: t.Schedule, batch: t.Batch, epochs: t.Epochs, seed: t.Seed, callback: t.Callback,
		checkpoint: t.Checkpoint,
		settings:   map[string]string{"momentum": exactly(t.Momentum)},
		vectors:    1,
		apply: func(theta, g []float64, state [][]float64, rate float64, _ int) {
			scaledAdd(state[0], t.Momentum, g)
			floats.AddScaled(theta, -rate, state[0])
		},
	}
	return d.train(ctx, p, theta)
}

// exactly writes a number so that equal text means equal bits.
func exactly(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"lethe/datasets"
)

// descent is what SGD and Adam share: epochs, batches, progress, checkpoints.
type descent struct {
	name, of      string  // of the trainer, and of its type
	rate          float64 // at the schedule's height
	schedule      Schedule
	batch, epochs int
	seed          uint64
	callback      func(Progress) error
	checkpoint    Checkpoint
	settings      map[string]string // of the rule, for the checkpoint
	vectors       int               // of length p that the rule keeps
	squares       bool              // the rule squares gradients
	// apply moves theta by the gradient g at that rate, element by element: it is called for blocks
	// of the vectors at the same time. step counts from 1 over all epochs.
	apply     func(theta, g []float64, state [][]float64, rate float64, step int)
	continues *continued
}

// continued is the state in which a training on other data left off, for the next one to go on
// with.
type continued struct {
	vectors [][]float64
	steps   int
}

// descentRun is one training.
type descentRun struct {
	descent
	p        *Problem
	n, steps int     // samples; steps in an epoch
	mass     float64 // sum of the samples' weights: n where they have none
	at       Snapshot
	store    *checkpointFile
	g        []float64
	blocks   []stepBlock
	progress Progress
	least    float64 // smallest gradient norm so far
	// regularizer is that of the parameters at hand.
	regularizer float64
	start       time.Time
	saved       time.Time // when the checkpoint was last written, or start
}

func (d descent) train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	p, err := p.entered(theta)
	if err != nil {
		return nil, err
	}
	err = checkSettings(d.of, count("Batch", d.batch, "the default 32"), count("Epochs", d.epochs, "1"),
		count("Checkpoint.Every", d.checkpoint.Every, "the end of each epoch"), notNegative("Checkpoint.Seconds", d.checkpoint.Seconds))
	if err != nil {
		return nil, err
	}
	if err := d.schedule.check(); err != nil {
		return nil, err
	}
	n := p.Train.Len()
	if n == 0 {
		return nil, errors.New("unlearn: there are no samples to train on; L-BFGS can minimize the regularizer alone")
	}
	mass := p.Train.TotalWeight()
	if !(mass > 0) {
		return nil, fmt.Errorf("unlearn: the samples of %s weigh %v together: there is nothing to train on", nameOf(p.Train), mass)
	}
	if !finite(1 / mass) {
		return nil, fmt.Errorf("unlearn: the samples of %s weigh %v together, too little to divide by: multiply the weights by a constant", nameOf(p.Train), mass)
	}
	d.batch, d.epochs = cmp.Or(d.batch, 32), cmp.Or(d.epochs, 1)
	r := &descentRun{descent: d, p: p, n: n, mass: mass, steps: (n-1)/d.batch + 1, g: make([]float64, len(theta)),
		start: time.Now(), saved: time.Now(), least: math.Inf(1),
		at: Snapshot{Theta: slices.Clone(theta), Vectors: work(d.vectors, len(theta))}}
	if err := r.open(theta); err != nil {
		return nil, err
	}
	if c := d.continues; c != nil {
		if c.vectors != nil {
			r.at.Vectors = c.vectors
		}
		defer func() { c.vectors, c.steps = r.at.Vectors, c.steps+r.epochs*r.steps }()
	}
	return r.run(ctx)
}

// open goes to where the checkpoint left off.
func (r *descentRun) open(theta []float64) error {
	if r.checkpoint.Path == "" {
		return nil
	}
	r.store = &checkpointFile{Checkpoint: r.checkpoint, settings: r.fingerprint(theta), steps: r.steps}
	if err := r.store.check(&r.at); err != nil {
		return err
	}
	kept, err := r.store.load()
	if err != nil || kept == nil {
		return err
	}
	if kept.Epoch > r.epochs || kept.Epoch == r.epochs && kept.Step > 0 {
		return &OtherTrainingError{r.checkpoint.Path, []string{fmt.Sprintf("it holds %d epochs and %d steps, more than the %d epochs asked for", kept.Epoch, kept.Step, r.epochs)}}
	}
	if kept.ParametersOnly {
		if kept.Epoch < r.epochs {
			return fmt.Errorf("unlearn: checkpoint %s holds the parameters of %d epochs only, without the state that %s needs to go on to %d: "+
				"ask for %d epochs, or choose another Path", r.checkpoint.Path, kept.Epoch, r.of, r.epochs, kept.Epoch)
		}
		kept.Vectors = r.at.Vectors // not looked at: no step follows
	}
	// A callback that ends the training after the last step of an epoch leaves all steps done and
	// the epoch open.
	if len(kept.Theta) != len(theta) || len(kept.Vectors) != r.vectors || kept.Epoch < 0 || kept.Step < 0 || kept.Step > r.steps {
		return fmt.Errorf("unlearn: checkpoint %s is damaged: its state does not fit its settings; move it away to start afresh",
			r.checkpoint.Path)
	}
	r.at = *kept
	return nil
}

func (r *descentRun) run(ctx context.Context) ([]float64, error) {
	finished := slices.Clone(r.at.Theta)
	for r.at.Epoch < r.epochs {
		order := rand.New(rand.NewPCG(r.seed, uint64(r.at.Epoch))).Perm(r.n)
		for r.at.Step < r.steps {
			if err := ctx.Err(); err != nil {
				return r.at.Theta, r.interrupted(err)
			}
			err := r.step(ctx, order)
			if _, diverged := errors.AsType[*DivergedError](err); diverged {
				return finished, err
			}
			if err != nil {
				return r.at.Theta, r.interrupted(err)
			}
			if r.due() {
				if err := r.save(); err != nil {
					return r.at.Theta, err
				}
			}
			if err := r.report(); err != nil {
				return r.at.Theta, r.interrupted(err)
			}
		}
		r.at.Epoch, r.at.Step, r.at.lossSum, r.at.seen = r.at.Epoch+1, 0, 0, 0
		copy(finished, r.at.Theta)
		if r.store != nil {
			if err := r.save(); err != nil {
				return r.at.Theta, err
			}
		}
	}
	return r.at.Theta, nil
}

func (r *descentRun) save() error {
	err := r.store.save(&r.at)
	r.saved = time.Now()
	return err
}

// interrupted keeps the state, which is that between two steps.
func (r *descentRun) interrupted(err error) error {
	if r.store == nil {
		return err
	}
	return errors.Join(err, r.save())
}

// step moves along one batch. On error nothing has moved, unless it diverged.
func (r *descentRun) step(ctx context.Context, order []int) error {
	lo, hi := r.at.Step*r.n/r.steps, (r.at.Step+1)*r.n/r.steps
	batch := r.p.Train.Subset(order[lo:hi])
	loss, err := r.gradient(ctx, batch)
	if err != nil {
		return err
	}
	if !finite(loss) && notFinite(r.g) >= 0 {
		return r.p.because(ctx, r.at.Theta, batch, r.diverged(norm(r.g)))
	}
	g, ok := r.move(float64(r.n) / float64(hi-lo))
	if !finite(g) {
		return r.diverged(g)
	}
	if r.squares && !finite(g*g) {
		return &DivergedError{Solver: r.name, Quantity: "gradient norm", Iterations: r.iteration(), Residual: g, Best: r.least,
			Curvature: math.NaN(), Remedy: "its square is too large for float64, which this rule keeps: scale the loss down"}
	}
	r.progress.Iteration = r.iteration()
	if !ok {
		return r.diverged(g)
	}
	r.at.Step++
	r.at.lossSum += loss
	r.at.seen += float64(hi - lo)
	r.progress.GradientNorm, r.least = g, min(r.least, g)
	r.progress.Gradients += float64(hi-lo) / float64(r.n)
	return nil
}

func (r *descentRun) diverged(gradient float64) error {
	return &DivergedError{Solver: r.name, Quantity: "gradient norm", Iterations: r.progress.Iteration, Residual: gradient,
		Best: r.least, Curvature: math.NaN(), Remedy: "lower Rate, or look for overflow in the model"}
}

// gradient writes a batch's gradient to r.g, and returns its loss, NaN if that would cost a pass of
// its own; both without the regularizer.
func (r *descentRun) gradient(ctx context.Context, batch *datasets.Dataset) (float64, error) {
	loss, err := math.NaN(), error(nil)
	if o := stochasticPass(r.p.Objective); o != nil {
		loss, err = o.TrainingGradient(ctx, r.g, r.at.Theta, batch, r.noise())
	} else if o, onePass := called[LossGradient](r.p.Objective); onePass {
		loss, err = o.LossGradient(ctx, r.g, r.at.Theta, batch)
	} else {
		err = r.p.Objective.Gradient(ctx, r.g, r.at.Theta, batch)
	}
	return loss, err
}

// noiseStream keeps the noise of steps apart from the orders of epochs, which come from the same
// seed.
const noiseStream = 0x0d209 << 40

// iteration is the number of the step at hand, from 1 over all epochs.
func (r *descentRun) iteration() int { return r.at.Epoch*r.steps + r.at.Step + 1 }

// noise is that of the step at hand: it depends on nothing that a resumed training would not know.
func (r *descentRun) noise() uint64 {
	return rand.NewPCG(r.seed, noiseStream+uint64(r.iteration())).Uint64()
}

// due reports whether a checkpoint within the epoch is.
func (r *descentRun) due() bool {
	if r.store == nil || r.at.Step == r.steps {
		return false
	}
	return r.checkpoint.Every > 0 && r.progress.Iteration%r.checkpoint.Every == 0 ||
		r.checkpoint.Seconds > 0 && time.Since(r.saved).Seconds() >= r.checkpoint.Seconds
}

func (r *descentRun) report() error {
	if r.callback == nil {
		return nil
	}
	now := r.progress
	now.Trainer, now.Theta = r.name, r.at.Theta
	now.Epoch, now.Epochs, now.Step, now.Steps = r.at.Epoch, r.epochs, r.at.Step, r.steps
	now.Loss = r.at.lossSum/r.at.seen*float64(r.n) + r.regularizer
	now.stopwatch(r.start)
	return r.callback(now)
}

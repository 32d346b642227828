package unlearn

import (
	"context"

	"lethe/datasets"
)

// Method carries out a request on a trained model.
type Method interface {
	// Name returns the name that tables use, "second-order" for instance.
	Name() string
	// Unlearn returns what theta (p), trained on p, becomes when r is carried out. Neither p nor
	// theta is changed. A refused update is an error ([WorseError], [IndefiniteError], ...); beside
	// it stands an Update without Theta that says what it cost. [Iterative] takes Before and After
	// of an update as the method gives them.
	Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error)
}

// Trainer minimizes a problem.
type Trainer interface {
	// Train returns the parameters reached from the start theta (p), which is not changed. An
	// [NotConvergedError] stands beside the best parameters found.
	Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error)
}

// Update is what a method made of a model, and at what cost.
type Update struct {
	Method string
	Theta  []float64         // the new parameters (p); nil when the update was refused
	Data   *datasets.Dataset // the corrected data D'

	// Unchanged says that the request changes nothing in the loss, so that the model was left as it
	// is; Notes says why.
	Unchanged bool

	// Transform is what to do to data before the model sees them (occlusion); nil = nothing. It
	// panics for data that lack columns of the training data.
	Transform func(*datasets.Dataset) *datasets.Dataset
	// Predict answers in place of Theta where several models vote: one class index or target a
	// sample; nil = use Theta.
	Predict func(ctx context.Context, d *datasets.Dataset) ([]float64, error)

	// Tilt is b of the problem that Theta was trained on where it is not the request's problem
	// (differential privacy); nil = that one's.
	Tilt []float64
	// Certificate is what [Certified] found; nil for other methods.
	Certificate *Certificate
	// Release says what holds for Theta, and State (p) is where the next request starts, which
	// stays secret: of [OutputPerturbation] only.
	Release *Release
	State   []float64

	Before, After float64  // gradient residual ||grad L(.; D')|| of the old and of the new parameters
	Cost          Cost     // everything, Check included
	Check         Cost     // the part of Cost that only served to find Before and After
	Solves        []Stats  // one for each linear system solved
	Tried         []Tried  // by [Auto]: what it tried, and what it chose
	Steps         []Step   // of a [SteppedMethod] that was asked to keep them
	Ridge         float64  // ridge that was added to the Hessian
	Facts         []Fact   // what was forced, refused or left out, of each chunk too
	Notes         []string // the same in words, and what else the reader of a table should know
}

// Cost is work counted per sample: one sample's gradient, or one product of one sample's Hessian
// with a vector, is 1. So a gradient over n samples counts n. Values of the loss and predictions
// are not counted.
type Cost struct {
	Gradients, HVPs, Seconds float64
}

// Plus returns the sum of two costs.
func (c Cost) Plus(d Cost) Cost {
	return Cost{c.Gradients + d.Gradients, c.HVPs + d.HVPs, c.Seconds + d.Seconds}
}

// Minus returns the difference of two costs.
func (c Cost) Minus(d Cost) Cost {
	return Cost{c.Gradients - d.Gradients, c.HVPs - d.HVPs, c.Seconds - d.Seconds}
}

// trainThenUnlearn is Unlearn of a method that needs a training of its own: the request is looked
// at before that is paid for.
func trainThenUnlearn[M Method](
	ctx context.Context, p *Problem, theta []float64, r Request, train func(context.Context, *Problem) (M, error),
) (*Update, error) {
	p, err := p.entered(theta)
	if err != nil {
		return nil, err
	}
	if err := r.checkOn(p.Train); err != nil {
		return nil, err
	}
	trained, err := train(ctx, p)
	if err != nil {
		return nil, err
	}
	return trained.Unlearn(ctx, p, theta, r)
}

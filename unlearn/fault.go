package unlearn

import (
	"context"
	"errors"
	"fmt"

	"lethe/datasets"
)

// Faulter is an optional method of an [Objective]. Fault says which parameter, or which sample of
// d, makes the loss or the gradient at theta no finite number; nil if there is none. It is called
// where something has failed already, and may take as long as a pass over all samples.
type Faulter interface {
	Fault(ctx context.Context, theta []float64, d *datasets.Dataset) error
}

// because joins to an error, of numbers that are not finite, where they come from, if the objective
// can tell. A nil error stays nil.
func (p *Problem) because(ctx context.Context, theta []float64, d *datasets.Dataset, err error) error {
	if err == nil {
		return nil
	}
	f, ok := offered[Faulter](p.Objective)
	if !ok {
		return err
	}
	if cause := f.Fault(ctx, theta, d); cause != nil {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// overflowed is because for a solver's error, where products of the Hessian at theta on d were no
// finite numbers.
func (p *Problem) overflowed(ctx context.Context, theta []float64, d *datasets.Dataset, err error) error {
	if e, ok := errors.AsType[*DivergedError](err); ok && e.Overflow {
		return p.because(ctx, theta, d, err)
	}
	return err
}

// checkAffected refuses a gradient of affected samples that is not finite.
func (p *Problem) checkAffected(ctx context.Context, g, theta []float64, d *datasets.Dataset) error {
	if i := notFinite(g); i >= 0 {
		return p.because(ctx, theta, d, fmt.Errorf("unlearn: the gradient of the affected samples of %s is %v at index %d", nameOf(d), g[i], i))
	}
	return nil
}

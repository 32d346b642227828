package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// dataFree returns where a training starts that must not know any sample, in memory of its own:
// start if the caller gives one, else what an [Initializer] draws by seed, else zeros. It is never
// the parameters of a model that was trained before: a step that is short enough would hand them
// back. A start of zeros from which the objective does not move is an error, unless the objective
// is [Convex].
func (p *Problem) dataFree(ctx context.Context, method string, start []float64, seed uint64) ([]float64, error) {
	from := method + ".Start"
	if start = slices.Clone(start); start == nil {
		if o, ok := offered[Initializer](p.Objective); ok {
			from, start = fmt.Sprintf("Init of %T", innermost(p.Objective)), o.Init(seed)
		} else {
			start = make([]float64, p.Dim())
		}
	}
	if len(start) != p.Dim() {
		return nil, fmt.Errorf("unlearn: %s has length %d for %d parameters", from, len(start), p.Dim())
	}
	if j := notFinite(start); j >= 0 {
		return nil, fmt.Errorf("unlearn: %s: parameter %d is %v; give finite numbers", from, j, start[j])
	}
	if !isZero(start) {
		return start, nil
	}
	if _, err := smoothnessOf(p.Objective); err == nil {
		return start, nil
	}
	return start, p.movesFromZero(ctx, method)
}

// Selected is an optional interface of an [Objective] that may hold some parameters of a model
// fixed, which were trained before.
type Selected interface {
	// Selected reports whether it does.
	Selected() bool
}

// heldFixed refuses an objective some of whose parameters are constants: those were trained before,
// on data that nobody names here, and a guarantee of this training does not hold for them.
func (p *Problem) heldFixed(method string) error {
	if o, ok := offered[Selected](p.Objective); ok && o.Selected() {
		return fmt.Errorf("unlearn: %s on a model that holds parameters fixed (Select): they may have seen what is to be forgotten, and nothing is "+
			"guaranteed of them: train all parameters, or give what the fixed part computes as features to a model of its own (%w)", method, errors.ErrUnsupported)
	}
	return nil
}

// movesFromZero refuses zeros as a start where most parameters that have a slope elsewhere have
// none: the layers of a network multiply each other by zero there, and no training moves them. The
// regularizer, which has no slope at zero, is left aside.
func (p *Problem) movesFromZero(ctx context.Context, method string) error {
	n := p.Dim()
	g, elsewhere, at := make([]float64, n), make([]float64, n), make([]float64, n)
	if err := p.Objective.Gradient(ctx, g, at, p.Train); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(0, 0x57a47))
	for j := range at {
		at[j] = rng.NormFloat64() / 10
	}
	if err := p.Objective.Gradient(ctx, elsewhere, at, p.Train); err != nil {
		return err
	}
	stuck, all := 0, 0
	for j, v := range elsewhere {
		if v == 0 {
			continue
		}
		all++
		if g[j] == 0 {
			stuck++
		}
	}
	if all > 0 && 2*stuck > all {
		return fmt.Errorf("unlearn: %s would start at zeros, where the gradient of %d of %d parameters is zero, so that training does not move them: "+
			"give Start, or let the objective %T be an Initializer", method, stuck, all, innermost(p.Objective))
	}
	return nil
}

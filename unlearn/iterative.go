package unlearn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lethe/datasets"
)

// Iterative divides the request into chunks ([Request.Chunks]) and lets Method carry them out one after the other, each
// on the data and the parameters that the one before it left. Where Method estimates residuals on a subsample, so does the whole.
type Iterative struct {
	Method Method // what carries out each chunk: FirstOrder or SecondOrder
	Chunks int    // at most; 0 = 10
}

// Name returns the method's name with "-iterative" behind it.
func (m Iterative) Name() string {
	if m.Method == nil {
		return "iterative"
	}
	return m.Method.Name() + "-iterative"
}

// Unlearn implements [Method]. Each chunk goes through Method's own trust check, and the whole through one more. A chunk
// that is refused ends the whole with its error.
func (m Iterative) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Method == nil {
		return nil, errors.New("unlearn: Iterative needs a Method, FirstOrder or SecondOrder")
	}
	var s sampling
	if f, ok := m.Method.(interface{ sampling() sampling }); ok {
		s = f.sampling()
	}
	t, err := beginSampled(ctx, m.Name(), p, theta, r, s)
	if err != nil {
		return nil, err
	}
	if t.unchanged() {
		return t.keep()
	}
	count := m.Chunks
	if count == 0 {
		count = 10
	}
	chunks, err := r.Chunks(count, p.Train)
	if err != nil {
		return nil, err
	}
	current, after, err := m.carryOut(ctx, t, p.Train, chunks)
	if err != nil {
		return t.refuse(err)
	}
	if t.check != nil { // the last chunk's subsample is another
		if after, err = t.estimateAfter(ctx, current); err != nil {
			return t.refuse(err)
		}
	}
	if worse(t.update.Before, after) { // then judge needs to know what training had left
		start := t.meter.Cost()
		if _, err := t.difference(ctx); err != nil {
			return t.refuse(err)
		}
		t.update.Check = t.update.Check.Plus(t.meter.Cost().Minus(start))
	}
	f, ok := m.Method.(interface{ forced() bool })
	return t.judge(current, after, ok && f.forced(), "use smaller steps in Method, or more Chunks")
}

// estimateAfter is the residual at theta, on the account of the trust check. t.grad stays that of the old parameters.
func (t *attempt) estimateAfter(ctx context.Context, theta []float64) (float64, error) {
	grad := t.grad
	t.grad = make([]float64, len(grad))
	after, err := t.checkResidual(ctx, theta)
	t.grad = grad
	return after, err
}

// carryOut returns the parameters after all chunks and their residual on the last chunk's data, which are D'.
func (m Iterative) carryOut(
	ctx context.Context, t *attempt, data *datasets.Dataset, chunks []Request,
) (theta []float64, residual float64, err error) {
	current, after := slices.Clone(t.theta), t.update.Before
	for i, chunk := range chunks {
		u, err := m.Method.Unlearn(ctx, t.p.With(data), current, chunk)
		if u != nil {
			t.update.Check = t.update.Check.Plus(u.Check)
			t.update.Solves = append(t.update.Solves, u.Solves...)
			t.update.Ridge = u.Ridge
			for _, note := range u.Notes {
				t.note("chunk %d of %d: %s", i+1, len(chunks), note)
			}
		}
		if err != nil {
			return nil, 0, fmt.Errorf("chunk %d of %d: %w", i+1, len(chunks), err)
		}
		current, after, data = u.Theta, u.After, u.Data
	}
	return current, after, nil
}

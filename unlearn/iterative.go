package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"lethe/datasets"
)

// Iterative divides the request into chunks ([Request.Chunks]) and lets Method carry them out one
// after the other, each on the data and the parameters that the one before it left. Where Method
// estimates residuals on a subsample, so does the whole. The chunks share Method's Seed.
//
// A chunk's own difference G knows nothing of what the chunks before it left, so that a step along
// it may make the residual larger. The steps of SecondOrder, and of FirstOrder in more than one
// chunk, in ReestimateStatistics too, therefore follow the full gradient on the data corrected so
// far, as if Gradient were FullGradient, and Full were set. Two settings keep the update as
// published, along the difference that each chunk makes: Force, since such an update is kept
// whatever comes of it, and SecondOrder.Gradient: Difference. A step of SecondOrder that follows
// the full gradient, and would make the residual larger, is halved until it does not, unless Step
// or Force is set: along the solution of H Delta = -grad L the residual falls at first, whatever H
// is.
type Iterative struct {
	// Method carries out each chunk: FirstOrder or SecondOrder, or one of them in
	// ReestimateStatistics. One whose update is more than parameters (Occlusion, SISA, Certified,
	// ObjectivePerturbation) is refused.
	Method Method
	Chunks int // at most; 0 = 10
	// Accept scores parameters, higher is better: by the accuracy on a validation set, for
	// instance; nil = take every chunk. A chunk after which the score is no number, or lower than
	// before it by more than Tolerance, is refused: the parameters stay as they were, the data move
	// on to the next chunk, and Notes says so. What Accept costs is not counted, but for its
	// seconds.
	Accept    func(ctx context.Context, theta []float64) (score float64, err error)
	Tolerance float64 // 0 or more
}

// Name returns the method's name with "-iterative" behind it.
func (m Iterative) Name() string {
	if m.Method == nil {
		return "iterative"
	}
	return m.Method.Name() + "-iterative"
}

// Unlearn implements [Method]. Each chunk goes through Method's own trust check, and the whole
// through one more. A chunk that is refused ends the whole with its error.
func (m Iterative) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Method == nil {
		return nil, errors.New("unlearn: Iterative needs a Method, FirstOrder or SecondOrder")
	}
	if err := checkSettings("Iterative", notNegative("Tolerance", m.Tolerance), count("Chunks", m.Chunks, "10")); err != nil {
		return nil, err
	}
	var s Sampling
	if f, ok := m.Method.(SampledMethod); ok {
		s = f.Sampling()
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
	chunks, err := r.chunks(count, p.Train)
	if err != nil {
		return nil, err
	}
	more, err := r.chunks(len(chunks)+1, p.Train)
	if err != nil {
		return nil, err
	}
	method := m.Method
	if inner, ok := method.(ChunkedMethod); ok {
		method = inner.InChunks(len(chunks), len(more) > len(chunks))
	}
	current, after, err := m.carryOut(ctx, t, method, p.Train, chunks)
	if err != nil {
		return t.refuse(err)
	}
	if t.check != nil { // the last chunk's subsample is another
		if after, err = t.estimateAfter(ctx, current); err != nil {
			return t.refuse(err)
		}
	}
	if t.worse(t.update.Before, after) {
		if err := t.checkDifference(ctx); err != nil {
			return t.refuse(err)
		}
	}
	f, ok := m.Method.(ForcingMethod)
	return t.judge(current, after, ok && f.Forces(), m.remedy(len(chunks)))
}

// remedy says what else to try where every chunk was taken and the whole is worse: the chunks undo
// each other's changes.
func (m Iterative) remedy(chunks int) remedy {
	var ways []string
	if chunks > 1 {
		ways = append(ways, "ask for fewer Chunks")
	}
	if a, ok := m.Method.(AdvisingMethod); ok {
		if instead := a.Instead(); instead != "" {
			ways = append(ways, "use "+instead)
		}
	}
	return remedy{append(ways, "use other steps in Method"), setInnerForce}
}

// chunked is what a method in [Iterative] knows of it.
type chunked struct {
	is   bool // it is in one
	more bool // there could be more chunks
}

// estimateAfter is the residual at theta, on the account of the trust check. t.grad stays that of
// the old parameters.
func (t *attempt) estimateAfter(ctx context.Context, theta []float64) (float64, error) {
	grad := t.grad
	t.grad = make([]float64, len(grad))
	after, err := t.checkResidual(ctx, theta)
	t.grad = grad
	return after, err
}

// carryOut returns the parameters after all chunks and their residual on the last chunk's data,
// which are D'.
func (m Iterative) carryOut(
	ctx context.Context, t *attempt, method Method, data *datasets.Dataset, chunks []Request,
) (theta []float64, residual float64, err error) {
	current, after := slices.Clone(t.theta), t.update.Before
	var best acceptance
	if err := best.begin(ctx, m, current); err != nil {
		return nil, 0, err
	}
	for i, chunk := range chunks {
		u, err := method.Unlearn(ctx, t.p.on(data), current, chunk)
		if u != nil {
			t.update.Check = t.update.Check.Plus(u.Check)
			t.update.Solves = append(t.update.Solves, u.Solves...)
			t.update.Ridge = max(t.update.Ridge, u.Ridge)
			for _, note := range u.Notes {
				t.note("chunk %d of %d: %s", i+1, len(chunks), note)
			}
		}
		if err == nil {
			if more, any := u.belongsTo(); any || u.Theta == nil || u.Transform != nil {
				err = fmt.Errorf("unlearn: Iterative: an update by %s is not parameters alone%s, and the next chunk would lose the rest: "+
					"carry the request out in one go, by %[1]s itself", m.Method.Name(), more)
			}
		}
		if err != nil {
			return nil, 0, fmt.Errorf("chunk %d of %d: %w", i+1, len(chunks), err)
		}
		data = u.Data
		refused, err := best.refuses(ctx, m, u.Theta)
		if err != nil {
			return nil, 0, fmt.Errorf("chunk %d of %d: %w", i+1, len(chunks), err)
		}
		t.takeChunk(u, i+1, len(chunks), refused)
		if refused != nil {
			after = u.Before
			continue
		}
		current, after = u.Theta, u.After
	}
	return current, after, nil
}

// belongsTo reports whether an update has anything beside its parameters that holds for these
// alone, and what, in words.
func (u *Update) belongsTo() (what string, any bool) {
	switch {
	case u.Predict != nil:
		return " (several models answer)", true
	case u.Certificate != nil:
		return " (it has a certificate)", true
	case u.Tilt != nil:
		return " (they were trained with a tilt of their own)", true
	}
	return "", false
}

// acceptance is the score of the parameters reached.
type acceptance struct{ score float64 }

func (a *acceptance) begin(ctx context.Context, m Iterative, theta []float64) (err error) {
	if m.Accept == nil {
		return nil
	}
	if a.score, err = m.Accept(ctx, theta); err == nil && math.IsNaN(a.score) {
		err = errors.New("unlearn: Iterative.Accept gives the parameters before the request the score NaN, with which no other can be compared")
	}
	return err
}

// refuses says why parameters are not taken, nil if they are; their score then is the one to be
// compared with.
func (a *acceptance) refuses(ctx context.Context, m Iterative, theta []float64) (refused, err error) {
	if m.Accept == nil {
		return nil, nil
	}
	score, err := m.Accept(ctx, theta)
	if err != nil {
		return nil, err
	}
	if !(score >= a.score-m.Tolerance) {
		return fmt.Errorf("the score would have gone from %.6g to %.6g", a.score, score), nil
	}
	a.score = score
	return nil, nil
}

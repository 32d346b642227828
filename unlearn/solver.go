package unlearn

import (
	"context"
	"math"
)

// Operator is a symmetric p x p matrix known by its products.
type Operator interface {
	Dim() int
	// MulVecTo writes A x to dst; dst and x do not alias.
	MulVecTo(ctx context.Context, dst, x []float64) error
}

// BatchOperator is an Operator that is a mean over batches: A = mean_b A_b, each A_b scaled to the
// whole data.
type BatchOperator interface {
	Operator
	Batches() int
	// MulVecBatchTo writes A_b x to dst.
	MulVecBatchTo(ctx context.Context, dst, x []float64, b int) error
}

// Solver solves A x = b. dst holds the start on entry (zeros unless a start is known) and the
// solution on return. On error dst holds the best vector found and Stats describes it; the error is
// one of [DivergedError], [NotConvergedError], [IndefiniteError] (by errors.As), the context's, or
// the operator's own.
type Solver interface {
	Name() string
	Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error)
}

// Stats says what a solve did and how good its result is.
type Stats struct {
	Solver     string
	Iterations int
	Products   float64 // products with the whole operator; a batch counts as 1/Batches()
	Seconds    float64
	Residual   float64 // ||b - A x|| / ||b||, from a product of its own and never from a recurrence
	// Independent is the relative residual of the same solution with A taken from a second
	// subsample of the data, independent of that which the solver saw ([SecondOrder] with Sample);
	// NaN when not taken. Far above Residual, it says that the subsample is too small.
	Independent float64
	Scale       float64 // LiSSA's scale; 0 for the others
	Ridge       float64 // ridge that the solver added of its own accord (LiSSA's ChooseRidge): Residual is then that of A + Ridge I
	Chosen      string  // how scale and ridge were chosen, in words; empty when the caller set them
}

// unsolved is the Stats of a solve that has not begun.
func unsolved(solver string) Stats {
	return Stats{Solver: solver, Residual: math.NaN(), Independent: math.NaN()}
}

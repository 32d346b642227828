package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Trial is what [Tune] found at one value of the grid.
type Trial struct {
	Value     float64
	Criterion float64 // NaN when the trial failed
	Err       error   // why it failed
}

// Tune evaluates a criterion over a grid of values and returns the value with the smallest, the
// earlier of two equal ones, and every trial in the order of the grid. It serves step lengths,
// fine-tuning rates and ridges alike, so that rivals are tuned by one criterion.
//
// A trial that fails for numerical reasons ([DivergedError], [NotConvergedError],
// [IndefiniteError], [WorseError], or a criterion that is not finite) is recorded and passed over;
// any other error ends the search. If all trials fail the error names each of them.
func Tune(
	ctx context.Context, grid []float64, eval func(v float64) (criterion float64, err error),
) (best float64, trials []Trial, err error) {
	if len(grid) == 0 {
		return math.NaN(), nil, errors.New("unlearn: Tune needs at least one value; see Decades")
	}
	for i, v := range grid {
		if !finite(v) {
			return math.NaN(), nil, fmt.Errorf("unlearn: Tune: value %d of the grid is %v; give finite numbers", i, v)
		}
	}
	chosen := -1
	for _, v := range grid {
		if err := ctx.Err(); err != nil {
			return math.NaN(), trials, err
		}
		criterion, err := eval(v)
		switch _, worse := errors.AsType[*WorseError](err); {
		case err != nil && !worse && !numerical(err):
			return math.NaN(), trials, fmt.Errorf("unlearn: tuning at %g: %w", v, err)
		case err == nil && !finite(criterion):
			err = fmt.Errorf("unlearn: the criterion is %v", criterion)
		}
		if err != nil {
			criterion = math.NaN()
		}
		trials = append(trials, Trial{Value: v, Criterion: criterion, Err: err})
		if err == nil && (chosen < 0 || criterion < trials[chosen].Criterion) {
			chosen = len(trials) - 1
		}
	}
	if chosen < 0 {
		return math.NaN(), trials, allFailed(trials)
	}
	return trials[chosen].Value, trials, nil
}

func allFailed(trials []Trial) error {
	lines := make([]string, len(trials))
	for i, t := range trials {
		lines[i] = fmt.Sprintf("  at %g: %v", t.Value, t.Err)
	}
	return fmt.Errorf("unlearn: every value of the grid failed; widen it:\n%s", strings.Join(lines, "\n"))
}

// Decades returns 10^from, 10^(from+1), ..., 10^to.
func Decades(from, to int) []float64 {
	var grid []float64
	for e := from; e <= to; e++ {
		grid = append(grid, math.Pow10(e))
	}
	return grid
}

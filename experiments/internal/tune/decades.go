package tune

import (
	"math"
	"slices"
)

// Decades tries the values of a grid, and up to three decades beyond an end of it that is better
// than all others. It returns all that were tried, rising, and the best, of equal ones the
// smallest; NaN if none gave a score.
func Decades(grid []float64, try func(v float64) (score float64, err error)) (tried []float64, best float64, err error) {
	scores := map[float64]float64{}
	one := func(v float64) (err error) {
		scores[v], err = try(v)
		return err
	}
	// highest returns the best, and whether no other is as good.
	highest := func() (best float64, alone bool) {
		best = math.NaN()
		for _, v := range tried {
			switch {
			case math.IsNaN(scores[v]):
			case math.IsNaN(best) || scores[v] > scores[best]:
				best, alone = v, true
			case scores[v] == scores[best]:
				alone = false
			}
		}
		return best, alone
	}
	tried = slices.Sorted(slices.Values(grid))
	for _, v := range tried {
		if err := one(v); err != nil {
			return tried, math.NaN(), err
		}
	}
	for range 3 {
		best, alone := highest()
		var further float64
		switch {
		case !alone:
			return tried, best, nil
		case best == tried[0]:
			further = best / 10
			tried = slices.Insert(tried, 0, further)
		case best == tried[len(tried)-1]:
			further = best * 10
			tried = append(tried, further)
		default:
			return tried, best, nil
		}
		if err := one(further); err != nil {
			return tried, math.NaN(), err
		}
	}
	best, _ = highest()
	return tried, best, nil
}

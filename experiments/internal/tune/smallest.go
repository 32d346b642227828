package tune

import (
	"math"
	"strconv"
)

// beside are the factors of the values that are tried beside the best of the decades.
var beside = []float64{0.2, 0.3, 0.5, 0.7, 2, 3, 5, 7}

// Smallest tries the values of a decade grid, rising, and returns the one with the smallest
// criterion, of equal ones the first. Where it is an end of the grid, up to three more decades are
// tried beyond it, and then 0.2, 0.3, 0.5, 0.7, 2, 3, 5 and 7 times the best. A try that failed has
// the criterion +Inf; where all failed so is best.
func Smallest(grid []float64, try func(v float64) (criterion float64, err error)) (value, best float64, err error) {
	value, best = math.NaN(), math.Inf(1)
	one := func(v float64) error {
		c, err := try(v)
		if err == nil && c < best {
			best, value = c, v
		}
		return err
	}
	for _, v := range grid {
		if err := one(v); err != nil {
			return value, best, err
		}
	}
	for _, end := range []struct{ at, factor float64 }{{grid[0], 0.1}, {grid[len(grid)-1], 10}} {
		for range 3 {
			if value != end.at {
				break
			}
			end.at = OneDigit(end.at * end.factor)
			if err := one(end.at); err != nil {
				return value, best, err
			}
		}
	}
	decade := value
	for _, factor := range beside {
		if math.IsInf(best, 1) {
			break
		}
		if err := one(OneDigit(decade * factor)); err != nil {
			return value, best, err
		}
	}
	return value, best, nil
}

// OneDigit rounds a value of a grid to the digit that it stands for: 0.2 times 0.001 is not 0.0002
// in float64.
func OneDigit(v float64) float64 {
	out, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 0, 64), 64)
	if err != nil {
		return v // beyond the range of float64
	}
	return out
}

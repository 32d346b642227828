package tune

import (
	"math"
	"slices"
	"strconv"
)

// further is the largest number of values that are tried beyond an end of a grid.
const further = 3

// Search is what [Decades] found.
type Search struct {
	Tried []float64 // rising
	Best  float64   // the value with the smallest criterion, of equal ones the smallest; NaN = none worked
	// Criterion is that of Best; +Inf where none worked.
	Criterion float64
}

// Decades tries the values of a grid, rising, and up to three more beyond an end of it that is
// better than all others: each as far from the last as that is from its neighbor, and a decade at
// most. The best value has the smallest criterion. A try that failed has the criterion +Inf or NaN.
func Decades(grid []float64, try func(v float64) (criterion float64, err error)) (Search, error) {
	s := Search{Best: math.NaN(), Criterion: math.Inf(1)}
	scores := map[float64]float64{}
	one := func(v float64) error {
		c, err := try(v)
		if math.IsNaN(c) {
			c = math.Inf(1)
		}
		scores[v] = c
		return err
	}
	alone := false // no other value is as good as the best
	choose := func() {
		s.Best, s.Criterion, alone = math.NaN(), math.Inf(1), false
		for _, v := range s.Tried {
			switch c := scores[v]; {
			case c < s.Criterion:
				s.Best, s.Criterion, alone = v, c, true
			case c == s.Criterion:
				alone = false
			}
		}
	}
	s.Tried = slices.Sorted(slices.Values(grid))
	for _, v := range s.Tried {
		if err := one(v); err != nil {
			return s, err
		}
	}
	for range further {
		var next float64
		switch choose(); {
		case !alone:
			return s, nil
		case s.Best == s.Tried[0]:
			if next = decimal(s.Best / stride(s.Tried, 0, 1)); next == s.Best { // 0
				return s, nil
			}
			s.Tried = slices.Insert(s.Tried, 0, next)
		case s.Best == s.Tried[len(s.Tried)-1]:
			next = decimal(s.Best * stride(s.Tried, len(s.Tried)-2, len(s.Tried)-1))
			s.Tried = append(s.Tried, next)
		default:
			return s, nil
		}
		if err := one(next); err != nil {
			return s, err
		}
	}
	choose()
	return s, nil
}

// stride is the factor from one value of a grid to another, a decade at most and where there is no
// other.
func stride(grid []float64, from, to int) float64 {
	if len(grid) < 2 || !(grid[from] > 0) {
		return 10
	}
	return min(10, grid[to]/grid[from])
}

// beside are the factors of the values that [Beside] returns.
var beside = []float64{0.2, 0.3, 0.5, 0.7, 2, 3, 5, 7}

// Beside returns 0.2, 0.3, 0.5, 0.7, 2, 3, 5 and 7 times the best value of a decade grid, each with
// one digit.
func Beside(best float64) []float64 {
	var out []float64
	for _, factor := range beside {
		out = append(out, OneDigit(best*factor))
	}
	return out
}

// decimal takes the rounding error of a product with ten off the number.
func decimal(v float64) float64 { return rounded(v, 12) }

// OneDigit rounds a value of a grid to the digit that it stands for: 0.2 times 0.001 is not 0.0002
// in float64.
func OneDigit(v float64) float64 { return rounded(v, 1) }

// rounded returns the number with so many significant digits.
func rounded(v float64, digits int) float64 {
	out, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return v // beyond the range of float64
	}
	return out
}

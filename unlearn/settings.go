package unlearn

import (
	"fmt"
	"math"
)

// setting is a number that a user sets in a field, with what is wrong with it; empty = nothing.
type setting struct{ field, fault string }

// checkSettings returns the first fault of the fields of a struct, as "unlearn: CG.Tolerance is
// NaN; give a positive number below 1, or 0 for the default 1e-10".
func checkSettings(of string, settings ...setting) error {
	for _, s := range settings {
		if s.fault != "" {
			return fmt.Errorf("unlearn: %s.%s %s", of, s.field, s.fault)
		}
	}
	return nil
}

// bad is a setting with the advice on what to give.
func bad[T int | float64](field string, value T, advice string) setting {
	return setting{field, fmt.Sprintf("is %v; give %s", value, advice)}
}

// relativeTolerance is a setting between 0 and 1: a vector of zeros has a relative residual of 1
// already.
func relativeTolerance(field string, v float64, zero string) setting {
	if v >= 0 && v < 1 {
		return setting{}
	}
	return bad(field, v, "a positive number below 1, or 0 for "+zero)
}

// positiveOr is a positive setting, or 0 for what zero says.
func positiveOr(field string, v float64, zero string) setting {
	if v == 0 || positive(v) {
		return setting{}
	}
	return bad(field, v, "a positive number, or 0 for "+zero)
}

// above0 is a setting without a default.
func above0(field string, v float64, advice string) setting {
	if positive(v) {
		return setting{}
	}
	return bad(field, v, "a positive number"+advice)
}

// notNegative is a setting that may be 0 and means just that.
func notNegative(field string, v float64) setting {
	if v == 0 || positive(v) {
		return setting{}
	}
	return bad(field, v, "0 or a positive number")
}

// fraction is a setting from 0 to below 1.
func fraction(field string, v float64, zero string) setting {
	if v >= 0 && v < 1 {
		return setting{}
	}
	return bad(field, v, "a number between 0 and 1, or 0 for "+zero)
}

// numberOr is a finite setting, negative ones too; what says what is meant by it.
func numberOr(field string, v float64, what string) setting {
	if finite(v) {
		return setting{}
	}
	return bad(field, v, what)
}

// count is a number of things, or 0 for what zero says.
func count(field string, n int, zero string) setting {
	if n >= 0 {
		return setting{}
	}
	return bad(field, n, "a positive number, or 0 for "+zero)
}

// atMost is a count with a largest value.
func atMost(field string, n, most int, zero string) setting {
	if n <= most {
		return count(field, n, zero)
	}
	return bad(field, n, fmt.Sprintf("at most %d, or 0 for %s", most, zero))
}

// setting is the fault of a Curvature.
func (c Curvature) setting() setting {
	if c == FullHessian || c == GaussNewton {
		return setting{}
	}
	return bad("Curvature", int(c), "FullHessian or GaussNewton")
}

// numbers is a vector all of whose entries have to be finite.
func numbers(field string, x []float64) setting {
	i := notFinite(x)
	if i < 0 {
		return setting{}
	}
	return setting{field, fmt.Sprintf("is %v at index %d; give finite numbers", x[i], i)}
}

// multipliers is a vector all of whose entries have to be at least 0.
func multipliers(field string, x []float64) setting {
	for i, v := range x {
		if !(v >= 0 && v <= math.MaxFloat64) {
			return setting{field, fmt.Sprintf("is %v at index %d; give 0 or positive numbers", v, i)}
		}
	}
	return setting{}
}

func positive(v float64) bool { return v > 0 && finite(v) }

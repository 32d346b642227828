package settings

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/numbers"
	"lethe/internal/suggest"
)

// check says what is wrong with a value.
func (f *Field) check(v any) error {
	switch v := v.(type) {
	case string:
		return f.checkWords(v)
	case []string:
		return f.checkWords(v...)
	case int:
		return f.checkNumber(float64(v))
	case float64:
		return f.checkNumber(v)
	case Auto:
		if v.Tuned {
			return nil
		}
		return f.checkNumber(v.Value)
	case []int:
		return checkList(f, v)
	case []float64:
		return checkList(f, v)
	}
	return nil
}

// checkWords compares texts with the words that there are.
func (f *Field) checkWords(given ...string) error {
	for i, w := range given {
		if slices.Contains(given[:i], w) {
			return fmt.Errorf("names %s twice", w)
		}
		if len(f.Words) > 0 && !slices.Contains(f.Words, w) {
			wrong := ""
			if len(given) > 1 {
				wrong = w + " "
			}
			return fmt.Errorf("%smust be one of %s%s", wrong, strings.Join(f.Words, ", "), asking(suggest.DidYouMean(w, f.Words)))
		}
	}
	return nil
}

// checkList holds each number of a list to the bounds, and refuses duplicates: such a list names
// what is tried or measured, once each, unless its field says otherwise.
func checkList[N int | float64](f *Field, list []N) error {
	for i, n := range list {
		if !f.Repeat && slices.Contains(list[:i], n) {
			return fmt.Errorf("names %v twice", n)
		}
	}
	for _, n := range list {
		if err := f.checkNumber(float64(n)); err != nil {
			return err
		}
	}
	return nil
}

func (f *Field) checkNumber(x float64) error {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return errors.New("must be a finite number")
	case x < 0 && f.Zero:
		return errors.New("must be above 0, or 0")
	case x < 0 || x == 0 && !f.Zero:
		return errors.New("must be above 0")
	case x > 0 && f.Min != nil && x < *f.Min:
		return fmt.Errorf("must be at least %s", bound(*f.Min))
	case f.Max != nil && x > *f.Max:
		return fmt.Errorf("must be at most %s", bound(*f.Max))
	case f.Below != nil && x >= *f.Below:
		return fmt.Errorf("must be below %s", bound(*f.Below))
	}
	return nil
}

// bound writes whole numbers without an exponent, thousands separated.
func bound(x float64) string { return numbers.Bound(x) }

// asking sets a question apart from what stands before it.
func asking(question string) string {
	if question == "" {
		return ""
	}
	return "." + question
}

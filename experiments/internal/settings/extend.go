package settings

import (
	"slices"
	"strconv"
	"strings"
)

// Extends reports whether a run that has the setting's value before, as [Form.Text] writes it, may
// go on with the value after: a larger number, or a list with the same words and more. A list with
// the word all has every word.
func (f *Field) Extends(before, after string) bool {
	switch {
	case !f.More:
		return false
	case f.Kind == "words":
		had, has := strings.Split(before, ","), strings.Split(after, ",")
		if slices.Contains(f.Words, everything) {
			if slices.Contains(has, everything) {
				return true
			}
			if slices.Contains(had, everything) {
				return false
			}
		}
		return !slices.ContainsFunc(had, func(w string) bool { return !slices.Contains(has, w) })
	}
	a, errA := strconv.Atoi(before)
	b, errB := strconv.Atoi(after)
	return errA == nil && errB == nil && b >= a
}

// everything stands for all words of a list.
const everything = "all"

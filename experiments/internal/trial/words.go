package trial

import (
	"fmt"

	"lethe/experiments/internal/records"
)

// BeforeLabel names the row of a method where that of no update is the model as it was before.
func BeforeLabel(method string) string {
	if method == "none" {
		return "none (before)"
	}
	return method
}

// First returns the first of the records, if there is one.
func First(recs []records.Record) (records.Record, bool) {
	if len(recs) == 0 {
		return records.Record{}, false
	}
	return recs[0], true
}

// OrAll writes a number of windows, 0 being all.
func OrAll(n int) string {
	if n == 0 {
		return "all"
	}
	return fmt.Sprint(n)
}

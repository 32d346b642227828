package trial

import (
	"fmt"

	"lethe/experiments/internal/records"
)

// MemoryLabel names the row of a method.
func MemoryLabel(method string) string {
	switch method {
	case "none":
		return "none (before)"
	case "second-order-published":
		return "second-order, " + paperNumbers
	}
	return method
}

// paperNumbers names the settings of second-order-published. They are the paper's, for its own model; of this model its authors say nothing.
const paperNumbers = "the paper's damping and scale on this model"

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

package experiments

import "fmt"

// memoryLabel names the row of a method.
func memoryLabel(method string) string {
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

// first returns the first of the records, if there is one.
func first(records []Record) (Record, bool) {
	if len(records) == 0 {
		return Record{}, false
	}
	return records[0], true
}

// orAll writes a number of windows, 0 being all.
func orAll(n int) string {
	if n == 0 {
		return "all"
	}
	return fmt.Sprint(n)
}

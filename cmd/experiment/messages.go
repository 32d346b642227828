package main

import "regexp"

// inner are the names of packages before their errors. They help who calls a package; here the
// program's own name stands before the whole.
var inner = regexp.MustCompile(`(^|: |\n)(?:(?:experiments|datasets|unlearn|nets|graph|exposure|safetensors): )+`)

// message is what is said of an error: one prefix, and then what went wrong.
func message(err error) string {
	return "experiment: " + inner.ReplaceAllString(err.Error(), "$1")
}

package onnx

import "fmt"

// operator returns the outputs of a node of the file, as many as it has at most. A panic with a
// *fault, see call.fail, or with a *graph.Error names what is wrong.
//
// An operator works on values that are known as well as on nodes. It need not tell them apart:
// where all inputs are known, what it builds is evaluated at once, in double precision, and the
// outputs are known too. Operators on integers, and those that only move elements, work on the
// numbers.
type operator func(c *call) []value

// operators are all that is supported, by key: "Conv", "ai.onnx.ml.Scaler". Each file ops_*.go
// registers its own.
var operators = map[string]operator{}

// register adds operators of a domain, "" for ONNX itself.
func register(domain string, ops map[string]operator) {
	for name, f := range ops {
		k := key(domain, name)
		if operators[k] != nil {
			panic(fmt.Sprintf("onnx: operator %s is registered twice", k))
		}
		operators[k] = f
	}
}

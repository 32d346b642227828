// Package memorization makes a language model forget a secret of its training text, and measures
// what can still be found out about it (docs/paper.md#unintended-memorization). The function listed
// is the one list of its methods.
package memorization

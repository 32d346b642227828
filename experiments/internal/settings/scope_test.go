package settings

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A scope that no key asks for is a slip of the keyboard.
func TestUnknownScopesAreErrors(t *testing.T) {
	assert.Contains(t, fault[struct {
		A float64 `set:"a" doc:"d" scope:"modle"`
	}](), `unknown scope "modle"; known: run, network, model`)
	assert.Empty(t, fault[struct {
		A float64 `set:"a" doc:"d" scope:"model"`
	}]())
}

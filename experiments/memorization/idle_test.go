package memorization

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/experiments/internal/engine"
)

// Rates change nothing where their way of fine-tuning is left out, and something where it is asked
// for, by its name or with all.
func TestRatesOfATextAreIdleWithoutTheirMethod(t *testing.T) {
	idle := func(methods ...string) string {
		return (&Session{Session: &engine.Session{}}).idle("adam-rates", &Settings{Methods: methods})
	}
	assert.Equal(t, "the method fine-tune-adam is not among methods", idle("fine-tune", "second-order"))
	assert.Empty(t, idle("second-order", "fine-tune-adam"))
	assert.Empty(t, idle("all"))
	steps := func(methods ...string) string {
		return (&Session{Session: &engine.Session{}}).idle("distill-steps", &Settings{Methods: methods})
	}
	assert.Equal(t, "self-distillation is not among methods", steps("second-order-soft"))
	assert.Empty(t, steps("distill-lead"))
}

package poisoning

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Rates change nothing where their way of fine-tuning is left out, and something where it is asked
// for, by its name or with all.
func TestRatesAreIdleWithoutTheirMethod(t *testing.T) {
	for key, method := range map[string]string{"adam-rates": "fine-tune-adam", "momentum-rates": "fine-tune-momentum"} {
		idle := func(methods ...string) string { return (&Settings{Methods: methods}).idle(key) }
		assert.Equal(t, "the method "+method+" is not among methods", idle("fine-tune", "second-order"))
		assert.Empty(t, idle("second-order", method))
		assert.Empty(t, idle("all"))
	}
}

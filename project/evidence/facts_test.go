package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A convex objective has one optimum where the regularizer covers every parameter, and only there.
func TestHowManyOptima(t *testing.T) {
	for _, c := range []struct {
		done                Done
		optima, regularizer string
	}{
		{Done{Parameters: 12, Regularized: 12, L2: 0.5, Convex: true}, "convex: the objective has one optimum", "L2 0.5 on all parameters, intercepts and biases too"},
		{Done{Parameters: 12, Regularized: 9, L2: 0.5, Convex: true},
			"convex: every optimum has the same loss, and there may be several, since the regularizer leaves out 3 parameters", "L2 0.5 on 9 of 12 parameters"},
		{Done{Parameters: 12, Regularized: 12, L2: 0.5}, "not convex: the objective may have many optima", "L2 0.5 on all parameters, intercepts and biases too"},
		{Done{Parameters: 12}, "not convex: the objective may have many optima", "none"},
	} {
		assert.Equal(t, c.optima, c.done.optima())
		assert.Equal(t, c.regularizer, c.done.regularizer())
	}
}

package memorization

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWrongSettingsOfATextAreErrors(t *testing.T) {
	for _, c := range []struct{ key, text, want string }{
		{"train-rate", "Inf", "finite"}, {"dropout", "nan", "finite"}, {"max-loss", "-1", "must be above 0, or 0"},
	} {
		s := Settings{Window: 3}
		assert.ErrorContains(t, s.Set(c.key, c.text), c.want, c.key)
		assert.Equal(t, Settings{Window: 3}, s)
	}
}

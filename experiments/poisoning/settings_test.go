package poisoning

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The words that stand in tags are those of the code that reads them.
func TestWordsOfStatisticsAreThoseOfTheCode(t *testing.T) {
	f, ok := form.Field("statistics")
	require.True(t, ok)
	assert.Equal(t, []string{reestimated, kept}, f.Words)
}

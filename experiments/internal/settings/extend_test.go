package settings

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// study has settings of which a run may have more later, and one that stays.
type study struct {
	Draws   int      `set:"draws" doc:"how often" max:"1e6" more:"ok"`
	Methods []string `set:"methods" doc:"what is compared" words:"none|first|second|all" more:"ok"`
	Colors  []string `set:"colors" doc:"of lines" words:"red|blue" more:"ok"`
	Size    int      `set:"size" doc:"of the change" max:"1e6"`
}

func TestARunGrowsAndNeverShrinks(t *testing.T) {
	f, err := New[study](nil)
	require.NoError(t, err)
	for _, c := range []struct {
		key, before, after string
		want               bool
	}{
		{"draws", "5", "8", true}, {"draws", "5", "5", true}, {"draws", "5", "4", false}, {"draws", "9", "10", true},
		{"methods", "none,first", "none,first,second", true}, {"methods", "none,first", "second,first,none", true},
		{"methods", "none,first", "none,second", false}, {"methods", "none,first", "none", false},
		{"methods", "none,first", "all", true}, {"methods", "all", "none,first,second", false}, {"methods", "all", "all", true},
		{"colors", "red", "red,blue", true}, {"colors", "all", "red", false},
		{"size", "5", "8", false}, {"size", "5", "5", false},
	} {
		field, ok := f.Field(c.key)
		require.True(t, ok)
		assert.Equal(t, c.want, field.Extends(c.before, c.after), "%s: %s to %s", c.key, c.before, c.after)
	}
}

func TestMoreIsForWholeNumbersAndWords(t *testing.T) {
	assert.Contains(t, fault[struct {
		A float64 `set:"a" doc:"d" more:"ok"`
	}](), "more is for whole numbers and for lists of words")
	assert.Contains(t, fault[struct {
		A []int `set:"a" doc:"d" max:"5" more:"ok"`
	}](), "more is for whole numbers and for lists of words")
	assert.Contains(t, fault[struct {
		A int `set:"a" doc:"d" max:"5" more:"yes"`
	}](), "zero, repeat, more and drawn are")
}

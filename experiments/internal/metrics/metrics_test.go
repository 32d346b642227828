package metrics

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamesAreDefinedOnceAndExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range All() {
		assert.False(t, seen[m.Name], "%s stands twice", m.Name)
		seen[m.Name] = true
		assert.NotEmpty(t, m.Meaning, m.Name)
		assert.NotEmpty(t, m.Units, m.Name)
	}
	seen = map[string]bool{}
	for _, tag := range Tags() {
		assert.False(t, seen[tag.Name], "%s stands twice", tag.Name)
		seen[tag.Name] = true
		assert.NotEmpty(t, tag.Meaning, tag.Name)
		assert.NotEmpty(t, tag.Kind, tag.Name)
	}
}

// A tag may divide the records of some experiments, and describe those of the others.
func TestPlacesOfTags(t *testing.T) {
	for _, c := range []struct {
		tag, experiment, metric string
		want                    Place
	}{
		{"features", "residual", "seconds", Divides},
		{"sigma", "sigma", "test-accuracy", Divides},
		{"sigma", "fidelity", "test-accuracy", Describes},
		{"by", "memorization", "exposure", Divides},
		{"by", "memorization", "seconds", Describes},
		{"init-seed", "fidelity", "test-accuracy", Repeats},
		{"nobody knows it", "fidelity", "test-accuracy", Describes},
	} {
		assert.Equal(t, c.want, PlaceOf(c.tag, c.experiment, c.metric), "%v", c)
	}
	m, known := Of("nobody knows it")
	assert.False(t, known)
	assert.Equal(t, Neither, m.Better)
}

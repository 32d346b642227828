package experiments

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The arrows below this package: what each package of internal may reach of this module, itself aside. One that is new needs its line here.
func TestArrows(t *testing.T) {
	const below = "lethe/experiments/internal/"
	allowed := map[string][]string{
		"numbers":  nil,
		"settings": {"numbers"},
		"records":  nil,
		"report":   {"numbers", "records"},
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", below+"...").Output()
	require.NoError(t, err)
	for _, path := range strings.Fields(string(out)) {
		name := strings.TrimPrefix(path, below)
		may, ok := allowed[name]
		if !assert.True(t, ok, "%s has no line in this test", path) {
			continue
		}
		deps, err := exec.CommandContext(t.Context(), "go", "list", "-deps", path).Output()
		require.NoError(t, err, "go list -deps %s", path)
		require.Contains(t, strings.Fields(string(deps)), path)
		for _, dep := range strings.Fields(string(deps)) {
			if dep != path && (dep == "lethe" || strings.HasPrefix(dep, "lethe/")) {
				assert.Contains(t, may, strings.TrimPrefix(dep, below), "%s reaches %s", path, dep)
			}
		}
		delete(allowed, name)
	}
	assert.Empty(t, allowed, "packages that are no more")
}

package unlearn

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The arrows between packages: who must not reach whom.
func TestImports(t *testing.T) {
	for _, tt := range []struct {
		from      string
		forbidden []string // prefixes of import paths
	}{
		{"lethe/safetensors", []string{"lethe/exposure", "gorgonia.org/", "lethe/datasets", "lethe/graph", "lethe/nets", "lethe/unlearn", "lethe/experiments"}},
		{"lethe/unlearn", []string{"gorgonia.org/", "lethe/graph", "lethe/nets", "lethe/exposure", "lethe/experiments"}},
		{"lethe/exposure", []string{"gorgonia.org/", "lethe/graph", "lethe/nets", "lethe/unlearn", "lethe/experiments"}},
		{"lethe/datasets", []string{"lethe/exposure", "gorgonia.org/", "lethe/graph", "lethe/nets", "lethe/unlearn", "lethe/experiments"}},
		{"lethe/graph", []string{"lethe/exposure", "lethe/datasets", "lethe/nets", "lethe/unlearn", "lethe/experiments"}},
		{"lethe/nets", []string{"lethe/exposure", "lethe/unlearn", "lethe/experiments"}},
	} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", tt.from).Output()
		require.NoError(t, err, "go list -deps %s", tt.from)
		deps := strings.Fields(string(out))
		require.Contains(t, deps, tt.from)
		for _, dep := range deps {
			for _, prefix := range tt.forbidden {
				require.False(t, strings.HasPrefix(dep, prefix), "%s reaches %s", tt.from, dep)
			}
		}
	}
}

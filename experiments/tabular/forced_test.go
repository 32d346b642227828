package tabular

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
)

// An update that was forced is marked in the tables, also where only its chunks were.
func TestForcedUpdatesAreMarkedInTheTables(t *testing.T) {
	dir := tried.Smoke(t, t.TempDir(), "residual", "linear", "products=1", "tolerance=1e-12")
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("residual", &engine.Config{}, recs)
	for method, want := range map[string]string{"second-order": "forced: unlearn: cg", "second-order-iterative": "chunk 1 of "} {
		for _, rec := range r.Part("gradient-residual", "method", method) {
			assert.Contains(t, rec.Text("forced"), want, method)
		}
	}
	tables, err := os.ReadFile(filepath.Join(dir, records.TablesName))
	require.NoError(t, err)
	rows := 0
	for _, line := range strings.Split(string(tables), "\n") {
		if strings.HasPrefix(line, "| second order") {
			rows++
			assert.Contains(t, line, "(forced in 2 of 2)")
		}
	}
	assert.Positive(t, rows)
	assert.Contains(t, string(tables), "Forced: the solve failed")
	assert.NotContains(t, string(tables), "forced in 0")
}
